//! What commands do: one module a command, in the server's order of checks, locks and changes.

pub mod execution;

mod address;
mod aggregate;
mod alter_database;
mod alter_domain;
mod alter_object;
mod alter_routine;
mod alter_table;
mod alter_type;
mod bare_select;
mod call;
mod calls;
mod check_constraint;
mod cluster;
mod cluster_wide;
mod collation;
mod column;
mod comment;
mod composite_type;
mod conflict;
mod copy;
mod copy_options;
mod create_function;
mod create_index;
mod create_operator;
mod create_operator_class;
mod create_sequence;
mod create_table;
mod create_table_as;
mod create_trigger;
mod create_view;
pub mod deferred;
mod define_index;
mod deletion;
mod do_block;
mod domain;
mod drop;
mod drop_object;
mod drop_routine;
pub mod end_of_transaction;
mod enum_type;
mod event_trigger;
mod explain;
mod extension;
mod firing;
mod foreign_key;
mod given;
mod grant;
mod index_constraint;
mod inherit;
mod insert;
mod known_rows;
mod like;
mod lock_table;
mod long_values;
mod materialized_view;
mod merge;
mod namespace;
mod naming;
mod overriding;
mod owner;
pub(crate) mod partition;
mod permission;
mod policy;
mod prepared;
mod publication;
mod query;
mod referential;
mod reindex;
mod role;
mod routine;
mod routine_body;
mod routine_messages;
mod routine_result;
mod row_checks;
mod row_names;
mod row_sequences;
mod row_target;
mod rows;
mod rule;
mod scope;
mod select;
mod sequence;
mod sequence_function;
mod session_command;
mod setting;
mod statistics;
mod table_part;
mod temporal;
mod trigger_body;
mod trigger_value;
mod truncate;
mod typed_table;
mod vacuum;

use crate::name::Ident;
use crate::pg::catalog::extension::Installed;
use crate::pg::version::PgVersion;
use crate::statement::execution::{Execution, Outcome, unknown};
use crate::syntax;
use crate::syntax::expression::QueryText;
use crate::syntax::statement::Statement;
use std::borrow::Cow;

/// A command that can be executed on the model.
pub(crate) trait Command {
    fn run(&self, execution: &mut Execution) -> Outcome;
}

/// Executes any command but those that begin and end transactions: they are the session's own.
pub fn run(statement: &Statement, execution: &mut Execution) -> Outcome {
    permission::run(statement, execution)
}

/// The same where the session's role may do it.
fn run_allowed(statement: &Statement, execution: &mut Execution) -> Outcome {
    let command: &dyn Command = match statement {
        Statement::AlterDatabase(it) => it,
        Statement::AlterObject(it) => it,
        Statement::AlterPublication(it) => it,
        Statement::AlterDomain(it) => it,
        Statement::AlterEventTrigger(it) => it,
        Statement::AlterPolicy(it) => &**it,
        Statement::AlterRoutine(it) => it,
        Statement::AlterSequence(it) => it,
        Statement::AlterStatistics(it) => it,
        Statement::AlterTable(it) => it,
        Statement::AlterType(it) => it,
        Statement::AlterTypeAddValue(it) => it,
        Statement::Cluster(it) => it,
        Statement::Comment(it) => it,
        Statement::CreateAggregate(it) => it,
        Statement::CreateComposite(it) => it,
        Statement::Copy(it) => &**it,
        Statement::CreateDomain(it) => it,
        Statement::CreateEnum(it) => it,
        Statement::CreateEventTrigger(it) => it,
        Statement::CreateFunction(it) => &**it,
        Statement::CreatePolicy(it) => &**it,
        Statement::CreateTrigger(it) => &**it,
        Statement::CreateIndex(it) => it,
        Statement::CreateCollation(it) => it,
        Statement::CreateExtension(it) => it,
        Statement::AlterExtension(it) => it,
        Statement::CreateOperator(it) => it,
        Statement::CreateOperatorClass(it) => it,
        Statement::CreatePublication(it) => it,
        Statement::CreateSchema(it) => it,
        Statement::CreateStatistics(it) => it,
        Statement::CreateSequence(it) => it,
        Statement::CreateTable(it) => &**it,
        Statement::CreateView(it) => &**it,
        Statement::CreateMaterializedView(it) => &**it,
        Statement::RefreshMaterializedView(it) => it,
        Statement::CreateRule(it) => &**it,
        Statement::AlterRule(it) => it,
        Statement::DropRule(it) => it,
        Statement::Do(it) => it,
        Statement::Drop(it) => it,
        Statement::DropObject(it) => it,
        Statement::Grant(it) => it,
        Statement::GrantRole(it) => it,
        Statement::DropPart(it) => it,
        Statement::DropRoutine(it) => it,
        Statement::RenamePart(it) => it,
        Statement::Insert(it) => &**it,
        Statement::LockTable(it) => it,
        Statement::Role(it) => it,
        Statement::Merge(it) => &**it,
        Statement::Reindex(it) => it,
        Statement::Select(it) => it,
        Statement::Session(it) => it,
        Statement::Set(it) => it,
        Statement::Truncate(it) => it,
        Statement::Vacuum(it) => it,
        Statement::Update(it) => return rows::update(it, execution),
        Statement::Delete(it) => return rows::delete(it, execution),
        Statement::Transaction(_) => return unknown("a transaction command is not executed like others"),
        Statement::Other(it) if it.command == "CALL" => return call::run(&it.text, execution),
        Statement::Other(it) => return cluster_wide::run(it, execution),
    };
    command.run(execution)
}

