//! The system catalogs, as text made by `cargo xtask gen catalog` from servers of every supported
//! major. A line that not every major has ends in `@first-last`. Each table is read when first asked.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::pg::types::{Builtin, Type, TypeRef};
use crate::pg::version::PgVersion;
use crate::pg::volatility::Volatility;

pub(crate) mod extension;
pub(crate) mod system;

/// The majors that have a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Majors(u8, u8);

impl Majors {
    /// Every one: what a schema makes itself is there whatever the server.
    pub(crate) const ALL: Majors = Majors(0, u8::MAX);

    fn read(range: &str) -> Option<Majors> {
        let (first, last) = range.split_once('-')?;
        Some(Majors(first.parse().ok()?, last.parse().ok()?))
    }

    pub(crate) fn include(self, version: PgVersion) -> bool {
        (self.0..=self.1).contains(&version.major())
    }
}

/// A row of `pg_type`; array types are no rows of their own.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TypeRow {
    pub(crate) oid: u32,
    pub(crate) name: &'static str,
    /// `typtype`: b, p, r or m.
    pub(crate) kind: char,
    pub(crate) category: char,
    pub(crate) preferred: bool,
    pub(crate) collatable: bool,
    pub(crate) array: u32,
    pub(crate) has_modifier: bool,
    pub(crate) input: Volatility,
    pub(crate) output: Volatility,
    pub(crate) storage: char,
}

/// A row of `pg_cast`.
#[derive(Debug, Clone)]
pub(crate) struct CastRow {
    pub(crate) source: Type,
    pub(crate) target: Type,
    /// `castcontext`: i, a or e.
    pub(crate) context: char,
    /// `castmethod`: f, b or i.
    pub(crate) method: char,
    pub(crate) function: Function,
    pub(crate) arguments: u8,
    majors: Majors,
}

/// What an expression keeps of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) oid: u32,
    pub(crate) name: &'static str,
    pub(crate) volatility: Volatility,
    pub(crate) strict: bool,
}

impl Function {
    /// `FirstNormalObjectId`: made by the schema, not one of the server's own.
    pub(crate) fn is_made(self) -> bool {
        Function::is_made_number(self.oid)
    }

    pub(crate) fn is_made_number(oid: u32) -> bool {
        oid >= 16384
    }
}

/// A row of `pg_operator`; no left type for a prefix operator.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OperatorRow {
    pub(crate) symbol: &'static str,
    pub(crate) left: Option<Type>,
    pub(crate) right: Type,
    pub(crate) result: Type,
    pub(crate) function: Function,
    majors: Majors,
}

/// A row of `pg_proc`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FunctionRow {
    pub(crate) function: Function,
    pub(crate) result: Type,
    /// `prokind`: f, a or w.
    pub(crate) kind: char,
    pub(crate) returns_set: bool,
    /// How many of the last arguments may be left out.
    pub(crate) defaults: usize,
    /// The element type of a variadic last argument.
    pub(crate) variadic: Option<Type>,
    pub(crate) arguments: Vec<Type>,
    /// Names of arguments, where some may be left out.
    pub(crate) names: Vec<Cow<'static, str>>,
    pub(crate) majors: Majors,
}

/// A row of `pg_opclass`.
#[derive(Debug)]
pub(crate) struct OperatorClassRow {
    pub(crate) method: &'static str,
    pub(crate) name: &'static str,
    pub(crate) input: Type,
    pub(crate) default: bool,
    pub(crate) family: &'static str,
}

/// Equality operators of the B-tree operator families (`pg_amop`, strategy 3).
#[derive(Debug, Clone)]
pub(crate) struct EqualityRow {
    pub(crate) family: &'static str,
    pub(crate) left: Type,
    pub(crate) right: Type,
}

pub(crate) fn types() -> &'static [TypeRow] {
    static ROWS: OnceLock<Vec<TypeRow>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let rows = fields(include_str!("types.txt"));
        let mut rows: Vec<TypeRow> = rows
            .map(|(it, _)| TypeRow {
                oid: number(it[0]),
                name: it[1],
                kind: letter(it[2]),
                category: letter(it[3]),
                preferred: it[4] == "1",
                collatable: it[5] == "1",
                array: number(it[6]),
                has_modifier: it[8] == "1",
                input: Volatility::from_letter(it[9]),
                output: Volatility::from_letter(it[10]),
                storage: letter(it[11]),
            })
            .collect();
        // Where a row changed between majors, the newest is kept.
        rows.sort_by_key(|row| row.oid);
        rows.reverse();
        rows.dedup_by_key(|row| row.oid);
        rows.reverse();
        // Their numbers are greater than those of the server's own.
        rows.extend(extension::type_rows());
        rows
    })
}

pub(crate) fn type_row(type_: Builtin) -> Option<&'static TypeRow> {
    let rows = types();
    rows.binary_search_by_key(&type_.0, |row| row.oid).ok().map(|at| &rows[at])
}

pub(crate) fn type_by_name(name: &str) -> Option<&'static TypeRow> {
    types().iter().take_while(|row| !extension::is_member(row.oid)).find(|row| row.name == name)
}

