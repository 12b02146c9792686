//! Statements taken apart: what one statement does under one lock, several may do each by itself.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::alter_table::pass;
use crate::schema::constraint::Constraint;
use crate::schema::relation::{Relation, Table};
use crate::simulate::trace::Step;
use crate::syntax::statement::{
    AlterTable, AlterTableAction, ColumnConstraint, ColumnConstraintKind, ColumnDefinition, CreateTable, Statement,
    Subcommand, TableConstraint, TableConstraintKind, TableElement,
};

/// The parts of a statement as statements, in an order in which they run one after another; none where it has but
/// one.
pub(super) fn parts(step: &Step) -> Vec<String> {
    let parts = match step.statement.as_deref() {
        Some(Statement::AlterTable(alter)) => of_alter_table(step, alter),
        Some(Statement::CreateTable(create)) => of_create_table(step, create),
        _ => vec![],
    };
    if parts.len() > 1 { parts } else { vec![] }
}

fn of_alter_table(step: &Step, alter: &AlterTable) -> Vec<String> {
    let AlterTableAction::Subcommands(all) = &alter.action else { return vec![] };
    // The order of the server's passes, not of the text.
    let mut ordered: Vec<&Subcommand> = all.iter().collect();
    ordered.sort_by_key(|it| pass(it));
    let mut columns: Vec<Subcommand> = vec![];
    let mut constraints = vec![];
    for subcommand in ordered {
        match subcommand {
            Subcommand::AddColumn { column, if_not_exists: false } => {
                let (column, inline) = without_inline(step, alter, column);
                columns.push(Subcommand::AddColumn { column, if_not_exists: false });
                constraints.extend(inline);
            }
            Subcommand::AddConstraint(constraint) => {
                constraints.push(Subcommand::AddConstraint(named(step, alter, constraint)));
            }
            other => columns.push(other.clone()),
        }
    }
    let alone = |it: Subcommand| {
        let action = AlterTableAction::Subcommands(vec![it]);
        Statement::AlterTable(AlterTable { action, ..alter.clone() }).to_string()
    };
    columns.into_iter().chain(constraints).map(alone).collect()
}

fn table_after<'a>(step: &'a Step, alter: &AlterTable) -> Option<(RelationId, &'a Table)> {
    let id = crate::hazard::shapes::find(step, &step.before, &alter.name)?;
    Some((id, step.after.get(id).and_then(Relation::table)?))
}

/// A column without those constraints that have a name and a life of their own, and these by themselves.
fn without_inline(step: &Step, alter: &AlterTable, column: &ColumnDefinition) -> (ColumnDefinition, Vec<Subcommand>) {
    let Some((id, table)) = table_after(step, alter) else { return (column.clone(), vec![]) };
    let (mut kept, mut inline) = (vec![], vec![]);
    let mut used: Vec<Ident> = vec![];
    for constraint in &column.constraints {
        match by_itself(&column.name, constraint) {
            // The name that the server gives it.
            Some(kind) => {
                let made = new_constraints(step, id, table).find(|it| {
                    letter(&kind) == it.letter()
                        && constraint.name.as_ref().is_none_or(|name| *name == it.name)
                        && !used.contains(&it.name)
                });
                let name = constraint.name.clone().or_else(|| made.map(|it| it.name.clone()));
                used.extend(name.clone());
                let attributes = constraint.attributes;
                inline.push(Subcommand::AddConstraint(TableConstraint { name, kind, attributes }));
            }
            None => kept.push(constraint.clone()),
        }
    }
    (ColumnDefinition { constraints: kept, ..column.clone() }, inline)
}

/// Constraints of a table that the step makes.
fn new_constraints<'a>(step: &'a Step, id: RelationId, after: &'a Table) -> impl Iterator<Item = &'a Constraint> {
    let before = step.before.get(id).and_then(Relation::table);
    after.constraints.iter().filter(move |it| before.is_none_or(|table| table.constraint(it.name.as_str()).is_none()))
}

