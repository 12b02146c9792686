//! Types: `pg_type`, and the names the grammar gives them.

pub(crate) mod format;
pub(crate) mod modifier;

use crate::effect::PgError;
use crate::pg::catalog;
use crate::pg::sqlstate;
use crate::pg::version::PgVersion;
use crate::syntax::expression::TypeName;

pub use format::{format_type, format_type_be};

/// A type with its modifier, as `atttypid` and `atttypmod` hold them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Type {
    /// The element's type where `array` is set.
    pub base: TypeRef,
    /// `atttypmod`: -1 for none.
    pub modifier: i32,
    pub array: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TypeRef {
    Builtin(Builtin),
    User(u32),
}

/// A type that every server has, by its `pg_type.oid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Builtin(pub u32);

macro_rules! builtin {
    ($($name:ident = $oid:literal),* $(,)?) => {
        impl Type {
    /// Orders types without their modifiers, by one comparison.
    pub(crate) fn order(self) -> u64 {
        let (user, number) = match self.base {
            TypeRef::Builtin(Builtin(number)) => (0, number),
            TypeRef::User(number) => (1, number),
        };
        user << 33 | u64::from(number) << 1 | u64::from(self.array)
    }
 $(pub const $name: Type = Type::builtin($oid);)* }
    };
}

builtin! {
    BOOL = 16, BYTEA = 17, CHAR = 18, NAME = 19, INT8 = 20, INT2 = 21, INT4 = 23, TEXT = 25, OID = 26,
    JSON = 114, XML = 142, CIDR = 650, FLOAT4 = 700, FLOAT8 = 701, UNKNOWN = 705, MONEY = 790, INET = 869,
    MACADDR = 829, BPCHAR = 1042, VARCHAR = 1043, DATE = 1082, TIME = 1083, TIMESTAMP = 1114,
    TIMESTAMPTZ = 1184, INTERVAL = 1186, TIMETZ = 1266, BIT = 1560, VARBIT = 1562, NUMERIC = 1700,
    XID = 28, XID8 = 5069, REGCLASS = 2205, RECORD = 2249, CSTRING = 2275, ANY = 2276, ANYARRAY = 2277, VOID = 2278,
    ANYELEMENT = 2283, ANYNONARRAY = 2776, UUID = 2950, ANYENUM = 3500, TSVECTOR = 3614, JSONB = 3802,
    ANYRANGE = 3831, ANYMULTIRANGE = 4537, ANYCOMPATIBLEMULTIRANGE = 4538, ANYCOMPATIBLE = 5077,
    ANYCOMPATIBLEARRAY = 5078, ANYCOMPATIBLENONARRAY = 5079, ANYCOMPATIBLERANGE = 5080,
}

impl Type {
    pub const fn builtin(oid: u32) -> Type {
        Type { base: TypeRef::Builtin(Builtin(oid)), modifier: -1, array: false }
    }

    pub const fn user(id: u32) -> Type {
        Type { base: TypeRef::User(id), modifier: -1, array: false }
    }

    /// Without modifier: what `pg_type.oid` alone tells.
    pub const fn bare(self) -> Type {
        Type { modifier: -1, ..self }
    }

    pub const fn with_modifier(self, modifier: i32) -> Type {
        Type { modifier, ..self }
    }

    /// The type of one element of an array.
    pub fn element(self) -> Option<Type> {
        match self.base {
            // `int2vector` and `oidvector` are arrays under names of their own.
            TypeRef::Builtin(Builtin(22)) if !self.array => Some(Type::INT2),
            TypeRef::Builtin(Builtin(30)) if !self.array => Some(Type::OID),
            _ => self.array.then_some(Type { array: false, ..self }),
        }
    }

    pub fn array_of(self) -> Type {
        Type { array: true, ..self }
    }

    /// Whether both are the same type, whatever their modifiers.
    pub fn is(self, other: Type) -> bool {
        self.base == other.base && self.array == other.array
    }