/// The type of an OID, which may be that of an array.
fn type_of(oid: u32) -> Type {
    let rows = types();
    let element = match rows.binary_search_by_key(&oid, |row| row.oid) {
        Ok(_) => None,
        Err(_) => rows.iter().find(|row| row.array == oid && oid != 0),
    };
    let base = TypeRef::Builtin(Builtin(element.map_or(oid, |row| row.oid)));
    Type { base, modifier: -1, array: element.is_some() }
}

pub(crate) fn cast(source: Type, target: Type, version: PgVersion) -> Option<&'static CastRow> {
    casts(source, version).find(|row| row.target.is(target))
}

/// Those of that type.
pub(crate) fn casts(source: Type, version: PgVersion) -> impl Iterator<Item = &'static CastRow> {
    casts_from(source).iter().filter(move |row| row.majors.include(version))
}

/// Every cast of that type, on any major.
fn casts_from(source: Type) -> &'static [CastRow] {
    static ROWS: OnceLock<Vec<CastRow>> = OnceLock::new();
    let rows = ROWS.get_or_init(|| {
        let rows = fields(include_str!("casts.txt"));
        let mut rows: Vec<CastRow> = rows
            .map(|(it, majors)| CastRow {
                source: type_of(number(it[0])),
                target: type_of(number(it[1])),
                context: letter(it[2]),
                method: letter(it[3]),
                function: Function {
                    oid: number(it[4]),
                    name: "",
                    volatility: Volatility::from_letter(it[5]),
                    strict: true,
                },
                arguments: number(it[6]) as u8,
                majors,
            })
            .collect();
        rows.extend(extension::cast_rows());
        rows.sort_by_key(|row| row.source.order());
        rows
    });
    let key = source.order();
    let from = rows.partition_point(|row| row.source.order() < key);
    let count = rows[from..].partition_point(|row| row.source.order() == key);
    &rows[from..from + count]
}

pub(crate) fn operators(symbol: &str, version: PgVersion) -> impl Iterator<Item = &'static OperatorRow> {
    let rows = operator_rows();
    let from = rows.partition_point(|row| row.symbol < symbol);
    let to = from + rows[from..].partition_point(|row| row.symbol == symbol);
    rows[from..to].iter().filter(move |row| row.majors.include(version))
}

/// Whether one of the server's operators has a function of that name over those types behind it.
pub(crate) fn is_behind_an_operator(function: &str, types: &[Type], version: PgVersion) -> bool {
    operator_rows().iter().filter(|row| row.function.name == function && row.majors.include(version)).any(|row| match (
        row.left, types,
    ) {
        (Some(left), [first, second]) => left == *first && row.right == *second,
        (None, [only]) => row.right == *only,
        _ => false,
    })
}

fn operator_rows() -> &'static [OperatorRow] {
    static ROWS: OnceLock<Vec<OperatorRow>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let rows = fields(include_str!("operators.txt"));
        let mut rows: Vec<OperatorRow> = rows
            .map(|(it, majors)| OperatorRow {
                symbol: it[0],
                left: if it[1] == "0" { None } else { Some(type_of(number(it[1]))) },
                right: type_of(number(it[2])),
                result: type_of(number(it[3])),
                function: Function {
                    oid: number(it[4]),
                    name: it[5],
                    volatility: Volatility::from_letter(&it[6][..1]),
                    strict: it[6].ends_with('s') && it[6].len() > 1,
                },
                majors,
            })
            .collect();
        rows.sort_by_key(|row| row.symbol);
        rows
    })
}

pub(crate) fn functions(name: &str, version: PgVersion) -> impl Iterator<Item = &'static FunctionRow> {
    static ROWS: OnceLock<Vec<FunctionRow>> = OnceLock::new();
    let rows = ROWS.get_or_init(|| {
        let mut rows: Vec<FunctionRow> = fields(include_str!("functions.txt")).map(function_row).collect();
        // One function may have several rows, for different majors, and stand behind several operators.
        let mut listed: BTreeSet<u32> = rows.iter().map(|row| row.function.oid).collect();
        let behind = operator_rows().iter().filter(|row| listed.insert(row.function.oid));
        rows.extend(behind.map(OperatorRow::as_function));
        rows.sort_by_key(|row| row.function.name);
        rows
    });
    let from = rows.partition_point(|row| row.function.name < name);
    let to = from + rows[from..].partition_point(|row| row.function.name == name);
    rows[from..to].iter().filter(move |row| row.majors.include(version))
}

/// Whether the server has functions of a name that [`functions`] does not list: plumbing, and what takes or
/// returns types of the server's inside.
pub(crate) fn has_other_function(name: &str) -> bool {
    let names = include_str!("other_functions.txt");
    names.lines().any(|line| line.split(' ').next() == Some(name))
}

impl OperatorRow {
    /// The function behind it, called by its name.
    fn as_function(&self) -> FunctionRow {
        FunctionRow {
            function: self.function,
            result: self.result,
            kind: 'f',
            returns_set: false,
            defaults: 0,
            variadic: None,
            arguments: self.left.into_iter().chain([self.right]).collect(),
            names: vec![],
            majors: self.majors,
        }
    }
}

