//! The reference as Markdown: one block of shapes for each type, and tables of codes and limits.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use lectern_live::wire::{self, Close};
use lectern_quiz::speedrun::{self, Reason};

use crate::sentences;
use crate::typescript::{Declared, Field, Type};

/// Where a line of a block is broken.
const WIDTH: usize = 118;

/// The types from which all others are reached, each with its heading's addition.
const ROOTS: [(&str, &str); 7] = [
    ("ClientFrame", ": what a client sends"),
    ("ServerFrame", ": what the server sends"),
    ("Command", ": what a `command` frame asks"),
    ("Reply", ": what an `ack` says"),
    ("Message", ": what an `event` tells"),
    ("Total", ": what a `state` tells"),
    ("View", ": where a seat starts"),
];

/// What stands for the parameters of the frames.
const PARAMETERS: [(&str, &str); 5] = [
    ("C", "Command"),
    ("M", "Message"),
    ("V", "View"),
    ("S", "Total | Presence"),
    ("R", "Reply"),
];

/// The whole generated part.
pub(crate) fn reference(folder: &Path) -> String {
    let mut text = String::new();
    let mut done = BTreeSet::new();
    let mut open: BTreeSet<String> = BTreeSet::from(["Presence".to_owned()]);
    for (root, addition) in ROOTS {
        let declared = Declared::read(folder, root);
        section(&mut text, &declared, addition);
        names(&declared.of, &mut open);
        done.insert(root.to_owned());
    }
    text.push_str("## Types inside\n\n");
    let mut inside = BTreeMap::new();
    while let Some(name) = open.pop_first() {
        if done.insert(name.clone()) && folder.join(format!("{name}.ts")).is_file() {
            let declared = Declared::read(folder, &name);
            names(&declared.of, &mut open);
            inside.insert(name, declared);
        }
    }
    for declared in inside.values() {
        section(&mut text, declared, "");
    }
    refusals(&mut text);
    closes(&mut text);
    limits(&mut text);
    text
}

/// The names that a type uses.
fn names(of: &Type, into: &mut BTreeSet<String>) {
    match of {
        Type::Name(name) => drop(into.insert(name.clone())),
        Type::Literal(_) => {}
        Type::List(of) | Type::Map(of) => names(of, into),
        Type::Tuple(all) | Type::Union(all) => all.iter().for_each(|of| names(of, into)),
        Type::Object(fields) => fields.iter().for_each(|field| names(&field.of, into)),
    }
}

fn section(text: &mut String, declared: &Declared, addition: &str) {
    let Declared { name, says, of } = declared;
    let level = if addition.is_empty() { "###" } else { "##" };
    let _ = write!(text, "{level} `{name}`{addition}\n\n");
    wrapped(text, "", says);
    text.push_str("\n```ts\n");
    match of {
        Type::Union(members) if members.iter().all(|of| !is_null(of)) => {
            let sentences =
                sentences::of_variants(name).unwrap_or_else(|| panic!("{name} is an enum of ours"));
            assert_eq!(sentences.len(), members.len(), "{name}");
            for (place, (member, says)) in members.iter().zip(&sentences).enumerate() {
                assert!(!says.is_empty(), "{name}: a variant without a sentence");
                let gap = if place > 0 && matches!(member, Type::Object(_)) {
                    "\n"
                } else {
                    ""
                };
                text.push_str(gap);
                if let Type::Object(fields) = member {
                    comment(text, "", says);
                    object(text, fields);
                } else {
                    line(text, &inline(member), says);
                }
            }
        }
        Type::Object(fields) => object(text, fields),
        other => line(text, &inline(other), ""),
    }
    text.push_str("```\n\n");
}

/// An object, one field a line.
fn object(text: &mut String, fields: &[Field]) {
    let shown = |field: &Field| {
        let mark = if field.optional { "?" } else { "" };
        format!("\"{}\"{mark}: {}", field.name, inline(&field.of))
    };
    if let [only] = fields
        && only.says.is_empty()
    {
        line(text, &format!("{{ {} }}", shown(only)), "");
        return;
    }
    text.push_str("{\n");
    for field in fields {
        line(text, &format!("  {},", shown(field)), &field.says);
    }
    text.push_str("}\n");
}

/// A line with its comment behind it, or above it when that is too long.
fn line(text: &mut String, code: &str, says: &str) {
    let padded = format!("{code:<34}  // {says}");
    if says.is_empty() {
        text.push_str(code);
        text.push('\n');
    } else if padded.chars().count() <= WIDTH {
        text.push_str(&padded);
        text.push('\n');
    } else {
        let indent = &code[..code.len() - code.trim_start().len()];
        comment(text, indent, says);
        text.push_str(code);
        text.push('\n');
    }
}

