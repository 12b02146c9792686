//! Checks that come when a command has found and locked what it needs: `ExecCheckRTPerms` of queries,
//! owners of parents and partitions, `REFERENCES` and `TRIGGER`.

use crate::effect::RelationId;
use crate::name::{Ident, QualifiedName, quote_literal};
use crate::pg::sqlstate;
use crate::schema::dependency::Object;
use crate::schema::relation::Body;
use crate::schema::rights::Right;
use crate::statement::execution::{Execution, Outcome, Stop, fail, unknown};
use crate::statement::permission::before::found;
use crate::statement::permission::why;
use crate::statement::{query, select, sequence_function};
use crate::syntax::expression::{Expr, QueryText};
use crate::syntax::statement::{
    AlterTable, AlterTableAction, ColumnConstraintKind, Copied, CreateTable, Insert, InsertSource, MergeSource,
    MergeThen, References, RowStatement, SequenceOptions, SessionCommand, Statement, Subcommand, TableConstraintKind,
    TableElement, TriggerSelection,
};

/// What a statement needs, with the answer.
struct Need {
    right: Right,
    message: String,
    /// 42501 leaves the locks on these.
    relation: Option<RelationId>,
    /// What to ask a server where nobody says.
    question: Option<String>,
}

#[derive(Default)]
pub(super) struct Needs {
    list: Vec<Need>,
    /// Something in the statement is not followed.
    unsure: bool,
    /// A table whose indexes are opened only once the rights are checked.
    inserted: Option<RelationId>,
    is_query: bool,
}

impl Needs {
    fn relation(&mut self, execution: &Execution, id: RelationId, privilege: &str) {
        let right = with_columns(execution, id, privilege);
        let message = format!("permission denied for {}", execution.words_of(id));
        let role = execution.session.role.as_ref().map_or("", Ident::as_str);
        let name = execution.schema.relation(id).name.to_string();
        let question = format!(
            "SELECT has_table_privilege({}, {}, {})::int",
            quote_literal(role),
            quote_literal(&name),
            quote_literal(&privilege.to_uppercase())
        );
        // With privileges on columns the question is another one.
        let whole = execution.may(&Object::Relation(id), privilege) == Right::Unsure;
        self.list.push(Need { right, message, relation: Some(id), question: whole.then_some(question) });
        // A view's tables are read with the rights of its owner.
        let invoker = execution.schema.relation(id).options.iter().any(|it| it == "security_invoker=true");
        if execution.schema.relation(id).view().is_some() {
            let owner = execution.schema.owner_of(&Object::Relation(id)).cloned();
            let as_role = if invoker { execution.session.role.clone() } else { owner };
            self.unsure |= !view_may(execution, id, as_role.as_ref(), privilege, 0);
        }
    }

    fn named(&mut self, execution: &Execution, name: &QualifiedName, privilege: &str) {
        if let Some(id) = found(execution, name) {
            self.relation(execution, id, privilege);
        }
    }

    fn query(&mut self, execution: &Execution, query: &QueryText) {
        query.reads.iter().for_each(|name| self.named(execution, name, "select"));
        query.locks_rows.iter().for_each(|name| self.named(execution, name, "update"));
        let more = || query.functions.iter().any(|name| !select::only_reads(execution, name));
        self.unsure |= query.writes || !sequence_function::checks_rights(query) && more();
    }

    fn owner(&mut self, execution: &Execution, name: &QualifiedName) {
        if let Some(id) = found(execution, name) {
            let right = execution.owns(&Object::Relation(id));
            let message = format!("must be owner of {}", execution.words_of(id));
            self.list.push(Need { right, message, relation: Some(id), question: None });
        }
    }

