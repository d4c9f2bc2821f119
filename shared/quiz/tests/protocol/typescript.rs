//! Reads the TypeScript that is generated from the Rust messages: the shapes on the wire, exactly as serde
//! writes them. Only what ts-rs writes is understood; anything else is an error, not a guess.

use std::fs;
use std::path::Path;

/// A type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Type {
    /// `"lobby"`.
    Literal(String),
    /// `number`, or a type of ours.
    Name(String),
    List(Box<Type>),
    Tuple(Vec<Type>),
    /// An object with any keys.
    Map(Box<Type>),
    Object(Vec<Field>),
    Union(Vec<Type>),
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) optional: bool,
    pub(crate) of: Type,
    /// What it means.
    pub(crate) says: String,
}

/// A named type.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) name: String,
    /// What it is.
    pub(crate) says: String,
    pub(crate) of: Type,
}

impl Declared {
    /// Reads the generated file of a type.
    pub(crate) fn read(folder: &Path, name: &str) -> Self {
        let path = folder.join(format!("{name}.ts"));
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let (before, rest) = text.split_once("export type ").expect("a type is exported");
        let says = match before.rsplit_once("/**") {
            Some((_, says)) => sentence(says.trim_end().trim_end_matches("*/")),
            None => String::new(),
        };
        let (_, body) = rest.split_once('=').expect("a type has a body");
        let mut reader = Reader { rest: body };
        let of = reader.union();
        reader.expect(";");
        assert_eq!(reader.rest.trim(), "", "{name}");
        Self {
            name: name.to_owned(),
            says,
            of,
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn union(&mut self) -> Type {
        let mut members = vec![self.single()];
        while self.takes("|") {
            members.push(self.single());
        }
        if members.len() == 1 {
            members.remove(0)
        } else {
            Type::Union(members)
        }
    }

    fn single(&mut self) -> Type {
        if self.takes("{") {
            self.object()
        } else if self.takes("[") {
            let mut members = vec![self.union()];
            while self.takes(",") {
                members.push(self.union());
            }
            self.expect("]");
            Type::Tuple(members)
        } else if self.takes("\"") {
            Type::Literal(self.quoted())
        } else {
            let name = self.word();
            if self.takes("<") {
                assert_eq!(name, "Array");
                let of = self.union();
                self.expect(">");
                return Type::List(Box::new(of));
            }
            Type::Name(name)
        }
    }

    fn object(&mut self) -> Type {
        if self.takes("[") {
            for word in ["key", "in", "string"] {
                assert_eq!(self.word(), word);
            }
            self.expect("]");
            self.expect(":");
            let of = self.union();
            self.expect("}");
            return Type::Map(Box::new(of));
        }
        let mut fields = Vec::new();
        while !self.takes("}") {
            let says = self.comment();
            let name = if self.takes("\"") {
                self.quoted()
            } else {
                self.word()
            };
            let optional = self.takes("?");
            self.expect(":");
            fields.push(Field {
                name,
                optional,
                of: self.union(),
                says,
            });
            self.takes(",");
        }
        Type::Object(fields)
    }

    fn comment(&mut self) -> String {
        if !self.takes("/**") {
            return String::new();
        }
        let (says, rest) = self.rest.split_once("*/").expect("a comment ends");
        self.rest = rest;
        sentence(says)
    }

    fn quoted(&mut self) -> String {
        let (text, rest) = self.rest.split_once('"').expect("a string ends");
        self.rest = rest;
        text.to_owned()
    }

    fn word(&mut self) -> String {
        self.rest = self.rest.trim_start();
        let other = |c: char| !c.is_ascii_alphanumeric() && c != '_';
        let end = self.rest.find(other).unwrap_or(self.rest.len());
        assert!(end > 0, "a word, not {}", self.rest);
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    fn takes(&mut self, text: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, text: &str) {
        assert!(self.takes(text), "{text}, not {}", self.rest);
    }
}

/// The words of a comment, on one line.
fn sentence(comment: &str) -> String {
    let lines = comment
        .lines()
        .map(|line| line.trim().trim_start_matches('*'));
    lines
        .flat_map(str::split_whitespace)
        .collect::<Vec<_>>()
        .join(" ")
}
