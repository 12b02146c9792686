//! The extensions that come with PostgreSQL and what they bring, from `extensions.txt`, and widely used ones of
//! others from `foreign.txt`, in the same form: what their versions have had for long. Every member has
//! a number of its own here, beyond those of the server and of the schema: it is the same whatever the
//! database, so that expressions, columns and dependencies hold it like any other.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::pg::catalog::{
    CastRow, EqualityRow, Function, FunctionRow, Majors, OperatorClassRow, OperatorRow, TypeRow, fields, letter, number,
};
use crate::pg::types::Type;
use crate::pg::version::PgVersion;
use crate::pg::volatility::Volatility;

/// The number of the first member.
const FIRST: u32 = 0x4000_0000;

pub(crate) fn is_member(oid: u32) -> bool {
    oid >= FIRST
}

#[derive(Debug)]
pub(crate) struct Extension {
    pub(crate) name: &'static str,
    controls: Vec<Control>,
    /// It does not come with PostgreSQL: whether a server has it, and in which version, is not known.
    pub(crate) foreign: bool,
    /// Numbers of its members.
    members: std::ops::Range<u32>,
}

/// What the control file of some majors says.
#[derive(Debug)]
pub(crate) struct Control {
    pub(crate) version: &'static str,
    pub(crate) relocatable: bool,
    /// The only schema that it can be in.
    pub(crate) schema: Option<&'static str>,
    pub(crate) requires: Vec<&'static str>,
    majors: Majors,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// Base types have a row; domains and composite types have none.
    Type(Option<TypeRow>),
    Cast(CastRow),
    Operator(OperatorRow),
    Function(FunctionRow),
    Class(OperatorClassRow),
    /// Equality in a B-tree operator family of its own.
    Equality(EqualityRow),
    Relation,
}

#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) oid: u32,
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    majors: Majors,
    /// Place in [`Tables::extensions`].
    extension: usize,
}

struct Tables {
    extensions: Vec<Extension>,
    members: Vec<Member>,
}

/// Extensions that are there, and the server's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Installed {
    pub(crate) version: PgVersion,
    places: u64,
}

impl Installed {
    pub(crate) fn none(version: PgVersion) -> Self {
        Installed { version, places: 0 }
    }

    /// Every one, for questions about types that only an extension could have brought.
    pub(crate) fn all(version: PgVersion) -> Self {
        Installed { version, places: u64::MAX }
    }

    pub(crate) fn add(&mut self, name: &str) {
        if let Some(place) = tables().extensions.iter().position(|it| it.name == name) {
            self.places |= 1 << place;
        }
    }

    fn has(self, member: &Member) -> bool {
        self.places >> member.extension & 1 == 1 && member.majors.include(self.version)
    }

    /// Their members, one extension after the other.
    pub(crate) fn members(self) -> impl Iterator<Item = &'static Member> {
        let places = if self.places == 0 { 0 } else { tables().members.len() };
        tables().members[..places].iter().filter(move |it| self.has(it))
    }

    pub(crate) fn operators(self, symbol: &str) -> impl Iterator<Item = &'static OperatorRow> {
        self.members().filter_map(move |it| match &it.kind {
            Kind::Operator(row) if row.symbol == symbol => Some(row),
            _ => None,
        })
    }

    pub(crate) fn functions(self, name: &str) -> impl Iterator<Item = &'static FunctionRow> {
        self.members().filter_map(move |it| match &it.kind {
            Kind::Function(row) if it.name == name => Some(row),
            _ => None,
        })
    }

    pub(crate) fn classes(self) -> impl Iterator<Item = &'static OperatorClassRow> {
        self.members().filter_map(|it| match &it.kind {
            Kind::Class(row) => Some(row),
            _ => None,
        })
    }

    pub(crate) fn type_named(self, name: &str) -> Option<&'static Member> {
        self.members().find(|it| matches!(it.kind, Kind::Type(_)) && it.name == name)
    }

    pub(crate) fn relation_named(self, name: &str) -> Option<&'static Member> {
        self.members().find(|it| matches!(it.kind, Kind::Relation) && it.name == name)
    }
}

/// The extension of that name, with what its control file says in that version, where that has it.
pub(crate) fn find(name: &str, version: PgVersion) -> Option<(&'static Extension, &'static Control)> {
    let extension = tables().extensions.iter().find(|it| it.name == name)?;
    let control = extension.controls.iter().find(|it| it.majors.include(version))?;
    Some((extension, control))
}

/// The words by which statements name what an extension alone brings: objects, and access methods.
pub(crate) fn words(extension: &Extension, version: PgVersion) -> Vec<&'static str> {
    let mut found = vec![];
    for member in extension.members(version) {
        if super::functions(member.name, version).next().is_none() {
            found.push(member.name);
        }
        if let Kind::Class(row) = &member.kind
            && !super::operator_classes().iter().any(|it| it.method == row.method)
        {
            found.push(row.method);
        }
    }
    found
}

/// Whether any of them has a function of that name.
pub(crate) fn has_function(name: &str) -> bool {
    tables().members.iter().any(|it| matches!(it.kind, Kind::Function(_)) && it.name == name)
}

pub(crate) fn member(oid: u32) -> Option<&'static Member> {
    tables().members.get(oid.checked_sub(FIRST)? as usize)
}

impl Member {
    pub(crate) fn extension(&self) -> &'static str {
        tables().extensions[self.extension].name
    }
}

impl Extension {
    pub(crate) fn members(&self, version: PgVersion) -> impl Iterator<Item = &'static Member> {
        let range = (self.members.start - FIRST) as usize..(self.members.end - FIRST) as usize;
        tables().members[range].iter().filter(move |it| it.majors.include(version))
    }
}

