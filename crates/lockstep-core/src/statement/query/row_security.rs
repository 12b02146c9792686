//! What policies add to statements of a role that is subject to them: `get_row_security_policies`, `fireRIRrules`.

use crate::effect::{PgError, RelationId};
use crate::expression::query::{QueryTree, Source};
use crate::expression::{Raises, Restriction, raised_by, restrictions};
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::dependency::Object;
use crate::schema::object::ObjectClass;
use crate::schema::rights::Right;
use crate::schema::trigger::{Policy, PolicyCondition};
use crate::statement::execution::{Execution, Outcome, Stop, fail, unknown};
use crate::statement::partition::prune::Entry;
use crate::statement::query::running::called;
use crate::statement::scope::TableScope;
use crate::statement::select;

pub(super) const NOT_KNOWN: &str = "which policies the role is subject to is not known";

/// The policies for a command, and which of their conditions are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::statement) enum Ask {
    /// `USING`, of rows that are there: others are not seen (`add_security_quals`).
    Seen(char),
    /// `USING`, whose failure is an error (`force_using` of `add_with_check_options`).
    Visible(char),
    /// `WITH CHECK`, or `USING` where there is none.
    New(char),
}

impl Ask {
    /// What an `UPDATE` asks; `reads`: of a table whose columns it reads.
    pub(in crate::statement) fn of_update(reads: bool) -> Vec<Ask> {
        let mut asks = vec![Ask::Seen('w'), Ask::New('w')];
        if reads {
            asks.extend([Ask::Seen('r'), Ask::Visible('r')]);
        }
        asks
    }

    pub(in crate::statement) fn of_delete(reads: bool) -> Vec<Ask> {
        if reads { vec![Ask::Seen('d'), Ask::Seen('r')] } else { vec![Ask::Seen('d')] }
    }

    /// `updates`: `ON CONFLICT DO UPDATE`.
    pub(in crate::statement) fn of_insert(reads: bool, updates: bool) -> Vec<Ask> {
        let mut asks = vec![Ask::New('a')];
        if reads {
            asks.push(Ask::Visible('r'));
        }
        if updates {
            asks.extend([Ask::Visible('w'), Ask::New('w')]);
        }
        asks
    }

    /// All that its actions might ask, whichever of them it has.
    pub(in crate::statement) fn of_merge() -> Vec<Ask> {
        use Ask::{New, Seen, Visible};
        vec![Seen('r'), Visible('w'), New('w'), Visible('r'), Visible('d'), New('a')]
    }

    fn command(self) -> char {
        let (Ask::Seen(command) | Ask::Visible(command) | Ask::New(command)) = self;
        command
    }

    fn condition(self, policy: &Policy) -> Option<&PolicyCondition> {
        match self {
            Ask::New(_) => policy.check.as_ref().or(policy.using.as_ref()),
            Ask::Seen(_) | Ask::Visible(_) => policy.using.as_ref(),
        }
    }
}

/// What policies ask of a row: one of those that permit, and all that restrict. Where none permits, no row passes.
#[derive(Debug, Clone)]
pub(in crate::statement) struct Asked {
    pub(super) ask: Ask,
    pub(super) permits: Vec<PolicyCondition>,
    pub(super) restricts: Vec<PolicyCondition>,
}

impl Asked {
    /// What it says of the partitions that hold such rows: a condition beside what the query asks itself.
    pub(super) fn restriction(&self, entry: &Entry) -> Restriction {
        let one = |it: &PolicyCondition| match it {
            PolicyCondition::Plain(it) => entry.restriction(it),
            PolicyCondition::Query(tree) => {
                let scope = TableScope { execution: entry.execution, table: None, alias: None };
                let found = restrictions(tree, &scope).of;
                let own = tree.root.entries.first().and_then(|it| found.get(&it.id));
                let silent = own.is_some_and(|it| it.iter().all(|it| *it == Restriction::Other));
                if silent { Restriction::Other } else { Restriction::Unknown }
            }
        };
        if self.permits.is_empty() {
            return Restriction::False;
        }
        let mut all: Vec<Restriction> = self.restricts.iter().map(one).collect();
        all.push(Restriction::Or(self.permits.iter().map(one).collect()));
        Restriction::And(all)
    }

