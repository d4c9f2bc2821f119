//! A GIFT file as blocks: what stands between blank lines, comments taken out.

/// One block, and the byte offset at which it begins.
pub(super) struct Block<'t> {
    pub(super) offset: usize,
    pub(super) text: &'t str,
    /// What comments say that other programs read: `[id:…]`.
    pub(super) id: Option<&'t str>,
    /// `[tag:…]` of a comment.
    pub(super) tagged: bool,
}

/// The text with its comment lines blanked, every offset kept.
pub(super) fn without_comments(text: &str) -> String {
    if !text.contains("//") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with("//") {
            let spaces = line.trim_end_matches('\n').len();
            out.extend(std::iter::repeat_n(' ', spaces));
            if line.ends_with('\n') {
                out.push('\n');
            }
        } else {
            out.push_str(line);
        }
    }
    out
}

/// The blocks of a text and of the same text without its comments, one at a time.
pub(super) fn blocks<'t>(original: &'t str, blanked: &'t str) -> impl Iterator<Item = Block<'t>> {
    // A blank line at the end closes the last block.
    let mut lines = original.split_inclusive('\n').chain([""]);
    let (mut start, mut offset) = (None, 0);
    std::iter::from_fn(move || {
        loop {
            let line = lines.next()?;
            let here = offset;
            offset += line.len();
            if line != "\n" && !line.trim().is_empty() {
                start.get_or_insert(here);
            } else if let Some(start) = start.take()
                && let Some(block) = block(original, blanked, start, here)
            {
                return Some(block);
            }
        }
    })
}

fn block<'t>(original: &'t str, blanked: &'t str, start: usize, end: usize) -> Option<Block<'t>> {
    let text = blanked.get(start..end)?;
    let offset = start + (text.len() - text.trim_start().len());
    let source = original.get(start..end)?;
    let comments = || {
        source
            .lines()
            .filter(|line| line.trim_start().starts_with("//"))
    };
    let id = comments()
        .find_map(|line| line.split_once("[id:")?.1.split_once(']'))
        .map(|(id, _)| id);
    let tagged = comments().any(|line| line.contains("[tag:"));
    let text = text.trim();
    (!text.is_empty()).then_some(Block {
        offset,
        text,
        id,
        tagged,
    })
}
