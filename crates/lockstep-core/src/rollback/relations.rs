//! Tables, sequences and schemas as a whole: made ones go, lost ones come again.

use crate::effect::{ObjectName, RelationId};
use crate::name::{Ident, quote_literal};
use crate::rollback::Work;
use crate::rollback::row_types::Lost;
use crate::rollback::script::{self, Phase};
use crate::schema::Schema;
use crate::schema::ddl::{comment_on, sequence_options};
use crate::schema::definition::print_options;
use crate::schema::relation::Persistence;

impl Work<'_> {
    pub(super) fn drop_made_relations(&mut self) {
        self.release_made_rows();
        self.drop_made_tables();
        for id in self.diff.made_sequences.clone() {
            let owner = self.now.relation(id).sequence().and_then(|it| it.owner);
            // It goes with its table or column.
            let goes_along = owner.is_some_and(|owner| match self.diff.table_of(owner.table) {
                None => true,
                Some(pair) => pair.made_columns.contains(&owner.column),
            });
            let identity = owner.is_some_and(|owner| owner.identity);
            if !goes_along && !identity {
                let name = self.now.relation(id).name.clone();
                self.add(Phase::DropSequence, format!("DROP SEQUENCE IF EXISTS {name}"));
            }
        }
        for name in self.diff.made_namespaces.clone() {
            self.add(Phase::DropSchema, format!("DROP SCHEMA IF EXISTS {name}"));
        }
    }

    /// One statement: tables that refer to each other go together.
    fn drop_made_tables(&mut self) {
        let mut plain = vec![];
        for id in self.diff.made_tables.clone() {
            let name = self.now.relation(id).name.clone();
            self.note(format!("{name} is dropped with every row that was written to it."));
            match self.other_table_now_called(&name, id) {
                None => plain.push(name.to_string()),
                Some(condition) => self.add_if(Phase::DropTable, condition, format!("DROP TABLE {name}")),
            }
            self.release_foreign_keys_between_made(id);
        }
        if !plain.is_empty() {
            self.add(Phase::DropTable, format!("DROP TABLE IF EXISTS {}", plain.join(", ")));
        }
    }

    /// A made table has the name of an old one: the condition that it is still the made one.
    fn other_table_now_called(&self, name: &ObjectName, made: RelationId) -> Option<String> {
        let old = self.start.find(name)?;
        if let Some(pair) = self.pair_of(old) {
            return Some(script::relation_exists(&self.now.relation(pair.is).name));
        }
        // The old one will be made again: they differ in a column, or they would count as the same.
        let (old, made) = (self.start.relation(old).table()?, self.now.table(made));
        let more = made.live().find(|(_, column)| old.column(column.name.as_str()).is_none());
        let less = old.live().find(|(_, column)| made.column(column.name.as_str()).is_none());
        Some(match (more, less) {
            (Some((_, column)), _) => script::column_exists(name, &column.name),
            (None, Some((_, column))) => {
                script::both(&script::relation_exists(name), &script::not(&script::column_exists(name, &column.name)))
            }
            (None, None) => script::relation_exists(name),
        })
    }

    /// Made tables that are dropped one by one must not refer to each other.
    fn release_foreign_keys_between_made(&mut self, id: RelationId) {
        let made = &self.diff.made_tables;
        let name = self.now.relation(id).name.clone();
        let keys: Vec<Ident> = self
            .now
            .table(id)
            .constraints
            .iter()
            .filter(|it| it.foreign_key().is_some_and(|key| key.references != id && made.contains(&key.references)))
            .map(|it| it.name.clone())
            .collect();
        let collides = made.iter().any(|it| self.start.find(&self.now.relation(*it).name).is_some());
        if collides {
            for key in keys {
                let sql = format!("ALTER TABLE IF EXISTS {name} DROP CONSTRAINT IF EXISTS {key}");
                self.add(Phase::DropForeignKey, sql);
            }
        }
    }

    pub(super) fn restore_relations(&mut self) {
        for name in self.diff.lost_namespaces.clone() {
            self.add(Phase::CreateSchema, format!("CREATE SCHEMA IF NOT EXISTS {name}"));
        }
        for id in self.diff.lost_sequences.clone() {
            self.restore_sequence(id);
        }
        for (was, is) in self.diff.sequences.clone() {
            self.alter_sequence(was, is);
        }
        for lost in self.lost_in_order() {
            let id = match lost {
                Lost::Table(id) => id,
                Lost::Type(id) => {
                    match self.diff.types.iter().find(|(was, _)| *was == id).copied() {
                        Some((was, is)) => self.alter_type(was, is, Phase::CreateTable),
                        None => self.create_type(id, Phase::CreateTable),
                    }
                    continue;
                }
            };
            let sql = self.start.create_table(id);
            self.add(Phase::CreateTable, sql);
            self.comment_on_table(id);
            self.type_again(id);
            for (number, _) in self.start.table(id).live() {
                self.column_details(id, number);
            }
        }
        for pair in self.diff.tables.clone() {
            self.alter_table_itself(pair.was, pair.is);
        }
    }

    /// Sequences that no `serial` or identity column brings along.
    fn restore_sequence(&mut self, id: RelationId) {
        let Some(sequence) = self.start.relation(id).sequence().cloned() else { return };
        let name = self.start.relation(id).name.clone();
        if let Some(owner) = sequence.owner {
            let column_stays = self.pair_of(owner.table).and_then(|pair| {
                pair.columns.iter().find(|column| column.was == owner.column).map(|column| (pair.is, column.is))
            });
            let serial = self.start.serial_word(owner.table, owner.column).is_some();
            if owner.identity || (serial && column_stays.is_none()) {
                return;
            }
        }
        let sql = self.start.create_sequence(id);
        self.add(Phase::CreateSequence, sql);
        if let Some(owner) = sequence.owner {
            let owner = column_path(self.start, owner.table, owner.column);
            self.add(Phase::Detail, format!("ALTER SEQUENCE {name} OWNED BY {owner}"));
        }
        if let Some(comment) = &self.start.relation(id).comment {
            self.add(Phase::Detail, comment_on(&format!("SEQUENCE {name}"), Some(comment)));
        }
    }

    fn alter_sequence(&mut self, was: RelationId, is: RelationId) {
        let (Some(old), Some(new)) = (self.start.relation(was).sequence(), self.now.relation(is).sequence()) else {
            return;
        };
        let name = self.start.relation(was).name.clone();
        let mut clauses = vec![];
        if old.data_type != new.data_type {
            clauses.push(format!("AS {}", old.data_type.name()));
        }
        if sequence_options(old) != sequence_options(new) {
            clauses.push(format!(
                "INCREMENT BY {} MINVALUE {} MAXVALUE {} START WITH {} CACHE {} {}",
                old.increment,
                old.min,
                old.max,
                old.start,
                old.cache,
                if old.cycle { "CYCLE" } else { "NO CYCLE" },
            ));
        }
        let identity = old.owner.is_some_and(|it| it.identity) || new.owner.is_some_and(|it| it.identity);
        // The type of an identity's sequence follows its column.
        if !clauses.is_empty() && (!identity || old.data_type == new.data_type) {
            self.add(Phase::Detail, format!("ALTER SEQUENCE {name} {}", clauses.join(" ")));
        }
        let owner = |schema: &Schema, owner: Option<crate::schema::sequence::SequenceOwner>| {
            owner.map(|it| column_path(schema, it.table, it.column))
        };
        let (before, after) = (owner(self.start, old.owner), owner(&self.renamed, new.owner));
        if before != after && !identity {
            if let Some(owner) = new.owner {
                let released = self.diff.table_of(owner.table).is_none_or(|it| it.made_columns.contains(&owner.column));
                if released {
                    // Before the column that owns it now is dropped.
                    let current = self.now.relation(is).name.clone();
                    let guard = script::relation_exists(&current);
                    let sql = format!("ALTER SEQUENCE {current} OWNED BY NONE");
                    let phase = Phase::DropForeignKey;
                    self.add_if(phase, guard, sql);
                }
            }
            let owner = before.unwrap_or_else(|| "NONE".to_owned());
            self.add(Phase::Detail, format!("ALTER SEQUENCE {name} OWNED BY {owner}"));
        }
        let (old, new) = (self.start.relation(was).persistence, self.now.relation(is).persistence);
        let owned = self.start.relation(was).sequence().is_some_and(|it| it.owner.is_some());
        if old != new && !owned {
            let word = if old == Persistence::Unlogged { "UNLOGGED" } else { "LOGGED" };
            self.add(Phase::Detail, format!("ALTER SEQUENCE {name} SET {word}"));
        }
        let (old, new) = (&self.start.relation(was).comment, &self.now.relation(is).comment);
        if old != new {
            let sql = comment_on(&format!("SEQUENCE {name}"), old.as_deref());
            self.add(Phase::Detail, sql);
        }
    }

    fn comment_on_table(&mut self, id: RelationId) {
        let relation = self.start.relation(id);
        if let Some(comment) = &relation.comment {
            self.add(Phase::Detail, comment_on(&format!("TABLE {}", relation.name), Some(comment)));
        }
    }

    fn alter_table_itself(&mut self, was: RelationId, is: RelationId) {
        let (old, new) = (self.start.relation(was), self.now.relation(is));
        let name = &old.name;
        if old.comment != new.comment {
            self.add(Phase::Detail, comment_on(&format!("TABLE {name}"), old.comment.as_deref()));
        }
        let added: Vec<String> = new.options.iter().filter(|it| !old.options.contains(it)).cloned().collect();
        if !added.is_empty() {
            let names = crate::schema::ddl::option_names(&added);
            self.add(Phase::Detail, format!("ALTER TABLE {name} RESET ({names})"));
        }
        if old.options != new.options && !old.options.is_empty() {
            self.add(Phase::Detail, format!("ALTER TABLE {name} SET ({})", print_options(&old.options)));
        }
        if old.persistence != new.persistence {
            use crate::schema::relation::Persistence;
            let word = if old.persistence == Persistence::Unlogged { "UNLOGGED" } else { "LOGGED" };
            self.add(Phase::AlterColumn, format!("ALTER TABLE {name} SET {word}"));
        }
        self.table_marks(was, is);
        self.restore_type_of_table(was, is);
        if old.tablespace != new.tablespace {
            let tablespace = old.tablespace.clone().unwrap_or_else(|| Ident::new("pg_default"));
            self.add(Phase::Detail, format!("ALTER TABLE {name} SET TABLESPACE {tablespace}"));
        }
    }
}