    fn conditions(&self) -> impl Iterator<Item = &PolicyCondition> {
        let never = self.permits.is_empty();
        self.permits.iter().chain(self.restricts.iter().filter(move |_| !never))
    }
}

/// The conditions of the policies on tables that are read, with those on tables that they read.
struct Walk<'a> {
    execution: &'a Execution,
    /// `activeRIRs`.
    active: Vec<RelationId>,
    found: Found,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    pub(super) conditions: Vec<PolicyCondition>,
    /// What policies read, and the role may not: known when the statement is about to run (`ExecCheckRTPerms`).
    pub(super) denied: Vec<RelationId>,
}

impl Found {
    pub(super) fn refuse(&self, execution: &mut Execution) -> Outcome {
        let Some(id) = self.denied.first() else { return Ok(()) };
        execution.record.preconditions.clear();
        fail(sqlstate::INSUFFICIENT_PRIVILEGE, format!("permission denied for {}", execution.words_of(*id)))
    }
}

impl Walk<'_> {
    fn of(execution: &Execution) -> Walk<'_> {
        Walk { execution, active: vec![], found: Found::default() }
    }

    fn read(&mut self, id: RelationId, role: Option<&Ident>, rows_are_locked: bool) -> Outcome {
        let schema = &self.execution.schema;
        let Some(relation) = schema.get(id) else { return Ok(()) };
        if relation.view().is_some() {
            // `setRuleCheckAsUser`
            let invoker = relation.options.iter().any(|it| it == "security_invoker=true");
            let object = Object::Relation(id);
            let role = if invoker { self.execution.session.role.as_ref() } else { schema.owner_of(&object) };
            return schema.read_by_view(id).into_iter().try_for_each(|it| self.read(it, role, rows_are_locked));
        }
        let asks: &[Ask] = if rows_are_locked { &[Ask::Seen('w'), Ask::Seen('r')] } else { &[Ask::Seen('r')] };
        self.table(id, role, asks).map(|_| ())
    }

    fn table(&mut self, id: RelationId, role: Option<&Ident>, asks: &[Ask]) -> Outcome<Vec<Asked>> {
        if !applies(self.execution, id, role)? {
            return Ok(vec![]);
        }
        let asked = asks.iter().map(|it| policies(self.execution, id, role, *it));
        let asked = asked.collect::<Outcome<Vec<Asked>>>()?;
        let conditions: Vec<PolicyCondition> = asked.iter().flat_map(Asked::conditions).cloned().collect();
        let queries = conditions.iter().filter_map(|it| match it {
            PolicyCondition::Query(tree) => Some(tree),
            PolicyCondition::Plain(_) => None,
        });
        let inner: Vec<RelationId> = queries.flat_map(|it| inside(it)).collect();
        if !inner.is_empty() {
            if self.active.contains(&id) {
                let name = self.execution.bare_name(id);
                let message = format!("infinite recursion detected in policy for relation \"{name}\"");
                return fail(sqlstate::INVALID_OBJECT_DEFINITION, message);
            }
            // Rewriting comes before privileges are looked at.
            self.active.push(id);
            inner.iter().try_for_each(|it| self.read(*it, role, false))?;
            self.active.pop();
            for id in inner {
                match self.execution.schema.may(role, &Object::Relation(id), "select", self.execution.version) {
                    Right::Yes => {}
                    Right::No => self.found.denied.push(id),
                    Right::Unsure => return unknown(NOT_KNOWN),
                }
            }
        }
        self.found.conditions.extend(conditions);
        Ok(asked)
    }
}