fn function_row((it, majors): (Vec<&'static str>, Majors)) -> FunctionRow {
    let flags = it[3].as_bytes();
    let arguments = match it[6] {
        "-" => vec![],
        list => list.split(',').map(|oid| type_of(number(oid))).collect(),
    };
    FunctionRow {
        function: Function {
            oid: number(it[1]),
            name: it[0],
            volatility: Volatility::from_letter(&it[3][..1]),
            strict: flags[2..].contains(&b's'),
        },
        result: type_of(number(it[2])),
        kind: flags[1] as char,
        returns_set: flags[2..].contains(&b'r'),
        defaults: number(it[4]) as usize,
        variadic: if it[5] == "0" { None } else { Some(type_of(number(it[5]))) },
        arguments,
        names: it.get(7).map(|names| names.split(',').map(Cow::Borrowed).collect()).unwrap_or_default(),
        majors,
    }
}

pub(crate) fn operator_classes() -> &'static [OperatorClassRow] {
    static ROWS: OnceLock<Vec<OperatorClassRow>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let rows = fields(include_str!("operator_classes.txt"));
        rows.map(|(it, _)| OperatorClassRow {
            method: it[0],
            name: it[1],
            input: type_of(number(it[2])),
            default: it[3] == "1",
            family: it[4],
        })
        .collect()
    })
}

/// The default ones of an access method.
pub(crate) fn default_classes(method: &str) -> &'static [&'static OperatorClassRow] {
    static ROWS: OnceLock<Vec<(&str, Vec<&OperatorClassRow>)>> = OnceLock::new();
    let rows = ROWS.get_or_init(|| {
        let mut rows: Vec<(&str, Vec<&OperatorClassRow>)> = vec![];
        for row in operator_classes().iter().filter(|row| row.default) {
            match rows.iter_mut().find(|(method, _)| *method == row.method) {
                Some((_, among)) => among.push(row),
                None => rows.push((row.method, vec![row])),
            }
        }
        rows
    });
    rows.iter().find(|it| it.0 == method).map(|it| it.1.as_slice()).unwrap_or_default()
}

pub(crate) fn equality() -> &'static [EqualityRow] {
    static ROWS: OnceLock<Vec<EqualityRow>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let rows = fields(include_str!("equality.txt"));
        rows.map(|(it, _)| EqualityRow { family: it[0], left: type_of(number(it[1])), right: type_of(number(it[2])) })
            .chain(extension::equality_rows())
            .collect()
    })
}

/// The fields of every line, and the majors that have it.
fn fields(text: &'static str) -> impl Iterator<Item = (Vec<&'static str>, Majors)> {
    text.lines().map(|line| {
        // An operator may begin with the same sign.
        let marked = line.rsplit_once(" @").and_then(|(line, range)| Some((line, Majors::read(range)?)));
        let (line, majors) = marked.unwrap_or((line, Majors::ALL));
        (line.split(' ').collect(), majors)
    })
}

/// The tables are part of the program: a field that is no number is a fault of the generator, which
/// the tests below find.
fn number(text: &str) -> u32 {
    text.parse().unwrap_or(0)
}

fn letter(text: &str) -> char {
    text.chars().next().unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_a_row_is_a_row_of_the_types() {
        let known = |type_: Type| match type_.base {
            TypeRef::Builtin(base) => type_row(base).is_some(),
            TypeRef::User(_) => false,
        };
        for symbol in ["=", "||", "~~", "@>", "-", "<->"] {
            assert!(operators(symbol, PgVersion::V15).count() > 0, "{symbol}");
            for row in operators(symbol, PgVersion::V18) {
                assert!(known(row.right) && known(row.result) && row.left.is_none_or(known), "{row:?}");
            }
        }
        for name in ["lower", "now", "jsonb_build_object", "date_trunc", "nextval"] {
            assert!(functions(name, PgVersion::V14).count() > 0, "{name}");
            for row in functions(name, PgVersion::V14) {
                assert!(row.arguments.iter().all(|it| known(*it)), "{row:?}");
            }
        }
    }

    #[test]
    fn a_row_holds_for_its_majors_only() {
        assert_eq!(functions("uuidv7", PgVersion::V17).count(), 0);
        assert!(functions("uuidv7", PgVersion::V18).count() > 0);
    }

    #[test]
    fn every_listed_function_is_found_on_each_of_its_majors() {
        for row in fields(include_str!("functions.txt")).map(function_row) {
            for version in PgVersion::ALL.into_iter().filter(|it| row.majors.include(*it)) {
                let found = functions(row.function.name, version).any(|it| *it == row);
                assert!(found, "{} ({}) on {version:?}", row.function.name, row.function.oid);
            }
        }
    }

    #[test]
    fn a_function_behind_several_operators_is_one() {
        assert_eq!(functions("box_overlap", PgVersion::V15).count(), 1);
    }
}
