//! The JSON objects of the normal form: what says nothing never gets in.
//!
//! Thousands are made for each thousand steps, and written once: entries stand in a list (no object has many), and
//! keys that the program itself gives are not copied.

use std::borrow::Cow;

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Number, Value};
use smol_str::SmolStr;

/// A JSON value. Reads and writes as [`Value`] does.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "Value")]
pub enum Json {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'static, str>),
    /// The same, of a short one: a name of something.
    Name(SmolStr),
    List(Vec<Json>),
    Object(Form),
}

/// Entries by key; what is absent, false or empty is left out. Equal where both have the same entries, in whatever
/// order.
#[derive(Debug, Clone, Default)]
pub struct Form(Vec<(SmolStr, Json)>);

impl Json {
    pub fn is_null(&self) -> bool {
        matches!(self, Json::Null)
    }

    fn as_text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            Json::Name(text) => Some(text),
            _ => None,
        }
    }

    /// The text of that key.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self {
            Json::Object(form) => form.get(key)?.as_text(),
            _ => None,
        }
    }

    fn says_nothing(&self) -> bool {
        match self {
            Json::Null | Json::Bool(false) => true,
            Json::List(items) => items.is_empty(),
            Json::Object(form) => form.is_empty(),
            _ => false,
        }
    }
}

impl Form {
    pub fn put(&mut self, key: impl Into<SmolStr>, value: impl Into<Json>) -> &mut Self {
        let value = value.into();
        if value.says_nothing() { self } else { self.always(key, value) }
    }

    /// Only where it is not so.
    pub fn put_false(&mut self, key: &'static str, holds: bool) -> &mut Self {
        if holds { self } else { self.always(key, false) }
    }

    /// Where `false`, or an empty list, says something too. The key is a new one.
    pub fn always(&mut self, key: impl Into<SmolStr>, value: impl Into<Json>) -> &mut Self {
        self.0.push((key.into(), value.into()));
        self
    }

    /// A new entry, whatever it says.
    pub fn add(&mut self, (key, value): (SmolStr, impl Into<Json>)) {
        self.always(key, value);
    }

    pub fn append(&mut self, other: Form) -> &mut Self {
        self.0.extend(other.0);
        self
    }

    /// Goes before all others.
    pub fn put_first(&mut self, key: &'static str, value: impl Into<Json>) {
        self.0.insert(0, (SmolStr::new_static(key), value.into()));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn get(&self, key: &str) -> Option<&Json> {
        self.0.iter().find(|it| it.0 == key).map(|it| &it.1)
    }

    /// The value of that key. Two forms of the same kind have it in the same place, mostly.
    fn get_near(&self, at: usize, key: &str) -> Option<&Json> {
        self.0.get(at).filter(|it| it.0 == key).map_or_else(|| self.get(key), |it| Some(&it.1))
    }

    /// Equal, but for the value of that key.
    pub fn equal_but(&self, other: &Form, key: &str) -> bool {
        self.len() == other.len()
            && self.0.iter().enumerate().all(|(at, (own, value))| own == key || other.get_near(at, own) == Some(value))
    }

    /// Leaves out of both what is the same in both; so many entries were.
    pub fn keep_differences(&mut self, other: &mut Form) -> usize {
        let is_same: Vec<bool> =
            self.0.iter().enumerate().map(|(at, (key, value))| other.get_near(at, key) == Some(value)).collect();
        let same = is_same.iter().filter(|it| **it).count();
        if same > 0 {
            let mut flags = is_same.into_iter();
            let (gone, left) = std::mem::take(&mut self.0).into_iter().partition(|_| flags.next() == Some(true));
            self.0 = left;
            let gone = Form(gone);
            other.0.retain(|(key, _)| gone.get(key).is_none());
        }
        same
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Json::Null, Json::Null) => true,
            (Json::Bool(one), Json::Bool(two)) => one == two,
            (Json::Number(one), Json::Number(two)) => one == two,
            (Json::List(one), Json::List(two)) => one == two,
            (Json::Object(one), Json::Object(two)) => one == two,
            _ => self.as_text().is_some() && self.as_text() == other.as_text(),
        }
    }
}

