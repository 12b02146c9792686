//! The state in which one statement runs: the schema it changes, and the record of what it does.
//!
//! One walk does what the server does in one walk: it resolves names, takes locks, checks and
//! changes, in the server's order. A statement that fails has still taken the locks it came by.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::effect::{
    DataChange, DataChangeKind, Lock, ObjectName, PgError, Precondition, RelationId, Toast, Wait, Work, WorkKind,
};
use crate::name::{Ident, QualifiedName};
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::pg::version::PgVersion;
use crate::schema::Schema;
use crate::schema::constraint::Constraint;
use crate::schema::dependency::Object;
use crate::schema::relation::{Persistence, Relation, Rows};
use crate::schema::rights::Right;
use crate::schema::sequence::LastValue;
use crate::schema::user_type::TypeId;
use crate::session::Session;

pub struct Execution {
    pub version: PgVersion,
    pub schema: Schema,
    pub session: Session,
    /// Labels added to types by this transaction, not usable yet (`EnumUncommitted`).
    pub uncommitted_enum_values: Vec<(TypeId, String)>,
    /// Tables with deferred checks that wait for the end of the transaction.
    pub pending: Pending,
    /// Inside a transaction block, as `PreventInTransactionBlock` asks.
    pub in_block: bool,
    /// Run by a function or a block of code.
    pub in_function: bool,
    /// Calls of such code that are open.
    pub calls: usize,
    /// Subtransactions of such code that are open.
    pub subtransactions: usize,
    pub record: Record,
    /// Objects from this number on were made by this statement.
    first_new_id: u32,
    /// Objects from this number on were made by this transaction.
    pub transaction_first_id: u32,
}

/// Deferred triggers that have fired but not run (`AfterTriggerPendingOnRel`).
#[derive(Debug, Clone, Default)]
pub struct Pending {
    pub certainly: BTreeSet<RelationId>,
    /// Only if some row turned out to be a duplicate.
    pub perhaps: BTreeSet<RelationId>,
    /// `SET CONSTRAINTS ALL DEFERRED` or `IMMEDIATE`.
    pub all_deferred: Option<bool>,
    /// `SET CONSTRAINTS` by name, after that.
    pub by_name: BTreeMap<Ident, bool>,
}

impl Pending {
    /// Whether the constraint's check waits for the end of the transaction.
    pub fn defers(&self, constraint: &Constraint) -> bool {
        let named = self.by_name.get(&constraint.name).copied();
        constraint.deferrable && named.or(self.all_deferred).unwrap_or(constraint.initially_deferred)
    }
}

/// What a statement did, successful or not.
#[derive(Debug, Clone, Default)]
pub struct Record {
    pub locks: Vec<Lock>,
    pub waits: Vec<Wait>,
    pub work: Vec<Work>,
    pub notices: Vec<String>,
    pub preconditions: Vec<Precondition>,
    /// Why the outcome, or part of the result, cannot be told.
    pub doubts: Vec<String>,
    /// Data that is gone or changed for good.
    pub data_changes: Vec<DataChange>,
    /// Labels added to types: not to be used before they are committed.
    pub new_enum_values: Vec<(TypeId, String)>,
    /// What a statement that fails has committed before.
    pub remains: Option<Schema>,
    /// Sequences that moved on: no rollback takes that back.
    pub consumed: Vec<(RelationId, LastValue)>,
}

/// Why a statement ends early.
#[derive(Debug, Clone, PartialEq)]
pub enum Stop {
    Error(PgError),
    /// The model does not know what the server would do.
    Unknown(String),
}

pub type Outcome<T = ()> = Result<T, Stop>;

impl From<PgError> for Stop {
    fn from(error: PgError) -> Self {
        Stop::Error(error)
    }
}

/// An error of the server, as a `Result`.
pub fn fail<T>(sqlstate: sqlstate::SqlState, message: impl Into<String>) -> Outcome<T> {
    Err(Stop::Error(PgError::new(sqlstate, message)))
}

