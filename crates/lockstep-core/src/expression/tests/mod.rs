//! Expressions and what PostgreSQL 18 made of them: the text that it stores, or its refusal.
//!
//! In the tables, `=` is the text as the server prints it, `!` its error, and `>` what a default stores
//! for the rows that exist. `\n` is a line break and `\\` a backslash.

use smol_str::SmolStr;

use super::*;
use crate::effect::PgError;
use crate::name::Ident;
use crate::pg::sqlstate;
use crate::pg::types::{self, TypeRef};
use crate::pg::version::PgVersion;
use crate::syntax::expression::{Expr, TypeName};
use crate::syntax::statement::Statement;
use crate::syntax::table::{TableConstraintKind, TableElement};

const COLUMNS: [(&str, &str); 39] = [
    ("a", "integer"),
    ("b", "text"),
    ("c", "varchar(20)"),
    ("d", "date"),
    ("ts", "timestamp"),
    ("tz", "timestamptz"),
    ("n", "numeric(10,2)"),
    ("j", "jsonb"),
    ("arr", "text[]"),
    ("bo", "boolean"),
    ("ch", "char(5)"),
    ("m", "integer[]"),
    ("sm", "smallint"),
    ("bi", "bigint"),
    ("f4", "real"),
    ("f8", "double precision"),
    ("iv", "interval"),
    ("t", "time"),
    ("u", "uuid"),
    ("md", "mood"),
    ("by", "bytea"),
    ("js", "json"),
    ("cv", "varchar"),
    ("va", "varchar[]"),
    ("ip", "inet"),
    ("r", "int4range"),
    ("tr", "tstzrange"),
    ("n0", "numeric"),
    ("mds", "mood[]"),
    ("nm", "name"),
    ("cq", "\"char\""),
    ("vb", "varbit(8)"),
    ("bt", "bit(3)"),
    ("ttz", "timetz"),
    ("ts3", "timestamp(3)"),
    ("id", "integer"),
    ("Weird", "integer"),
    ("tsv", "tsvector"),
    ("x", "oid"),
];

/// One table with a column of every common type, an enum, and a sequence.
struct Sample {
    version: PgVersion,
    time_zone: Option<&'static str>,
}

const SAMPLE: Sample = Sample { version: PgVersion::V18, time_zone: Some("UTC") };

impl Scope for Sample {
    fn version(&self) -> PgVersion {
        self.version
    }

    fn column(&self, parts: &[Ident]) -> Result<(u16, Type), Refusal> {
        let name = parts.last().map(|it| it.as_str()).unwrap_or_default();
        match COLUMNS.iter().position(|(column, _)| *column == name) {
            Some(at) => Ok((at as u16 + 1, type_of(COLUMNS[at].1))),
            None => {
                let message = format!("column \"{name}\" does not exist");
                Err(PgError::new(sqlstate::UNDEFINED_COLUMN, message).into())
            }
        }
    }

    fn resolve_type(&self, name: &TypeName) -> Result<Type, Refusal> {
        match name.name.name == "mood" {
            true => Ok(Type { array: name.array_dimensions > 0, ..Type::user(1) }),
            false => Ok(types::resolve_builtin(name, self.version)?),
        }
    }

    fn user_type(&self, id: u32) -> Option<UserTypeInfo> {
        let labels = ["happy", "sad", "it's"].map(str::to_owned).to_vec();
        (id == 1).then_some(UserTypeInfo::Enum { labels })
    }

    fn user_type_name(&self, _id: u32) -> SmolStr {
        "mood".into()
    }

    fn relation(&self, _name: &str) -> Result<u32, Refusal> {
        Ok(1)
    }

    fn time_zone(&self) -> Option<String> {
        self.time_zone.map(str::to_owned)
    }
}

impl Names for Sample {
    fn column(&self, attribute: u16) -> String {
        Ident::new(COLUMNS[attribute as usize - 1].0).to_string()
    }

    fn user_type(&self, id: u32) -> SmolStr {
        self.user_type_name(id)
    }

    fn relation(&self, _id: u32) -> String {
        "any_seq".to_owned()
    }
}

fn elements(body: &str) -> Vec<TableElement> {
    match crate::syntax::parse(&format!("CREATE TABLE t ({body})")) {
        Ok(Statement::CreateTable(table)) => table.elements,
        other => panic!("{body}: {other:?}"),
    }
}