impl Work<'_> {
    /// The columns of a typed table are its type's: it is let go before anything else changes.
    fn restore_type_of_table(&mut self, was: RelationId, is: RelationId) {
        let typed = |schema: &Schema, id| schema.relation(id).table().and_then(|it| it.of_type);
        let (old, new) = (typed(self.start, was), typed(self.now, is));
        if old == new {
            return;
        }
        if new.is_some() {
            let name = &self.now.relation(is).name;
            let full = quote_literal(&format!("{}.{}", name.schema, name.name));
            let condition = format!("EXISTS (SELECT FROM pg_class WHERE oid = to_regclass({full}) AND reloftype <> 0)");
            self.add_if(Phase::DropForeignKey, condition, format!("ALTER TABLE IF EXISTS {name} NOT OF"));
        }
        self.type_again(was);
    }

    fn type_again(&mut self, id: RelationId) {
        let of_type = self.start.relation(id).table().and_then(|it| it.of_type);
        if let Some(type_) = of_type.and_then(|it| self.start.user_type(it)) {
            let sql = format!("ALTER TABLE {} OF {}", self.start.relation(id).name, type_.name);
            self.add(Phase::Detail, sql);
        }
    }

    /// What a table is marked with, and the index that it is clustered by.
    fn table_marks(&mut self, was: RelationId, is: RelationId) {
        use crate::schema::relation::ReplicaIdentity;
        let (start, now) = (self.start, self.now);
        let name = &start.relation(was).name;
        let (Some(old), Some(new)) = (start.relation(was).table(), now.relation(is).table()) else { return };
        if old.toast_options != new.toast_options {
            let added: Vec<String> = new.toast_options.iter().map(|it| format!("toast.{it}")).collect();
            if !added.is_empty() {
                let names: Vec<&str> = added.iter().filter_map(|it| it.split('=').next()).collect();
                self.add(Phase::Detail, format!("ALTER TABLE {name} RESET ({})", names.join(", ")));
            }
            let kept: Vec<String> = old.toast_options.iter().map(|it| format!("toast.{it}")).collect();
            if !kept.is_empty() {
                self.add(Phase::Detail, format!("ALTER TABLE {name} SET ({})", kept.join(", ")));
            }
        }
        if old.access_method != new.access_method {
            let method = old.access_method.clone().unwrap_or_else(|| Ident::new("heap"));
            self.add(Phase::AlterColumn, format!("ALTER TABLE {name} SET ACCESS METHOD {method}"));
        }
        let marked = |schema: &Schema, indexes: &[RelationId], clustered: bool| {
            let is_marked = |id: &&RelationId| match clustered {
                true => schema.index(**id).clustered,
                false => schema.index(**id).replica_identity,
            };
            indexes.iter().find(is_marked).copied()
        };
        let (identity, other) = (marked(start, &old.indexes, false), marked(now, &new.indexes, false));
        if old.replica_identity != new.replica_identity || identity != other {
            let words = match (old.replica_identity, identity) {
                (ReplicaIdentity::Index, Some(index)) => format!("USING INDEX {}", start.relation(index).name.name),
                (ReplicaIdentity::Full, _) => "FULL".to_owned(),
                (ReplicaIdentity::Nothing, _) | (ReplicaIdentity::Index, None) => "NOTHING".to_owned(),
                (ReplicaIdentity::Default, _) => "DEFAULT".to_owned(),
            };
            self.add(Phase::Detail, format!("ALTER TABLE {name} REPLICA IDENTITY {words}"));
        }
        let on = |on: bool, yes: &'static str, no: &'static str| if on { yes } else { no };
        for (was, is, words) in [
            (old.row_security, new.row_security, on(old.row_security, "ENABLE", "DISABLE")),
            (old.force_row_security, new.force_row_security, on(old.force_row_security, "FORCE", "NO FORCE")),
        ] {
            if was != is {
                self.add(Phase::Detail, format!("ALTER TABLE {name} {words} ROW LEVEL SECURITY"));
            }
        }
        let (clustered, other) = (marked(start, &old.indexes, true), marked(now, &new.indexes, true));
        match clustered {
            _ if clustered == other => {}
            Some(index) => {
                let index = &start.relation(index).name.name;
                self.add(Phase::Detail, format!("ALTER TABLE {name} CLUSTER ON {index}"));
            }
            None => self.add(Phase::Detail, format!("ALTER TABLE {name} SET WITHOUT CLUSTER")),
        }
    }
}

pub(super) fn column_path(schema: &Schema, table: RelationId, column: u16) -> String {
    let column = schema.get(table).and_then(|it| it.table()).map(|it| it.column_name(column));
    match (schema.get(table), column) {
        (Some(table), Some(column)) => format!("{}.{column}", table.name),
        _ => "NONE".to_owned(),
    }
}