pub fn unknown<T>(why: impl Into<String>) -> Outcome<T> {
    Err(Stop::Unknown(why.into()))
}

impl Execution {
    pub fn new(
        version: PgVersion,
        schema: Schema,
        session: Session,
        in_block: bool,
        transaction_first_id: u32,
    ) -> Self {
        let first_new_id = schema.next_id();
        Execution {
            version,
            first_new_id,
            schema,
            session,
            uncommitted_enum_values: vec![],
            pending: Pending::default(),
            in_block,
            in_function: false,
            calls: 0,
            subtransactions: 0,
            record: Record::default(),
            transaction_first_id,
        }
    }

    /// Made by this transaction, so that only it can see it.
    pub fn is_private(&self, id: RelationId) -> bool {
        id.0 >= self.transaction_first_id
    }

    /// `RangeVarGetRelid` without a lock: the relation of that name on the search path.
    pub fn look_up(&self, name: &QualifiedName) -> Outcome<Option<RelationId>> {
        if let Some(schema) = &name.schema {
            if self.schema.has_namespace(schema.as_str()) && !self.may_look_into(schema) {
                let message = format!("permission denied for schema {}", schema.as_str());
                return fail(sqlstate::INSUFFICIENT_PRIVILEGE, message);
            }
            let full = ObjectName { schema: schema.clone(), name: name.name.clone() };
            return self.certain(&full, self.schema.find(&full));
        }
        if let Some(found) = self.schema.find_temporary(&name.name) {
            return Ok(Some(found));
        }
        for schema in self.session.search_path.iter().filter(|it| self.may_look_into(it)) {
            let full = ObjectName { schema: schema.clone(), name: name.name.clone() };
            if let Some(found) = self.certain(&full, self.schema.find(&full))? {
                return Ok(Some(found));
            }
        }
        if name.name.as_str().starts_with("pg_") {
            return unknown(format!("system catalogs such as {name} are not modelled"));
        }
        Ok(None)
    }

    /// `recomputeNamespacePath`: schemas that the role may not use are not on its path.
    fn is_usable(&self, schema: &Ident) -> bool {
        self.schema.has_namespace(schema.as_str()) && self.may_look_into(schema)
    }

    /// `USAGE`, unless it is certain that the role has none.
    fn may_look_into(&self, schema: &Ident) -> bool {
        self.session.role.is_none() || self.may(&Object::Namespace(schema.clone()), "usage") != Right::No
    }

    fn certain(&self, name: &ObjectName, found: Option<RelationId>) -> Outcome<Option<RelationId>> {
        if name.schema == "pg_catalog" || name.schema == "information_schema" {
            return unknown(format!("system catalogs such as {name} are not modelled"));
        }
        if found.is_none() && self.reached(Some(&name.schema)).relation_named(name.name.as_str()).is_some() {
            return unknown(format!("{name}, which an extension brings, is not modelled"));
        }
        match self.schema.uncertain.about(&name.name, found.map(|id| id.0)) {
            Some(why) => unknown(why),
            None => Ok(found),
        }
    }

    /// `RangeVarGetRelid`: the relation of that name, or 42P01; 3F000 where its schema is missing.
    pub fn resolve(&self, name: &QualifiedName) -> Outcome<RelationId> {
        match self.look_up(name)? {
            Some(id) => Ok(id),
            None => {
                name.schema.as_ref().map_or(Ok(()), |schema| self.namespace(schema))?;
                fail(sqlstate::UNDEFINED_TABLE, format!("relation \"{}\" does not exist", plain(name)))
            }
        }
    }

