//! Row security: `CreatePolicy` and `AlterPolicy` of `policy.c`, `ATExecSetRowSecurity`.

use triomphe::Arc;

use crate::effect::RelationId;
use crate::expression::query::QueryTree;
use crate::name::{Ident, QualifiedName, quote_literal};
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::dependency::{Dependency, Object};
use crate::schema::object::{ObjectBody, ObjectClass, ObjectId, ObjectKey};
use crate::schema::trigger::{Policy, PolicyCondition};
use crate::statement::Command;
use crate::statement::execution::{Execution, Outcome, fail};
use crate::statement::query;
use crate::statement::routine_body::needs_of;
use crate::statement::scope::{Use, analyze};
use crate::statement::table_part::find;
use crate::syntax::expression::{Expr, Literal};
use crate::syntax::select::{Body, FromItem, Plain, Select, Target};
use crate::syntax::statement::{AlterPolicy, CreatePolicy, RowSecurity};

const REASON: &str = "row security changes what every session sees of the table";

impl Command for CreatePolicy {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("CREATE POLICY")?;
        let command = letter(&self.command);
        check_clauses(command, self.using.is_some(), self.check.is_some(), true)?;
        need_roles(execution, &self.roles);
        let table = execution.open(&self.table, LockMode::AccessExclusive, REASON)?;
        only_tables(execution, table)?;
        let using = condition(execution, table, self.using.as_ref())?;
        let check = condition(execution, table, self.check.as_ref())?;
        if find(execution, ObjectClass::Policy, table, &self.name)?.is_some() {
            let (name, relation) = (self.name.as_str(), execution.bare_name(table));
            let message = format!("policy \"{name}\" for table \"{relation}\" already exists");
            return fail(sqlstate::DUPLICATE_OBJECT, message);
        }
        let policy = Policy { permissive: self.permissive, command, roles: roles(&self.roles), using, check };
        let needs = needs(execution, table, &policy);
        let key = ObjectKey::OnRelation(ObjectClass::Policy, table, self.name.clone());
        let id = execution.schema.add_object(key, ObjectBody::Policy(Box::new(policy)));
        execution.schema.record_needs(&Object::Other(id), needs);
        Ok(())
    }
}

impl Command for AlterPolicy {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("ALTER POLICY")?;
        need_roles(execution, &self.roles);
        let table = execution.open(&self.table, LockMode::AccessExclusive, REASON)?;
        only_tables(execution, table)?;
        let using = condition(execution, table, self.using.as_ref())?;
        let check = condition(execution, table, self.check.as_ref())?;
        let found = find(execution, ObjectClass::Policy, table, &self.name)?;
        let Some((id, mut policy)) = found.and_then(|id| Some((id, policy(execution, id)?))) else {
            let (name, relation) = (self.name.as_str(), execution.bare_name(table));
            let message = format!("policy \"{name}\" for table \"{relation}\" does not exist");
            return fail(sqlstate::UNDEFINED_OBJECT, message);
        };
        check_clauses(policy.command, using.is_some(), check.is_some(), false)?;
        if !self.roles.is_empty() {
            policy.roles = roles(&self.roles);
        }
        policy.using = using.or(policy.using);
        policy.check = check.or(policy.check);
        let needs = needs(execution, table, &policy);
        if let Some(object) = execution.schema.object_mut(id) {
            object.body = ObjectBody::Policy(Box::new(policy));
        }
        execution.schema.forget_needs(&Object::Other(id));
        execution.schema.record_needs(&Object::Other(id), needs);
        Ok(())
    }
}

fn policy(execution: &Execution, id: ObjectId) -> Option<Policy> {
    execution.schema.object(id)?.policy().cloned()
}

/// `parse_policy_command`.
fn letter(command: &Ident) -> char {
    match command.as_str() {
        "select" => 'r',
        "insert" => 'a',
        "update" => 'w',
        "delete" => 'd',
        _ => '*',
    }
}

fn check_clauses(command: char, using: bool, check: bool, create: bool) -> Outcome {
    if check && matches!(command, 'r' | 'd') {
        return fail(
            sqlstate::SYNTAX_ERROR,
            match create {
                true => "WITH CHECK cannot be applied to SELECT or DELETE",
                false => "only USING expression allowed for SELECT, DELETE",
            },
        );
    }
    match using && command == 'a' {
        true => fail(sqlstate::SYNTAX_ERROR, "only WITH CHECK expression allowed for INSERT"),
        false => Ok(()),
    }
}