fn letter(kind: &TableConstraintKind) -> char {
    match kind {
        TableConstraintKind::Check { .. } => 'c',
        TableConstraintKind::NotNull { .. } => 'n',
        TableConstraintKind::Unique { .. } | TableConstraintKind::UniqueUsingIndex { .. } => 'u',
        TableConstraintKind::PrimaryKey { .. } | TableConstraintKind::PrimaryKeyUsingIndex { .. } => 'p',
        TableConstraintKind::ForeignKey { .. } => 'f',
        TableConstraintKind::Exclude { .. } => 'x',
    }
}

/// The same as a table's constraint.
fn by_itself(column: &Ident, constraint: &ColumnConstraint) -> Option<TableConstraintKind> {
    let columns = vec![column.clone()];
    Some(match &constraint.kind {
        ColumnConstraintKind::Check { expression, no_inherit } => {
            TableConstraintKind::Check { expression: expression.clone(), no_inherit: *no_inherit }
        }
        ColumnConstraintKind::Unique { nulls_not_distinct, index } => TableConstraintKind::Unique {
            columns,
            nulls_not_distinct: *nulls_not_distinct,
            without_overlaps: false,
            index: index.clone(),
        },
        ColumnConstraintKind::PrimaryKey { index } => {
            TableConstraintKind::PrimaryKey { columns, without_overlaps: false, index: index.clone() }
        }
        ColumnConstraintKind::References(references) => {
            TableConstraintKind::ForeignKey { columns, period: false, references: references.clone() }
        }
        _ => return None,
    })
}

/// A constraint with the name that the server chooses where it has none: by itself it might get another one.
pub(super) fn named(step: &Step, alter: &AlterTable, constraint: &TableConstraint) -> TableConstraint {
    if constraint.name.is_some() {
        return constraint.clone();
    }
    let made = table_after(step, alter).and_then(|(id, table)| {
        let mut alike = new_constraints(step, id, table).filter(|it| letter(&constraint.kind) == it.letter());
        let first = alike.next()?;
        // Of several it is not known which is which.
        alike.next().is_none().then(|| first.name.clone())
    });
    TableConstraint { name: made, ..constraint.clone() }
}

/// A new table without its foreign keys to tables that others use, and these by themselves: each locks the other
/// table against writes until its transaction ends.
fn of_create_table(step: &Step, create: &CreateTable) -> Vec<String> {
    let Some(id) = crate::hazard::shapes::find(step, &step.after, &create.name) else { return vec![] };
    let Some(relation) = step.after.get(id) else { return vec![] };
    let Some(table) = relation.table() else { return vec![] };
    let outside = |it: &&Constraint| {
        it.foreign_key().is_some_and(|key| key.references != id && step.before.get(key.references).is_some())
    };
    let keys: Vec<&Constraint> = table.constraints.iter().filter(outside).collect();
    if keys.is_empty() || table.is_related() || create.if_not_exists {
        return vec![];
    }
    let mut bare = create.clone();
    for element in &mut bare.elements {
        if let TableElement::Column(column) = element {
            column.constraints.retain(|it| !matches!(it.kind, ColumnConstraintKind::References(_)));
        }
    }
    bare.elements.retain(|it| !is_foreign_key(it));
    // Keys to the table itself, and to others that are new, stay with it.
    let all = table.constraints.iter().filter(|it| it.foreign_key().is_some()).map(|constraint| {
        format!("ALTER TABLE {} {}", relation.name, step.after.add_constraint_clause(id, constraint))
    });
    std::iter::once(Statement::CreateTable(Box::new(bare)).to_string()).chain(all).collect()
}

fn is_foreign_key(element: &TableElement) -> bool {
    matches!(element, TableElement::Constraint(it) if matches!(it.kind, TableConstraintKind::ForeignKey { .. }))
}
