#![doc = include_str!("name_breaks_convention.md")]

use crate::config::naming::{Gap, Named, Naming};
use crate::diagnostic::Severity;
use crate::effect::RelationId;
use crate::hazard::exposure::runs;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::name::Ident;
use crate::pg::types::Type;
use crate::schema::Schema;
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::schema::index::Index;
use crate::schema::relation::{Column, Persistence, Relation, Table, TableKind};
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "name_breaks_convention",
    severity: Severity::Warning,
    page: include_str!("name_breaks_convention.md"),
    recipe: None,
    concerns: Concerns::MAKES.or(Concerns::LOCKS),
    check,
};

/// Names told of one relation; a dump of a schema can hold hundreds.
const MOST: usize = 6;

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let naming = &trace.plan.config.naming;
    if naming.is_empty() || !runs(step) {
        return vec![];
    }
    let mut relations: Vec<RelationId> = step.locks.iter().filter(|it| it.toast.is_none()).map(|it| it.relation).collect();
    relations.sort_unstable();
    relations.dedup();
    let mut found = vec![];
    for relation in relations.into_iter().filter_map(|id| step.after.get(id)) {
        let broken = Names { naming, schema: &step.after, old: step.before.get(relation.id), relation }.broken();
        if broken.is_empty() || relation.persistence == Persistence::Temporary {
            continue;
        }
        let more = broken.len().saturating_sub(MOST);
        let mut message = format!("By the convention for names, {}", broken[..broken.len() - more].join("; "));
        message += &if more > 0 { format!("; and {more} more.") } else { ".".to_owned() };
        found.push(Finding::new(&HAZARD, message).about(&relation.name));
    }
    found
}

/// A relation whose names a step gives, in part or all.
struct Names<'a> {
    naming: &'a Naming,
    schema: &'a Schema,
    old: Option<&'a Relation>,
    relation: &'a Relation,
}

