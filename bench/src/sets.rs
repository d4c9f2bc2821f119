//! Question sets for the benchmarks: ordinary ones.

use bytes::Bytes;
use serde_json::{Value, json};

/// Separates the parts of an upload; no set holds it.
pub(crate) const BOUNDARY: &str = "lectern-bench-boundary";

/// A set with four options and an explanation to each question, and an hour to answer.
pub(crate) fn question_set(questions: usize) -> Value {
    let question = |number: usize| {
        let option = |option: usize| json!({ "text": format!("Answer {option} to question {number}"), "correct": option == number % 4 });
        json!({
            "kind": "single_choice",
            "text": format!("Question {number}: which of these four answers is the right one, and why?"),
            "options": (0..4).map(option).collect::<Vec<_>>(),
            "explanation": format!("Answer {} is right, because it was made so.", number % 4),
            "category": format!("Category {}", number / 10),
            "duration": 3_600,
        })
    };
    json!({
        "lectern": 1,
        "title": "A benchmark",
        "language": "en",
        "questions": (0..questions).map(question).collect::<Vec<_>>(),
    })
}

/// A set whose file has a megabyte: a thousand questions with long texts.
pub(crate) fn megabyte() -> Value {
    let filler = "Which of these is right, and how do you know? ".repeat(7);
    let mut set = question_set(1_000);
    for question in set["questions"].as_array_mut().into_iter().flatten() {
        let text = question["text"].as_str().unwrap_or_default();
        question["text"] = format!("{text} {filler}").into();
        question["explanation"] = filler.clone().into();
    }
    set
}

/// The body of an upload of a set.
pub(crate) fn multipart(set: &Value) -> Bytes {
    let head = "content-disposition: form-data; name=\"file\"; filename=\"set.json\"\r\n\
        content-type: application/json\r\n";
    format!("--{BOUNDARY}\r\n{head}\r\n{set}\r\n--{BOUNDARY}--\r\n").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_megabyte_is_one() {
        let bytes = multipart(&megabyte()).len();
        assert!((1_000_000..1_048_577).contains(&bytes), "{bytes}");
    }

    #[test]
    fn every_question_has_one_right_answer() {
        for question in question_set(9)["questions"].as_array().unwrap() {
            let options = question["options"].as_array().unwrap();
            let right = options.iter().filter(|option| option["correct"] == true);
            assert_eq!(right.count(), 1);
        }
    }
}