/// A function of the server's own or of an extension's, which changes no schema.
pub fn changes_no_schema(name: &crate::name::QualifiedName) -> bool {
    select::is_own(name) || select::is_harmless_member(name)
}

pub(crate) use do_block::Value as CodeValue;

/// The value of an expression of PL/pgSQL, as far as it can be told from variables.
pub(crate) fn evaluate_in_code(
    text: &str,
    variables: &[(Ident, CodeValue)],
    execution: &Execution,
) -> Option<CodeValue> {
    do_block::evaluate(text, variables, execution).ok()
}

pub(crate) use extension::names_foreign;

/// Whether an extension that comes with the server has a function of that name.
pub(crate) fn is_member_function(name: &Ident) -> bool {
    let all = Installed::all(PgVersion::default());
    all.functions(name.as_str()).next().is_some()
}

/// Whether a query calls a function that may do anything: not one of the server's own.
pub fn calls_unknown_code(query: &QueryText) -> bool {
    match query.writes {
        // What cannot be read may only be too rich for the reader: its words tell whether it calls or changes anything.
        true => syntax::calls_or_changes(&query.text, &select::is_own),
        false => query.functions.iter().any(|name| !select::is_own(name)),
    }
}

/// The command tag, as the server reports it.
pub fn tag(statement: &Statement) -> Cow<'static, str> {
    use crate::syntax::statement::{Set, TransactionCommand};
    let words = match statement {
        Statement::AlterDatabase(_) => "ALTER DATABASE",
        Statement::AlterObject(it) => return it.tag().into(),
        Statement::AlterTable(it) => it.tag(),
        Statement::AlterPublication(_) => "ALTER PUBLICATION",
        Statement::AlterSequence(_) => "ALTER SEQUENCE",
        Statement::AlterStatistics(_) => "ALTER STATISTICS",
        Statement::AlterDomain(_) => "ALTER DOMAIN",
        Statement::AlterType(it) => it.tag(),
        Statement::AlterTypeAddValue(_) => "ALTER TYPE",
        Statement::Cluster(_) => "CLUSTER",
        Statement::Comment(_) => "COMMENT",
        Statement::Copy(_) => "COPY",
        Statement::CreateDomain(_) => "CREATE DOMAIN",
        Statement::CreateComposite(_) | Statement::CreateEnum(_) => "CREATE TYPE",
        Statement::AlterEventTrigger(_) => "ALTER EVENT TRIGGER",
        Statement::AlterPolicy(_) => "ALTER POLICY",
        Statement::CreateEventTrigger(_) => "CREATE EVENT TRIGGER",
        Statement::CreatePolicy(_) => "CREATE POLICY",
        Statement::CreateTrigger(_) => "CREATE TRIGGER",
        Statement::DropPart(it) => return format!("DROP {}", it.kind).into(),
        Statement::RenamePart(it) => return format!("ALTER {}", it.kind).into(),
        Statement::AlterRoutine(it) => return format!("ALTER {}", it.kind).into(),
        Statement::CreateAggregate(_) => "CREATE AGGREGATE",
        Statement::CreateFunction(it) => return format!("CREATE {}", it.kind).into(),
        Statement::DropRoutine(it) => return format!("DROP {}", it.kind).into(),
        Statement::CreateIndex(_) => "CREATE INDEX",
        Statement::CreateCollation(_) => "CREATE COLLATION",
        Statement::CreateExtension(_) => "CREATE EXTENSION",
        Statement::AlterExtension(_) => "ALTER EXTENSION",
        Statement::CreateOperator(_) => "CREATE OPERATOR",
        Statement::CreateOperatorClass(_) => "CREATE OPERATOR CLASS",
        Statement::CreatePublication(_) => "CREATE PUBLICATION",
        Statement::CreateSchema(_) => "CREATE SCHEMA",
        Statement::CreateStatistics(_) => "CREATE STATISTICS",
        Statement::CreateSequence(_) => "CREATE SEQUENCE",
        Statement::CreateTable(it) if it.select_into.is_some() => "SELECT INTO",
        Statement::CreateTable(it) if it.query.is_some() => "CREATE TABLE AS",
        Statement::CreateTable(_) => "CREATE TABLE",
        Statement::CreateView(_) => "CREATE VIEW",
        Statement::CreateMaterializedView(_) => "CREATE MATERIALIZED VIEW",
        Statement::RefreshMaterializedView(_) => "REFRESH MATERIALIZED VIEW",
        Statement::CreateRule(_) => "CREATE RULE",
        Statement::AlterRule(_) => "ALTER RULE",
        Statement::DropRule(_) => "DROP RULE",
        Statement::Do(_) => "DO",
        Statement::Drop(it) => drop::tag(it.object),
        Statement::DropObject(it) => return it.tag().into(),
        Statement::Grant(it) => it.tag(),
        Statement::GrantRole(it) => it.tag(),
        Statement::Insert(_) => "INSERT",
        Statement::LockTable(_) => "LOCK TABLE",
        Statement::Role(it) => it.tag(),
        Statement::Merge(_) => "MERGE",
        Statement::Reindex(_) => "REINDEX",
        Statement::Select(_) => "SELECT",
        Statement::Truncate(_) => "TRUNCATE TABLE",
        Statement::Update(_) => "UPDATE",
        Statement::Vacuum(it) if it.is_vacuum => "VACUUM",
        Statement::Vacuum(_) => "ANALYZE",
        Statement::Delete(_) => "DELETE",
        Statement::Session(it) => it.tag(),
        Statement::Set(Set::Reset { .. } | Set::ResetAll) => "RESET",
        Statement::Set(Set::Show) => "SHOW",
        Statement::Set(Set::Constraints { .. }) => "SET CONSTRAINTS",
        Statement::Set(_) => "SET",
        Statement::Transaction(TransactionCommand::Begin { .. }) => "BEGIN",
        Statement::Transaction(TransactionCommand::Commit { .. }) => "COMMIT",
        Statement::Transaction(TransactionCommand::Rollback { .. } | TransactionCommand::RollbackTo(_)) => "ROLLBACK",
        Statement::Transaction(TransactionCommand::Savepoint(_)) => "SAVEPOINT",
        Statement::Transaction(TransactionCommand::Prepare(_)) => "PREPARE TRANSACTION",
        Statement::Transaction(TransactionCommand::CommitPrepared(_)) => "COMMIT PREPARED",
        Statement::Transaction(TransactionCommand::RollbackPrepared(_)) => "ROLLBACK PREPARED",
        Statement::Transaction(TransactionCommand::Release(_)) => "RELEASE",
        Statement::Other(it) => return it.command.clone().into(),
    };
    words.into()
}
