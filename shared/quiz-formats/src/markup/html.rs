//! HTML as text a person reads: line breaks stay, markup goes.
//!
//! Invariant: one pass over the input; what is no known element stays text. Nothing of the output
//! is ever markup again.

use std::collections::BTreeSet;

use super::entity;

/// Elements that break a line before and after.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
];

/// Elements that only change how text looks.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "caption", "cite", "code", "col",
    "colgroup", "del", "dfn", "em", "font", "i", "img", "ins", "kbd", "label", "mark", "nobr", "q",
    "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "td", "th", "time", "tt", "u",
    "var", "wbr",
];

/// Elements that would load or run something.
const CONTENT: &[&str] = &[
    "applet", "audio", "base", "button", "canvas", "embed", "form", "frame", "frameset", "iframe",
    "input", "link", "math", "meta", "noscript", "object", "param", "picture", "script", "select",
    "source", "style", "svg", "template", "textarea", "title", "track", "video",
];

/// Elements whose loss changes nothing that is worth a warning.
const SILENT: &[&str] = &[
    "body",
    "br",
    "center",
    "col",
    "colgroup",
    "div",
    "hr",
    "head",
    "html",
    "li",
    "nobr",
    "ol",
    "p",
    "pre",
    "section",
    "span",
    "tbody",
    "td",
    "th",
    "thead",
    "tfoot",
    "tr",
    "ul",
    "wbr",
    "img",
    "article",
    "main",
    "bdi",
    "label",
    "font",
    "figure",
    "figcaption",
];

/// A picture that the HTML shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) src: String,
    pub(crate) alt: String,
}

/// What became of some HTML.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Converted {
    pub(crate) text: String,
    pub(crate) images: Vec<Shown>,
    /// Markup that was dropped, by element.
    pub(crate) markup: BTreeSet<String>,
    /// Content that was dropped, by element.
    pub(crate) content: BTreeSet<String>,
}

/// Whether a text holds an element or an entity, and so is HTML rather than text.
pub(crate) fn is_html(text: &str) -> bool {
    let element = text.match_indices('<').any(|(at, _)| {
        let rest = text.get(at + 1..).unwrap_or_default();
        let name = rest.strip_prefix('/').unwrap_or(rest);
        known(&name_of(name)) || rest.starts_with("!--")
    });
    element
        || text.match_indices('&').any(|(at, _)| {
            text.get(at..)
                .is_some_and(|rest| entity::decode(rest).is_some())
        })
}

fn known(name: &str) -> bool {
    [BLOCKS, INLINE, CONTENT]
        .iter()
        .any(|names| names.contains(&name))
}

/// The name at the start of a tag, if something that ends a name follows.
fn name_of(tag: &str) -> String {
    let end = tag
        .bytes()
        .take(12)
        .position(|b| !b.is_ascii_alphanumeric());
    let rest = end.and_then(|end| tag.get(end..)).unwrap_or_default();
    // `a<b && b>c` is arithmetic: what follows a name is an attribute, or the end of the tag.
    let next = rest.trim_start().bytes().next();
    let ends = matches!(
        rest.as_bytes().first(),
        Some(b' ' | b'>' | b'/' | b'\n' | b'\t')
    );
    if !ends || !next.is_some_and(|b| b.is_ascii_alphabetic() || b == b'>' || b == b'/') {
        return String::new();
    }
    let end = end.unwrap_or_default();
    tag.get(..end).unwrap_or_default().to_ascii_lowercase()
}

