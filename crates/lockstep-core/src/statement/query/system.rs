//! What only a query that is run may name here: catalogs, system columns and whole rows.

use crate::expression::Refusal;
use crate::expression::query::{Variable, WHOLE_ROW};
use crate::name::{Ident, QualifiedName};
use crate::pg::catalog;
use crate::pg::types::Type;
use crate::pg::version::PgVersion;
use crate::schema::relation::Body;
use crate::statement::column::resolve_type;
use crate::statement::execution::Execution;
use crate::statement::query::environment::{Environment, Item};
use crate::statement::query::{ResultColumn, unknown};
use crate::statement::scope::{missing, parse_relation_name};

/// Stands for any of the server's own objects.
pub(super) const OBJECT: u32 = u32::MAX;

/// Numbers of columns that no relation has (`SelfItemPointerAttributeNumber` and its like are negative).
const SYSTEM_COLUMNS: [(&str, u16, Type); 6] = [
    ("tableoid", 65_001, Type::OID),
    ("ctid", 65_002, Type::builtin(27)),
    ("xmin", 65_003, Type::builtin(28)),
    ("xmax", 65_004, Type::builtin(28)),
    ("cmin", 65_005, Type::builtin(29)),
    ("cmax", 65_006, Type::builtin(29)),
];

/// The columns of a catalog or system view of that name, where nothing hides it.
pub(super) fn relation(execution: &Execution, name: &QualifiedName) -> Option<Vec<ResultColumn>> {
    let schema = name.schema.as_ref().map(Ident::as_str);
    let columns = catalog::system::relation(schema, name.name.as_str(), execution.version)?;
    let made =
        |(name, type_): (&str, Type)| ResultColumn { name: Ident::new(name), type_, collation: None, origin: None };
    Some(columns.into_iter().map(made).collect())
}

/// Whether a constant of type `regclass` names one of the system's own relations, or a number.
pub(super) fn is_object(text: &str, version: PgVersion) -> bool {
    let number = text == "-" || !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    number
        || parse_relation_name(text).is_some_and(|name| {
            let schema = name.schema.as_ref().map(Ident::as_str);
            catalog::system::relation(schema, name.name.as_str(), version).is_some()
        })
}

/// Whether a constant of type `regtype` names a type.
pub(super) fn names_type(execution: &Execution, text: &str) -> Option<bool> {
    let name = crate::syntax::parse_type_name(text)?;
    match resolve_type(execution, &name) {
        Ok(_) => Some(true),
        Err(_) => None,
    }
}

impl Environment<'_> {
    fn runs(&self) -> bool {
        self.builder.borrow().runs
    }

    /// `transformWholeRowRef`.
    pub(super) fn whole_row(&self, item: &Option<Item>) -> Result<(u16, Type), Refusal> {
        let kept = |it: &&Item| self.builder.borrow().stores && it.relation.is_some();
        let Some(item) = item.as_ref().filter(|it| self.runs() || kept(it)) else {
            return unknown("a whole row is not modelled");
        };
        let Some(entry) = item.columns.first().map(|it| it.variable.entry) else {
            return unknown("a whole row is not modelled");
        };
        // A function that yields one value yields it as its row.
        if item.is_function && item.columns.len() == 1 {
            return Ok((self.number(item.columns[0].variable), item.columns[0].column.type_));
        }
        let type_ = item.relation.map_or(Type::RECORD, |id| Type::user(id.0));
        Ok((self.number(Variable { entry, column: WHOLE_ROW }), type_))
    }

    /// `specialAttNum`: of the relation that is named, or of the only one.
    pub(super) fn system_column(&self, name: &Ident, item: Option<&Item>) -> Result<(u16, Type), Refusal> {
        let found = SYSTEM_COLUMNS.iter().find(|(it, _, _)| *it == name.as_str());
        let Some((_, column, type_)) = found.filter(|_| self.runs()) else {
            return unknown(format!("the system column {name} is not modelled"));
        };
        let stored = |item: &&Item| item.is_catalog || item.relation.is_some_and(|id| self.is_stored(id));
        let found = match item {
            Some(item) => Some(item).filter(stored),
            None => {
                let mut all = self.levels.last().into_iter().flat_map(|it| it.iter()).filter(stored);
                match (all.next(), all.next(), self.levels.len()) {
                    (Some(only), None, 1) => Some(only),
                    _ => return unknown(format!("whose system column {name} is, is not modelled")),
                }
            }
        };
        let entry = found.and_then(|it| it.columns.first()).map(|it| it.variable.entry);
        match (entry, item) {
            (Some(entry), _) => Ok((self.number(Variable { entry, column: *column }), *type_)),
            (None, Some(_)) => unknown(format!("the system column {name} is not modelled")),
            (None, None) => Err(missing(std::slice::from_ref(name)).into()),
        }
    }

    fn is_stored(&self, id: crate::effect::RelationId) -> bool {
        self.execution.schema.get(id).is_some_and(|it| matches!(it.body, Body::Table(_)))
    }
}