    /// `parserOpenTable`: what a query names, or 42P01, even where its schema is missing.
    pub fn resolve_in_query(&self, name: &QualifiedName) -> Outcome<RelationId> {
        match self.resolve(name) {
            Err(Stop::Error(error)) if error.sqlstate == sqlstate::INVALID_SCHEMA_NAME => {
                fail(sqlstate::UNDEFINED_TABLE, format!("relation \"{}\" does not exist", plain(name)))
            }
            found => found,
        }
    }

    /// The same, and locks it.
    pub fn open_in_query(&mut self, name: &QualifiedName, mode: LockMode, reason: &'static str) -> Outcome<RelationId> {
        let id = self.resolve_in_query(name)?;
        self.lock(id, mode, reason);
        Ok(id)
    }

    /// Resolves and locks, as `RangeVarGetRelidExtended` does.
    pub fn open(&mut self, name: &QualifiedName, mode: LockMode, reason: &'static str) -> Outcome<RelationId> {
        let id = self.resolve(name)?;
        self.lock(id, mode, reason);
        Ok(id)
    }

    /// Where a new relation of that name would be made (`RangeVarGetCreationNamespace`).
    pub fn creation_name(&self, name: &QualifiedName) -> Outcome<ObjectName> {
        let schema = match &name.schema {
            Some(schema) => schema.clone(),
            None => match self.session.search_path.iter().find(|it| self.is_usable(it)) {
                Some(schema) => schema.clone(),
                None => return self.no_schema(),
            },
        };
        self.namespace(&schema)?;
        let full = ObjectName { schema, name: name.name.clone() };
        self.no_member(&full)?;
        Ok(full)
    }

    /// No schema of the search path is there, as far as is known.
    fn no_schema<T>(&self) -> Outcome<T> {
        match self.session.search_path.iter().find_map(|it| self.schema.uncertain.about(it, None)) {
            Some(why) => unknown(why),
            None => fail(sqlstate::INVALID_SCHEMA_NAME, "no schema has been selected to create in"),
        }
    }

    /// Where `CREATE` puts a relation, or `None` where it is there already and may be
    /// (`RangeVarGetAndCheckCreationNamespace`, `heap_create_with_catalog`).
    pub fn new_relation(
        &mut self,
        name: &QualifiedName,
        persistence: Persistence,
        if_not_exists: bool,
    ) -> Outcome<Option<ObjectName>> {
        let full = match (persistence, &name.schema) {
            (Persistence::Temporary, Some(schema)) if !schema.as_str().starts_with("pg_temp") => {
                return fail(
                    sqlstate::INVALID_TABLE_DEFINITION,
                    "cannot create temporary relation in non-temporary schema",
                );
            }
            // `RangeVarAdjustRelationPersistence`
            (Persistence::Unlogged, Some(schema)) if schema == "pg_temp" => {
                return fail(
                    sqlstate::INVALID_TABLE_DEFINITION,
                    "only temporary relations may be created in temporary schemas",
                );
            }
            (Persistence::Temporary, _) => ObjectName { schema: Ident::new("pg_temp"), name: name.name.clone() },
            _ => self.creation_name(name)?,
        };
        let existing = self.schema.find(&full);
        if let Some(why) = self.schema.uncertain.about(&full.name, existing.map(|id| id.0)) {
            return unknown(why);
        }
        if existing.is_none() {
            return Ok(Some(full));
        }
        let message = format!("relation \"{}\" already exists", full.name.as_str());
        match if_not_exists {
            true => {
                self.notice(format!("{message}, skipping"));
                Ok(None)
            }
            false => fail(sqlstate::DUPLICATE_TABLE, message),
        }
    }

    /// `get_namespace_oid`: 3F000 where it does not exist.
    pub fn namespace(&self, schema: &Ident) -> Outcome {
        if self.schema.has_namespace(schema.as_str()) || schema == "pg_temp" {
            return Ok(());
        }
        if matches!(schema.as_str(), "pg_catalog" | "information_schema" | "pg_toast") {
            return unknown(format!("the system's own schema {schema} is not modelled"));
        }
        match self.schema.uncertain.about(schema, None) {
            Some(why) => unknown(why),
            None => fail(sqlstate::INVALID_SCHEMA_NAME, format!("schema \"{}\" does not exist", schema.as_str())),
        }
    }