/// Converts HTML.
pub(crate) fn convert(html: &str) -> Converted {
    let mut writer = Writer::default();
    let mut rest = html;
    let mut tags = true;
    while let Some(at) = rest.find(['<', '&']) {
        let (text, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        writer.text(text);
        let skip = if from.starts_with('&') {
            match entity::decode(from) {
                Some((c, length)) => {
                    writer.character(if c == '\u{a0}' { ' ' } else { c });
                    length
                }
                None => 0,
            }
        } else if tags {
            tag(&mut writer, from, &mut tags)
        } else {
            0
        };
        if skip == 0 {
            let first = from.chars().next().unwrap_or('<'); // the `<` or `&` that was found
            writer.character(first);
        }
        rest = from.get(skip.max(1)..).unwrap_or_default();
    }
    writer.text(rest);
    let text = tex_delimiters(&writer.out);
    Converted {
        text,
        ..writer.done
    }
}

/// Handles what begins with `<`; answers its length, or 0 when it is text.
fn tag(writer: &mut Writer, from: &str, tags: &mut bool) -> usize {
    let inside = from.get(1..).unwrap_or_default();
    if let Some(comment) = inside.strip_prefix("!--") {
        return comment.find("-->").map_or_else(
            || {
                writer.done.content.insert("unfinished comment".to_owned());
                from.len()
            },
            |end| end + 7, // `<!--` and `-->`
        );
    }
    let (closing, body) = inside
        .strip_prefix('/')
        .map_or((false, inside), |body| (true, body));
    let name = name_of(body);
    if !known(&name) {
        return 0;
    }
    let Some(end) = end_of_tag(inside) else {
        *tags = false; // an unfinished tag: everything from here is text
        return 0;
    };
    let whole = end + 2;
    if !closing
        && matches!(
            name.as_str(),
            "script" | "style" | "title" | "template" | "noscript"
        )
    {
        writer.done.content.insert(name.clone());
        let after = from.get(whole..).unwrap_or_default();
        return whole + closing_tag(after, &name).unwrap_or(after.len());
    }
    writer.element(&name, closing, inside.get(..end).unwrap_or_default());
    whole
}

/// Where the tag's `>` stands, quotes respected.
fn end_of_tag(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// The length up to and with `</name…>`.
fn closing_tag(text: &str, name: &str) -> Option<usize> {
    let at = text.match_indices("</").map(|(at, _)| at).find(|at| {
        let end = text.get(at + 2..at + 2 + name.len());
        end.is_some_and(|end| end.eq_ignore_ascii_case(name))
    })?;
    Some(
        text.get(at..)?
            .find('>')
            .map_or(text.len(), |end| at + end + 1),
    )
}

/// The value of an attribute, entities decoded.
fn attribute(tag: &str, wanted: &str) -> Option<String> {
    let mut rest = tag
        .find([' ', '\n', '\t', '/'])
        .and_then(|at| tag.get(at..))?;
    loop {
        rest = rest.trim_start_matches([' ', '\n', '\t', '/']);
        let end = rest
            .find(['=', ' ', '\n', '\t'])
            .filter(|_| !rest.is_empty())?;
        let (name, after) = rest.split_at_checked(end)?;
        let Some(value) = after.trim_start().strip_prefix('=') else {
            rest = after;
            continue;
        };
        let value = value.trim_start();
        let (value, behind) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value.get(1..)?.split_once(quote)?,
            _ => value.split_once([' ', '\n', '\t']).unwrap_or((value, "")),
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(entity::decode_all(value));
        }
        rest = behind;
    }
}

#[derive(Default)]
struct Writer {
    out: String,
    done: Converted,
    /// Line breaks that come before the next character.
    breaks: usize,
    space: bool,
    pre: usize,
    lists: Vec<Option<u32>>,
    cell: bool,
    raised: Option<(usize, bool)>,
}

impl Writer {
    fn text(&mut self, text: &str) {
        text.chars().for_each(|c| self.character(c));
    }

    fn character(&mut self, c: char) {
        if self.pre > 0 && c == '\n' {
            self.breaks += 1;
        } else if self.pre == 0 && matches!(c, ' ' | '\n' | '\t' | '\r') {
            self.space = true;
        } else {
            self.flush();
            self.out.push(c);
        }
    }

    fn flush(&mut self) {
        if self.breaks > 0 {
            if !self.out.is_empty() {
                self.out
                    .extend(std::iter::repeat_n('\n', self.breaks.min(3)));
            }
        } else if self.space && !self.out.is_empty() {
            self.out.push(' ');
        }
        self.breaks = 0;
        self.space = false;
    }

    fn block(&mut self) {
        self.breaks = self.breaks.max(1);
    }

    fn element(&mut self, name: &str, closing: bool, tag: &str) {
        if CONTENT.contains(&name) {
            self.done.content.insert(name.to_owned());
        } else if !SILENT.contains(&name) {
            self.done.markup.insert(name.to_owned());
        }
        if BLOCKS.contains(&name) {
            self.block();
        }
        match name {
            "br" if self.breaks == 0 => self.breaks = 1,
            "br" => self.breaks += 1,
            "pre" if closing => self.pre = self.pre.saturating_sub(1),
            "pre" => self.pre += 1,
            "ul" | "ol" if closing => drop(self.lists.pop()),
            "ul" if self.lists.len() < 64 => self.lists.push(None),
            "ol" if self.lists.len() < 64 => self.lists.push(Some(0)),
            "li" if !closing => self.item(),
            "tr" => self.cell = false,
            "td" | "th" if !closing => self.cell(),
            "sup" | "sub" if closing => self.lower(),
            "sup" | "sub" => {
                self.lower();
                self.flush();
                self.raised = Some((self.out.len(), name == "sup"));
            }
            "img" if !closing => self.image(tag),
            _ => {}
        }
    }

    fn item(&mut self) {
        let bullet = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number = number.saturating_add(1);
                format!("{number}. ")
            }
            _ => "• ".to_owned(),
        };
        self.flush();
        self.out.push_str(&bullet);
    }

    fn cell(&mut self) {
        if self.cell {
            self.flush();
            self.out.push_str(" | ");
        }
        self.cell = true;
    }

    fn image(&mut self, tag: &str) {
        if let Some(src) = attribute(tag, "src") {
            let alt = attribute(tag, "alt").unwrap_or_default();
            self.done.images.push(Shown { src, alt });
        }
    }

    /// Ends a raised or lowered stretch: `x<sup>2</sup>` is x² and never x2.
    fn lower(&mut self) {
        let Some((start, raised)) = self.raised.take() else {
            return;
        };
        let Some(stretch) = self
            .out
            .get(start..)
            .filter(|stretch| !stretch.is_empty())
            .map(str::to_owned)
        else {
            return;
        };
        self.out.truncate(start);
        let small: Option<String> = stretch.chars().map(|c| small(c, raised)).collect();
        match small {
            Some(small) => self.out.push_str(&small),
            None => {
                let mark = if raised { '^' } else { '_' };
                self.out.push_str(&format!("{mark}({stretch})"));
            }
        }
    }
}

