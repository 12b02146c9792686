//! Constraints and indexes: compared by definition once everything has its old name.

use crate::effect::{ObjectName, RelationId};
use crate::name::Ident;
use crate::rollback::Work;
use crate::rollback::script::{self, Phase};
use crate::rollback::state::State;
use crate::schema::Schema;
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::schema::ddl::comment_on;
use crate::schema::diff::TablePair;
use crate::syntax::statement::Statement;

/// What is dropped of a table that stays, by number or place in the schema as it is now.
#[derive(Default)]
struct Dropped {
    constraints: Vec<(RelationId, usize)>,
    indexes: Vec<RelationId>,
}

impl Work<'_> {
    pub(super) fn restore_keys(&mut self, state: &State<'_>) {
        let pairs = self.diff.tables.clone();
        let mut dropped = Dropped::default();
        for pair in &pairs {
            self.find_dropped(pair, &mut dropped);
        }
        self.drop_what_needs(&pairs, &mut dropped);
        for pair in &pairs {
            self.drop_keys(pair, &dropped, state);
        }
        let mut left_out = vec![];
        let start = self.start;
        for id in self.diff.lost_tables.clone() {
            for constraint in &start.table(id).constraints {
                self.add_constraint(id, None, constraint, &mut left_out);
            }
            for index in &start.table(id).indexes {
                if self.stands_alone(start, *index) {
                    self.add_index(*index, None, state, &mut left_out);
                }
            }
        }
        for pair in &pairs {
            let kept = |name: &Ident| -> bool {
                let constraints = self.renamed.table(pair.is).constraints.iter().enumerate();
                let mut found = constraints.filter(|(_, it)| it.name == *name);
                found.any(|(at, _)| !dropped.constraints.contains(&(pair.is, at)))
            };
            let constraints = &start.table(pair.was).constraints;
            let (kept, lost): (Vec<_>, Vec<_>) = constraints.iter().partition(|it| kept(&it.name));
            // Keys first: whether a foreign key can come depends on them.
            for constraint in lost {
                self.add_constraint(pair.was, Some(pair), constraint, &mut left_out);
            }
            for constraint in kept {
                self.compare_comments(pair, constraint);
            }
            for index in start.table(pair.was).indexes.clone() {
                if !self.stands_alone(start, index) {
                    continue;
                }
                match self.kept_index(pair, index, &dropped) {
                    Some(kept) => {
                        self.compare_index_comments(index, kept);
                        self.compare_index_statistics(index, kept);
                    }
                    None => self.add_index(index, Some(pair), state, &mut left_out),
                }
            }
        }
        self.add_foreign_keys(&dropped, &left_out);
    }

    /// No constraint's index.
    pub(super) fn stands_alone(&self, schema: &Schema, index: RelationId) -> bool {
        let Some(table) = schema.get(index).and_then(|it| it.index()).map(|it| it.table) else { return false };
        !schema.table(table).constraints.iter().any(|it| it.index() == Some(index))
    }

    fn find_dropped(&self, pair: &TablePair, dropped: &mut Dropped) {
        for (at, constraint) in self.renamed.table(pair.is).constraints.iter().enumerate() {
            if matches!(constraint.kind, ConstraintKind::NotNull { .. }) {
                continue;
            }
            let old = self.start.table(pair.was).constraint(constraint.name.as_str());
            let same = old.is_some_and(|old| {
                old.letter() == constraint.letter()
                    && self.start.constraint_definition(pair.was, old)
                        == self.renamed.constraint_definition(pair.is, constraint)
            });
            if !same {
                dropped.constraints.push((pair.is, at));
                dropped.indexes.extend(constraint.index());
            }
        }
        for index in &self.now.table(pair.is).indexes {
            if !self.stands_alone(self.now, *index) {
                continue;
            }
            let name = &self.renamed.relation(*index).name;
            let old = self.start.table(pair.was).indexes.iter().find(|it| self.start.relation(**it).name == *name);
            let same = old.is_some_and(|old| {
                self.stands_alone(self.start, *old)
                    && self.start.index_definition(*old) == self.renamed.index_definition(*index)
            });
            if !same {
                dropped.indexes.push(*index);
            }
        }
    }

    /// Foreign keys that rely on an index that is dropped go with it, and come again.
    fn drop_what_needs(&self, pairs: &[TablePair], dropped: &mut Dropped) {
        for pair in pairs {
            for (at, constraint) in self.renamed.table(pair.is).constraints.iter().enumerate() {
                let relies = constraint.foreign_key().is_some_and(|key| dropped.indexes.contains(&key.index));
                if relies && !dropped.constraints.contains(&(pair.is, at)) {
                    dropped.constraints.push((pair.is, at));
                }
            }
        }
    }

    fn drop_keys(&mut self, pair: &TablePair, dropped: &Dropped, state: &State<'_>) {
        let now = self.now;
        let table = now.relation(pair.is).name.clone();
        for (_, at) in dropped.constraints.iter().filter(|(id, _)| *id == pair.is) {
            let constraint = &now.table(pair.is).constraints[*at];
            let foreign = constraint.foreign_key().is_some();
            if !foreign && uses_any(now, constraint, &pair.made_columns) {
                // It goes with the column.
                continue;
            }
            // Neither goes the part by itself, nor the partition before it.
            let beside = constraint.parent.as_ref().is_some_and(|(of, _)| *of == pair.is);
            if beside && constraint.foreign_key().is_some_and(|key| self.start.get(key.references).is_none()) {
                self.cannot(format!("{table} refers to a new partition, which is not taken out of its table here."));
                continue;
            }
            let phase = if foreign { Phase::DropForeignKey } else { Phase::DropConstraint };
            // A constraint that stays gets this name back.
            let renamed = &self.renamed.table(pair.is).constraints;
            let heir = (0..renamed.len()).find(|other| {
                renamed[*other].name == constraint.name
                    && now.table(pair.is).constraints[*other].name != constraint.name
                    && !dropped.constraints.contains(&(pair.is, *other))
            });
            match heir {
                Some(heir) => {
                    let condition = script::constraint_exists(&table, &now.table(pair.is).constraints[heir].name);
                    self.add_if(phase, condition, format!("ALTER TABLE {table} DROP CONSTRAINT {}", constraint.name));
                }
                None => {
                    let name = &constraint.name;
                    self.add(phase, format!("ALTER TABLE IF EXISTS {table} DROP CONSTRAINT IF EXISTS {name}"));
                }
            }
        }
        for index in now.table(pair.is).indexes.iter().filter(|it| dropped.indexes.contains(it)) {
            if self.stands_alone(now, *index) {
                self.drop_index(pair, *index, dropped, state);
            }
        }
    }

    fn drop_index(&mut self, pair: &TablePair, id: RelationId, dropped: &Dropped, state: &State<'_>) {
        let now = self.now;
        if now.index(id).columns().iter().any(|column| pair.made_columns.contains(column)) {
            return;
        }
        let name = &now.relation(id).name;
        let heir = now.table(pair.is).indexes.iter().find(|other| {
            self.renamed.relation(**other).name == *name
                && now.relation(**other).name != *name
                && !dropped.indexes.contains(other)
        });
        if let Some(heir) = heir {
            let condition = script::relation_exists(&now.relation(*heir).name);
            self.add_if(Phase::DropIndex, condition, format!("DROP INDEX {name}"));
            return;
        }
        let maker = state.steps.iter().find(|step| step.after.get(id).is_some()).and_then(|it| it.statement.as_deref());
        let concurrently = matches!(maker, Some(Statement::CreateIndex(it)) if it.concurrently);
        let supports_key = now
            .relations()
            .filter_map(|it| it.table())
            .any(|table| table.constraints.iter().any(|it| it.foreign_key().is_some_and(|key| key.index == id)));
        match concurrently && !supports_key {
            true => self.add(Phase::DropIndexConcurrently, format!("DROP INDEX CONCURRENTLY IF EXISTS {name}")),
            false => self.add(Phase::DropIndex, format!("DROP INDEX IF EXISTS {name}")),
        }
    }

    /// Everything but foreign keys, which wait for all keys. `pair`: the table stays, with its rows.
    fn add_constraint(
        &mut self,
        table: RelationId,
        pair: Option<&TablePair>,
        constraint: &Constraint,
        left_out: &mut Vec<RelationId>,
    ) {
        let start = self.start;
        let name = start.relation(table).name.clone();
        let full = format!("ALTER TABLE {name} {}", start.add_constraint_clause(table, constraint));
        let missing = script::not(&script::constraint_exists(&name, &constraint.name));
        match &constraint.kind {
            ConstraintKind::ForeignKey(_) => return,
            // Part of the column's definition, unless it is not valid.
            ConstraintKind::NotNull { .. } => {
                if pair.is_none() && !constraint.validated {
                    self.add_if(Phase::AddCheck, missing, full);
                }
            }
            ConstraintKind::PrimaryKey { index }
            | ConstraintKind::Unique { index }
            | ConstraintKind::Exclude { index, .. } => {
                if pair.is_some_and(|pair| !self.is_unique_again(pair, *index)) {
                    left_out.push(*index);
                    self.unfinished.push(full);
                    return;
                }
                if pair.is_some() {
                    self.note(format!(
                        "{} of {name} is built again under an exclusive lock, and fails if rows written since break it.",
                        constraint.name
                    ));
                }
                self.add_if(Phase::AddKey, missing, full);
                self.index_details(*index);
            }
            ConstraintKind::Check { expression, .. } => {
                let refilled = pair.is_some_and(|pair| {
                    let columns = expression.columns();
                    self.emptied(pair).any(|number| columns.contains(&number))
                });
                self.add_checked(table, constraint, Phase::AddCheck, pair.is_some(), !refilled);
            }
        }
        self.comment_on_constraint(&name, constraint);
    }

    /// A check or foreign key: on a table with rows first not valid, then validated by itself, which
    /// neither blocks reads nor writes; with `certain` unset the validation is left to do by hand.
    fn add_checked(&mut self, table: RelationId, constraint: &Constraint, phase: Phase, rows: bool, certain: bool) {
        let name = self.start.relation(table).name.clone();
        let mut sql = format!("ALTER TABLE {name} {}", self.start.add_constraint_clause(table, constraint));
        let missing = script::not(&script::constraint_exists(&name, &constraint.name));
        // Of a partitioned table no foreign key can be added as not valid (before PostgreSQL 18).
        let whole = constraint.foreign_key().is_some() && self.start.table(table).is_partitioned();
        let validate = rows && constraint.validated && constraint.enforced && (!whole || !certain);
        if validate {
            sql.push_str(" NOT VALID");
        }
        self.add_if(phase, missing, sql);
        if validate {
            let validate = format!("ALTER TABLE {name} VALIDATE CONSTRAINT {}", constraint.name);
            match certain {
                true => {
                    self.note(format!(
                        "{} of {name} is validated by itself at the end, and fails if rows written since break it.",
                        constraint.name
                    ));
                    self.add(Phase::Validate, validate);
                }
                false => self.unfinished.push(validate),
            }
        }
    }

    fn add_foreign_keys(&mut self, dropped: &Dropped, left_out: &[RelationId]) {
        let start = self.start;
        let tables: Vec<RelationId> = start.relations().filter(|it| it.table().is_some()).map(|it| it.id).collect();
        for table in tables {
            let pair = self.pair_of(table).cloned();
            let name = start.relation(table).name.clone();
            for constraint in &start.table(table).constraints {
                let Some(key) = constraint.foreign_key() else { continue };
                let kept = pair.as_ref().is_some_and(|pair| {
                    let constraints = self.renamed.table(pair.is).constraints.iter().enumerate();
                    let mut found = constraints.filter(|(_, it)| it.name == constraint.name);
                    found.any(|(at, _)| !dropped.constraints.contains(&(pair.is, at)))
                });
                if kept {
                    continue;
                }
                if left_out.contains(&key.index) {
                    let sql = format!("ALTER TABLE {name} {}", start.add_constraint_clause(table, constraint));
                    self.unfinished.push(sql);
                    continue;
                }
                // Rows that stay may refer to rows that are gone.
                let orphaned = pair.is_some() && self.diff.lost_tables.contains(&key.references);
                let refilled = pair.as_ref().is_some_and(|pair| {
                    self.emptied(pair).any(|number| {
                        let default = start.table(table).attribute(number).is_some_and(|it| it.default.is_some());
                        key.columns.contains(&number) && (default || key.match_full)
                    })
                });
                let emptied_parent = pair.is_some()
                    && self.pair_of(key.references).is_some_and(|parent| {
                        self.emptied(parent).any(|number| key.referenced_columns.contains(&number))
                    });
                let certain = !(orphaned || refilled || emptied_parent);
                self.add_checked(table, constraint, Phase::AddForeignKey, pair.is_some(), certain);
                self.comment_on_constraint(&name, constraint);
            }
        }
    }

    /// Columns that come again without what they held.
    fn emptied<'p>(&'p self, pair: &'p TablePair) -> impl Iterator<Item = u16> + 'p {
        pair.lost_columns.iter().copied().filter(|number| {
            self.start.table(pair.was).attribute(*number).is_some_and(|column| column.generated.is_none())
        })
    }

    /// Whether a unique index can be built although some of its columns come again empty.
    fn is_unique_again(&self, pair: &TablePair, index: RelationId) -> bool {
        let index = self.start.index(index);
        let columns = index.columns();
        let table = self.start.table(pair.was);
        self.emptied(pair).filter(|number| columns.contains(number)).all(|number| {
            let Some(column) = table.attribute(number) else { return false };
            let numbered = column.identity.is_some() || self.start.serial_word(pair.was, number).is_some();
            let nulls = column.default.is_none() && !index.primary && !index.nulls_not_distinct;
            numbered || (nulls && !index.has_expressions()) || !(index.unique || index.exclusion)
        })
    }

    fn kept_index(&self, pair: &TablePair, old: RelationId, dropped: &Dropped) -> Option<RelationId> {
        let name = &self.start.relation(old).name;
        let indexes = self.renamed.table(pair.is).indexes.iter().copied();
        let mut found = indexes.filter(|it| self.renamed.relation(*it).name == *name);
        found.find(|it| !dropped.indexes.contains(it) && self.stands_alone(self.now, *it))
    }

    fn add_index(
        &mut self,
        id: RelationId,
        pair: Option<&TablePair>,
        state: &State<'_>,
        left_out: &mut Vec<RelationId>,
    ) {
        let start = self.start;
        if pair.is_some_and(|pair| !self.is_unique_again(pair, id)) {
            left_out.push(id);
            self.unfinished.push(start.index_definition_as(id, "IF NOT EXISTS "));
            return;
        }
        let remover =
            state.steps.iter().find(|step| step.after.get(id).is_none()).and_then(|it| it.statement.as_deref());
        let supports_key = start
            .relations()
            .filter_map(|it| it.table())
            .any(|table| table.constraints.iter().any(|it| it.foreign_key().is_some_and(|key| key.index == id)));
        let concurrently = pair.is_some() && matches!(remover, Some(Statement::Drop(it)) if it.concurrently);
        let name = &start.relation(id).name;
        if !start.index(id).valid {
            self.note(format!("The index {name} was INVALID at the start: it comes again, and is valid."));
        }
        if concurrently && !supports_key {
            self.add(Phase::CreateIndexConcurrently, start.index_definition_as(id, "CONCURRENTLY IF NOT EXISTS "));
            self.note(format!(
                "If the build of {name} is interrupted it leaves an INVALID index: DROP INDEX CONCURRENTLY {name} before \
                 running the script again."
            ));
        } else {
            if pair.is_some() {
                let table = &start.relation(start.index(id).table).name;
                self.note(format!("Building {name} blocks writes to {table} until the transaction ends."));
            }
            self.add(Phase::AddIndex, start.index_definition_as(id, "IF NOT EXISTS "));
        }
        self.index_details(id);
    }

    /// What `CREATE INDEX` cannot say.
    fn index_details(&mut self, id: RelationId) {
        let start = self.start;
        let (relation, index) = (start.relation(id), start.index(id));
        let table = &start.relation(index.table).name;
        // After the index: it may be built by itself at the end.
        let built_last = self.actions.iter().any(|(phase, action)| {
            *phase == Phase::CreateIndexConcurrently && action.sql.contains(&format!(" {} ON ", relation.name.name))
        });
        let phase = if built_last { Phase::SetSequence } else { Phase::Detail };
        if index.clustered {
            self.add(phase, format!("ALTER TABLE {table} CLUSTER ON {}", relation.name.name));
        }
        if index.replica_identity {
            self.add(phase, format!("ALTER TABLE {table} REPLICA IDENTITY USING INDEX {}", relation.name.name));
        }
        if let Some(comment) = &relation.comment {
            self.add(phase, comment_on(&format!("INDEX {}", relation.name), Some(comment)));
        }
        for (number, key) in (1..).zip(&index.keys) {
            if let Some(target) = key.statistics {
                self.add(phase, set_index_statistics(&relation.name, number, target));
            }
        }
    }

    fn compare_index_statistics(&mut self, old: RelationId, kept: RelationId) {
        let (was, is) = (&self.start.index(old).keys, &self.now.index(kept).keys);
        let name = &self.start.relation(old).name;
        let places = (1..).zip(was.iter().zip(is)).filter(|(_, (was, is))| was.statistics != is.statistics);
        let set = places.map(|(number, (was, _))| set_index_statistics(name, number, was.statistics.unwrap_or(-1)));
        let set: Vec<String> = set.collect();
        set.into_iter().for_each(|it| self.add(Phase::Detail, it));
    }

    fn comment_on_constraint(&mut self, table: &ObjectName, constraint: &Constraint) {
        if let Some(comment) = &constraint.comment {
            let what = format!("CONSTRAINT {} ON {table}", constraint.name);
            self.add(Phase::Detail, comment_on(&what, Some(comment)));
        }
    }

    fn compare_comments(&mut self, pair: &TablePair, constraint: &Constraint) {
        let table = self.start.relation(pair.was).name.clone();
        let kept = self.renamed.table(pair.is).constraint(constraint.name.as_str());
        if kept.is_some_and(|kept| kept.comment != constraint.comment) {
            let what = format!("CONSTRAINT {} ON {table}", constraint.name);
            self.add(Phase::Detail, comment_on(&what, constraint.comment.as_deref()));
        }
    }

    fn compare_index_comments(&mut self, old: RelationId, kept: RelationId) {
        let (old, new) = (self.start.relation(old), self.now.relation(kept));
        if old.comment != new.comment {
            self.add(Phase::Detail, comment_on(&format!("INDEX {}", old.name), old.comment.as_deref()));
        }
    }
}

fn uses_any(schema: &Schema, constraint: &Constraint, columns: &[u16]) -> bool {
    match &constraint.kind {
        ConstraintKind::Check { expression, .. } => expression.columns().iter().any(|it| columns.contains(it)),
        ConstraintKind::NotNull { column, .. } => columns.contains(column),
        ConstraintKind::ForeignKey(key) => key.columns.iter().any(|it| columns.contains(it)),
        ConstraintKind::PrimaryKey { index }
        | ConstraintKind::Unique { index }
        | ConstraintKind::Exclude { index, .. } => schema.index(*index).columns().iter().any(|it| columns.contains(it)),
    }
}

fn set_index_statistics(name: &ObjectName, number: usize, target: i32) -> String {
    format!("ALTER INDEX {name} ALTER COLUMN {number} SET STATISTICS {target}")
}