    /// Records a granted lock, once for each mode.
    pub fn lock(&mut self, id: RelationId, mode: LockMode, reason: &'static str) {
        self.lock_part(id, None, mode, reason);
    }

    /// A lock that a row takes which the statement writes: `certain` where there is such a row.
    pub fn lock_for_rows(&mut self, id: RelationId, mode: LockMode, reason: &'static str, certain: bool) {
        let same = |lock: &Lock| (lock.relation, lock.toast, lock.mode) == (id, None, mode);
        if !certain && self.record.locks.iter().any(same) {
            return;
        }
        self.lock(id, mode, reason);
        if let Some(lock) = self.record.locks.iter_mut().find(|it| same(it)) {
            lock.if_rows = !certain;
        }
    }

    /// The index of the relation's TOAST table, where it has one.
    pub fn lock_toast_index(&mut self, id: RelationId, reason: &'static str) {
        self.lock_toast(id, Toast::Index, LockMode::AccessExclusive, reason);
    }

    /// A part of the relation's TOAST storage, where it has any.
    pub fn lock_toast(&mut self, id: RelationId, part: Toast, mode: LockMode, reason: &'static str) {
        if self.schema.get(id).and_then(|it| it.table()).is_some_and(|table| table.toast) {
            self.lock_part(id, Some(part), mode, reason);
        }
    }

    fn lock_part(&mut self, id: RelationId, toast: Option<Toast>, mode: LockMode, reason: &'static str) {
        let Some(relation) = self.schema.get(id) else { return };
        let same = |lock: &Lock| (lock.relation, lock.toast, lock.mode) == (id, toast, mode);
        if let Some(lock) = self.record.locks.iter_mut().find(|it| same(it)) {
            lock.if_rows = false;
            return;
        }
        self.record.locks.push(Lock {
            relation: id,
            name: relation.name.clone(),
            kind: toast.map_or_else(|| relation.kind(), Toast::kind),
            mode,
            reason,
            new: id.0 >= self.first_new_id,
            private: self.is_private(id),
            toast,
            if_rows: false,
        });
    }

    /// `find_all_inheritors`, which locks the tables below in the same mode.
    pub fn lock_descendants(&mut self, id: RelationId, mode: LockMode, reason: &'static str) {
        for (below, _) in self.schema.descendants(id) {
            self.lock(below, mode, reason);
        }
    }

    /// Where other tables of a hierarchy take part, and how is not modelled.
    pub fn stands_alone(&self, id: RelationId) -> Outcome {
        match self.schema.get(id).and_then(|it| it.table()).is_some_and(|it| it.is_related()) {
            true => {
                unknown(format!("what this does to the tables above and below {} is not modelled", self.bare_name(id)))
            }
            false => Ok(()),
        }
    }

    pub fn wait(&mut self, id: RelationId, mode: LockMode) {
        let name = self.schema.relation(id).name.clone();
        let wait = Wait { relation: id, name, mode };
        if !self.record.waits.contains(&wait) {
            self.record.waits.push(wait);
        }
    }

    pub fn work(&mut self, id: RelationId, kind: WorkKind, object: Option<ObjectName>, reason: &'static str) {
        let name = self.schema.relation(id).name.clone();
        let work = Work { relation: id, name, kind, object, reason };
        if !self.record.work.iter().any(|it| (it.relation, it.kind, &it.object) == (id, kind, &work.object)) {
            self.record.work.push(work);
        }
    }

