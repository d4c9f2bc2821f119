//! The reference names all there is.

use lectern_live::wire::Close;
use lectern_quiz::speedrun::{Command, Message, Reason};
use serde::de::DeserializeOwned;

use crate::REFERENCE;

/// The types that a tagged enum knows, as its reader lists them when it is given another.
fn types<T: DeserializeOwned>() -> Vec<String> {
    let error = serde_json::from_str::<T>(r#"{"type":"no such type"}"#).err();
    let text = error.map(|error| error.to_string()).unwrap_or_default();
    let names = text.split("expected one of ").nth(1).unwrap_or_default();
    names
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn named(name: &str) -> bool {
    [format!("`{name}`"), format!("`{name} {{")]
        .iter()
        .any(|form| REFERENCE.contains(form.as_str()))
}

#[test]
fn every_command_and_every_message_is_in_the_reference() {
    let (commands, messages) = (types::<Command>(), types::<Message>());
    assert!(
        commands.len() >= 15 && messages.len() >= 19,
        "{commands:?} {messages:?}"
    );
    for name in commands.iter().chain(&messages) {
        assert!(named(name), "{name}");
    }
}

#[test]
fn every_refusal_is_in_the_reference() {
    for reason in Reason::ALL {
        assert!(named(reason.code()), "{}", reason.code());
    }
    for code in [
        "malformed",
        "invalid_text",
        "id_gap",
        "id_too_old",
        "id_reused",
        "too_many_waiting",
        "internal",
    ] {
        assert!(named(code), "{code}");
    }
}

/// The pages' type of all reasons is made from the variants' names.
#[test]
fn a_reason_is_named_like_its_code() {
    for reason in Reason::ALL {
        let named: String = format!("{reason:?}")
            .chars()
            .flat_map(|c| {
                let gap = c.is_uppercase().then_some('_');
                gap.into_iter().chain(c.to_lowercase())
            })
            .collect();
        assert_eq!(named, format!("_{}", reason.code()));
    }
}

#[test]
fn every_close_code_is_in_the_reference_with_what_the_client_should_do() {
    for close in Close::ALL {
        let row = format!("| {} | `{}` |", close.code(), close.reason());
        let line = REFERENCE.lines().find(|line| line.starts_with(&row));
        let end = if close.come_back() {
            "| yes |"
        } else {
            "| no |"
        };
        assert!(line.is_some_and(|line| line.ends_with(end)), "{row}");
    }
}
