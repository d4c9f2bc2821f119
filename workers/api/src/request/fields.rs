//! The fields of a JSON object, a form or a query, read one by one; every fault is collected.

use lectern_problem::{FieldError, Problem};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What can be read from fields.
pub(crate) trait FromFields: Sized {
    /// Reads every field, then builds the value; `None` when a required one is missing or unusable.
    fn from_fields(fields: &mut Fields) -> Option<Self>;
}

/// Fields not read yet, and the faults of those that were.
pub(crate) struct Fields {
    left: Map<String, Value>,
    place: &'static str,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Reads a value from fields; `place` leads the pointers (empty for a body).
    pub(crate) fn read<T: FromFields>(
        left: Map<String, Value>,
        place: &'static str,
    ) -> Result<T, Problem> {
        let mut fields = Self {
            left,
            place,
            errors: Vec::new(),
        };
        let value = T::from_fields(&mut fields);
        let unknown: Vec<String> = fields.left.keys().cloned().collect();
        for name in unknown {
            fields.fault(&name, "unknown_field", "There is no such field.");
        }
        match value {
            Some(value) if fields.errors.is_empty() => Ok(value),
            _ => Err(Problem::invalid(fields.errors)),
        }
    }

    /// A field that must be there.
    pub(crate) fn required<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        match self.left.remove(name) {
            Some(value) => self.typed(name, value),
            None => {
                self.fault(name, "missing_field", "This field must be given.");
                None
            }
        }
    }

    /// A field that may be absent or null.
    pub(crate) fn optional<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        match self.left.remove(name) {
            None | Some(Value::Null) => None,
            Some(value) => self.typed(name, value),
        }
    }

    /// A text that must be there and keep a rule.
    pub(crate) fn text(
        &mut self,
        name: &str,
        rule: impl Fn(&str) -> Result<(), &'static str>,
    ) -> Option<String> {
        let text: String = self.required(name)?;
        self.judge(name, text, rule)
    }

    /// A text that may be absent, and keeps a rule otherwise.
    pub(crate) fn optional_text(
        &mut self,
        name: &str,
        rule: impl Fn(&str) -> Result<(), &'static str>,
    ) -> Option<String> {
        let text: String = self.optional(name)?;
        self.judge(name, text, rule)
    }

    /// Notes a fault of a field.
    pub(crate) fn fault(&mut self, name: &str, code: &str, detail: impl Into<String>) {
        let name = name.replace('~', "~0").replace('/', "~1");
        self.errors.push(FieldError::at(
            format!("{}/{name}", self.place),
            code,
            detail,
        ));
    }

    fn judge(
        &mut self,
        name: &str,
        text: String,
        rule: impl Fn(&str) -> Result<(), &'static str>,
    ) -> Option<String> {
        match rule(&text) {
            Ok(()) => Some(text),
            Err(detail) => {
                self.fault(name, "invalid_value", detail);
                None
            }
        }
    }

    fn typed<T: DeserializeOwned>(&mut self, name: &str, value: Value) -> Option<T> {
        match serde_json::from_value(value) {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(name, "invalid_value", error.to_string());
                None
            }
        }
    }
}

/// The rule of texts between 1 and `most` characters without control characters.
pub(crate) fn line(most: usize) -> impl Fn(&str) -> Result<(), &'static str> {
    move |text| {
        if text.trim().is_empty() {
            Err("It must not be empty.")
        } else if text.chars().count() > most {
            Err("It is too long.")
        } else if text.chars().any(char::is_control) {
            Err("It must not hold control characters.")
        } else {
            Ok(())
        }
    }
}

/// The rule of client-made keys: random, base64url, 22 to 128 characters.
pub(crate) fn random_key(text: &str) -> Result<(), &'static str> {
    let fits = (22..=128).contains(&text.len()) && lectern_identity::code::is_base64url(text);
    if fits {
        Ok(())
    } else {
        Err("It must be 22 to 128 characters of base64url, made at random.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    struct Sample;

    impl FromFields for Sample {
        fn from_fields(fields: &mut Fields) -> Option<Self> {
            let name = fields.text("name", line(5));
            let count: Option<u8> = fields.optional("count");
            let key = fields.text("key", random_key);
            let _ = (name?, count, key?);
            Some(Self)
        }
    }

    fn faults(value: Value) -> Vec<(String, String)> {
        let Value::Object(map) = value else {
            return Vec::new();
        };
        let problem = Fields::read::<Sample>(map, "").err().unwrap();
        problem
            .errors
            .into_iter()
            .map(|error| (error.pointer.unwrap(), error.code))
            .collect()
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let pairs = faults(json!({ "name": "too long", "count": 300, "a/b": 1 }));
        let expected = [
            ("/name", "invalid_value"),
            ("/count", "invalid_value"),
            ("/key", "missing_field"),
            ("/a~1b", "unknown_field"),
        ];
        let expected: Vec<_> = expected
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect();
        assert_eq!(pairs, expected);
    }
}