    pub(crate) fn is_any(self, others: &[Type]) -> bool {
        others.iter().any(|other| self.is(*other))
    }

    /// Its row in `pg_type`, or that of its elements.
    pub(crate) fn row(self) -> Option<&'static catalog::TypeRow> {
        match self.base {
            TypeRef::Builtin(builtin) => catalog::type_row(builtin),
            TypeRef::User(_) => None,
        }
    }
}

/// `typenameType` for the types that every server has. 42704 where there is none of that name: the
/// caller then looks at the types of the schema.
pub fn resolve_builtin(name: &TypeName, version: PgVersion) -> Result<Type, PgError> {
    let word = name.name.name.as_str();
    let missing = || {
        let full = match &name.name.schema {
            Some(schema) => format!("{}.{word}", schema.as_str()),
            None => word.to_owned(),
        };
        PgError::new(sqlstate::UNDEFINED_OBJECT, format!("type \"{full}\" does not exist"))
    };
    if name.name.schema.as_ref().is_some_and(|schema| *schema != "pg_catalog") {
        return Err(missing());
    }
    if let Some(type_) = modifier::float(name)? {
        return Ok(Type { array: name.array_dimensions > 0, ..type_ });
    }
    let system = catalog_name(name);
    let (row, element_of) = match catalog::type_by_name(&system) {
        Some(row) => (row, false),
        // `_text`: the array's own name.
        None => match system.strip_prefix('_').and_then(catalog::type_by_name).filter(|row| row.array != 0) {
            Some(row) => (row, true),
            None => return Err(missing()),
        },
    };
    let bare = Type::builtin(row.oid);
    let modifier = modifier::of(name, bare, row, version)?;
    Ok(Type { modifier, array: element_of || name.array_dimensions > 0, ..bare })
}

/// Whether the server has a type of that name (`pg_type.typname`).
pub fn is_builtin_name(name: &str) -> bool {
    catalog::type_by_name(name).is_some()
}

/// `smallint`, `integer` or `bigint`.
pub fn integer_type(name: &str) -> Type {
    match name {
        "smallint" => Type::INT2,
        "bigint" => Type::INT8,
        _ => Type::INT4,
    }
}

/// Whether values of the type have a collation (`type_is_collatable`), domains looked through by the
/// caller.
pub fn is_collatable(type_: &Type) -> bool {
    type_.row().is_some_and(|row| row.collatable)
}

/// The word for a letter of `typstorage`.
pub fn storage_word(letter: char) -> &'static str {
    match letter {
        'p' => "plain",
        'e' => "external",
        'm' => "main",
        _ => "extended",
    }
}

/// How values are stored unless a column says otherwise: `p`, `e`, `m` or `x` of `typstorage`.
pub fn storage(type_: &Type) -> Option<char> {
    if type_.array {
        return Some('x');
    }
    type_.row().map(|row| row.storage)
}

/// The name that the grammar hands on: `int4`, `varchar`, `timestamptz` (`SystemTypeName`).
pub fn catalog_name(name: &TypeName) -> String {
    let word = name.name.name.as_str();
    let system = match (&name.name.schema, word) {
        (Some(_), word) => word,
        (None, "int" | "integer") => "int4",
        (None, "smallint") => "int2",
        (None, "bigint") => "int8",
        (None, "real") => "float4",
        (None, "float") => match modifier::float(name) {
            Ok(Some(Type::FLOAT4)) => "float4",
            _ => "float8",
        },
        (None, "double precision") => "float8",
        (None, "decimal" | "dec" | "numeric") => "numeric",
        (None, "boolean") => "bool",
        (None, "character varying") => "varchar",
        (None, "character") => "bpchar",
        (None, "bit varying") => "varbit",
        (None, "timestamp without time zone") => "timestamp",
        (None, "timestamp with time zone") => "timestamptz",
        (None, "time without time zone") => "time",
        (None, "time with time zone") => "timetz",
        (None, word) => word,
    };
    system.to_owned()
}
