//! What a statement that is not modelled leaves uncertain: as little as its command allows.

use crate::name::Ident;
use crate::simulate::code::{self, Part};
use crate::statement::execution::Execution;
use crate::syntax::statement::{
    AlterRoutineAction, AlterTableAction, ColumnConstraintKind, ColumnDefinition, RoleCommand, SessionCommand,
    Statement, Subcommand, TableConstraintKind, TableElement, TypeAction,
};
use crate::syntax::{mentions, mentions_outside_strings};

/// What may have changed.
enum Reach {
    /// Nothing that the model holds: privileges, statistics, sessions.
    Nothing,
    /// Rows of the tables it names, and what the triggers on them do.
    Rows,
    /// What the code does that it runs.
    Code,
    /// Objects of its own, which use what it names; strings bind nothing.
    Uses,
    /// Objects that it names anywhere.
    Named,
    /// Anything: it runs code that cannot be read.
    Everything,
}

const NOTHING: [&str; 16] = [
    "ALTER DATABASE",
    "ALTER DEFAULT PRIVILEGES",
    "ALTER ROLE",
    "ALTER USER",
    "CHECKPOINT",
    "COMMENT",
    "CREATE DATABASE",
    "CREATE ROLE",
    "CREATE USER",
    "DROP DATABASE",
    "DROP ROLE",
    "DROP USER",
    "GRANT",
    "LOAD",
    "REFRESH MATERIALIZED VIEW",
    "REVOKE",
];

/// Commands for objects that stand beside tables: they change none.
const USES: [&str; 13] = [
    "ALTER MATERIALIZED VIEW",
    "ALTER PUBLICATION",
    "ALTER STATISTICS",
    "ALTER VIEW",
    "CREATE MATERIALIZED VIEW",
    "CREATE PUBLICATION",
    "CREATE RULE",
    "CREATE STATISTICS",
    "CREATE VIEW",
    "DROP MATERIALIZED VIEW",
    "DROP RULE",
    "DROP STATISTICS",
    "DROP VIEW",
];

fn reach(statement: &Statement, text: &str) -> Reach {
    match statement {
        Statement::Insert(_)
        | Statement::Update(_)
        | Statement::Delete(_)
        | Statement::Truncate(_)
        | Statement::Copy(_)
        | Statement::Merge(_) => Reach::Rows,
        Statement::Select(query) => match crate::statement::calls_unknown_code(query) {
            true => Reach::Code,
            false => Reach::Rows,
        },
        Statement::CreateView(_)
        | Statement::CreateMaterializedView(_)
        | Statement::CreateRule(_)
        | Statement::AlterRule(_)
        | Statement::DropRule(_) => Reach::Uses,
        Statement::RefreshMaterializedView(_) => Reach::Rows,
        Statement::Session(it) => match it {
            SessionCommand::Execute { .. } => Reach::Everything,
            SessionCommand::Explain { statement, options } if options.iter().any(|it| it.name == "analyze") => {
                reach(statement, text)
            }
            SessionCommand::Discard(_) => Reach::Named,
            _ => Reach::Nothing,
        },
        Statement::Set(_)
        | Statement::LockTable(_)
        | Statement::Comment(_)
        | Statement::Vacuum(_)
        | Statement::Cluster(_)
        | Statement::Reindex(_)
        | Statement::Grant(_)
        | Statement::GrantRole(_)
        | Statement::AlterDatabase(_) => Reach::Nothing,
        Statement::Role(it) => match it {
            RoleCommand::DropOwned { .. } => Reach::Everything,
            _ => Reach::Nothing,
        },
        Statement::Other(_) | Statement::AlterTable(_) | Statement::AlterObject(_) if changes_owner(text) => {
            Reach::Nothing
        }
        Statement::AlterObject(_) | Statement::DropObject(_) => {
            let command = crate::statement::tag(statement);
            if USES.contains(&&*command) { Reach::Uses } else { Reach::Named }
        }
        Statement::CreateFunction(it) if it.body.is_some() => Reach::Uses,
        Statement::CreateTrigger(_) | Statement::CreatePolicy(_) | Statement::AlterPolicy(_) => Reach::Uses,
        Statement::AlterRoutine(_) if changes_owner(text) => Reach::Nothing,
        Statement::Do(_) => Reach::Code,
        Statement::Other(it) => match it.command.as_str() {
            command if NOTHING.contains(&command) => Reach::Nothing,
            "COPY" | "MERGE" | "WITH" => Reach::Rows,
            command if USES.contains(&command) => Reach::Uses,
            "CALL" => Reach::Code,
            _ => Reach::Named,
        },
        _ => Reach::Named,
    }
}

