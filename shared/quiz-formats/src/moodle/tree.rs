//! One question of a Moodle XML file as a small tree.
//!
//! Invariant: no document type, no entity but XML's own five, at most [`MAX_DEPTH`] levels and
//! [`MAX_ELEMENTS`] elements a question; a question's tree is dropped before the next is read.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::report::FaultCode;

const MAX_DEPTH: usize = 32;
const MAX_ELEMENTS: usize = 5_000;
/// Attributes of an element that are looked at; Moodle writes four at most.
const MAX_ATTRIBUTES: usize = 16;

/// An element.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) offset: usize,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
    attributes: Vec<(String, String)>,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(super) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of a child, or of the `<text>` in it.
    pub(super) fn says(&self, name: &str) -> &str {
        self.child(name).map(Element::content).unwrap_or_default()
    }

    /// The text of the element, or of the `<text>` in it.
    pub(super) fn content(&self) -> &str {
        self.child("text")
            .map_or(self.text.as_str(), |text| text.text.as_str())
            .trim()
    }
}

/// Why reading ended early.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) code: FaultCode,
    pub(super) offset: usize,
    pub(super) detail: String,
}

/// Reads the elements directly below the root, one after the other.
pub(super) struct Trees<'t> {
    reader: Reader<&'t [u8]>,
    open: Vec<Element>,
    elements: usize,
    root: Option<String>,
    offset: usize,
}

impl<'t> Trees<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            reader: Reader::from_str(text),
            open: Vec::new(),
            elements: 0,
            root: None,
            offset: 0,
        }
    }

    fn broken(&self, code: FaultCode, detail: impl Into<String>) -> Broken {
        Broken {
            code,
            offset: self.offset,
            detail: detail.into(),
        }
    }

    /// The next element below the root; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Element>, Broken> {
        loop {
            self.offset = usize::try_from(self.reader.buffer_position()).unwrap_or_default();
            let event = self.reader.read_event().map_err(|error| Broken {
                code: FaultCode::Syntax,
                offset: usize::try_from(self.reader.error_position()).unwrap_or_default(),
                detail: format!("The XML is not well-formed: {error}."),
            })?;
            match event {
                Event::Start(start) => self.open(&start)?,
                Event::Empty(start) => {
                    self.open(&start)?;
                    if let Some(done) = self.close() {
                        return Ok(Some(done));
                    }
                }
                Event::End(_) => {
                    if let Some(done) = self.close() {
                        return Ok(Some(done));
                    }
                }
                Event::Text(text) => self.text(&text),
                Event::CData(text) => self.text(&text),
                Event::GeneralRef(reference) => self.reference(&reference)?,
                Event::DocType(_) => {
                    let detail = "A document type cannot stand in a question set: entities could hide anything.";
                    return Err(self.broken(FaultCode::Doctype, detail));
                }
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
                Event::Eof if self.open.is_empty() && self.root.is_some() => return Ok(None),
                Event::Eof => {
                    return Err(
                        self.broken(FaultCode::Syntax, "The XML breaks off before its end.")
                    );
                }
            }
        }
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), Broken> {
        let name = start.name().0.to_owned();
        match (&self.root, self.open.is_empty()) {
            (None, _) if name != "quiz" => {
                let detail = "This is no Moodle XML: its outermost element is not <quiz>.";
                return Err(self.broken(FaultCode::UnknownFormat, detail));
            }
            (None, _) => self.root = Some(name.clone()),
            (Some(_), true) => {
                return Err(self.broken(FaultCode::Syntax, "Something stands after </quiz>."));
            }
            (Some(_), false) => {}
        }
        self.elements += 1;
        if self.open.len() >= MAX_DEPTH || self.elements > MAX_ELEMENTS {
            return Err(self.broken(
                FaultCode::TooComplex,
                "Elements are nested too deeply, or are too many for one question.",
            ));
        }
        let mut element = Element {
            name,
            offset: self.offset,
            ..Element::default()
        };
        for attribute in start.attributes().with_checks(false).take(MAX_ATTRIBUTES) {
            let attribute = attribute.map_err(|error| {
                self.broken(
                    FaultCode::Syntax,
                    format!("An attribute cannot be read: {error}."),
                )
            })?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|error| {
                self.broken(
                    FaultCode::Syntax,
                    format!("An attribute cannot be read: {error}."),
                )
            })?;
            element
                .attributes
                .push((attribute.key.0.to_owned(), value.into_owned()));
        }
        self.open.push(element);
        Ok(())
    }

    /// Ends an element; answers it when it stood directly below the root.
    fn close(&mut self) -> Option<Element> {
        let done = self.open.pop()?;
        match self.open.len() {
            0 => None,
            1 => {
                self.elements = 0;
                Some(done)
            }
            _ => {
                if let Some(parent) = self.open.last_mut() {
                    parent.children.push(done);
                }
                None
            }
        }
    }

    fn text(&mut self, text: &str) {
        if self.open.len() > 1
            && let Some(element) = self.open.last_mut()
        {
            element.text.push_str(text);
        }
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), Broken> {
        let character = match &**reference {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => reference.resolve_char_ref().ok().flatten(),
        };
        match character {
            Some(c) => {
                self.text(c.encode_utf8(&mut [0; 4]));
                Ok(())
            }
            None => Err(self.broken(FaultCode::Syntax, "This is none of XML's own entities.")),
        }
    }
}