    /// `checkFkeyPermissions`.
    fn references(&mut self, execution: &Execution, references: &References) {
        let Some(id) = found(execution, &references.table) else { return };
        let relation = execution.schema.relation(id);
        let columns: Vec<u16> = match references.columns.is_empty() {
            true => {
                let index = relation.table().and_then(|it| it.primary_key()?.index());
                index
                    .and_then(|it| execution.schema.get(it)?.index())
                    .map(|it| it.columns().to_vec())
                    .unwrap_or_default()
            }
            false => {
                let number = |name: &Ident| relation.columns().find(name.as_str()).map(|(number, _)| number);
                references.columns.iter().filter_map(number).collect()
            }
        };
        let whole = execution.may(&Object::Relation(id), "references");
        let by_column = match columns.is_empty() {
            true => Right::No,
            false => columns
                .iter()
                .fold(Right::Yes, |right, number| right & execution.may(&Object::Column(id, *number), "references")),
        };
        let message = format!("permission denied for {}", execution.words_of(id));
        self.list.push(Need { right: whole | by_column, message, relation: Some(id), question: None });
    }
}

/// `pg_class_aclcheck`, then `pg_attribute_aclcheck_all`: with privileges on some of the columns alone it
/// takes to know which of them are meant.
fn with_columns(execution: &Execution, id: RelationId, privilege: &str) -> Right {
    let whole = execution.may(&Object::Relation(id), privilege);
    let columns = execution.schema.relation(id).columns();
    let some = columns.live().any(|(number, _)| execution.may(&Object::Column(id, number), privilege) != Right::No);
    match whole {
        Right::No if some && matches!(privilege, "select" | "insert" | "update") => Right::Unsure,
        right => right,
    }
}

/// Whether the view's owner certainly may do that with every table of the view.
fn view_may(execution: &Execution, view: RelationId, role: Option<&Ident>, privilege: &str, depth: usize) -> bool {
    depth < 20
        && execution.schema.read_by_view(view).into_iter().all(|id| {
            let object = Object::Relation(id);
            let owner = execution.schema.owner_of(&object).cloned();
            execution.schema.may(role, &object, privilege, execution.version).is_yes()
                && execution.schema.may(role, &object, "select", execution.version).is_yes()
                && (execution.schema.relation(id).view().is_none()
                    || view_may(execution, id, owner.as_ref(), privilege, depth + 1))
        })
}

/// What the statement needs, of objects as they stand before it.
pub(super) fn needs(statement: &Statement, execution: &Execution) -> Needs {
    let mut needs = Needs::default();
    collect(statement, execution, &mut needs);
    needs
}

/// The outcome as it is with the role's rights.
pub(super) fn check(needs: &Needs, execution: &mut Execution, result: Outcome) -> Outcome {
    let open = |it: &&Need| it.right == Right::Unsure;
    let questions: Vec<Option<String>> = needs.list.iter().filter(open).map(|it| it.question.clone()).collect();
    if needs.unsure || questions.contains(&None) {
        let why = why(execution);
        execution.doubt(why);
    } else if result.is_ok() {
        for question in questions.into_iter().flatten() {
            execution.precondition(question, "1", sqlstate::INSUFFICIENT_PRIVILEGE);
        }
    } else if !questions.is_empty() {
        return unknown(why(execution));
    }
    let first = needs.list.iter().position(|it| it.right != Right::Yes);
    let Some(refused) = first.and_then(|place| needs.list.get(place)).filter(|it| it.right == Right::No) else {
        if result.is_ok() && needs.is_query && touches_more(execution, needs) {
            let why = why(execution);
            execution.doubt(why);
        }
        return result;
    };
    match &result {
        Err(Stop::Unknown(_)) => return result,
        // Names and types are resolved first; values are computed last, or when the text is read.
        Err(Stop::Error(error)) => match error.sqlstate.0.get(..2) {
            Some("23" | "44" | "54" | "55") => {}
            Some("22" | "21") => return unknown(why(execution)),
            _ => return result,
        },
        Ok(()) => {}
    }
    let message = refused.message.clone();
    forget_the_rest(execution, needs);
    fail(sqlstate::INSUFFICIENT_PRIVILEGE, message)
}

