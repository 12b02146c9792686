//! The name of a result that has none of its own: `FigureColname` of `parse_target.c`.

use crate::name::Ident;
use crate::syntax;
use crate::syntax::expression::{Expr, Literal, QueryForm, TypeName};
use crate::syntax::select::{Body, Target};

pub(super) fn of(expression: &Expr) -> Ident {
    figure(expression).map_or_else(|| Ident::new("?column?"), |(name, _)| name)
}

/// The name, and whether it is a strong one.
fn figure(it: &Expr) -> Option<(Ident, bool)> {
    let strong = |name: &str| Some((Ident::new(name), true));
    match it {
        Expr::Column(parts) => parts.last().filter(|it| **it != "*").map(|name| (name.clone(), true)),
        Expr::Field { name, .. } => Some((name.clone(), true)),
        Expr::Subscript { operand, .. } | Expr::Collate { operand, .. } => figure(operand),
        Expr::Function(call) => Some((call.name.name.clone(), true)),
        Expr::AtTimeZone { .. } => strong("timezone"),
        Expr::NullIf(..) => strong("nullif"),
        Expr::Coalesce(_) => strong("coalesce"),
        Expr::MinMax { greatest, .. } => strong(if *greatest { "greatest" } else { "least" }),
        Expr::Array(_) => strong("array"),
        Expr::Row(_) => strong("row"),
        Expr::Value { keyword, .. } => strong(keyword),
        Expr::Cast { operand, type_name } => match figure(operand) {
            Some((name, true)) => Some((name, true)),
            _ => Some((type_label(type_name), false)),
        },
        Expr::TypedLiteral { type_name, .. } => Some((type_label(type_name), false)),
        Expr::Literal(Literal::Boolean(_)) => Some((Ident::new("bool"), false)),
        Expr::Case { otherwise, .. } => match otherwise.as_deref().and_then(figure) {
            Some((name, true)) => Some((name, true)),
            _ => Some((Ident::new("case"), false)),
        },
        Expr::Query(query) => match query.form {
            QueryForm::Exists => strong("exists"),
            QueryForm::Array => strong("array"),
            QueryForm::Plain => {
                let select = syntax::parse_query(&query.text)?;
                let Body::Plain(plain) = &select.body else { return None };
                match plain.targets.first()? {
                    Target::Value { label: Some(label), .. } => Some((label.clone(), true)),
                    Target::Value { value, label: None } => figure(value),
                    Target::Star | Target::StarOf(_) => None,
                }
            }
        },
        _ => None,
    }
}

/// The last part of a type's name, as the grammar makes it.
fn type_label(name: &TypeName) -> Ident {
    match name.name.name.as_str() {
        "int" | "integer" => Ident::new("int4"),
        "smallint" => Ident::new("int2"),
        "bigint" => Ident::new("int8"),
        "real" => Ident::new("float4"),
        "double precision" | "float" => Ident::new("float8"),
        "decimal" | "dec" => Ident::new("numeric"),
        "boolean" => Ident::new("bool"),
        "character varying" => Ident::new("varchar"),
        "character" | "char" => Ident::new("bpchar"),
        "bit varying" => Ident::new("varbit"),
        "timestamp without time zone" => Ident::new("timestamp"),
        "timestamp with time zone" => Ident::new("timestamptz"),
        "time without time zone" => Ident::new("time"),
        "time with time zone" => Ident::new("timetz"),
        other => Ident::new(other),
    }
}
