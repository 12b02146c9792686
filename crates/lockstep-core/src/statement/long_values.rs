//! Whether `INSERT` writes values that may be too long for a row of an index.

use crate::name::QualifiedName;
use crate::syntax::expression::{Expr, Literal};
use crate::syntax::statement::{Insert, InsertSource};

/// They put together what may be long.
const LENGTHENING: [&str; 8] =
    ["repeat", "lpad", "rpad", "string_agg", "array_agg", "json_agg", "jsonb_agg", "array_fill"];

/// A row of an index has no more than a third of a page.
const LONG: usize = 2000;

impl Insert {
    pub(super) fn writes_long_values(&self) -> bool {
        let lengthens = |name: &QualifiedName| LENGTHENING.contains(&name.name.as_str());
        let long = |it: &Expr| match it {
            Expr::Function(call) => lengthens(&call.name),
            Expr::Literal(Literal::String(text)) => text.len() > LONG,
            _ => false,
        };
        match &self.source {
            InsertSource::DefaultValues => false,
            InsertSource::Query(query) => query.functions.iter().any(lengthens),
            InsertSource::Values(rows) => rows.iter().flatten().any(|value| {
                let mut found = false;
                value.visit(&mut |it| found |= long(it));
                found
            }),
        }
    }
}
