//! The columns of a table of questions.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Column {
    Question,
    Kind,
    Category,
    /// One option of several columns.
    Option,
    /// All options, parted by `|`.
    Options,
    Answer,
    Explanation,
    Points,
    Duration,
    Penalty,
    Tolerance,
    Range,
    Unit,
    Credit,
    Id,
    Image,
    Alt,
}

/// The column of a heading: case, spaces, hyphens and underscores aside.
pub(super) fn column(heading: &str) -> Option<Column> {
    if heading.len() > 64 {
        return None;
    }
    let plain: String = heading
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    let numbered = ["option", "item", "choice"]
        .iter()
        .find_map(|name| plain.strip_prefix(name));
    if numbered
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
    {
        return Some(Column::Option);
    }
    Some(match plain.as_str() {
        "question" | "questiontext" | "text" => Column::Question,
        "kind" | "type" => Column::Kind,
        "category" => Column::Category,
        "options" | "items" | "choices" => Column::Options,
        "answer" | "answers" | "correct" => Column::Answer,
        "explanation" => Column::Explanation,
        "points" => Column::Points,
        "duration" | "seconds" => Column::Duration,
        "penalty" => Column::Penalty,
        "tolerance" => Column::Tolerance,
        "range" => Column::Range,
        "unit" => Column::Unit,
        "credit" => Column::Credit,
        "id" => Column::Id,
        "image" => Column::Image,
        "alt" => Column::Alt,
        _ => return None,
    })
}