/// Of what has been recorded only the locks of the beginning stay.
fn forget_the_rest(execution: &mut Execution, needs: &Needs) {
    let tables: Vec<RelationId> = needs.list.iter().filter_map(|it| it.relation).collect();
    let schema = &execution.schema;
    let below = |id: RelationId| {
        tables.iter().any(|it| *it == id || schema.descendants(*it).iter().any(|(below, _)| *below == id))
    };
    let mut locks = std::mem::take(&mut execution.record.locks);
    locks.retain(|lock| match schema.get(lock.relation).map(|it| &it.body) {
        Some(Body::Index(index)) => needs.is_query && below(index.table) && needs.inserted != Some(index.table),
        Some(_) => !lock.new && (!needs.is_query || below(lock.relation)),
        None => false,
    });
    let record = &mut execution.record;
    record.locks = locks;
    record.waits.clear();
    record.work.clear();
    record.data_changes.clear();
    record.consumed.clear();
    record.preconditions.clear();
    record.remains = None;
}

/// Whether tables take part that nothing was asked about: those of triggers, rules and the like.
fn touches_more(execution: &Execution, needs: &Needs) -> bool {
    let mut asked: Vec<RelationId> = needs.list.iter().filter_map(|it| it.relation).collect();
    // Of what policies read the rights were looked at with them.
    let by_policies: Vec<RelationId> = asked.iter().flat_map(|it| query::read_by_policies(execution, *it)).collect();
    asked.extend(by_policies);
    let schema = &execution.schema;
    execution.record.locks.iter().any(|lock| {
        let Some(relation) = schema.get(lock.relation) else { return false };
        if lock.new || matches!(relation.body, Body::Index(_) | Body::Sequence(_)) {
            return false;
        }
        let explained = asked.iter().any(|it| {
            *it == lock.relation
                || schema.descendants(*it).iter().any(|(below, _)| *below == lock.relation)
                || schema.ancestors(*it).contains(&lock.relation)
                || schema.get(*it).is_some_and(|it| it.is_view())
                || linked(execution, *it, lock.relation)
        });
        !explained
    })
}

/// Foreign keys are checked with the rights of the tables' owners.
fn linked(execution: &Execution, one: RelationId, other: RelationId) -> bool {
    let refers = |a: RelationId, b: RelationId| {
        let table = execution.schema.get(a).and_then(|it| it.table());
        table.is_some_and(|it| it.constraints.iter().any(|it| it.foreign_key().is_some_and(|key| key.references == b)))
    };
    let same_owner =
        execution.schema.owner_of(&Object::Relation(one)) == execution.schema.owner_of(&Object::Relation(other));
    same_owner && (refers(one, other) || refers(other, one))
}

fn collect(statement: &Statement, execution: &Execution, needs: &mut Needs) {
    match statement {
        Statement::Select(query) => {
            needs.is_query = true;
            needs.query(execution, query);
        }
        Statement::Insert(it) => insert(it, execution, needs),
        Statement::Update(it) => rows(it, execution, needs, "update"),
        Statement::Delete(it) => rows(it, execution, needs, "delete"),
        Statement::Merge(it) => {
            needs.is_query = true;
            match &it.source {
                MergeSource::Table(name) => needs.named(execution, name, "select"),
                MergeSource::Query(query) => needs.query(execution, query),
            }
            needs.named(execution, &it.table, "select");
            for action in &it.actions {
                match &action.then {
                    MergeThen::Nothing => {}
                    MergeThen::Delete => needs.named(execution, &it.table, "delete"),
                    MergeThen::Update(_) => needs.named(execution, &it.table, "update"),
                    MergeThen::Insert { .. } => needs.named(execution, &it.table, "insert"),
                }
            }
        }
        Statement::Copy(it) => {
            needs.is_query = true;
            needs.unsure |= it.file.is_some() || it.program;
            match &it.what {
                Copied::Table { name, .. } => {
                    needs.named(execution, name, if it.from { "insert" } else { "select" });
                    needs.inserted = found(execution, name).filter(|_| it.from);
                }
                Copied::Query(query) => needs.query(execution, query),
            }
        }
        Statement::Session(SessionCommand::Explain { statement, .. }) => collect(statement, execution, needs),
        Statement::Session(SessionCommand::Declare { query, .. }) => {
            needs.is_query = true;
            needs.query(execution, query);
        }
        Statement::CreateTable(it) => create_table(it, execution, needs),
        Statement::CreateMaterializedView(it) if it.with_data => needs.query(execution, &it.query),
        Statement::CreateTrigger(it) => {
            for name in std::iter::once(&it.table).chain(&it.from) {
                if let Some(id) = found(execution, name) {
                    let right = execution.may(&Object::Relation(id), "trigger");
                    let message = format!("permission denied for {}", execution.words_of(id));
                    needs.list.push(Need { right, message, relation: Some(id), question: None });
                }
            }
        }
        Statement::CreateRule(it) => needs.owner(execution, &it.table),
        Statement::DropRule(it) => owner_of_part(execution, needs, &it.table),
        Statement::DropPart(it) => owner_of_part(execution, needs, &it.table),
        Statement::AlterTable(it) => alter_table(it, execution, needs),
        Statement::CreateSequence(it) => owned_by(&it.options, execution, needs),
        Statement::AlterSequence(it) => owned_by(&it.options, execution, needs),
        _ => {}
    }
}