impl PartialEq for Form {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.0.iter().enumerate().all(|(at, (key, value))| other.get_near(at, key) == Some(value))
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(it) => serializer.serialize_bool(*it),
            Json::Number(it) => it.serialize(serializer),
            Json::Text(it) => serializer.serialize_str(it),
            Json::Name(it) => serializer.serialize_str(it),
            Json::List(items) => serializer.collect_seq(items),
            Json::Object(form) => form.serialize(serializer),
        }
    }
}

impl Serialize for Form {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Json::Null,
            Value::Bool(it) => Json::Bool(it),
            Value::Number(it) => Json::Number(it),
            Value::String(it) => Json::Text(it.into()),
            Value::Array(items) => Json::List(items.into_iter().map(Json::from).collect()),
            Value::Object(entries) => {
                Json::Object(Form(entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect()))
            }
        }
    }
}

impl From<&Json> for Value {
    fn from(json: &Json) -> Self {
        match json {
            Json::Null => Value::Null,
            Json::Bool(it) => Value::Bool(*it),
            Json::Number(it) => Value::Number(it.clone()),
            Json::Text(it) => Value::String(it.clone().into_owned()),
            Json::Name(it) => Value::String(it.to_string()),
            Json::List(items) => Value::Array(items.iter().map(Value::from).collect()),
            Json::Object(form) => {
                Value::Object(form.0.iter().map(|(key, value)| (key.to_string(), Value::from(value))).collect())
            }
        }
    }
}

impl From<Form> for Json {
    fn from(form: Form) -> Self {
        Json::Object(form)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Json::Bool(value)
    }
}

impl From<String> for Json {
    fn from(value: String) -> Self {
        Json::Text(value.into())
    }
}

impl From<&'static str> for Json {
    fn from(value: &'static str) -> Self {
        Json::Text(value.into())
    }
}

/// A catalog's code, as text.
pub fn letter(value: char) -> Cow<'static, str> {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
    match value {
        'a'..='z' => {
            let at = value as usize - 'a' as usize;
            LETTERS[at..=at].into()
        }
        _ => value.to_string().into(),
    }
}

impl From<char> for Json {
    fn from(value: char) -> Self {
        Json::Text(letter(value))
    }
}

impl From<SmolStr> for Json {
    fn from(value: SmolStr) -> Self {
        Json::Name(value)
    }
}

impl From<Cow<'static, str>> for Json {
    fn from(value: Cow<'static, str>) -> Self {
        Json::Text(value)
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Json::Null, Into::into)
    }
}

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(items: Vec<T>) -> Self {
        Json::List(items.into_iter().map(Into::into).collect())
    }
}

macro_rules! from_number {
    ($($number:ty),*) => {
        $(impl From<$number> for Json {
            fn from(value: $number) -> Self {
                Json::Number(value.into())
            }
        })*
    };
}

from_number!(u16, i32, i64, usize);

impl<V: Into<Json>> FromIterator<(SmolStr, V)> for Form {
    fn from_iter<I: IntoIterator<Item = (SmolStr, V)>>(entries: I) -> Self {
        Form(entries.into_iter().map(|(key, value)| (key, value.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn form(value: Value) -> Form {
        match Json::from(value) {
            Json::Object(form) => form,
            other => panic!("{other:?} is no object"),
        }
    }

    #[test]
    fn it_reads_and_writes_as_any_json() {
        let text = r#"{"b":[1,-2,"x\n",null,true],"a":{"c":{}},"d":9223372036854775807}"#;
        let json: Json = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&json).unwrap(), text);
        assert_eq!(Json::from(Value::from(&json)), json);
    }

    #[test]
    fn the_order_of_entries_is_of_no_account() {
        assert_eq!(form(json!({"a": 1, "b": {"c": 2, "d": 3}})), form(json!({"b": {"d": 3, "c": 2}, "a": 1})));
        assert_ne!(form(json!({"a": 1, "b": 2})), form(json!({"a": 1, "c": 2})));
    }

    #[test]
    fn what_both_have_is_left_out_of_both() {
        let (mut before, mut after) = (form(json!({"a": 1, "b": 2, "c": 3})), form(json!({"c": 3, "b": 4, "a": 1})));
        assert_eq!(before.keep_differences(&mut after), 2);
        assert_eq!((before, after), (form(json!({"b": 2})), form(json!({"b": 4}))));
    }
}
