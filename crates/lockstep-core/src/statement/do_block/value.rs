//! Values that a block computes: constants, names from the catalogs, and rows of them.

use crate::name::Ident;
use crate::schema::dependency::Object;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Value>),
    /// A row of a catalog, or of a query over them.
    Row(Vec<(Ident, Value)>),
    /// The number of an object: all that is asked of it is whether it is another's.
    Number(Object),
    /// The model does not hold it.
    Unknown,
}

impl Value {
    pub(in crate::statement) fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    /// As the type's output function prints it; `None`: not known, `Some(None)`: null.
    pub(in crate::statement) fn print(&self) -> Option<Option<String>> {
        match self {
            Value::Null => Some(None),
            Value::Bool(value) => Some(Some(if *value { "t" } else { "f" }.to_owned())),
            Value::Int(value) => Some(Some(value.to_string())),
            Value::Text(text) => Some(Some(text.clone())),
            Value::List(_) | Value::Row(_) | Value::Number(_) | Value::Unknown => None,
        }
    }

    /// `=`; `None` where it is null or not known, told apart by [`Value::is_null`].
    pub(in crate::statement) fn equals(&self, other: &Value) -> Option<bool> {
        match (self, other) {
            (Value::Null | Value::Unknown, _) | (_, Value::Null | Value::Unknown) => None,
            (Value::Number(one), Value::Number(two)) => Some(one == two),
            (Value::Number(_), _) | (_, Value::Number(_)) => None,
            (Value::Bool(one), Value::Text(two)) | (Value::Text(two), Value::Bool(one)) => {
                Some(matches!(two.as_str(), "t" | "true" | "yes" | "on" | "1") == *one)
            }
            (one, two) => match (one.print(), two.print()) {
                (Some(Some(one)), Some(Some(two))) => Some(one == two),
                _ => None,
            },
        }
    }

    pub(in crate::statement) fn is_null(&self) -> bool {
        *self == Value::Null
    }
}