fn owner_of_part(execution: &Execution, needs: &mut Needs, table: &QualifiedName) {
    if let Some(id) = found(execution, table) {
        let right = execution.owns(&Object::Relation(id));
        let message = format!("must be owner of relation {}", execution.bare_name(id));
        needs.list.push(Need { right, message, relation: Some(id), question: None });
    }
}

/// `OWNED BY` wants the same owner of both.
fn owned_by(options: &SequenceOptions, execution: &Execution, needs: &mut Needs) {
    needs.unsure |= options.owned_by.is_some()
        && !execution.schema.ownership.is_superuser(execution.session.role.as_ref()).is_yes();
}

fn names_columns(expression: &Expr) -> bool {
    let mut found = false;
    expression.visit(&mut |it| found |= matches!(it, Expr::Column(_)));
    found
}

fn insert(statement: &Insert, execution: &Execution, needs: &mut Needs) {
    needs.is_query = true;
    let Some(id) = found(execution, &statement.table) else { return };
    needs.inserted = Some(id);
    needs.relation(execution, id, "insert");
    if statement.returning || statement.conflict.as_ref().is_some_and(|it| it.condition.is_some()) {
        needs.relation(execution, id, "select");
    }
    match statement.on_conflict_update {
        Some(true) => {
            needs.relation(execution, id, "update");
            needs.relation(execution, id, "select");
        }
        Some(false) if statement.conflict.is_some() => needs.unsure |= !may_select(execution, id),
        _ => {}
    }
    statement.reads.iter().for_each(|name| needs.named(execution, name, "select"));
    if let InsertSource::Query(query) = &statement.source {
        needs.query(execution, query);
    }
    needs.unsure |= statement.opaque;
    // The default of a serial column is computed with the role's own rights.
    let Some(table) = execution.schema.relation(id).table() else { return };
    let serial = |id: &&RelationId| {
        execution.schema.get(**id).and_then(|it| it.sequence()?.owner).is_some_and(|owner| {
            table.attribute(owner.column).is_some_and(|it| it.identity.is_none() && it.default.is_some())
        })
    };
    for sequence in table.sequences.iter().filter(serial) {
        let object = Object::Relation(*sequence);
        let right = execution.may(&object, "usage") | execution.may(&object, "update");
        needs.unsure |= !right.is_yes();
    }
}

fn may_select(execution: &Execution, id: RelationId) -> bool {
    execution.may(&Object::Relation(id), "select").is_yes()
}

fn rows(statement: &RowStatement, execution: &Execution, needs: &mut Needs, privilege: &str) {
    needs.is_query = true;
    needs.named(execution, &statement.table, privilege);
    let computed = statement.assignments.iter().map(|(_, it)| it).chain(&statement.condition);
    if statement.returning || computed.into_iter().any(names_columns) {
        needs.named(execution, &statement.table, "select");
    }
    let from = statement.from.iter().map(|(name, _)| name);
    from.chain(&statement.reads).for_each(|name| needs.named(execution, name, "select"));
    needs.unsure |= statement.opaque;
}