    /// Notes what happens to rows; a table that is certainly empty has none.
    pub fn data_change(&mut self, id: RelationId, column: Option<u16>, kind: DataChangeKind) {
        let Some(relation) = self.schema.get(id) else { return };
        let Some(table) = relation.table() else { return };
        if table.rows == Rows::Empty && kind != DataChangeKind::Inserted {
            return;
        }
        let column = column.map(|number| (number, table.column_name(number)));
        let change = DataChange { relation: id, name: relation.name.clone(), column, kind };
        if !self.record.data_changes.contains(&change) {
            self.record.data_changes.push(change);
        }
    }

    pub fn notice(&mut self, text: impl Into<String>) {
        self.record.notices.push(text.into());
    }

    pub fn warning(&mut self, text: &str) {
        self.record.notices.push(format!("WARNING: {text}"));
    }

    /// A sequence hands out values: they stay handed out whatever becomes of the statement.
    pub fn consume(&mut self, sequence: RelationId, last_value: LastValue) {
        if let Some(it) = self.schema.sequence_mut(sequence)
            && it.last_value != last_value
        {
            it.last_value = last_value;
            self.record.consumed.push((sequence, last_value));
        }
    }

    /// The statement goes on, but its outcome is not claimed.
    pub fn doubt(&mut self, why: impl Into<String>) {
        let why = why.into();
        if !self.record.doubts.contains(&why) {
            self.record.doubts.push(why);
        }
    }

    pub fn precondition(&mut self, query: String, expected: &str, sqlstate: sqlstate::SqlState) {
        let precondition = Precondition::new(query, expected, sqlstate);
        if !self.record.preconditions.contains(&precondition) {
            self.record.preconditions.push(precondition);
        }
    }

    /// `PreventInTransactionBlock`.
    pub fn outside_block(&self, command: &str) -> Outcome {
        let why = match () {
            () if self.in_block => "run inside a transaction block",
            () if self.subtransactions > 0 => "run inside a subtransaction",
            () if self.in_function => "be executed from a function",
            () => return Ok(()),
        };
        fail(sqlstate::ACTIVE_SQL_TRANSACTION, format!("{command} cannot {why}"))
    }

    /// `CheckTableNotInUse`: open cursors, and deferred checks that wait.
    pub fn not_in_use(&self, id: RelationId, command: &str) -> Outcome {
        let name = self.bare_name(id);
        if self.session.cursors.iter().any(|cursor| cursor.reads.contains(&id)) {
            return fail(
                sqlstate::OBJECT_IN_USE,
                format!("cannot {command} \"{name}\" because it is being used by active queries in this session"),
            );
        }
        if self.pending.certainly.contains(&id) {
            return fail(
                sqlstate::OBJECT_IN_USE,
                format!("cannot {command} \"{name}\" because it has pending trigger events"),
            );
        }
        match self.pending.perhaps.contains(&id) {
            true => unknown(format!("whether a deferred check of {name} is pending depends on its rows")),
            false => Ok(()),
        }
    }

    /// `PreventCommandIfReadOnly`.
    pub fn writable(&self, command: &str) -> Outcome {
        match self.session.read_only {
            true => fail(
                sqlstate::READ_ONLY_SQL_TRANSACTION,
                format!("cannot execute {command} in a read-only transaction"),
            ),
            false => Ok(()),
        }
    }

    /// The relation as the messages of `tablecmds.c` call it: its bare name.
    pub fn bare_name(&self, id: RelationId) -> SmolStr {
        self.schema.relation(id).name.name.bare()
    }

    /// `get_relkind_objtype` in words.
    pub fn kind_words(relation: &Relation) -> &'static str {
        match relation.kind() {
            'i' | 'I' => "index",
            'S' => "sequence",
            'v' => "view",
            'm' => "materialized view",
            'f' => "foreign table",
            _ => "table",
        }
    }
}

/// A name as written, without quotes, as the server's messages show it.
pub fn plain(name: &QualifiedName) -> String {
    let schema = name.schema.as_ref().map(|it| format!("{}.", it.as_str()));
    schema.unwrap_or_default() + name.name.as_str()
}
