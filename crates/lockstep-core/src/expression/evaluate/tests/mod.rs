//! What a server computes, and laws that hold for any values.

mod laws;

use std::fmt::Write;

use smol_str::SmolStr;

use super::*;
use crate::expression::scope::Refusal;
use crate::expression::{Kind, analyze};
use crate::name::Ident;
use crate::pg::types;
use crate::pg::version::PgVersion;
use crate::syntax::expression::TypeName;

/// A database without tables or types of its own.
pub(super) struct Empty;

impl Scope for Empty {
    fn version(&self) -> PgVersion {
        PgVersion::V15
    }

    fn column(&self, _: &[Ident]) -> Result<(u16, Type), Refusal> {
        Ok((1, Type::TEXT))
    }

    fn resolve_type(&self, name: &TypeName) -> Result<Type, Refusal> {
        Ok(types::resolve_builtin(name, PgVersion::V15)?)
    }

    fn user_type(&self, _: u32) -> Option<UserTypeInfo> {
        None
    }

    fn user_type_name(&self, _: u32) -> SmolStr {
        SmolStr::default()
    }

    fn relation(&self, _: &str) -> Result<u32, Refusal> {
        Err(Refusal::Unknown(String::new()))
    }

    fn time_zone(&self) -> Option<String> {
        Some("UTC".to_owned())
    }
}

impl Environment for Empty {
    fn domain_checks(&self, _: u32) -> Option<DomainChecks> {
        None
    }
}

/// As the server prints it; `None` where it is not known.
fn answer(text: &str) -> Option<String> {
    let written = crate::syntax::parse_expression(text).ok()?;
    let typed = match analyze(&written, &Empty, Kind::Value) {
        Ok(typed) => typed,
        Err(Refusal::Error(error)) => return Some(format!("!{}", error.sqlstate)),
        Err(Refusal::Unknown(_)) => return None,
    };
    let printed = match (Evaluation { environment: &Empty, row: &[] }).value(&typed) {
        Err(Trouble::Error(error)) => return Some(format!("!{}", error.sqlstate)),
        Err(Trouble::Unknown) | Ok(Value::Composite(_) | Value::Something | Value::Unknown) => return None,
        Ok(Value::Null) => return Some("null".to_owned()),
        Ok(Value::Boolean(value)) => if value { "t" } else { "f" }.to_owned(),
        Ok(Value::Integer(value)) => value.to_string(),
        Ok(Value::Decimal(value)) => value.to_string(),
        Ok(Value::Text(text) | Value::Printed(text)) => text.to_string(),
    };
    Some(format!("={printed}"))
}

#[test]
fn what_is_computed_is_what_the_server_computes() {
    let (mut wrong, mut known, mut all) = (String::new(), 0, 0);
    for line in include_str!("answers.txt").lines().filter(|line| !line.starts_with('#')) {
        // Two blanks end the expression; the answer may hold some of its own.
        let at = ["  =", "  !", "  null"].iter().filter_map(|it| line.rfind(it)).min().unwrap_or(line.len());
        let (text, theirs) = (&line[..at], line[at..].trim_start());
        all += 1;
        match answer(text) {
            Some(ours) if ours == theirs => known += 1,
            Some(ours) => writeln!(wrong, "{text}: the server has {theirs}, the model {ours}").unwrap_or_default(),
            None => {}
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(known * 100 >= all * 90, "only {known} of {all} are known");
}
