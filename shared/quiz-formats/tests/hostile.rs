//! Files that are made to harm are refused, or read harmlessly, and quickly.

mod common;

use std::time::{Duration, Instant};

use lectern_quiz_formats::{
    FaultCode, Hints, ImportFault, Imported, MAX_BYTES, MAX_FAULTS, import,
};

/// Unoptimised builds are some thirty times slower than what is deployed, so they get a part.
const FULL: usize = if cfg!(debug_assertions) {
    MAX_BYTES / 32
} else {
    MAX_BYTES
};

const QUICK: Duration = if cfg!(debug_assertions) {
    Duration::from_secs(5)
} else {
    Duration::from_secs(1)
};

#[expect(clippy::disallowed_methods, reason = "native tests measure time")]
fn quickly(bytes: &[u8], name: &str) -> Result<Imported, Vec<ImportFault>> {
    let timed = || {
        let start = Instant::now();
        let result = import(
            bytes,
            Hints {
                file_name: Some(name),
                ..Hints::default()
            },
            &[],
        );
        (start.elapsed(), result)
    };
    // A busy machine is slow now and then; slow code is slow every time.
    let (mut took, result) = timed();
    for _ in 0..4 {
        if took > QUICK {
            took = took.min(timed().0);
        }
    }
    assert!(took < QUICK, "{name:?}: {took:?}");
    if let Err(faults) = &result {
        assert!((1..=MAX_FAULTS + 1).contains(&faults.len()));
    }
    result
}

fn refused(bytes: &[u8], name: &str) -> FaultCode {
    let faults = quickly(bytes, name).expect_err(name);
    faults[0].code
}

/// A text of nearly the full length.
fn full(unit: &str) -> String {
    unit.repeat((FULL - 4_096) / unit.len())
}

#[test]
fn more_than_ten_mebibytes_are_refused_unread() {
    assert_eq!(
        refused(&vec![b'['; MAX_BYTES + 1], "a.json"),
        FaultCode::TooLarge
    );
}

#[test]
fn deep_json_is_refused() {
    for unit in ["[", "{", "{\"a\":", "[[", "{\"questions\":["] {
        let code = refused(full(unit).as_bytes(), unit);
        assert!(
            matches!(
                code,
                FaultCode::TooComplex | FaultCode::Syntax | FaultCode::UnknownFormat
            ),
            "{unit}: {code:?}"
        );
    }
    let deep = format!("{{\"questions\": {}{}}}", "[".repeat(128), "]".repeat(128));
    assert_eq!(
        refused(deep.as_bytes(), "128 levels"),
        FaultCode::TooComplex
    );
}

#[test]
fn a_million_questions_are_one_fault() {
    let slides = format!(
        "{{\"title\":\"x\",\"questions\":[{}0]}}",
        "{},".repeat(FULL / 10)
    );
    let plain = format!("[{}0]", "{},".repeat(FULL / 10));
    let gift = "a{T}\n\n".repeat(FULL / 10);
    let aiken = full("Q\nA. a\nB. b\nANSWER: A\n");
    let csv = format!("question,answer\n{}", "a,true\n".repeat(FULL / 10));
    let moodle = format!(
        "<quiz>{}</quiz>",
        full(
            "<question type=\"description\"><questiontext><text>a</text></questiontext></question>"
        )
    );
    for (text, name) in [
        (slides, "json"),
        (plain, "plain"),
        (gift, "gift"),
        (aiken, "aiken"),
        (csv, "csv"),
        (moodle, "moodle"),
    ] {
        let faults = quickly(text.as_bytes(), name).expect_err(name);
        assert_eq!(
            faults.last().map(|fault| fault.code),
            Some(FaultCode::TooManyQuestions),
            "{name}: {faults:?}"
        );
        assert_eq!(faults.len(), 1, "{name}");
    }
}

#[test]
fn a_million_faults_are_a_hundred_and_a_line() {
    let json = format!("{{\"questions\":[{}0]}}", "0,".repeat(1_900));
    let csv = format!("question,answer,kind\n{}", "a,true,b\n".repeat(1_900));
    for text in [json, csv] {
        let faults = quickly(text.as_bytes(), "faults").expect_err("faults");
        assert_eq!(faults.len(), MAX_FAULTS + 1);
        assert_eq!(faults[MAX_FAULTS].code, FaultCode::TooManyFaults);
    }
}

#[test]
fn entities_and_document_types_are_refused() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE quiz [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><quiz>&b;</quiz>";
    assert_eq!(refused(bomb.as_bytes(), "bomb"), FaultCode::Doctype);
    let external = "<!DOCTYPE quiz SYSTEM \"file:///etc/passwd\"><quiz/>";
    assert_eq!(refused(external.as_bytes(), "external"), FaultCode::Doctype);
    assert_eq!(
        refused(format!("<quiz>{}", full("<a>")).as_bytes(), "deep"),
        FaultCode::TooComplex
    );
    assert_eq!(
        refused(
            format!("<quiz><question>{}", full("<a/>")).as_bytes(),
            "wide"
        ),
        FaultCode::TooComplex
    );
    quickly(
        format!("<quiz><question {}/></quiz>", full("a=\"b\" ")).as_bytes(),
        "attributes",
    )
    .expect_err("no question");
    quickly(
        format!("<quiz>{}</quiz>", full("&amp;")).as_bytes(),
        "references",
    )
    .expect_err("no question");
    quickly(format!("<!{}", full("-")).as_bytes(), "comment").expect_err("no question");
}

