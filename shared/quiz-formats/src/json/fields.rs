//! The fields of a JSON object, taken one by one; what remains was not expected.

use std::collections::HashSet;

use crate::json::value::Node;
use crate::reader::shown;
use crate::report::{FaultCode, Place, Report};

/// The fields of one object.
pub(crate) struct Fields {
    fields: Vec<(String, Node)>,
    pointer: String,
}

/// A JSON pointer to `name` in what `pointer` names.
pub(crate) fn join(pointer: &str, name: &str) -> String {
    format!(
        "{pointer}/{}",
        shown(name).replace('~', "~0").replace('/', "~1")
    )
}

impl Fields {
    /// The fields of `node`, or a fault when it is no object.
    pub(crate) fn of(node: Node, pointer: &str, report: &mut Report) -> Option<Self> {
        let Node::Object(given) = node else {
            wrong_type(&node, "an object", pointer, report);
            return None;
        };
        let mut names = HashSet::new();
        let mut fields = Vec::new();
        for (name, value) in given {
            if names.insert(name.clone()) {
                fields.push((name, value));
            } else {
                let detail = format!("The field “{}” is given twice.", shown(&name));
                report.fault(
                    FaultCode::DuplicateField,
                    Place::pointer(join(pointer, &name)),
                    detail,
                );
            }
        }
        Some(Self {
            fields,
            pointer: pointer.to_owned(),
        })
    }

    pub(crate) fn pointer(&self, name: &str) -> String {
        join(&self.pointer, name)
    }

    pub(crate) fn place(&self, name: &str) -> Place {
        Place::pointer(self.pointer(name))
    }

    /// The whole object's place.
    pub(crate) fn here(&self) -> Place {
        Place::pointer(self.pointer.clone())
    }

    /// A field that may be missing; `null` is missing.
    pub(crate) fn take(&mut self, name: &str) -> Option<Node> {
        let at = self.fields.iter().position(|(field, _)| field == name)?;
        let (_, node) = self.fields.remove(at); // `at` was just found
        (node != Node::Null).then_some(node)
    }

    /// A field that must be there.
    pub(crate) fn need(&mut self, name: &str, report: &mut Report) -> Option<Node> {
        let node = self.take(name);
        if node.is_none() {
            report.fault(
                FaultCode::MissingField,
                self.place(name),
                format!("The field “{name}” is missing."),
            );
        }
        node
    }

    pub(crate) fn string(&mut self, name: &str, report: &mut Report) -> Option<String> {
        let node = self.take(name)?;
        string(node, &self.pointer(name), report)
    }

    pub(crate) fn boolean(&mut self, name: &str, report: &mut Report) -> Option<bool> {
        match self.take(name)? {
            Node::Bool(value) => Some(value),
            other => {
                wrong_type(&other, "true or false", &self.pointer(name), report);
                None
            }
        }
    }

    pub(crate) fn number(&mut self, name: &str, report: &mut Report) -> Option<f64> {
        match self.take(name)? {
            Node::Number(value) => Some(value),
            other => {
                wrong_type(&other, "a number", &self.pointer(name), report);
                None
            }
        }
    }

    /// A whole number from 0 that fits `T`.
    pub(crate) fn whole<T: TryFrom<u32>>(&mut self, name: &str, report: &mut Report) -> Option<T> {
        let value = self.number(name, report)?;
        let whole = (value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value))
            .then_some(value as u32); // checked to fit
        let fitting = whole.and_then(|value| T::try_from(value).ok());
        if fitting.is_none() {
            report.fault(
                FaultCode::BadNumber,
                self.place(name),
                format!("{value} is no whole number within the limits."),
            );
        }
        fitting
    }

    pub(crate) fn array(&mut self, name: &str, report: &mut Report) -> Option<Vec<Node>> {
        match self.need(name, report)? {
            Node::Array(items) => Some(items),
            other => {
                wrong_type(&other, "an array", &self.pointer(name), report);
                None
            }
        }
    }

    /// What was not taken.
    pub(crate) fn rest(self) -> impl Iterator<Item = (String, Place)> {
        let pointer = self.pointer;
        self.fields.into_iter().map(move |(name, _)| {
            let place = Place::pointer(join(&pointer, &name));
            (name, place)
        })
    }

    /// Reports what was not taken as unknown.
    pub(crate) fn end(self, report: &mut Report) {
        for (name, place) in self.rest() {
            if report.is_full() {
                return;
            }
            report.fault(
                FaultCode::UnknownField,
                place,
                format!("There is no field “{}” here.", shown(&name)),
            );
        }
    }
}

pub(crate) fn string(node: Node, pointer: &str, report: &mut Report) -> Option<String> {
    match node {
        Node::String(text) => Some(text),
        other => {
            wrong_type(&other, "a text", pointer, report);
            None
        }
    }
}

pub(crate) fn wrong_type(node: &Node, wanted: &str, pointer: &str, report: &mut Report) {
    let detail = format!("Here stands {}; wanted is {wanted}.", node.type_name());
    report.fault(FaultCode::WrongType, Place::pointer(pointer), detail);
}