/// `ALTER … OWNER TO role`: owners are not modelled.
fn changes_owner(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().map(str::to_ascii_lowercase).collect();
    matches!(words.as_slice(), [alter, .., owner, to, _] if alter == "alter" && owner == "owner" && to == "to")
}

/// Whether the statement may have changed anything that the model holds.
pub(super) fn leaves_doubt(execution: &Execution, statement: &Statement, text: &str) -> bool {
    match reach(statement, text) {
        Reach::Nothing => false,
        Reach::Code => code::of_statement(execution, statement, text).is_none_or(|parts| !parts.is_empty()),
        _ => true,
    }
}

/// Whether what a statement of code may change is known by its names.
pub(super) fn is_bounded(statement: &Statement, text: &str) -> bool {
    !matches!(reach(statement, text), Reach::Code | Reach::Everything)
}

/// Notes the uncertainty that the statement leaves in the schema of `execution`; `statement` is missing where it
/// cannot be read.
pub(super) fn note(execution: &mut Execution, statement: Option<&Statement>, text: &str) {
    let command = statement.map_or_else(|| "statement".into(), crate::statement::tag);
    if command == "CREATE EXTENSION" {
        execution.schema.uncertain.note_extension();
    }
    let mut reach = statement.map_or(Reach::Named, |it| reach(it, text));
    let mut parts = vec![];
    if let (Some(statement), Reach::Code | Reach::Rows) = (statement, &reach) {
        match code::of_statement(execution, statement, text) {
            Some(found) => parts = found,
            None => reach = Reach::Everything,
        }
    }
    for part in parts {
        match part {
            Part::Rows(text) => execution.schema.forget_rows(&mentions_outside_strings(&text)),
            Part::Statement(statement, text) => note(execution, Some(&statement), &text),
            Part::Unread(text) => note(execution, None, &text),
        }
    }
    let schema = &mut execution.schema;
    match reach {
        Reach::Nothing | Reach::Code => {}
        Reach::Rows => schema.forget_rows(&mentions(text)),
        Reach::Uses => {
            // What exists is only used; what does not is, or was, the command's own.
            let (used, own): (Vec<Ident>, Vec<Ident>) =
                mentions_outside_strings(text).into_iter().partition(|name| schema.is_relation_name(name));
            used.iter().for_each(|name| schema.uncertain.note_use(name, &command));
            // What it replaces is another one from then on.
            match statement.and_then(made_by) {
                Some(name) => {
                    let there = own.into_iter().filter(|it| schema.is_object_name(it));
                    let names: Vec<Ident> = there.chain([name]).collect();
                    schema.uncertain.mention(&names, &command);
                }
                None => schema.uncertain.mention(&own, &command),
            }
        }
        Reach::Named => {
            let mut names = statement.and_then(named).unwrap_or_else(|| mentions(text));
            if command == "DROP SCHEMA" {
                names.extend(schema.names_within(&names));
            }
            schema.uncertain.mention(&names, &command);
        }
        Reach::Everything => {
            schema.uncertain.mention(&mentions(text), &command);
            let next_id = schema.next_id();
            schema.uncertain.everything(next_id, &command);
        }
    }
}

/// The object that a command makes which uses others; `None` where only its text tells.
fn made_by(statement: &Statement) -> Option<Ident> {
    Some(match statement {
        Statement::CreateView(it) => it.name.name.clone(),
        Statement::CreateMaterializedView(it) => it.name.name.clone(),
        Statement::CreateFunction(it) => it.name.name.clone(),
        Statement::CreateTrigger(it) => it.name.clone(),
        Statement::CreatePolicy(it) => it.name.clone(),
        Statement::CreateRule(it) => it.name.clone(),
        _ => return None,
    })
}