#[test]
fn one_endless_line_is_read_once() {
    let units = [
        "a",
        " ",
        "{",
        "}",
        "\\",
        "\\(",
        "\\)",
        "\\(x\\)",
        "~",
        "=",
        "a{=",
        "::",
        "#",
        "####",
        "%",
        "<",
        "<b ",
        "<b a=\"",
        "&",
        "&amp;",
        "<!--",
        "<script>",
        "$$",
        "\\[",
        "\"",
        "\"\"",
        ",",
        ";",
        "|",
        "*",
        "[id:",
        "//",
        "<img src=x>",
        "<sup>",
        "<ul><li>",
        "->",
    ];
    for unit in units {
        for (before, after) in [
            ("", ""),
            ("{T} ", ""),
            ("q {=", "}"),
            ("q {=a ~", "}"),
            ("[html]", "{T}"),
            ("{#", "}"),
            ("question,answer\n", ""),
            ("question,options,answer\n\"", "\",a,b"),
        ] {
            let text = format!("{before}{}{after}", full(unit));
            let _ = quickly(text.as_bytes(), &format!("{before}({unit})*{after}"));
        }
        let json = format!(
            "{{\"questions\":[{{\"kind\":\"slide\",\"text\":{}}}]}}",
            serde_json::json!(full(unit).get(..FULL / 4))
        );
        let _ = quickly(json.as_bytes(), unit);
        let escaped = full(unit).replace(['&', '<'], "").replace("]]>", "");
        let moodle = format!(
            "<quiz><question type=\"truefalse\"><questiontext format=\"html\"><text><![CDATA[{escaped}]]></text></questiontext><answer fraction=\"100\"><text>true</text></answer></question></quiz>"
        );
        let _ = quickly(moodle.as_bytes(), unit);
    }
}

#[test]
fn many_short_lines_are_read_once() {
    for unit in [
        "\n",
        "a\n",
        "a\n\n",
        "a\r",
        "//\n",
        "A. a\n",
        "ANSWER: A\n",
        "$CATEGORY: a\n\n",
        "::\n\n",
        "{}\n\n",
        "a{~a ~b\n\n",
        ",\n",
        "\"\n",
    ] {
        for before in ["", "A. a\nANSWER: A\n", "question,answer\n", "{T}\n\n"] {
            let _ = quickly(
                format!("{before}{}", full(unit)).as_bytes(),
                &format!("{before}({unit})*"),
            );
        }
    }
}

#[test]
fn formulas_are_bounded() {
    let options =
        "{\"text\": \"\\\\(x^2\\\\) ".to_owned() + &"\\\\(\\\\frac{a}{b}\\\\)".repeat(50) + "\"},";
    let question = format!(
        "{{\"kind\":\"poll\",\"text\":\"?\",\"options\":[{}\"a\"]}},",
        options.repeat(15)
    );
    let text = format!(
        "{{\"questions\":[{}{{\"kind\":\"slide\",\"text\":\"a\"}}]}}",
        question.repeat(500)
    );
    assert!(text.len() < MAX_BYTES);
    assert_eq!(refused(text.as_bytes(), "formulas"), FaultCode::Limit);
}

#[test]
fn numbers_are_finite() {
    for number in [
        "1e999",
        "-1e999",
        "NaN",
        "Infinity",
        "1e",
        "0x10",
        &"9".repeat(400),
    ] {
        let json = format!(
            "{{\"questions\":[{{\"kind\":\"number\",\"text\":\"?\",\"correct\":{number}}}]}}"
        );
        quickly(json.as_bytes(), number).expect_err(number);
        quickly(format!("How many? {{#{number}}}").as_bytes(), "gift").expect_err(number);
        quickly(
            format!("question,kind,answer\nHow many?,number,{number}").as_bytes(),
            "csv",
        )
        .expect_err(number);
    }
}

#[test]
fn nothing_that_is_kept_as_mathml_can_run() {
    let texts = [
        "<script>alert(1)</script>",
        "\\text{<img src=x onerror=alert(1)>}",
        "\\href{javascript:alert(1)}{x}",
        "\\text{\"onload=\"x}",
        "<",
        "&lt;script&gt;",
        "\\text{&lt;b&gt;}",
    ];
    for tex in texts {
        let json =
            serde_json::json!({"questions": [{"kind": "slide", "text": format!("\\({tex}\\)")}]})
                .to_string();
        let set = quickly(json.as_bytes(), tex).expect("a slide");
        let kept = serde_json::to_string(&set.set).expect("JSON");
        let value: serde_json::Value = serde_json::from_str(&kept).expect("JSON");
        let segments = value["questions"][0]["text"]
            .as_array()
            .expect("segments")
            .clone();
        for mathml in segments
            .iter()
            .filter_map(|segment| segment["math"]["mathml"].as_str())
        {
            let tags = mathml.split('<').skip(1).map(|tag| {
                tag.split(['>', ' ', '/'])
                    .find(|name| !name.is_empty())
                    .unwrap_or_default()
            });
            for tag in tags {
                assert!(tag.starts_with('m'), "{tex}: {mathml}");
            }
        }
    }
}
