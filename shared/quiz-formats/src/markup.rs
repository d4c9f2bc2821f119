//! Texts that other formats mark up, as rich text: HTML, Moodle's auto-format, Markdown.

mod entity;
pub(crate) mod html;

use std::collections::HashMap;

use lectern_quiz::model::{Image, Rich};

use self::html::{Converted, Shown};
use crate::image;
use crate::reader::{Reader, shown};
use crate::report::{Place, WarningCode};

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Markup {
    /// HTML: line breaks of the source mean nothing.
    Html,
    /// Moodle's auto-format: text in which HTML may stand.
    Moodle,
    /// Text.
    Plain,
    /// Markdown.
    Markdown,
}

impl Markup {
    /// By the names of GIFT and of Moodle XML.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "html" => Some(Self::Html),
            "moodle" | "moodle_auto_format" => Some(Self::Moodle),
            "plain" | "plain_text" => Some(Self::Plain),
            "markdown" => Some(Self::Markdown),
            _ => None,
        }
    }
}

/// Files that a text embeds: names and Base64.
pub(crate) type Files = HashMap<String, String>;

impl Reader<'_> {
    /// A marked-up text and the first picture in it.
    pub(crate) fn marked_up(
        &mut self,
        source: &str,
        markup: Markup,
        files: &Files,
        place: &Place,
        most: usize,
    ) -> (Rich, Option<Image>) {
        let converted = convert(source, markup);
        if markup == Markup::Markdown && source.contains(['*', '_', '#', '`', '[', '>']) {
            let detail = "Markdown is shown as it was written.";
            self.report
                .warn(WarningCode::MarkdownNotRendered, place.clone(), detail);
        }
        self.dropped(&converted, place);
        let image = self.first_image(&converted.images, files, place);
        (self.rich(&converted.text, place, most), image)
    }

    /// A marked-up text where no picture has room.
    pub(crate) fn marked_up_text(
        &mut self,
        source: &str,
        markup: Markup,
        place: &Place,
        most: usize,
    ) -> Rich {
        let converted = convert(source, markup);
        self.dropped(&converted, place);
        if let Some(image) = converted.images.first() {
            let detail = format!("There is no room for the image {} here.", shown(&image.src));
            self.report
                .warn(WarningCode::ImageDropped, place.clone(), detail);
        }
        self.rich(&converted.text, place, most)
    }

    fn dropped(&mut self, converted: &Converted, place: &Place) {
        let list = |names: &std::collections::BTreeSet<String>| {
            names
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(", ")
        };
        if !converted.markup.is_empty() {
            let detail = format!(
                "Markup is not kept, its text is: {}.",
                list(&converted.markup)
            );
            self.report
                .warn(WarningCode::MarkupDropped, place.clone(), detail);
        }
        if !converted.content.is_empty() {
            let detail = format!(
                "Embedded content was dropped: {}.",
                list(&converted.content)
            );
            self.report
                .warn(WarningCode::ContentDropped, place.clone(), detail);
        }
    }

    fn first_image(&mut self, images: &[Shown], files: &Files, place: &Place) -> Option<Image> {
        let mut first = None;
        for picture in images {
            if first.is_some() {
                let detail = format!(
                    "Only one image has room; {} was left out.",
                    shown(&picture.src)
                );
                self.report
                    .warn(WarningCode::ImageDropped, place.clone(), detail);
            } else {
                first = self.shown_image(picture, files, place);
            }
        }
        first
    }

    /// Embedded files, data addresses and parts are used; remote addresses are not.
    fn shown_image(&mut self, picture: &Shown, files: &Files, place: &Place) -> Option<Image> {
        let src = picture.src.trim();
        let name = percent_decoded(src.strip_prefix("@@PLUGINFILE@@/").unwrap_or(src));
        let bytes = if let Some(data) = files.get(&name) {
            image::decode_base64(data)
        } else if src
            .get(..5)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"))
        {
            image::decode_data_url(src)
        } else if self.has_part(&name) {
            return self.image_part(&name, &picture.alt, place);
        } else if src.starts_with("//") || src.contains("://") {
            self.remote_image(src, place);
            return None;
        } else {
            let detail = format!(
                "The image {} is neither embedded nor sent along.",
                shown(src)
            );
            self.report
                .warn(WarningCode::ImageDropped, place.clone(), detail);
            return None;
        };
        let usable = bytes.and_then(|bytes| image::recognise(&bytes).map(|_| bytes));
        match usable {
            Ok(bytes) => self.image(&bytes, &picture.alt, place),
            Err((_, detail)) => {
                self.report.warn(
                    WarningCode::ImageDropped,
                    place.clone(),
                    format!("An image was left out. {detail}"),
                );
                None
            }
        }
    }
}

fn convert(source: &str, markup: Markup) -> Converted {
    match markup {
        Markup::Html => html::convert(source),
        // Line breaks count, unless the text breaks its lines itself.
        Markup::Moodle if html::is_html(source) => {
            let breaks = ["<br", "<p", "<div", "<li"]
                .iter()
                .any(|tag| source.contains(tag));
            if breaks {
                html::convert(source)
            } else {
                html::convert(&source.replace('\n', "<br>"))
            }
        }
        Markup::Moodle | Markup::Markdown => Converted {
            text: html::tex_delimiters(source),
            ..Converted::default()
        },
        Markup::Plain => Converted {
            text: source.to_owned(),
            ..Converted::default()
        },
    }
}

/// `%20` and its like; what is not well-formed stays.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex
            .and_then(|hex| u8::from_str_radix(hex, 16).ok())
            .filter(|_| *first == b'%')
        {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
