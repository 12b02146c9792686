//! Builds the JSON objects of the normal form: what says nothing never gets in.

use serde_json::{Map, Value};

/// Entries by key; what is absent, false or empty is left out.
#[derive(Default)]
pub(super) struct Form(Map<String, Value>);

impl Form {
    pub(super) fn put(&mut self, key: impl Into<String>, value: impl Into<Value>) -> &mut Self {
        let value = value.into();
        if !says_nothing(&value) {
            self.0.insert(key.into(), value);
        }
        self
    }

    /// Only where it is not so.
    pub(super) fn put_false(&mut self, key: &'static str, holds: bool) -> &mut Self {
        if holds { self } else { self.always(key, false) }
    }

    /// Where `false`, or an empty list, says something too.
    pub(super) fn always(&mut self, key: impl Into<String>, value: impl Into<Value>) -> &mut Self {
        self.0.insert(key.into(), value.into());
        self
    }
}

impl Form {
    pub(super) fn append(&mut self, other: Form) -> &mut Self {
        self.0.extend(other.0);
        self
    }

    pub(super) fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

impl From<Form> for Value {
    fn from(form: Form) -> Self {
        Value::Object(form.0)
    }
}

impl<V: Into<Value>> FromIterator<(String, V)> for Form {
    fn from_iter<I: IntoIterator<Item = (String, V)>>(entries: I) -> Self {
        Form(entries.into_iter().map(|(key, value)| (key, value.into())).collect())
    }
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        _ => false,
    }
}
