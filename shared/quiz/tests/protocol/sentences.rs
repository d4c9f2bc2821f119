//! What the variants of an enum mean: their comments in the Rust sources, which the generated TypeScript
//! does not carry. The sources are formatted by rustfmt, so lines are enough.

/// The sources that declare what crosses a socket.
const SOURCES: [&str; 5] = [
    include_str!("../../../identity/src/role.rs"),
    include_str!("../../../live/src/wire.rs"),
    include_str!("../../src/model.rs"),
    include_str!("../../src/speedrun/command.rs"),
    include_str!("../../src/speedrun/message.rs"),
];

/// The sentences of an enum's variants, in their order. None: no such enum is declared.
pub(crate) fn of_variants(name: &str) -> Option<Vec<String>> {
    let starts = [
        format!("\npub enum {name} {{\n"),
        format!("\npub enum {name}<"),
    ];
    let body = SOURCES.iter().find_map(|source| {
        let at = starts
            .iter()
            .find_map(|start| source.find(start.as_str()))?;
        let (_, body) = source[at + 1..].split_once('\n')?;
        body.split_once("\n}\n").map(|(body, _)| body)
    })?;
    let (mut sentences, mut says) = (Vec::new(), Vec::new());
    for line in body.lines() {
        let Some(line) = line
            .strip_prefix("    ")
            .filter(|line| !line.starts_with([' ', '}']))
        else {
            continue;
        };
        if let Some(words) = line.strip_prefix("/// ") {
            says.push(words);
        } else if line.starts_with(char::is_uppercase) {
            sentences.push(says.join(" "));
            says.clear();
        }
    }
    Some(sentences)
}
