//! Tagged enums, read without buffering.
//!
//! A derived reader of `#[serde(tag = "…")]` keeps the content in a buffer until it has seen the tag, and
//! needs a second reader for every type in it: a quarter of the code of a live Worker. Here the tag is
//! read first, as we write it, and the fields behind it straight from the text; fields that a client put
//! before the tag wait as raw JSON. The written form is the same as serde's: `{"type": "…", fields…}`,
//! or `{"type": "…", "value": …}` where a content key is named.
//!
//! ```
//! # use serde::{Deserialize, Serialize};
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! #[serde(remote = "Self", rename_all = "snake_case")]
//! enum Shape {
//!     Dot,
//!     Circle { radius: u32 },
//! }
//! lectern_live::tagged!(Shape, "type");
//!
//! let circle = serde_json::to_string(&Shape::Circle { radius: 2 }).unwrap();
//! assert_eq!(circle, r#"{"type":"circle","radius":2}"#);
//! assert_eq!(serde_json::from_str::<Shape>(r#"{"radius":2,"type":"circle"}"#).unwrap(), Shape::Circle { radius: 2 });
//! ```
//!
//! Works with `serde_json` over text only, which is all that crosses a socket or is stored.

use serde::{
    Deserializer, Serialize, Serializer,
    de::{
        DeserializeSeed, EnumAccess, Error as _, IgnoredAny, MapAccess, VariantAccess, Visitor,
        value::MapAccessDeserializer,
    },
    ser::{Error as _, Impossible, SerializeStruct, SerializeStructVariant},
};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt};

/// Gives an enum derived with `#[serde(remote = "Self")]` its tagged form: `tagged!(Enum, "type")`, or with
/// newtype variants `tagged!(Enum, "type", "value")`.
#[macro_export]
macro_rules! tagged {
    ($name:ident, $tag:literal) => { $crate::tagged!(@ $name, $tag, None); };
    ($name:ident, $tag:literal, $content:literal) => { $crate::tagged!(@ $name, $tag, Some($content)); };
    (@ $name:ident, $tag:literal, $content:expr) => {
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, inner: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, $crate::tagged::Writer { inner, tag: $tag, content: $content })
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(inner: D) -> Result<Self, D::Error> {
                Self::deserialize($crate::tagged::Reader { inner, tag: $tag, content: $content })
            }
        }
    };
}

/// Presents a tagged object as the enum that a derived reader expects. Made by [`tagged!`](crate::tagged!).
#[derive(Debug)]
pub struct Reader<D> {
    /// The text's reader.
    pub inner: D,
    /// The tag's key.
    pub tag: &'static str,
    /// The key of a newtype variant's content.
    pub content: Option<&'static str>,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Reader<D> {
    type Error = D::Error;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let Self {
            inner,
            tag,
            content,
        } = self;
        inner.deserialize_map(Object {
            visitor,
            tag,
            content,
        })
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, D::Error> {
        Err(D::Error::custom("only enums are tagged"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Object<V> {
    visitor: V,
    tag: &'static str,
    content: Option<&'static str>,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Object<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with `{}`", self.tag)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<V::Value, A::Error> {
        let mut early = Vec::new();
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if key == self.tag {
                let variant = map.next_value::<Cow<'de, str>>()?;
                let fields = Fields {
                    early: early.into_iter(),
                    value: None,
                    rest: map,
                };
                return self.visitor.visit_enum(Variant {
                    variant,
                    fields,
                    content: self.content,
                });
            }
            early.push((key, map.next_value::<&'de RawValue>()?));
        }
        Err(A::Error::missing_field(self.tag))
    }
}

/// The fields without the tag: those that came before it, then those behind it.
struct Fields<'de, A> {
    early: std::vec::IntoIter<(Cow<'de, str>, &'de RawValue)>,
    value: Option<&'de RawValue>,
    rest: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Fields<'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let Some((key, value)) = self.early.next() else {
            return self.rest.next_key_seed(seed);
        };
        self.value = Some(value);
        seed.deserialize(serde::de::value::CowStrDeserializer::new(key))
            .map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        let Some(value) = self.value.take() else {
            return self.rest.next_value_seed(seed);
        };
        seed.deserialize(&mut serde_json::Deserializer::from_str(value.get()))
            .map_err(A::Error::custom)
    }
}

struct Variant<'de, A> {
    variant: Cow<'de, str>,
    fields: Fields<'de, A>,
    content: Option<&'static str>,
}

impl<'de, A: MapAccess<'de>> EnumAccess<'de> for Variant<'de, A> {
    type Error = A::Error;
    type Variant = Content<'de, A>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self::Variant), A::Error> {
        let variant = seed.deserialize(serde::de::value::CowStrDeserializer::new(self.variant))?;
        Ok((
            variant,
            Content {
                fields: self.fields,
                key: self.content,
            },
        ))
    }
}

/// What stands in the object beside the tag.
#[allow(
    missing_debug_implementations,
    reason = "lives inside one call of a reader"
)]
struct Content<'de, A> {
    fields: Fields<'de, A>,
    key: Option<&'static str>,
}

impl<'de, A: MapAccess<'de>> VariantAccess<'de> for Content<'de, A> {
    type Error = A::Error;

