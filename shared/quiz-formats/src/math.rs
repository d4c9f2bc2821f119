//! TeX between `\(` and `\)` as MathML.
//!
//! Invariant: the MathML holds only elements and attributes of the lists below, so nothing in it can
//! run, load or link. Formulas that cannot be shown stay as the text that was written.
//! Limits: [`MAX_TEX`] characters and [`MAX_NESTING`] braces deep; the rest of a set's MathML is
//! bounded by its reader.

use lectern_quiz::model::{Rich, Segment};
use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

/// Characters of one formula.
pub(crate) const MAX_TEX: usize = 1_000;

/// Groups, environments and arguments inside each other.
pub(crate) const MAX_NESTING: usize = 24;

/// <https://www.w3.org/TR/mathml-core/>, without `maction`, `annotation-xml` and what links.
const ELEMENTS: &[&str] = &[
    "math",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "ms",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
];

const ATTRIBUTES: &[&str] = &[
    "accent",
    "accentunder",
    "columnspan",
    "depth",
    "display",
    "displaystyle",
    "form",
    "height",
    "largeop",
    "linethickness",
    "lspace",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "rowspan",
    "rspace",
    "scriptlevel",
    "separator",
    "stretchy",
    "symmetric",
    "voffset",
    "width",
];

/// Why a formula stays text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// Byte offset of the formula in the source.
    pub(crate) offset: usize,
    pub(crate) reason: String,
}

/// Turns formulas into MathML.
pub(crate) struct Formulas {
    converter: LatexToMathML,
}

impl Default for Formulas {
    fn default() -> Self {
        // Without macros of its own a configuration is always accepted.
        let converter = LatexToMathML::new(MathCoreConfig::default()).unwrap_or_default();
        Self { converter }
    }
}

impl std::fmt::Debug for Formulas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Formulas")
    }
}

impl Formulas {
    /// Splits a source into text and formulas.
    pub(crate) fn rich(&self, source: &str) -> (Rich, Vec<Unreadable>) {
        let (mut segments, mut unreadable) = (Vec::new(), Vec::new());
        let (mut text, mut rest) = (String::new(), source);
        while let Some((before, after)) = rest.split_once("\\(") {
            let offset = source.len() - after.len() - 2;
            let Some((tex, behind)) = after.split_once("\\)") else {
                unreadable.push(Unreadable {
                    offset,
                    reason: "it has no end".to_owned(),
                });
                break;
            };
            text.push_str(before);
            match self.mathml(tex.trim()) {
                Ok(mathml) => {
                    if !text.is_empty() {
                        segments.push(Segment::Text(std::mem::take(&mut text)));
                    }
                    segments.push(Segment::Math {
                        tex: tex.trim().to_owned(),
                        mathml,
                    });
                }
                Err(reason) => {
                    text.extend(["\\(", tex, "\\)"]);
                    unreadable.push(Unreadable { offset, reason });
                }
            }
            rest = behind;
        }
        text.push_str(rest);
        if !text.is_empty() {
            segments.push(Segment::Text(text));
        }
        (Rich(segments), unreadable)
    }

    /// One formula, or why it cannot be shown.
    pub(crate) fn mathml(&self, tex: &str) -> Result<String, String> {
        if tex.is_empty() {
            return Err("it is empty".to_owned());
        }
        if tex.chars().count() > MAX_TEX {
            return Err(format!("it is longer than {MAX_TEX} characters"));
        }
        if nesting(tex) > MAX_NESTING {
            return Err(format!("it is nested more than {MAX_NESTING} deep"));
        }
        let made = self
            .converter
            .convert_with_local_state(tex, MathDisplay::Inline)
            .map_err(|error| error.to_string().trim_end_matches('.').to_owned())?;
        allowed(&made.mathml)
    }
}

/// An upper bound of how deep a formula nests: what opens stays open until its pair, and a command
/// without braces (`\sqrt\sqrt\sqrt x`) nests like one with them.
fn nesting(tex: &str) -> usize {
    let (mut open, mut chain, mut deepest) = (0_usize, 0_usize, 0);
    let mut rest = tex;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '\\' => {
                let name = rest.chars().take_while(char::is_ascii_alphabetic).count();
                let command = rest.get(..name).unwrap_or_default();
                open = match command {
                    "begin" | "left" => open + 1,
                    "end" | "right" => open.saturating_sub(1),
                    _ => open,
                };
                chain = if name == 0 { 0 } else { chain + 1 };
                let skip = if name == 0 {
                    rest.chars().next().map_or(0, char::len_utf8)
                } else {
                    name
                };
                rest = rest.get(skip..).unwrap_or_default();
            }
            '{' | '[' => open += 1,
            '}' | ']' => {
                open = open.saturating_sub(1);
                chain = 0;
            }
            '^' | '_' => chain += 1,
            c if c.is_whitespace() => {}
            _ => chain = 0,
        }
        deepest = deepest.max(open + chain.saturating_sub(8));
    }
    deepest
}

/// The same MathML with nothing but what the lists allow; an error names what may not stand there.
///
/// Inline styles are taken away, since pages forbid them: alignment of table cells becomes a class,
/// spacing is left to the browser. Colours are refused rather than lost.
fn allowed(mathml: &str) -> Result<String, String> {
    let mut safe = String::with_capacity(mathml.len());
    let mut rest = mathml;
    while let Some((text, after)) = rest.split_once('<') {
        safe.push_str(&no_brackets(text));
        let (tag, behind) = after
            .split_once('>')
            .ok_or("it has an unfinished element")?;
        tag_into(&mut safe, tag)?;
        rest = behind;
    }
    safe.push_str(&no_brackets(rest));
    Ok(safe)
}

