use super::*;
use bytes::Bytes;
use futures_util::{FutureExt, stream};

/// Reads a body that arrives in chunks of `size`; nothing here ever waits.
fn upload(body: &[u8], size: usize) -> Result<Upload, Code> {
    let chunks: Vec<Result<Bytes, std::io::Error>> = body
        .chunks(size)
        .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
        .collect();
    read(stream::iter(chunks), "XX".to_owned())
        .now_or_never()
        .unwrap()
        .map_err(|refused| refused.0.code)
}

fn part(disposition: &str, content: &str) -> String {
    format!("--XX\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{content}\r\n")
}

fn body(parts: &[String]) -> Vec<u8> {
    format!("{}--XX--\r\n", parts.concat()).into_bytes()
}

#[test]
fn parts_are_read_however_they_arrive() {
    let whole = body(&[
        part(r#"name="file"; filename="set.json""#, "[]"),
        part(r#"name="title""#, " A title "),
        part(r#"name="shared""#, "true"),
        part(r#"name="image"; filename="cat.png""#, "PNG"),
    ]);
    for size in [1, 7, 1_000] {
        let upload = upload(&whole, size).unwrap();
        assert_eq!(upload.file, b"[]");
        assert_eq!(upload.file_name.as_deref(), Some("set.json"));
        assert_eq!(upload.title.as_deref(), Some("A title"));
        assert_eq!(upload.shared, Some(true));
        assert_eq!(upload.images, [("cat.png".to_owned(), b"PNG".to_vec())]);
    }
}

#[test]
fn a_boundary_inside_the_data_is_data() {
    let content = "--XX is here\r\n--X\r\n and --XX-- too";
    let upload = upload(&body(&[part(r#"name="file""#, content)]), 3).unwrap();
    assert_eq!(upload.file, content.as_bytes());
}

#[test]
fn the_same_parts_have_the_same_hash_and_others_another() {
    let hash = |content: &str| {
        upload(&body(&[part(r#"name="file""#, content)]), 9)
            .unwrap()
            .hash
    };
    assert_eq!(hash("a"), hash("a"));
    assert_ne!(hash("a"), hash("b"));
}

#[test]
fn a_body_that_breaks_off_or_is_no_multipart_is_refused() {
    let whole = body(&[part(r#"name="file""#, "content")]);
    for end in [0, 10, whole.len() - 6, whole.len() - 12] {
        assert_eq!(
            upload(&whole[..end], 5).unwrap_err(),
            Code::InvalidMultipart,
            "{end}"
        );
    }
    assert_eq!(
        upload(b"not multipart at all", 5).unwrap_err(),
        Code::InvalidMultipart
    );
}

#[test]
fn missing_and_double_parts_are_told_together() {
    let twice = part(r#"name="file""#, "a");
    assert_eq!(
        upload(&body(&[twice.clone(), twice]), 50).unwrap_err(),
        Code::Invalid
    );
    assert_eq!(
        upload(&body(&[part(r#"name="title""#, "a")]), 50).unwrap_err(),
        Code::Invalid
    );
}

#[test]
fn too_large_files_images_and_too_many_parts_are_cut_off() {
    let large = "x".repeat(FILE + 1);
    assert_eq!(
        upload(&body(&[part(r#"name="file""#, &large)]), 65_536).unwrap_err(),
        Code::TooLarge
    );
    let half = "x".repeat(IMAGES / 2 + 1);
    let image = part(r#"name="i"; filename="a""#, &half);
    assert_eq!(
        upload(&body(&[image.clone(), image]), 65_536).unwrap_err(),
        Code::TooLarge
    );
    let many = vec![part(r#"name="i"; filename="a""#, "x"); PARTS + 1];
    assert_eq!(upload(&body(&many), 65_536).unwrap_err(), Code::TooLarge);
}

#[test]
fn a_body_that_never_ends_is_cut_off() {
    let head = Bytes::from(part(r#"name="i"; filename="a""#, ""));
    let endless = stream::once(async move { Ok::<_, std::io::Error>(head) }).chain(
        stream::repeat_with(|| Ok(Bytes::from_static(&[b'x'; 65_536]))),
    );
    use futures_util::StreamExt;
    let refused = read(endless.boxed(), "XX".to_owned())
        .now_or_never()
        .unwrap();
    assert_eq!(refused.unwrap_err().0.code, Code::TooLarge);
    let headers =
        stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 65_536])));
    assert!(
        read(headers, "XX".to_owned())
            .now_or_never()
            .unwrap()
            .is_err()
    );
}

#[test]
fn the_images_of_a_set_fit_together_up_to_the_limit() {
    assert!(images_fit([IMAGES as u64 - 1, 1].into_iter()).is_ok());
    let refused = images_fit([IMAGES as u64, 1].into_iter()).unwrap_err();
    assert_eq!(refused.0.code, Code::TooLarge);
}