/// Whether policies have a say in what the session's role does with the table.
pub(in crate::statement) fn is_subject(execution: &Execution, id: RelationId) -> Outcome<bool> {
    applies(execution, id, execution.session.role.as_ref())
}

/// `check_enable_rls`.
fn applies(execution: &Execution, id: RelationId, role: Option<&Ident>) -> Outcome<bool> {
    let Some(table) = execution.schema.get(id).and_then(|it| it.table()).filter(|it| it.row_security) else {
        return Ok(false);
    };
    let bypasses = execution.schema.ownership.attribute(role, |it| it.superuser || it.bypass_row_security);
    let owner = execution.schema.owns(role, &Object::Relation(id), execution.version);
    if bypasses.is_yes() || owner.is_yes() && !table.force_row_security {
        return Ok(false);
    }
    if execution.session.settings.get("row_security").is_some_and(|it| is_off(&it.value)) {
        let name = execution.bare_name(id);
        let message = format!("query would be affected by row-level security policy for table \"{name}\"");
        return Err(Stop::Error(PgError::new(sqlstate::INSUFFICIENT_PRIVILEGE, message)));
    }
    Ok(true)
}

/// `get_policies_for_relation`.
fn policies(execution: &Execution, id: RelationId, role: Option<&Ident>, ask: Ask) -> Outcome<Asked> {
    let mut asked = Asked { ask, permits: vec![], restricts: vec![] };
    for object in execution.schema.objects_on(ObjectClass::Policy, id) {
        let Some(policy) = object.policy().filter(|it| it.command == '*' || it.command == ask.command()) else {
            continue;
        };
        let is_for = |it: &Ident| execution.schema.ownership.has_privileges_of(role, Some(it), execution.version);
        let named = match policy.roles.as_slice() {
            [] => Right::Yes,
            roles => roles.iter().map(is_for).fold(Right::No, |a, b| a | b),
        };
        match named {
            Right::No => continue,
            Right::Unsure => return unknown(NOT_KNOWN),
            Right::Yes => {}
        }
        let list = if policy.permissive { &mut asked.permits } else { &mut asked.restricts };
        list.extend(ask.condition(policy).cloned());
    }
    Ok(asked)
}

/// What a query reads of the tables in it, as far as policies have a say in that.
pub(super) fn of_query(
    execution: &Execution,
    tree: &QueryTree,
    locked: &[RelationId],
    except: Option<RelationId>,
) -> Outcome<Found> {
    let mut walk = Walk::of(execution);
    let role = execution.session.role.as_ref();
    for id in tree.relations().into_iter().map(RelationId).filter(|it| Some(*it) != except) {
        walk.read(id, role, locked.contains(&id))?;
    }
    Ok(walk.found)
}

/// What the session's role sees of the table: nothing is asked where no policy has a say.
pub(super) fn of_table(execution: &Execution, id: RelationId, asks: &[Ask]) -> Outcome<Vec<Asked>> {
    Walk::of(execution).table(id, execution.session.role.as_ref(), asks)
}

/// A relation that is read by its name, and is locked.
pub(in crate::statement) fn read(execution: &mut Execution, id: RelationId, rows_are_locked: bool) -> Outcome {
    let mut walk = Walk::of(execution);
    walk.read(id, execution.session.role.as_ref(), rows_are_locked)?;
    let found = walk.found;
    let partitioned = execution.schema.get(id).and_then(|it| it.table()).is_some_and(|it| it.is_partitioned());
    // What policies ask may leave partitions out.
    if partitioned && !found.conditions.is_empty() || !found.denied.is_empty() {
        return unknown(NOT_KNOWN);
    }
    follow(execution, &found.conditions, &format!("TABLE {}", execution.schema.relation(id).name))
}