fn no_brackets(text: &str) -> String {
    text.replace('>', "&gt;")
}

fn tag_into(safe: &mut String, tag: &str) -> Result<(), String> {
    let (closing, tag) = tag.strip_prefix('/').map_or(("", tag), |tag| ("/", tag));
    let (tag, empty) = tag.strip_suffix('/').map_or((tag, ""), |tag| (tag, "/"));
    let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
    if !ELEMENTS.contains(&name) {
        return Err(match name {
            "a" => "links cannot stand in a formula".to_owned(),
            "menclose" => "\\cancel and its like cannot be shown".to_owned(),
            _ => format!(
                "it needs an element that is not shown here ({})",
                name.escape_debug()
            ),
        });
    }
    safe.extend(["<", closing, name]);
    while let Some((attribute, after)) = attributes.trim_start().split_once("=\"") {
        let (value, behind) = after
            .split_once('"')
            .ok_or("it has an unfinished attribute")?;
        if attribute == "style" {
            safe.push_str(style_class(value)?);
        } else if ATTRIBUTES.contains(&attribute) && !value.contains(['<', '>']) {
            safe.extend([" ", attribute, "=\"", value, "\""]);
        }
        attributes = behind;
    }
    safe.extend([empty, ">"]);
    Ok(())
}

fn style_class(style: &str) -> Result<&'static str, String> {
    if style.contains("color:#") {
        return Err("colours cannot be shown".to_owned());
    }
    Ok(if style.contains("text-align: left") {
        " class=\"math-left\""
    } else if style.contains("text-align: right") {
        " class=\"math-right\""
    } else {
        ""
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mathml(tex: &str) -> Result<String, String> {
        Formulas::default().mathml(tex)
    }

    #[test]
    fn a_formula_becomes_mathml_core() {
        assert_eq!(
            mathml(r"\frac{1}{x^2}").as_deref(),
            Ok("<math><mfrac><mn>1</mn><msup><mi>x</mi><mn>2</mn></msup></mfrac></math>")
        );
        for tex in [
            r"\sqrt[3]{a+b}",
            r"\sum_{i=0}^n i",
            r"\begin{pmatrix}1&2\\3&4\end{pmatrix}",
            r"\text{für } x \neq 0",
            r"\ce",
        ] {
            let made = mathml(tex);
            assert_eq!(made.is_ok(), tex != r"\ce", "{tex}: {made:?}");
        }
    }

    #[test]
    fn no_formula_can_run_load_or_link() {
        let hostile = [
            r"\href{javascript:alert(1)}{x}",
            r"\url{https://example.org}",
            r"\class{evil}{x}",
            r"\style{background:url(x)}{y}",
            r"\htmlData{a=b}{x}",
            r"\includegraphics{https://example.org/a.png}",
            r"\text{<script>alert(1)</script>}",
            r"\text{<img src=x onerror=alert(1)>}",
            r#"\text{" onload="alert(1)}"#,
            r"\unicode{x3c}script",
            r"<script>alert(1)</script>",
            r"\color{red}{x}",
            r"\textcolor{#ff0000}{x}",
            r"\operatorname{<b>x</b>}",
            r"\mathrm{</math><script>}",
            r"\tag{<i>} x",
            r"\label{x}\ref{x}\eqref{x}",
            r"\cancel{x}",
        ];
        for tex in hostile {
            if let Ok(made) = mathml(tex) {
                for (_, tag) in made.match_indices('<').map(|(at, _)| made.split_at(at)) {
                    let name: String = tag
                        .trim_start_matches(['<', '/'])
                        .chars()
                        .take_while(char::is_ascii_alphabetic)
                        .collect();
                    assert!(ELEMENTS.contains(&name.as_str()), "{tex}: {made}");
                }
                for word in ["href", "style", " on", "javascript:", " id="] {
                    let inside_tags = made
                        .split('<')
                        .filter_map(|part| part.split_once('>'))
                        .any(|(tag, _)| tag.contains(word));
                    assert!(!inside_tags, "{tex}: {made}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_shown_stays_text() {
        let formulas = Formulas::default();
        let (rich, unreadable) = formulas.rich(r"a \(\nonsense\) b \(x\) c \(y");
        assert_eq!(rich.source(), r"a \(\nonsense\) b \(x\) c \(y");
        assert_eq!(rich.0.len(), 3);
        assert_eq!(
            unreadable.iter().map(|it| it.offset).collect::<Vec<_>>(),
            [2, 26]
        );
    }

    #[test]
    fn deep_and_long_formulas_are_refused_before_they_are_read() {
        for tex in [
            "{".repeat(900),
            r"\sqrt".repeat(190),
            "x^".repeat(400),
            r"\left(".repeat(150),
            "a".repeat(1_001),
            "_".repeat(999),
            r"\frac".repeat(190),
        ] {
            assert!(mathml(&tex).is_err(), "{tex}");
        }
        let flat = "x+".repeat(499);
        assert!(mathml(&(flat + "x")).is_ok());
    }
}