pub(super) fn type_rows() -> Vec<TypeRow> {
    let rows = tables().members.iter().filter_map(|it| match &it.kind {
        Kind::Type(Some(row)) => Some(row.clone()),
        _ => None,
    });
    rows.collect()
}

pub(super) fn cast_rows() -> Vec<CastRow> {
    let rows = tables().members.iter().filter_map(|it| match &it.kind {
        Kind::Cast(row) => Some(row.clone()),
        _ => None,
    });
    rows.collect()
}

pub(super) fn equality_rows() -> Vec<EqualityRow> {
    let rows = tables().members.iter().filter_map(|it| match &it.kind {
        Kind::Equality(row) => Some(row.clone()),
        _ => None,
    });
    rows.collect()
}

/// Those of `foreign.txt`.
const FOREIGN: [&str; 1] = ["vector"];

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| read(concat!(include_str!("extensions.txt"), include_str!("foreign.txt"))))
}

fn read(text: &'static str) -> Tables {
    let rows: Vec<(Vec<&'static str>, Majors)> = fields(text).collect();
    // Types first: the other rows name them.
    let (mut types, mut next) = (vec![], FIRST);
    for (it, _) in &rows {
        match it[0] {
            "=" | "x" => continue,
            "t" => types.push((it[1], next)),
            _ => {}
        }
        next += 1;
    }
    let mut made = Tables { extensions: vec![], members: vec![] };
    for (it, majors) in rows {
        let oid = FIRST + made.members.len() as u32;
        let Some(extension) = made.extensions.len().checked_sub(1).filter(|_| it[0] != "=") else {
            let foreign = FOREIGN.contains(&it[1]);
            made.extensions.push(Extension { name: it[1], controls: vec![], foreign, members: oid..oid });
            continue;
        };
        if it[0] == "x" {
            made.extensions[extension].controls.push(control(&it, majors));
            continue;
        }
        let type_ = |word: &str| type_of(word, &types);
        let function = |name: &'static str, flags: &str| Function {
            oid,
            name,
            volatility: Volatility::from_letter(&flags[..1]),
            strict: flags[2..].contains('s'),
        };
        let kind = match it[0] {
            "t" => Kind::Type(type_row(&it, oid)),
            "c" => Kind::Cast(CastRow {
                source: type_(it[1]),
                target: type_(it[2]),
                context: letter(it[3]),
                method: letter(&it[3][1..]),
                function: Function { oid, name: "?", volatility: Volatility::from_letter(it[4]), strict: true },
                arguments: number(it[5]) as u8,
                majors,
            }),
            "o" => Kind::Operator(OperatorRow {
                symbol: it[1],
                left: if it[2] == "0" { None } else { Some(type_(it[2])) },
                right: type_(it[3]),
                result: type_(it[4]),
                function: function("?", it[6]),
                majors,
            }),
            "f" => Kind::Function(FunctionRow {
                function: function("?", it[3]),
                result: type_(it[2]),
                kind: letter(&it[3][1..]),
                returns_set: it[3][2..].contains('r'),
                defaults: number(it[4]) as usize,
                variadic: if it[5] == "0" { None } else { Some(type_(it[5])) },
                arguments: if it[6] == "-" { vec![] } else { it[6].split(',').map(type_).collect() },
                names: it.get(7).map(|names| names.split(',').map(Cow::Borrowed).collect()).unwrap_or_default(),
                majors,
            }),
            "k" => Kind::Class(OperatorClassRow {
                method: it[1],
                name: it[2],
                input: type_(it[3]),
                default: it[4] == "1",
                family: it[5],
            }),
            "e" => Kind::Equality(EqualityRow { family: it[1], left: type_(it[2]), right: type_(it[3]) }),
            _ => Kind::Relation,
        };
        let name = if it[0] == "k" { it[2] } else { it[1] };
        made.members.push(Member { oid, name, kind, majors, extension });
        made.extensions[extension].members.end = oid + 1;
    }
    made
}

/// Flags are: trusted, only for superusers, relocatable.
fn control(it: &[&'static str], majors: Majors) -> Control {
    let named = |word: &'static str| (word != "-").then_some(word);
    Control {
        version: it[1],
        relocatable: it[2].ends_with('1'),
        schema: named(it[3]),
        requires: named(it[4]).map(|names| names.split(',').collect()).unwrap_or_default(),
        majors,
    }
}

/// `typtype`, `typcategory`, preferred, collatable, has a modifier, volatility of input and output, `typstorage`.
fn type_row(it: &[&'static str], oid: u32) -> Option<TypeRow> {
    let flags: Vec<char> = it[2].chars().collect();
    let [kind @ 'b', category, preferred, collatable, modifier, input, output, storage] = flags[..] else {
        return None;
    };
    let volatility = |letter: char| Volatility::from_letter(letter.encode_utf8(&mut [0; 4]));
    Some(TypeRow {
        oid,
        name: it[1],
        kind,
        category,
        preferred: preferred == '1',
        collatable: collatable == '1',
        array: 1,
        has_modifier: modifier == '1',
        input: volatility(input),
        output: volatility(output),
        storage,
    })
}

/// A type of the server by its number, one of an extension by its name, an array by its elements.
fn type_of(word: &str, types: &[(&str, u32)]) -> Type {
    let (bare, array) = match word.strip_suffix("[]") {
        Some(element) => (element, true),
        None => (word, false),
    };
    let named = || types.iter().find(|(name, _)| *name == bare).map_or(0, |(_, oid)| *oid);
    Type { array, ..Type::builtin(bare.parse().unwrap_or_else(|_| named())) }
}