    fn unit_variant(mut self) -> Result<(), A::Error> {
        while self
            .fields
            .next_entry::<IgnoredAny, IgnoredAny>()?
            .is_some()
        {}
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        mut self,
        seed: T,
    ) -> Result<T::Value, A::Error> {
        let Some(content) = self.key else {
            return seed.deserialize(MapAccessDeserializer::new(self.fields));
        };
        while let Some(key) = self.fields.next_key::<Cow<'de, str>>()? {
            if key == content {
                let value = self.fields.next_value_seed(seed)?;
                self.unit_variant()?;
                return Ok(value);
            }
            self.fields.next_value::<IgnoredAny>()?;
        }
        Err(A::Error::missing_field(content))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, A::Error> {
        Err(A::Error::custom("tuples are not tagged"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        visitor.visit_map(self.fields)
    }
}

/// Writes what a derived writer gives as an enum as a tagged object. Made by [`tagged!`](crate::tagged!).
#[derive(Debug)]
pub struct Writer<S> {
    /// The text's writer.
    pub inner: S,
    /// The tag's key.
    pub tag: &'static str,
    /// The key of a newtype variant's content.
    pub content: Option<&'static str>,
}

/// The fields of a variant, behind its tag.
#[derive(Debug)]
pub struct Written<S>(S);

impl<S: SerializeStruct> SerializeStructVariant for Written<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), S::Error> {
        self.0.serialize_field(key, value)
    }

    fn skip_field(&mut self, key: &'static str) -> Result<(), S::Error> {
        self.0.skip_field(key)
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

fn untagged<T, E: serde::ser::Error>() -> Result<T, E> {
    Err(E::custom("only enums are tagged"))
}

macro_rules! refuse {
    ($($method:ident: $type:ty,)*) => {$(
        fn $method(self, _: $type) -> Result<S::Ok, S::Error> {
            untagged()
        }
    )*};
}

impl<S: Serializer> Serializer for Writer<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Impossible<S::Ok, S::Error>;
    type SerializeTuple = Impossible<S::Ok, S::Error>;
    type SerializeTupleStruct = Impossible<S::Ok, S::Error>;
    type SerializeTupleVariant = Impossible<S::Ok, S::Error>;
    type SerializeMap = Impossible<S::Ok, S::Error>;
    type SerializeStruct = Impossible<S::Ok, S::Error>;
    type SerializeStructVariant = Written<S::SerializeStruct>;

    fn serialize_unit_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<S::Ok, S::Error> {
        let mut object = self.inner.serialize_struct(name, 1)?;
        object.serialize_field(self.tag, variant)?;
        object.end()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let Some(content) = self.content else {
            return Err(S::Error::custom("a newtype variant needs a content key"));
        };
        let mut object = self.inner.serialize_struct(name, 2)?;
        object.serialize_field(self.tag, variant)?;
        object.serialize_field(content, value)?;
        object.end()
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        let mut object = self
            .inner
            .serialize_struct(name, length.saturating_add(1))?;
        object.serialize_field(self.tag, variant)?;
        Ok(Written(object))
    }

    refuse! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_f32: f32,
        serialize_f64: f64, serialize_char: char, serialize_str: &str, serialize_bytes: &[u8],
        serialize_unit_struct: &'static str,
    }

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        untagged()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<S::Ok, S::Error> {
        untagged()
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        untagged()
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: &T,
    ) -> Result<S::Ok, S::Error> {
        untagged()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        untagged()
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, S::Error> {
        untagged()
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, S::Error> {
        untagged()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        untagged()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        untagged()
    }

    fn serialize_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStruct, S::Error> {
        untagged()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(remote = "Self", rename_all = "snake_case", deny_unknown_fields)]
    enum Shape {
        Dot,
        Oval {
            width: u32,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            name: Option<String>,
        },
    }
    crate::tagged!(Shape, "type");

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(remote = "Self", rename_all = "snake_case")]
    enum Choice {
        One(u32),
        Many(Vec<u32>),
    }
    crate::tagged!(Choice, "type", "value");

    #[test]
    fn what_is_written_is_read_again() {
        for text in [
            r#"{"type":"dot"}"#,
            r#"{"type":"oval","width":2}"#,
            r#"{"type":"oval","width":2,"name":"é"}"#,
        ] {
            let shape: Shape = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&shape).unwrap(), text);
        }
        for text in [
            r#"{"type":"one","value":1}"#,
            r#"{"type":"many","value":[1,2]}"#,
        ] {
            let choice: Choice = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&choice).unwrap(), text);
        }
    }

    #[test]
    fn the_tag_may_stand_anywhere() {
        let oval = Shape::Oval {
            width: 2,
            name: Some("a".into()),
        };
        assert_eq!(
            serde_json::from_str::<Shape>(r#"{"width":2,"type":"oval","name":"a"}"#).unwrap(),
            oval
        );
        assert_eq!(
            serde_json::from_str::<Shape>(r#"{"name":"a","width":2,"\u0074ype":"oval"}"#).unwrap(),
            oval
        );
        assert_eq!(
            serde_json::from_str::<Choice>(r#"{"value":[1],"type":"many"}"#).unwrap(),
            Choice::Many(vec![1])
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let table = [
            (r#"{"width":2}"#, "missing field `type`"),
            (r#"{"type":"oval"}"#, "missing field `width`"),
            (r#"{"type":"oval","width":2,"x":1}"#, "unknown field `x`"),
            (r#"{"x":1,"type":"oval","width":2}"#, "unknown field `x`"),
            (r#"{"type":"star"}"#, "unknown variant `star`"),
            (r#"{"type":7}"#, "invalid type"),
            (r#"{"width":-1,"type":"oval"}"#, "invalid value"),
            ("7", "invalid type"),
        ];
        for (text, start) in table {
            let error = serde_json::from_str::<Shape>(text).unwrap_err().to_string();
            assert!(error.starts_with(start), "{text}: {error}");
        }
        let error = serde_json::from_str::<Choice>(r#"{"type":"one"}"#)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("missing field `value`"), "{error}");
    }
}