/// The objects that a command with a tree can have changed; `None` where only its text tells.
fn named(statement: &Statement) -> Option<Vec<Ident>> {
    let mut names: Vec<Ident> = vec![];
    match statement {
        Statement::CreateTable(it) => {
            names.push(it.name.name.clone());
            names.extend(it.inherits.iter().map(|it| it.name.clone()));
            names.extend(it.partition_of.iter().map(|(parent, _)| parent.name.clone()));
            for element in &it.elements {
                match element {
                    TableElement::Column(column) => names.extend(of_column(column)),
                    TableElement::Constraint(constraint) => names.extend(of_constraint(&constraint.kind)),
                    TableElement::Like { .. } => {}
                }
            }
        }
        Statement::CreateIndex(it) => {
            names.push(it.table.name.clone());
            names.extend(it.name.clone());
        }
        Statement::AlterTable(it) => {
            names.push(it.name.name.clone());
            match &it.action {
                AlterTableAction::RenameTo(name) => names.push(name.clone()),
                AlterTableAction::Subcommands(subcommands) => {
                    for subcommand in subcommands {
                        match subcommand {
                            Subcommand::AddColumn { column, .. } => names.extend(of_column(column)),
                            Subcommand::AddConstraint(it) => {
                                names.extend(it.name.clone());
                                names.extend(of_constraint(&it.kind));
                            }
                            Subcommand::Inherit(other)
                            | Subcommand::NoInherit(other)
                            | Subcommand::AttachPartition { partition: other, .. }
                            | Subcommand::DetachPartition { partition: other, .. } => names.push(other.name.clone()),
                            // What cascades from it may be anything that is named somewhere.
                            Subcommand::DropColumn { cascade: true, .. }
                            | Subcommand::DropConstraint { cascade: true, .. } => return None,
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        Statement::AlterType(it) => {
            names.push(it.name.name.clone());
            if let TypeAction::RenameTo(name) = &it.action {
                names.push(name.clone());
            }
        }
        Statement::AlterDomain(it) => names.push(it.name.name.clone()),
        Statement::CreateComposite(it) => names.push(it.name.name.clone()),
        // What they use stays as it is.
        Statement::DropPart(it) => names.push(it.name.clone()),
        Statement::RenamePart(it) => names.extend([it.name.clone(), it.to.clone()]),
        Statement::CreateEventTrigger(it) => names.push(it.name.clone()),
        Statement::AlterEventTrigger(it) => names.push(it.name.clone()),
        Statement::CreateFunction(it) => names.push(it.name.name.clone()),
        Statement::CreateAggregate(it) => names.push(it.aggregate.name.name.clone()),
        Statement::AlterRoutine(it) => {
            names.push(it.routine.name.name.clone());
            if let AlterRoutineAction::RenameTo(name) = &it.action {
                names.push(name.clone());
            }
        }
        Statement::DropRoutine(it) if !it.cascade => {
            names.extend(it.routines.iter().map(|it| it.name.name.clone()));
        }
        Statement::CreateDomain(it) => names.push(it.name.name.clone()),
        Statement::CreateEnum(it) => names.push(it.name.name.clone()),
        Statement::AlterTypeAddValue(it) => names.push(it.name.name.clone()),
        Statement::CreateSchema(it) if it.elements.is_empty() => names.push(it.name.clone()),
        _ => return None,
    }
    Some(names)
}

/// A table that the column refers to depends on it from then on.
fn of_column(column: &ColumnDefinition) -> Vec<Ident> {
    let references = column.constraints.iter().filter_map(|it| match &it.kind {
        ColumnConstraintKind::References(references) => Some(references.table.name.clone()),
        _ => None,
    });
    references.collect()
}

fn of_constraint(kind: &TableConstraintKind) -> Option<Ident> {
    match kind {
        TableConstraintKind::ForeignKey { references, .. } => Some(references.table.name.clone()),
        TableConstraintKind::UniqueUsingIndex { index } | TableConstraintKind::PrimaryKeyUsingIndex { index } => {
            Some(index.clone())
        }
        _ => None,
    }
}