fn comment(text: &mut String, indent: &str, says: &str) {
    wrapped(text, &format!("{indent}// "), says);
}

fn wrapped(text: &mut String, start: &str, says: &str) {
    let mut row = String::new();
    for word in says.split(' ') {
        let length = start.len() + row.chars().count() + 1 + word.chars().count();
        if !row.is_empty() && length > WIDTH {
            let _ = writeln!(text, "{start}{row}");
            row.clear();
        }
        row.push_str(if row.is_empty() { "" } else { " " });
        row.push_str(word);
    }
    let _ = writeln!(text, "{start}{row}");
}

fn inline(of: &Type) -> String {
    let all = |of: &[Type], between: &str| of.iter().map(inline).collect::<Vec<_>>().join(between);
    match of {
        Type::Literal(text) => format!("\"{text}\""),
        Type::Name(name) => {
            let parameter = PARAMETERS.iter().find(|(parameter, _)| parameter == name);
            parameter.map_or(name.as_str(), |(_, of)| of).to_owned()
        }
        Type::List(of) => format!("{}[]", inline(of)),
        Type::Map(of) => format!("{{ [channel]: {} }}", inline(of)),
        Type::Tuple(of) => format!("[{}]", all(of, ", ")),
        Type::Union(of) => all(of, " | "),
        Type::Object(fields) => {
            let fields = fields
                .iter()
                .map(|field| format!("\"{}\": {}", field.name, inline(&field.of)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

fn is_null(of: &Type) -> bool {
    *of == Type::Name("null".to_owned())
}

fn refusals(text: &mut String) {
    text.push_str("## Refusals of a speed-run\n\n| code | detail |\n|---|---|\n");
    for reason in Reason::ALL {
        let _ = writeln!(text, "| `{}` | {} |", reason.code(), reason.detail());
    }
}

fn closes(text: &mut String) {
    text.push_str(
        "\n## Close codes\n\n| code | reason | what happened | come back? |\n|---|---|---|---|\n",
    );
    let sentences = sentences::of_variants("Close").expect("the table of close codes");
    assert_eq!(sentences.len(), Close::ALL.len());
    for (close, says) in Close::ALL.iter().zip(&sentences) {
        let back = if close.come_back() { "yes" } else { "no" };
        let _ = writeln!(
            text,
            "| {} | `{}` | {says} | {back} |",
            close.code(),
            close.reason()
        );
    }
}

fn limits(text: &mut String) {
    let rows = [
        (
            "bytes of a frame that a client sends",
            wire::MAX_FRAME,
            "closed with 4005",
        ),
        ("levels of nesting in it", wire::MAX_DEPTH, "`malformed`"),
        ("keys of an object in it", wire::MAX_KEYS, "`malformed`"),
        (
            "frames of a socket at once",
            wire::FRAME_BURST as usize,
            "closed with 4004",
        ),
        (
            "frames of a socket a second, after those",
            wire::FRAMES_PER_SECOND as usize,
            "closed with 4004",
        ),
        (
            "malformed frames of a socket",
            wire::MAX_MALFORMED as usize,
            "closed with 4005",
        ),
        (
            "commands of a socket that wait for their answer",
            wire::MAX_WAITING,
            "`too_many_waiting`",
        ),
        ("answers kept for a seat", wire::MAX_WAITING, "`id_too_old`"),
        (
            "bytes sent to a socket and not reported as seen",
            wire::MAX_UNSEEN_BYTES,
            "closed with 4006",
        ),
        (
            "missed messages that are replayed",
            wire::RESUME_LIMIT,
            "a fresh view",
        ),
        ("participants of a run", speedrun::MAX_SEATS, "`run_full`"),
        (
            "questions of a run",
            speedrun::MAX_QUESTIONS,
            "`invalid_questions`",
        ),
        ("answers of a run", speedrun::MAX_ANSWERS, "`answers_full`"),
        (
            "bytes of all short texts that are answered in a run",
            speedrun::MAX_WRITTEN_BYTES,
            "`answers_full`",
        ),
    ];
    text.push_str("\n## Limits\n\n| at most | | beyond it |\n|---:|---|---|\n");
    for (what, most, beyond) in rows {
        let _ = writeln!(text, "| {} | {what} | {beyond} |", grouped(most));
    }
}

/// 250000 as 250,000.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