fn small(c: char, raised: bool) -> Option<char> {
    let plain = "0123456789+-=()n";
    let small = if raised {
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ"
    } else {
        "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙ"
    };
    plain
        .chars()
        .zip(small.chars())
        .find(|(it, _)| *it == c)
        .map(|(_, small)| small)
}

/// `$$…$$` and `\[…\]` as `\(…\)`.
pub(crate) fn tex_delimiters(text: &str) -> String {
    let text = pairs(text, "$$", "$$");
    pairs(&text, "\\[", "\\]")
}

fn pairs(text: &str, open: &str, close: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once(open) {
        let Some((tex, behind)) = after.split_once(close) else {
            break;
        };
        out.push_str(before);
        if tex.trim().is_empty() || tex.contains("\\(") {
            out.extend([open, tex, close]);
        } else {
            out.extend(["\\(", tex.trim(), "\\)"]);
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(html: &str) -> String {
        convert(html).text
    }

    #[test]
    fn paragraphs_breaks_and_lists_become_lines() {
        assert_eq!(
            text("<p>One</p>\n<p>Two<br/>three<br><br>four</p>"),
            "One\nTwo\nthree\n\nfour"
        );
        assert_eq!(
            text("Pick:<ul><li>a</li><li>b</li></ul>"),
            "Pick:\n• a\n• b"
        );
        assert_eq!(text("<ol><li>a<li>b</ol>"), "1. a\n2. b");
        assert_eq!(
            text("<table><tr><th>a</th><td>b</td></tr><tr><td>c</td></tr></table>"),
            "a | b\nc"
        );
        assert_eq!(text("<pre>a\n  b</pre>c"), "a\n  b\nc");
    }

    #[test]
    fn raised_and_lowered_text_keeps_its_meaning() {
        assert_eq!(
            text("x<sup>2</sup> H<sub>2</sub>O e<sup>kx</sup>"),
            "x² H₂O e^(kx)"
        );
    }

    #[test]
    fn entities_and_formulas_are_read() {
        assert_eq!(
            text("a&nbsp;&lt;&#98;&gt; &auml;&#x1F600; &bogus; &"),
            "a <b> ä😀 &bogus; &"
        );
        assert_eq!(
            text("$$x^2$$ and \\[y\\] cost $$"),
            "\\(x^2\\) and \\(y\\) cost $$"
        );
    }

    #[test]
    fn what_runs_is_dropped_and_named() {
        let converted = convert(
            "a<script>alert('<b>')</script>b<SCRIPT\n>c</ScRiPt >d<iframe src=x></iframe><b onclick=alert(1)>e</b>",
        );
        assert_eq!(converted.text, "abde");
        assert_eq!(
            converted.content.iter().collect::<Vec<_>>(),
            ["iframe", "script"]
        );
        assert_eq!(converted.markup.iter().collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn what_is_no_element_stays() {
        assert_eq!(
            text("a < b, x<y and List<String>; 1<2"),
            "a < b, x<y and List<String>; 1<2"
        );
        assert!(!is_html("a < b and x<y & c"));
        assert!(is_html("a <b>c</b>") && is_html("&amp;"));
    }

    #[test]
    fn pictures_are_found() {
        let images =
            convert("<img alt='A &amp; B' src=\"@@PLUGINFILE@@/a%20b.png\"><img src=x.png/>")
                .images;
        assert_eq!(
            images[0],
            Shown {
                src: "@@PLUGINFILE@@/a%20b.png".to_owned(),
                alt: "A & B".to_owned()
            }
        );
        assert_eq!(images.len(), 2);
    }
}
