//! docs/OPERATIONS.md says what the code says: its limits, the fields and happenings of the log, the
//! upkeep jobs, the secrets, the commands.

use std::fs;
use std::path::Path;

use crate::project;

fn read(path: &str) -> String {
    let path = project::root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn manual() -> String {
    read("docs/OPERATIONS.md")
}

/// All sources below a folder.
fn sources(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut texts = Vec::new();
    for path in entries {
        if path.is_dir() {
            texts.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            texts.push(fs::read_to_string(&path).unwrap());
        }
    }
    texts
}

/// The cells of the rows whose last one names a place in the code: `path` `NAME`.
fn limits(manual: &str) -> Vec<(String, String, String)> {
    let rows = manual.lines().filter(|line| line.starts_with("| "));
    let limit = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let place: Vec<&str> = cells.last()?.split('`').collect();
        let [_, path, " ", name, ""] = place.as_slice() else {
            return None;
        };
        Some((
            (*cells.first()?).to_owned(),
            (*path).to_owned(),
            (*name).to_owned(),
        ))
    };
    rows.filter_map(limit).collect()
}

/// The value that a source gives a name: a constant's, a field's, or a rate limiter's.
fn value<'a>(source: &'a str, name: &str) -> Option<&'a str> {
    let constant = source.split_once(&format!("const {name}:"));
    if let Some((_, rest)) = constant {
        return rest.split_once('=')?.1.split(';').next();
    }
    if let Some((_, rest)) = source.split_once(&format!("name = \"{name}\"")) {
        return rest.split_once("limit = ")?.1.split(',').next();
    }
    let field = format!(" {name}: ");
    let mut fields = source.split(&field).skip(1);
    fields.find_map(|rest| {
        rest.split(',')
            .next()
            .filter(|value| value.starts_with(char::is_numeric))
    })
}

/// `7 * 24`, `64 * 1024`, `1_200`: the product. `MAX_SEATS + 200`: what is added.
fn number(text: &str) -> Option<u64> {
    let text = text.rsplit('+').next()?;
    let factors = text
        .split('*')
        .map(|factor| factor.trim().replace('_', "").parse::<u64>().ok());
    factors.product()
}

/// How people write a value.
fn written(value: &str) -> Option<Vec<String>> {
    let value = value.trim();
    let of = |unit: &str| {
        number(
            value
                .split_once(&format!("{unit}("))?
                .1
                .trim_end_matches(')'),
        )
    };
    if let Some(hours) = of("hours") {
        return Some(vec![format!("{hours} h"), format!("{} days", hours / 24)]);
    }
    if let Some(minutes) = of("minutes") {
        return Some(vec![format!("{minutes} min")]);
    }
    if let Some(seconds) = of("seconds") {
        return Some(vec![format!("{seconds} s")]);
    }
    let plain = of("per_minute").or_else(|| number(value))?;
    let digits = plain.to_string();
    let grouped = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(String::from_utf8_lossy);
    let grouped = grouped.collect::<Vec<_>>().join(",");
    Some(vec![
        grouped,
        format!("{} KiB", plain >> 10),
        format!("{} MiB", plain >> 20),
    ])
}

#[test]
fn every_limit_is_the_one_that_the_code_keeps() {
    let limits = limits(&manual());
    assert!(limits.len() > 40, "{limits:?}");
    for (said, path, name) in limits {
        let source = read(&path);
        let value = value(&source, &name).unwrap_or_else(|| panic!("{path} has no {name}"));
        let written = written(value).unwrap_or_else(|| panic!("{path}: {name} = {value}"));
        assert!(
            written.contains(&said),
            "{path}: {name} is {written:?}, not {said}"
        );
    }
}

#[test]
fn every_field_of_the_log_is_explained() {
    let log = read("workers/edge/src/log.rs");
    let (_, fields) = log.split_once("pub struct Line {").unwrap();
    let (fields, _) = fields.split_once("\n}").unwrap();
    let names = fields
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub ")?.split(':').next());
    let manual = manual();
    let unexplained: Vec<&str> = names
        .filter(|name| !manual.contains(&format!("\n| `{name}` | ")))
        .collect();
    assert_eq!(unexplained, [""; 0]);
}

#[test]
fn everything_that_a_live_object_and_a_job_can_say_is_explained() {
    let manual = manual();
    let root = project::root();
    let (mut said, mut unexplained) = (0, Vec::new());
    let starts = [
        ("shared/live/src", "note(\""),
        ("shared/live/src", "note(\n"),
        ("workers/live/src", "Line::new(\"live.object\", \""),
        ("workers/jobs/src", "job(\""),
        ("workers/jobs/src/guard.rs", "=> \""),
    ];
    for (place, start) in starts {
        let place = root.join(place);
        let texts = if place.is_dir() {
            sources(&place)
        } else {
            vec![fs::read_to_string(&place).unwrap()]
        };
        for text in texts {
            for rest in text.split(start).skip(1) {
                let name = rest
                    .trim_start()
                    .trim_start_matches('"')
                    .split('"')
                    .next()
                    .unwrap_or_default();
                said += 1;
                if !manual.contains(&format!("`{name}`")) {
                    unexplained.push(name.to_owned());
                }
            }
        }
    }
    assert_eq!(unexplained, [""; 0]);
    assert!(said >= 20, "{said}");
}