/// What the policies on a table that is written ask of its rows; whether no new row passes.
pub(in crate::statement) fn write(
    execution: &mut Execution,
    id: RelationId,
    asks: &[Ask],
    text: &str,
) -> Outcome<bool> {
    let mut walk = Walk::of(execution);
    let asked = walk.table(id, execution.session.role.as_ref(), asks)?;
    let found = walk.found;
    if !found.denied.is_empty() {
        return unknown(NOT_KNOWN);
    }
    follow(execution, &found.conditions, text)?;
    if asked.iter().any(|it| !matches!(it.ask, Ask::Seen(_))) {
        let expected = "rows that the policies of the table admit";
        execution.precondition(text.to_owned(), expected, sqlstate::INSUFFICIENT_PRIVILEGE);
    }
    Ok(asked.iter().any(|it| matches!(it.ask, Ask::New(_)) && it.permits.is_empty()))
}

/// The same for `EXPLAIN`, where no row is looked at.
pub(in crate::statement) fn plan_write(execution: &mut Execution, id: RelationId, asks: &[Ask]) -> Outcome {
    let mut walk = Walk::of(execution);
    walk.table(id, execution.session.role.as_ref(), asks)?;
    let found = walk.found;
    match found.denied.is_empty() {
        true => lock(execution, &found.conditions),
        false => unknown(NOT_KNOWN),
    }
}

/// Locks what the conditions read, and says what computing them may end in.
fn follow(execution: &mut Execution, conditions: &[PolicyCondition], text: &str) -> Outcome {
    lock(execution, conditions)?;
    let states = {
        let scope = TableScope { execution, table: None, alias: None };
        let mut raises = Raises::new(&scope);
        raised(conditions, &mut raises)?;
        called(execution, &mut raises)?;
        raises.states
    };
    states.into_iter().for_each(|it| execution.precondition(text.to_owned(), "its rows", it));
    Ok(())
}

pub(super) fn raised(conditions: &[PolicyCondition], raises: &mut Raises) -> Outcome {
    conditions.iter().try_for_each(|condition| {
        let made = match condition {
            PolicyCondition::Plain(it) => raises.expression(it),
            PolicyCondition::Query(tree) => raised_by(tree, raises),
        };
        made.map_err(Stop::Unknown)
    })
}

/// `acquireLocksOnSubLinks`, and what planning them opens.
pub(super) fn lock(execution: &mut Execution, conditions: &[PolicyCondition]) -> Outcome {
    for condition in conditions {
        let PolicyCondition::Query(tree) = condition else { continue };
        for id in inside(tree) {
            execution.lock(id, LockMode::AccessShare, "a policy of the table reads it");
            select::expand(execution, id, LockMode::AccessShare)?;
        }
    }
    Ok(())
}

fn is_off(value: &str) -> bool {
    ["off", "false", "0", "no"].contains(&value.to_ascii_lowercase().as_str())
}

/// The relations that the queries of a condition read.
pub(super) fn inside(tree: &QueryTree) -> Vec<RelationId> {
    let entries = tree.levels().into_iter().skip(1).flat_map(|it| &it.entries);
    let relations = entries.filter_map(|it| match it.source {
        Source::Relation { id, .. } => Some(RelationId(id)),
        _ => None,
    });
    relations.collect()
}

/// What the policies of a table read, however deep.
pub(in crate::statement) fn read_by_policies(execution: &Execution, table: RelationId) -> Vec<RelationId> {
    let (mut found, mut open) = (vec![], vec![table]);
    while let Some(id) = open.pop() {
        let policies = execution.schema.objects_on(ObjectClass::Policy, id).filter_map(|it| it.policy());
        let queries = policies.flat_map(|it| it.using.iter().chain(&it.check)).filter_map(|it| match it {
            PolicyCondition::Query(tree) => Some(tree),
            PolicyCondition::Plain(_) => None,
        });
        let view = execution.schema.get(id).is_some_and(|it| it.view().is_some());
        let by_view = if view { execution.schema.read_by_view(id) } else { vec![] };
        for inner in queries.flat_map(|it| inside(it)).chain(by_view) {
            if !found.contains(&inner) {
                found.push(inner);
                open.push(inner);
            }
        }
    }
    found
}