const SPECIAL_ROLES: [&str; 4] = ["public", "current_user", "current_role", "session_user"];

/// `policy_role_list_to_array`: roles are the cluster's, and not known here.
fn need_roles(execution: &mut Execution, roles: &[Ident]) {
    if roles.iter().any(|it| *it == "public") {
        if roles.len() > 1 {
            execution.warning("ignoring specified roles other than PUBLIC");
        }
        return;
    }
    for role in roles.iter().filter(|it| !SPECIAL_ROLES.contains(&it.as_str())) {
        let query = format!("SELECT count(*) FROM pg_roles WHERE rolname = {}", quote_literal(role.as_str()));
        execution.precondition(query, "1", sqlstate::UNDEFINED_OBJECT);
    }
}

/// Everybody, where `public` is among them.
fn roles(written: &[Ident]) -> Vec<Ident> {
    match written.iter().any(|it| *it == "public") {
        true => vec![],
        false => written.to_vec(),
    }
}

/// `RangeVarCallbackForPolicy`.
fn only_tables(execution: &Execution, table: RelationId) -> Outcome {
    let relation = execution.schema.relation(table);
    match relation.kind() {
        'r' | 'p' => Ok(()),
        _ => fail(sqlstate::WRONG_OBJECT_TYPE, format!("\"{}\" is not a table", relation.name.name.as_str())),
    }
}

fn condition(execution: &mut Execution, table: RelationId, written: Option<&Expr>) -> Outcome<Option<PolicyCondition>> {
    let Some(written) = written else { return Ok(None) };
    let mut has_query = false;
    written.visit(&mut |it| has_query |= matches!(it, Expr::Query(_)));
    if !has_query {
        return analyze(execution, table, written, Use::Policy).map(|it| Some(PolicyCondition::Plain(it)));
    }
    // The table stands alone in what would be the `FROM` of a query.
    let name = execution.schema.relation(table).name.clone();
    let name = QualifiedName { schema: Some(name.schema), name: name.name };
    let plain = Plain {
        targets: vec![Target::Value { value: Expr::Literal(Literal::Integer("1".to_owned())), label: None }],
        from: vec![FromItem::Table { name, only: false, alias: None }],
        condition: Some(written.clone()),
        ..Plain::default()
    };
    let body = Body::Plain(Box::new(plain));
    let select =
        Select { recursive: false, with: vec![], body, order: vec![], limit: None, offset: None, locks_rows: false };
    let before = execution.record.locks.len();
    let made = query::analyze(execution, &select)?;
    if made.reads.iter().filter(|it| **it == table).count() == 1 {
        let mut place = 0;
        execution.record.locks.retain(|it| {
            place += 1;
            place <= before || it.relation != table
        });
    }
    let tree = QueryTree { has_old_and_new: false, ..made.tree };
    Ok(Some(PolicyCondition::Query(Arc::new(tree))))
}

fn needs(execution: &Execution, table: RelationId, policy: &Policy) -> Vec<(Object, Dependency)> {
    let mut needs = vec![(Object::Relation(table), Dependency::Auto)];
    for condition in policy.using.iter().chain(&policy.check) {
        let all: Vec<Object> = match condition {
            PolicyCondition::Plain(condition) => {
                let columns = condition.columns().into_iter().map(|it| Object::Column(table, it));
                columns.chain(needs_of(execution, condition)).collect()
            }
            PolicyCondition::Query(tree) => {
                let others =
                    tree.relations().into_iter().filter(|it| *it != table.0).map(|it| Object::Relation(RelationId(it)));
                let columns = tree.columns().into_iter().map(|(id, column)| Object::Column(RelationId(id), column));
                let functions = tree.functions().into_iter().map(|it| Object::Other(ObjectId(it)));
                others.chain(columns).chain(functions).collect()
            }
        };
        needs.extend(all.into_iter().map(|it| (it, Dependency::Normal)));
    }
    needs
}

/// `ENABLE`, `DISABLE`, `FORCE` and `NO FORCE ROW LEVEL SECURITY`.
pub(super) fn set(execution: &mut Execution, table: RelationId, what: RowSecurity) {
    let table = execution.schema.table_mut(table);
    match what {
        RowSecurity::Enable => table.row_security = true,
        RowSecurity::Disable => table.row_security = false,
        RowSecurity::Force => table.force_row_security = true,
        RowSecurity::NoForce => table.force_row_security = false,
    }
}
