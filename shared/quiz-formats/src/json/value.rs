//! JSON values as they stand: order kept, duplicate keys kept, bounded.
//!
//! Invariant: reading stops at [`MAX_DEPTH`] levels, [`MAX_VALUES`] values, or an array longer than
//! any that a question set has; memory stays a small multiple of the input.

use std::cell::Cell;
use std::fmt;

use lectern_quiz::model::limits;
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};

use crate::report::{FaultCode, Report};
use crate::text::Positions;

const MAX_DEPTH: usize = 32;
const MAX_VALUES: usize = 400_000;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    Number(f64),
    String(String),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::String(_) => "a text",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

/// Reads a document, or reports where it breaks off.
pub(crate) fn parse(text: &str, report: &mut Report) -> Option<Node> {
    let bounds = Bounds {
        values: Cell::new(0),
        stopped: Cell::new(None),
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Seed {
        bounds: &bounds,
        depth: 0,
    }
    .deserialize(&mut reader)
    .and_then(|node| reader.end().map(|()| node));
    match read {
        Ok(node) => Some(node),
        Err(error) => {
            let place = Positions::new(text).byte_column(error.line(), error.column());
            let message = error.to_string();
            let reason = message.split(" at line ").next().unwrap_or_default();
            let code = match bounds.stopped.get() {
                Some(code) => code,
                None if reason.contains("recursion limit") => FaultCode::TooComplex,
                None if reason.contains("out of range") => FaultCode::BadNumber,
                None => FaultCode::Syntax,
            };
            report.fault(code, place, format!("The JSON cannot be read: {reason}."));
            None
        }
    }
}

struct Bounds {
    values: Cell<usize>,
    stopped: Cell<Option<FaultCode>>,
}

impl Bounds {
    fn stop<E: serde::de::Error>(&self, code: FaultCode, reason: &str) -> E {
        self.stopped.set(Some(code));
        E::custom(reason)
    }
}

#[derive(Clone, Copy)]
struct Seed<'b> {
    bounds: &'b Bounds,
    depth: usize,
}

impl Seed<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(self
                .bounds
                .stop(FaultCode::TooComplex, "values are nested too deeply"));
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }

    fn count<E: serde::de::Error>(self) -> Result<(), E> {
        let values = self.bounds.values.get() + 1;
        self.bounds.values.set(values);
        if values > MAX_VALUES {
            return Err(self
                .bounds
                .stop(FaultCode::TooComplex, "there are too many values"));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        self.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value as f64)) // beyond 2^53 the nearest number, as everywhere in JSON
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value as f64)) // as above
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Node, E> {
        Ok(Node::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(inner)? {
            if items.len() == limits::QUESTIONS {
                let questions = self.depth <= 1;
                let (code, reason) = if questions {
                    (
                        FaultCode::TooManyQuestions,
                        "a set has at most 2000 questions",
                    )
                } else {
                    (FaultCode::TooComplex, "an array is too long")
                };
                return Err(self.bounds.stop(code, reason));
            }
            items.push(item);
        }
        Ok(Node::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let inner = self.deeper()?;
        let mut fields = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if name.len() > 10_000 {
                return Err(A::Error::custom("the name of a field is too long"));
            }
            fields.push((name, map.next_value_seed(inner)?));
        }
        Ok(Node::Object(fields))
    }
}