impl Names<'_> {
    /// Each as a clause that says what it would be.
    fn broken(&self) -> Vec<String> {
        let mut broken = vec![];
        let own_name = &self.relation.name.name;
        if self.old.is_none_or(|old| old.name.name != *own_name) {
            match &self.relation.index() {
                Some(index) => broken.extend(self.index(index, own_name)),
                None => broken.extend(self.own(own_name)),
            }
        }
        if let Some(table) = self.relation.table() {
            let old = self.old.and_then(|it| it.table());
            let columns = table.columns.live().filter(|(number, column)| {
                column.inherited == 0 && old.and_then(|old| old.attribute(*number)).is_none_or(|it| it.name != column.name)
            });
            broken.extend(columns.filter_map(|(number, column)| self.column(table, number, column)));
            let is_old = |name: &Ident| old.is_some_and(|old| old.constraint(name.as_str()).is_some());
            let own = table.constraints.iter().filter(|it| it.inherited == 0 && it.parent.is_none() && !is_old(&it.name));
            broken.extend(own.filter_map(|it| self.constraint(table, it)));
        }
        broken
    }

    fn own(&self, name: &Ident) -> Option<String> {
        let (kind, is_table) = match self.relation.table().map(|it| &it.kind) {
            Some(TableKind::Materialized) => ("materialized view", false),
            Some(_) => ("table", true),
            None if self.relation.view().is_some() => ("view", false),
            None => ("sequence", false),
        };
        // What a partition is called after is another matter.
        let number = self.naming.tables.filter(|_| is_table && !self.relation.table().is_some_and(Table::is_partition));
        let number = number.filter(|it| !it.fits(name.as_str())).map(|it| format!("{kind} {name} would be in the {}", it.word()));
        number.or_else(|| self.case(kind, name))
    }

    fn case(&self, kind: &str, name: &Ident) -> Option<String> {
        let lower = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_';
        let breaks = self.naming.snake_case && !name.as_str().chars().all(lower);
        breaks.then(|| format!("{kind} {name} would be in lower case, with underscores"))
    }

    fn column(&self, table: &Table, number: u16, column: &Column) -> Option<String> {
        let refers = table.constraints.iter().any(|it| it.foreign_key().is_some_and(|key| key.columns == [number]));
        let kinds = [refers.then_some("foreign_key"), type_key(column.type_)];
        // What refers elsewhere is named after that, whatever its type.
        let rule = kinds.into_iter().flatten().find_map(|kind| Some((kind, self.naming.columns.get(kind)?)));
        if let Some((kind, patterns)) = rule
            && !patterns.iter().any(|it| it.fits(column.name.as_str(), |_| None))
        {
            let like: Vec<&str> = patterns.iter().map(|it| it.text.as_str()).collect();
            let what = if kind == "foreign_key" { "which refers to a table".to_owned() } else { format!("of type {kind}") };
            return Some(format!("column {}, {what}, would be like {}", column.name, like.join(" or ")));
        }
        self.case("column", &column.name)
    }

    fn index(&self, index: &Index, name: &Ident) -> Option<String> {
        let owner = self.schema.get(index.table)?;
        let table = owner.table()?;
        let keeps_constraint = table.constraints.iter().any(|it| it.index() == Some(self.relation.id));
        if keeps_constraint || index.parent.is_some() {
            return None;
        }
        // A convention for unique indexes may be that for unique constraints.
        let named = match index.unique {
            true => [Named::UniqueIndex, Named::Unique, Named::Index].into_iter().find(|it| self.naming.objects.contains_key(it)),
            false => Some(Named::Index),
        };
        let columns = index.key_columns();
        let broken = named.and_then(|named| self.object(named, "index", name, |gap| fill(owner, table, columns.as_deref(), gap)));
        broken.or_else(|| self.case("index", name))
    }

    fn constraint(&self, table: &Table, constraint: &Constraint) -> Option<String> {
        let key = |index: RelationId| self.schema.get(index)?.index()?.key_columns();
        let (named, columns) = match &constraint.kind {
            ConstraintKind::NotNull { .. } => return None,
            ConstraintKind::PrimaryKey { index } => (Named::PrimaryKey, key(*index)),
            ConstraintKind::Unique { index } => (Named::Unique, key(*index)),
            ConstraintKind::Exclude { index, .. } => (Named::Exclude, key(*index)),
            ConstraintKind::Check { expression, .. } => (Named::Check, Some(expression.columns().into_iter().collect())),
            ConstraintKind::ForeignKey(it) => (Named::ForeignKey, Some(it.columns.clone())),
        };
        let broken = self.object(named, "constraint", &constraint.name, |gap| match (gap, constraint.foreign_key()) {
            (Gap::ReferencedTable, Some(it)) => Some(self.schema.get(it.references)?.name.name.as_str().to_owned()),
            (Gap::ReferencedColumns, Some(it)) => names(self.schema.get(it.references)?.table()?, &it.referenced_columns),
            _ => fill(self.relation, table, columns.as_deref(), gap),
        });
        broken.or_else(|| self.case("constraint", &constraint.name))
    }

    fn object(&self, named: Named, kind: &str, name: &Ident, fill: impl Fn(Gap) -> Option<String>) -> Option<String> {
        let pattern = self.naming.objects.get(&named)?;
        if pattern.fits(name.as_str(), &fill) {
            return None;
        }
        let would = match pattern.name(&fill) {
            Some(it) => Ident::new(&it).to_string(),
            None => format!("like {}", pattern.outline(&fill)),
        };
        Some(format!("{kind} {name} would be {would}"))
    }
}

fn fill(owner: &Relation, table: &Table, columns: Option<&[u16]>, gap: Gap) -> Option<String> {
    match gap {
        Gap::Table => Some(owner.name.name.as_str().to_owned()),
        Gap::Column => names(table, &columns?[..1.min(columns?.len())]),
        Gap::Columns => names(table, columns?),
        Gap::ReferencedTable | Gap::ReferencedColumns => None,
    }
}

/// `None` where there is none: a check of no column.
fn names(table: &Table, columns: &[u16]) -> Option<String> {
    let names: Vec<String> = columns.iter().map(|it| table.column_name(*it).as_str().to_owned()).collect();
    (!names.is_empty()).then(|| names.join("_"))
}

/// As the configuration calls the type; `None` for what it has no rule for.
fn type_key(type_: Type) -> Option<&'static str> {
    if type_.array {
        return None;
    }
    Some(match type_.bare() {
        Type::INT8 => "bigint",
        Type::BOOL => "boolean",
        Type::BYTEA => "bytea",
        Type::BPCHAR => "char",
        Type::DATE => "date",
        Type::FLOAT8 => "double precision",
        Type::INT4 => "integer",
        Type::INTERVAL => "interval",
        Type::JSON => "json",
        Type::JSONB => "jsonb",
        Type::NUMERIC => "numeric",
        Type::FLOAT4 => "real",
        Type::INT2 => "smallint",
        Type::TEXT => "text",
        Type::TIME => "time",
        Type::TIMESTAMP => "timestamp",
        Type::TIMESTAMPTZ => "timestamptz",
        Type::UUID => "uuid",
        Type::VARCHAR => "varchar",
        _ => return None,
    })
}
