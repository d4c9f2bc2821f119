//! What the Workers and the student's page weigh, and what they may.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::project::{self, WORKERS};

/// What a student's page may load before it is usable: script, gzipped, in bytes.
const STUDENT_PAGE: u64 = 60_000;

/// The pages that students open.
const STUDENT_PAGES: [&str; 2] = ["index.html", "play.html"];

/// Prints every size against its budget; an error names those over it.
pub(crate) fn check() -> Result<()> {
    let mut over = Vec::new();
    println!("{:<24}{:>12}{:>12}{:>12}", "", "raw", "gzip", "budget");
    for worker in WORKERS {
        let module = worker.output().join("index_bg.wasm");
        report(
            &format!("{} (wasm)", worker.name),
            &[module],
            worker.budget,
            &mut over,
        )?;
    }
    for (entry, scripts) in student_pages()? {
        report(
            &format!("{entry} (script)"),
            &scripts,
            STUDENT_PAGE,
            &mut over,
        )?;
    }
    if !over.is_empty() {
        bail!("over budget: {}", over.join(", "));
    }
    Ok(())
}

/// Files are compressed one by one, as they are sent.
fn report(name: &str, files: &[PathBuf], budget: u64, over: &mut Vec<String>) -> Result<()> {
    let (mut raw, mut zipped) = (0, 0);
    for file in files {
        let bytes = read(file)?;
        raw += bytes.len() as u64;
        zipped += gzip_size(&bytes)?;
    }
    println!(
        "{name:<24}{:>12}{:>12}{:>12}",
        kilo(raw),
        kilo(zipped),
        kilo(budget)
    );
    if zipped > budget {
        over.push(name.to_owned());
    }
    Ok(())
}

fn kilo(bytes: u64) -> String {
    format!("{}.{} kB", bytes / 1000, bytes % 1000 / 100)
}

fn gzip_size(bytes: &[u8]) -> Result<u64> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len() as u64)
}

/// The catalogues of words that a student page loads, in one language.
const CATALOGUES: [&str; 2] = ["common", "play"];

/// Each student page with its scripts: those that it names itself, and the words of the heaviest language.
fn student_pages() -> Result<Vec<(&'static str, Vec<PathBuf>)>> {
    let dist = project::pages().join("dist");
    let words = heaviest_words(&dist.join("assets"))?;
    STUDENT_PAGES
        .into_iter()
        .map(|page| {
            let html = String::from_utf8(read(&dist.join(page))?)?;
            let named = scripts(&html).map(|script| dist.join(script));
            Ok((page, named.chain(words.clone()).collect()))
        })
        .collect()
}

/// The words that weigh most; vite calls them `words-{language}-{catalogue}-{hash}.js`.
fn heaviest_words(assets: &Path) -> Result<Vec<PathBuf>> {
    let mut languages: BTreeMap<String, (u64, Vec<PathBuf>)> = BTreeMap::new();
    for entry in fs::read_dir(assets)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let Some((language, catalogue)) = words(&name) else {
            continue;
        };
        if CATALOGUES.contains(&catalogue) {
            let (size, paths) = languages.entry(language.to_owned()).or_default();
            *size += gzip_size(&read(&path)?)?;
            paths.push(path);
        }
    }
    let heaviest = languages.into_values().max_by_key(|(size, _)| *size);
    match heaviest {
        Some((_, paths)) if paths.len() == CATALOGUES.len() => Ok(paths),
        _ => bail!("the words of the pages are missing in {}", assets.display()),
    }
}

/// The language and the catalogue of a file of words.
fn words(name: &str) -> Option<(&str, &str)> {
    let mut parts = name
        .strip_prefix("words-")?
        .strip_suffix(".js")?
        .splitn(3, '-');
    Some((parts.next()?, parts.next()?))
}

/// The addresses of scripts in a page, without the leading slash.
fn scripts(html: &str) -> impl Iterator<Item = &str> {
    let values = html.split('"').filter(|text| text.ends_with(".js"));
    values.map(|address| address.trim_start_matches(['.', '/']))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| {
        format!(
            "{} is missing; `cargo xtask build` makes it",
            path.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_words_is_known_by_its_name() {
        assert_eq!(words("words-uk-play-Ab-1_2.js"), Some(("uk", "play")));
        assert_eq!(words("page-Ab12.js"), None);
        assert_eq!(words("words-uk-play-Ab12.css"), None);
    }

    #[test]
    fn a_page_names_its_script_and_what_that_imports() {
        let html = r#"<link rel="icon" href="/icon.svg"><script type="module" src="/assets/main-1.js"></script>
            <link rel="modulepreload" crossorigin href="/assets/wake-2.js">"#;
        assert_eq!(
            scripts(html).collect::<Vec<_>>(),
            ["assets/main-1.js", "assets/wake-2.js"]
        );
    }
}