fn expression(text: &str) -> Expr {
    let found = elements(&format!("CHECK ({text})")).into_iter().find_map(|it| match it {
        TableElement::Constraint(constraint) => match constraint.kind {
            TableConstraintKind::Check { expression, .. } => Some(expression),
            _ => None,
        },
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{text}"))
}

fn type_of(text: &str) -> Type {
    let found = elements(&format!("x {text}")).into_iter().find_map(|it| match it {
        TableElement::Column(column) => column.type_name,
        _ => None,
    });
    let name = found.unwrap_or_else(|| panic!("{text}"));
    SAMPLE.resolve_type(&name).unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"))
}

fn plain(text: &str) -> String {
    text.replace("\\\\", "\0").replace("\\n", "\n").replace('\0', "\\")
}

/// The cases of a table: what is written, and the lines beneath.
fn cases(table: &str) -> Vec<(String, Vec<(char, String)>)> {
    let mut found: Vec<(String, Vec<(char, String)>)> = vec![];
    for line in table.lines() {
        match (line.strip_prefix("  "), found.last_mut()) {
            (Some(answer), Some(last)) => {
                let mark = answer.chars().next().unwrap_or(' ');
                last.1.push((mark, plain(answer.get(2..).unwrap_or(""))));
            }
            _ => found.push((plain(line), vec![])),
        }
    }
    found
}

fn said(made: Result<Expression, Refusal>) -> (char, String) {
    match made {
        Ok(made) => ('=', made.deparse(&SAMPLE)),
        Err(Refusal::Error(error)) => ('!', format!("{} {}", error.sqlstate, error.message)),
        Err(Refusal::Unknown(why)) => ('?', why),
    }
}

#[test]
fn checks_are_stored_as_the_server_stores_them() {
    let cases = cases(include_str!("check.txt"));
    assert!(cases.len() > 400, "{}", cases.len());
    for (written, answers) in cases {
        assert_eq!(said(analyze_boolean(&expression(&written), &SAMPLE, Kind::Check)), answers[0], "{written}");
    }
}

#[test]
fn index_expressions_are_stored_as_the_server_stores_them() {
    for (written, answers) in cases(include_str!("index.txt")) {
        assert_eq!(said(analyze(&expression(&written), &SAMPLE, Kind::IndexExpression)), answers[0], "{written}");
    }
}

#[test]
fn defaults_are_converted_and_evaluated_as_the_server_does() {
    for (written, answers) in cases(include_str!("default.txt")) {
        let (target, text) = written.split_once(" | ").expect("a type and an expression");
        let made = analyze(&expression(text), &SAMPLE, Kind::Default)
            .and_then(|made| coerce_to_target(made, &type_of(target), Context::Assignment, &SAMPLE))
            .unwrap_or_else(|refusal| panic!("{written}: {refusal:?}"))
            .unwrap_or_else(|| panic!("{written}: no conversion"));
        assert_eq!(('=', made.deparse(&SAMPLE)), answers[0], "{written}");
        let stored = match constant_value(&made, &SAMPLE) {
            Stored::Value(value) => value,
            Stored::Null => "null".to_owned(),
            Stored::Volatile => "volatile".to_owned(),
            Stored::Error(error) => error.sqlstate.to_string(),
            Stored::Unknown => "unknown".to_owned(),
        };
        assert_eq!(('>', stored), answers[1], "{written}");
    }
}

fn rewrites(from: &str, to: &str, time_zone: Option<&'static str>) -> Option<bool> {
    let scope = Sample { time_zone, ..SAMPLE };
    let made = type_change(1, &type_of(from), &type_of(to), &scope).ok().flatten()?;
    requires_rewrite(&made, 1, &scope)
}

#[test]
fn type_changes_rewrite_where_the_server_rewrites() {
    let cases = [
        ("varchar(10)", "varchar(20)", false),
        ("varchar(20)", "varchar(10)", true),
        ("varchar(20)", "text", false),
        ("text", "varchar(20)", true),
        ("text", "varchar", false),
        ("varchar(20)", "varchar", false),
        ("char(5)", "char(9)", true),
        ("char(5)", "text", true),
        ("integer", "bigint", true),
        ("bigint", "integer", true),
        ("numeric(10,2)", "numeric(12,2)", false),
        ("numeric(10,2)", "numeric(12,3)", true),
        ("numeric(10,2)", "numeric", false),
        ("numeric", "numeric(10,2)", true),
        ("integer", "numeric", true),
        ("timestamp(3)", "timestamp(6)", false),
        ("timestamp(3)", "timestamp", false),
        ("timestamp", "timestamp(3)", true),
        ("varbit(8)", "varbit(16)", false),
        ("bit(3)", "bit(4)", true),
        ("varchar(9)[]", "varchar(20)[]", true),
        ("timestamp", "timestamptz", false),
        ("timestamptz", "timestamp", false),
        ("timestamp", "date", true),
        ("integer", "oid", false),
        ("json", "jsonb", true),
        ("text", "xml", true),
        ("integer", "integer", false),
    ];
    for (from, to, expected) in cases {
        let made = rewrites(from, to, Some("UTC"));
        // Without a conversion in this context there is nothing to say.
        assert_eq!(made.unwrap_or(true), expected, "{from} to {to}");
    }
    assert_eq!(rewrites("timestamp", "timestamptz", Some("Europe/Berlin")), Some(true));
    assert_eq!(rewrites("timestamp", "timestamptz", None), None);
}

#[test]
fn a_check_proves_not_null_only_by_the_very_test() {
    let implies = |text: &str| {
        let made = analyze_boolean(&expression(text), &SAMPLE, Kind::Check).expect(text);
        made.implies_not_null(1)
    };
    assert!(implies("a IS NOT NULL"));
    assert!(implies("NOT a IS NULL"));
    assert!(implies("a IS NOT NULL AND b IS NOT NULL"));
    assert!(implies("NOT (a IS NULL OR b IS NULL)"));
    assert!(implies("(a IS NOT NULL AND id > 0) OR a IS NOT NULL"));
    assert!(!implies("a IS NOT NULL OR b IS NOT NULL"));
    assert!(!implies("a > 0"));
    assert!(!implies("b IS NOT NULL"));
    assert!(!implies("COALESCE(a, 0) > 0"));
}

#[test]
fn foreign_keys_compare_what_has_an_equality_or_converts() {
    let comparable = |from: &str, to: &str| can_compare_for_foreign_key(&type_of(from), &type_of(to));
    for (from, to, expected) in [
        ("integer", "bigint", true),
        ("bigint", "integer", true),
        ("integer", "text", false),
        ("text", "uuid", false),
        ("varchar(9)", "text", true),
        ("text", "varchar(20)", true),
        ("date", "timestamp", true),
        ("integer", "numeric", true),
        ("numeric", "integer", false),
        ("uuid", "uuid", true),
        ("integer[]", "integer[]", true),
        ("jsonb", "json", false),
    ] {
        assert_eq!(comparable(from, to), Some(expected), "{from} to {to}");
    }
    assert_eq!(comparable("mood", "mood"), Some(true));
    assert_eq!(comparable("mood", "integer"), None);
}

#[test]
fn operator_classes_are_found_as_the_server_finds_them() {
    use crate::pg::catalog::extension::Installed;
    use crate::pg::operator_class::{Named, default_for, named};
    let none = Installed::none(PgVersion::default());
    let default = |type_: &str, method: &str| default_for(&type_of(type_), method, none);
    let named = |name: &str, type_: &str, method: &str| named(name, &type_of(type_), method, true, none, none);
    assert_eq!(default("varchar(9)", "btree"), Some(true));
    assert_eq!(default("json", "btree"), Some(false));
    assert_eq!(default("jsonb", "gin"), Some(true));
    assert_eq!(default("text", "gin"), Some(false));
    assert_eq!(default("integer[]", "gin"), Some(true));
    assert_eq!(default("mood", "btree"), Some(true));
    assert_eq!(default("mood", "gin"), Some(false));
    assert_eq!(default("int4range", "gist"), Some(true));
    assert_eq!(default("text", "hnsw"), None);
    assert_eq!(named("text_ops", "varchar", "btree"), Named::Default);
    assert_eq!(named("varchar_pattern_ops", "varchar", "btree"), Named::Other);
    assert_eq!(named("jsonb_path_ops", "jsonb", "gin"), Named::Other);
    assert_eq!(named("int4_ops", "text", "btree"), Named::OtherType);
    assert_eq!(named("no_ops", "text", "btree"), Named::Missing);
}

#[test]
fn types_are_printed_as_the_server_prints_them() {
    for (written, printed) in [
        ("int", "integer"),
        ("varchar(50)", "character varying(50)"),
        ("char", "character(1)"),
        ("bpchar", "bpchar"),
        ("numeric(10,2)[]", "numeric(10,2)[]"),
        ("numeric(5)", "numeric(5,0)"),
        ("numeric(3,-2)", "numeric(3,-2)"),
        ("timestamp(3) with time zone", "timestamp(3) with time zone"),
        ("timetz", "time with time zone"),
        ("interval day to second(3)", "interval day to second(3)"),
        ("interval year", "interval year"),
        ("float(24)", "real"),
        ("\"char\"", "\"char\""),
        ("_text", "text[]"),
        ("json", "json"),
        ("bit", "bit(1)"),
    ] {
        assert_eq!(types::format_type(&type_of(written), |_| SmolStr::default()), printed, "{written}");
    }
}

#[test]
fn nextval_of_a_serial_column_hides_its_conversion() {
    for type_ in ["smallint", "integer", "bigint"] {
        let made = Expression::nextval(1, &type_of(type_));
        assert_eq!(made.deparse(&SAMPLE), "nextval('any_seq'::regclass)");
        assert_eq!(made.volatility(), Volatility::Volatile);
        assert!(made.type_().is(type_of(type_)));
        assert_eq!(made.relations().into_iter().collect::<Vec<_>>(), [1]);
    }
    assert!(matches!(type_of("mood").base, TypeRef::User(1)));
}