fn create_table(statement: &CreateTable, execution: &Execution, needs: &mut Needs) {
    if let Some((query, _)) = &statement.query {
        needs.query(execution, query);
    }
    for element in &statement.elements {
        match element {
            TableElement::Like { table, .. } => needs.named(execution, table, "select"),
            TableElement::Constraint(it) => {
                if let TableConstraintKind::ForeignKey { references, .. } = &it.kind {
                    foreign_key(execution, needs, references, &statement.name);
                }
            }
            TableElement::Column(column) => {
                for constraint in &column.constraints {
                    if let ColumnConstraintKind::References(references) = &constraint.kind {
                        foreign_key(execution, needs, references, &statement.name);
                    }
                }
            }
        }
    }
    statement.inherits.iter().for_each(|name| needs.owner(execution, name));
    if let Some((name, _)) = &statement.partition_of {
        needs.owner(execution, name);
    }
}

/// A table that the statement makes is its maker's.
fn foreign_key(execution: &Execution, needs: &mut Needs, references: &References, made: &QualifiedName) {
    if references.table.name != made.name {
        needs.references(execution, references);
    }
}

fn alter_table(statement: &AlterTable, execution: &Execution, needs: &mut Needs) {
    let AlterTableAction::Subcommands(subcommands) = &statement.action else {
        if let AlterTableAction::SetSchema(schema) = &statement.action {
            let right = execution.may(&Object::Namespace(schema.clone()), "create");
            let message = format!("permission denied for schema {}", schema.as_str());
            needs.list.push(Need { right, message, relation: found(execution, &statement.name), question: None });
        }
        return;
    };
    let Some(id) = found(execution, &statement.name) else { return };
    // `ATSimplePermissions` of the tables below.
    for (below, _) in execution.schema.descendants(id) {
        if !statement.only && !execution.owns(&Object::Relation(below)).is_yes() {
            needs.unsure = true;
        }
    }
    for subcommand in subcommands {
        match subcommand {
            Subcommand::AddConstraint(it) => {
                if let TableConstraintKind::ForeignKey { references, .. } = &it.kind {
                    needs.references(execution, references);
                }
            }
            Subcommand::AddColumn { column, .. } => {
                for constraint in &column.constraints {
                    if let ColumnConstraintKind::References(references) = &constraint.kind {
                        needs.references(execution, references);
                    }
                }
            }
            Subcommand::AttachPartition { partition: name, .. } | Subcommand::Inherit(name) => {
                needs.owner(execution, name);
            }
            Subcommand::EnableTrigger { what: TriggerSelection::All, .. } => {
                // `EnableDisableTrigger`: those of foreign keys are the server's own.
                let table = execution.schema.relation(id).table();
                let keys = table.is_some_and(|it| {
                    !it.referenced_by.is_empty() || it.constraints.iter().any(|it| it.foreign_key().is_some())
                });
                if keys {
                    let right = execution.schema.ownership.is_superuser(execution.session.role.as_ref());
                    let message = "permission denied: \"RI_ConstraintTrigger\" is a system trigger".to_owned();
                    needs.list.push(Need { right, message, relation: Some(id), question: None });
                }
                needs.unsure |= table.is_some_and(|it| it.constraints.iter().any(|it| it.deferrable));
            }
            Subcommand::OwnerTo(role) => owner_to(execution, needs, id, role),
            Subcommand::SetTablespace(_) => needs.unsure = true,
            _ => {}
        }
    }
}

/// `ATExecChangeOwner`.
fn owner_to(execution: &Execution, needs: &mut Needs, id: RelationId, role: &Ident) {
    let other = execution.owner_of(role);
    let object = Object::Relation(id);
    if execution.schema.owner_of(&object) == other.as_ref() {
        return;
    }
    let acting = execution.session.role.as_ref();
    let right = execution.schema.ownership.can_become(acting, other.as_ref(), execution.version);
    let message = crate::pg::behavior::not_a_member(execution.version, role.as_str());
    needs.list.push(Need { right, message, relation: Some(id), question: None });
    let schema = execution.schema.relation(id).name.schema.clone();
    let right = execution.schema.may(other.as_ref(), &Object::Namespace(schema.clone()), "create", execution.version);
    let message = format!("permission denied for schema {}", schema.as_str());
    needs.list.push(Need { right, message, relation: Some(id), question: None });
}
