//! Columns of tables that stay: made ones are dropped, lost ones added again, others altered back.

use crate::effect::RelationId;
use crate::name::{Ident, quote_literal};
use crate::pg::behavior;
use crate::pg::types::{Type, TypeRef};
use crate::pg::version::PgVersion;
use crate::rollback::Work;
use crate::rollback::relations::column_path;
use crate::rollback::script::{self, Phase};
use crate::schema::ddl::{Without, comment_on};
use crate::schema::diff::{ColumnPair, TablePair};

impl Work<'_> {
    pub(super) fn restore_columns(&mut self) {
        for pair in self.diff.tables.clone() {
            self.drop_made_columns(&pair);
            self.add_lost_columns(&pair);
            let mut plain = vec![];
            for column in &pair.columns {
                plain.extend(self.alter_column(&pair, *column));
            }
            if !plain.is_empty() {
                let table = self.start.relation(pair.was).name.clone();
                self.add(Phase::AlterColumn, format!("ALTER TABLE {table}{}", clauses(&plain)));
            }
            self.compare_order(&pair);
        }
    }

    fn drop_made_columns(&mut self, pair: &TablePair) {
        let now = self.now;
        let (name, table) = (now.relation(pair.is).name.clone(), now.table(pair.is));
        let old = self.start.table(pair.was);
        let mut made: Vec<u16> = pair.made_columns.clone();
        // What is generated from another column goes before it.
        made.sort_by_key(|number| table.attribute(*number).is_none_or(|column| column.generated.is_none()));
        let (mut plain, mut rows) = (vec![], vec![]);
        for number in made {
            let column = table.column_name(number);
            let generated = table.attribute(number).is_some_and(|it| it.generated.is_some());
            if !generated {
                self.note(format!(
                    "{name}.{column} is dropped with every value that was written to it; its place in the table stays \
                     used, which no query sees."
                ));
            }
            let taken = pair.columns.iter().find(|it| old.column_name(it.was) == column);
            match taken {
                // An old column gets this name back: only while it still has the other one.
                Some(taken) => {
                    let other = table.column_name(taken.is);
                    let sql = format!("ALTER TABLE {name} DROP COLUMN {column}");
                    self.add_if(Phase::DropColumn, script::column_exists(&name, &other), sql);
                }
                None if table.attribute(number).is_some_and(|it| self.column_holds_made_rows(it)) => {
                    rows.push(format!("DROP COLUMN IF EXISTS {column}"));
                }
                None => plain.push(format!("DROP COLUMN IF EXISTS {column}")),
            }
        }
        if !rows.is_empty() {
            self.add(Phase::DropRow, format!("ALTER TABLE IF EXISTS {name}{}", clauses(&rows)));
        }
        if !plain.is_empty() {
            self.add(Phase::DropColumn, format!("ALTER TABLE IF EXISTS {name}{}", clauses(&plain)));
        }
    }

    fn add_lost_columns(&mut self, pair: &TablePair) {
        let start = self.start;
        let table = start.relation(pair.was).name.clone();
        let (mut plain, mut generated) = (vec![], vec![]);
        for number in &pair.lost_columns {
            let Some(column) = start.table(pair.was).attribute(*number) else { continue };
            let without = Without { not_null: self.must_stay_nullable(pair.was, *number) };
            let clause = format!("ADD COLUMN IF NOT EXISTS {}", start.column_definition(pair.was, *number, without));
            if column.generated.is_some() {
                generated.push(clause)
            } else {
                plain.push(clause)
            }
            if without.not_null {
                self.unfinished.push(self.set_not_null(pair.was, *number, &column.name));
            }
            self.column_details(pair.was, *number);
        }
        for adds in [plain, generated] {
            if !adds.is_empty() {
                self.add(Phase::AddColumn, format!("ALTER TABLE {table}{}", clauses(&adds)));
            }
        }
    }

    /// `NOT NULL` without anything that fills the rows that exist.
    pub(super) fn must_stay_nullable(&self, table: RelationId, number: u16) -> bool {
        self.start.table(table).attribute(number).is_some_and(|column| {
            column.not_null && column.default.is_none() && column.generated.is_none() && column.identity.is_none()
        })
    }

    fn set_not_null(&self, table: RelationId, number: u16, column: &Ident) -> String {
        let name = &self.start.relation(table).name;
        match self.start.not_null_constraint(table, number) {
            Some(constraint) => format!("ALTER TABLE {name} {}", self.start.add_constraint_clause(table, constraint)),
            None => format!("ALTER TABLE {name} ALTER COLUMN {column} SET NOT NULL"),
        }
    }

    /// What a column definition cannot say.
    pub(super) fn column_details(&mut self, table: RelationId, number: u16) {
        let Some(column) = self.start.table(table).attribute(number) else { return };
        let (name, column_name) = (self.start.relation(table).name.clone(), &column.name);
        if let Some(storage) = &column.storage {
            let word = storage.as_str().to_ascii_uppercase();
            self.add(Phase::Detail, format!("ALTER TABLE {name} ALTER COLUMN {column_name} SET STORAGE {word}"));
        }
        if let Some(target) = column.statistics {
            self.add(Phase::Detail, format!("ALTER TABLE {name} ALTER COLUMN {column_name} SET STATISTICS {target}"));
        }
        if let Some(comment) = &column.comment {
            let path = column_path(self.start, table, number);
            self.add(Phase::Detail, comment_on(&format!("COLUMN {path}"), Some(comment)));
        }
    }

    /// Subcommands that make the column what it was.
    fn alter_column(&mut self, pair: &TablePair, column: ColumnPair) -> Vec<String> {
        let (start, now) = (self.start, self.now);
        let old = start.table(pair.was).attribute(column.was).cloned();
        let new = now.table(pair.is).attribute(column.is).cloned();
        let (Some(old), Some(new)) = (old, new) else { return vec![] };
        let name = old.name.clone();
        let alter = format!("ALTER COLUMN {name}");
        let mut clauses = vec![];
        let old_default = old.default.as_ref().map(|it| start.print_expression(pair.was, it));
        let new_default = new.default.as_ref().map(|it| self.renamed.print_expression(pair.is, it));
        let type_changes =
            start.format_type(&old.type_) != self.renamed.format_type(&new.type_) || old.collation != new.collation;
        if new.identity.is_some() && old.identity.is_none() {
            clauses.push(format!("{alter} DROP IDENTITY IF EXISTS"));
        }
        if new.generated.is_some() && old.generated.is_none() {
            clauses.push(format!("{alter} DROP EXPRESSION IF EXISTS"));
        }
        if new_default.is_some() && (type_changes || old_default.is_none()) {
            clauses.push(format!("{alter} DROP DEFAULT"));
        }
        if type_changes {
            let collation = old.collation.as_ref().map(|it| format!(" COLLATE {it}")).unwrap_or_default();
            let type_ = start.format_type(&old.type_);
            let zone = self.zone_back((pair.was, column.was), &new.type_, &old.type_).map(|it| quote_literal(&it));
            let using = if let Some(zone) = zone {
                format!(" USING {name} AT TIME ZONE {zone}")
            } else if converts_on_assignment(&new.type_, &old.type_, self.version) {
                String::new()
            } else if old.type_.base != new.type_.base && is_user(&old.type_) && is_user(&new.type_) {
                format!(" USING {name}::text::{type_}")
            } else {
                format!(" USING {name}::{type_}")
            };
            clauses.push(format!("{alter} TYPE {type_}{collation}{using}"));
            let path = column_path(start, pair.was, column.was);
            self.note(format!(
                "{path} is converted back to {type_}, which reads and rewrites the table under an exclusive lock where \
                 the stored form differs, and fails if a value written since does not fit."
            ));
        }
        if let Some(default) = &old_default
            && (type_changes || old_default != new_default)
        {
            clauses.push(format!("{alter} SET DEFAULT {default}"));
        }
        if let Some(always) = old.identity {
            let when = if always { "ALWAYS" } else { "BY DEFAULT" };
            match new.identity {
                Some(same) if same == always => {}
                Some(_) => clauses.push(format!("{alter} SET GENERATED {when}")),
                None => self.restore_identity(pair, column, &name),
            }
        }
        self.compare_not_null(pair, column, &mut clauses);
        if old.storage != new.storage || (type_changes && old.storage.is_some()) {
            // `SET STORAGE DEFAULT` is not known to every server: the type's own is named.
            let own = crate::pg::types::storage(&old.type_).map_or("default", crate::pg::types::storage_word);
            let word = old.storage.as_ref().map_or(own, |it| it.as_str()).to_ascii_uppercase();
            clauses.push(format!("{alter} SET STORAGE {word}"));
        }
        if old.statistics != new.statistics {
            clauses.push(format!("{alter} SET STATISTICS {}", old.statistics.unwrap_or(-1)));
        }
        if old.compression != new.compression {
            let method = old.compression.as_ref().map_or("DEFAULT", |it| it.as_str());
            clauses.push(format!("{alter} SET COMPRESSION {method}"));
        }
        if old.options != new.options {
            let names: Vec<&str> = new.options.iter().filter_map(|it| it.split('=').next()).collect();
            if !names.is_empty() {
                clauses.push(format!("{alter} RESET ({})", names.join(", ")));
            }
            if !old.options.is_empty() {
                clauses.push(format!("{alter} SET ({})", old.options.join(", ")));
            }
        }
        if old.comment != new.comment {
            let path = column_path(start, pair.was, column.was);
            self.add(Phase::Detail, comment_on(&format!("COLUMN {path}"), old.comment.as_deref()));
        }
        clauses
    }

    fn restore_identity(&mut self, pair: &TablePair, column: ColumnPair, name: &Ident) {
        let table = self.start.relation(pair.was).name.clone();
        let Some(identity) = self.start.identity_clause(pair.was, column.was) else { return };
        let condition = format!(
            "NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass({}) AND attname = {} AND attidentity <> '')",
            crate::name::quote_literal(&format!("{}.{}", table.schema, table.name)),
            crate::name::quote_literal(name.as_str()),
        );
        // After `NOT NULL`, which it needs.
        self.add_if(Phase::AddKey, condition, format!("ALTER TABLE {table} ALTER COLUMN {name} ADD {identity}"));
        self.add(
            Phase::SetSequence,
            format!(
                "SELECT setval(pg_get_serial_sequence({}, {}), max({name})) FROM {table} HAVING max({name}) IS NOT NULL",
                crate::name::quote_literal(&table.to_string()),
                crate::name::quote_literal(name.as_str()),
            ),
        );
    }

    fn compare_not_null(&mut self, pair: &TablePair, column: ColumnPair, clauses: &mut Vec<String>) {
        let (Some(old), Some(new)) =
            (self.start.table(pair.was).attribute(column.was), self.now.table(pair.is).attribute(column.is))
        else {
            return;
        };
        let constraint = self.start.not_null_constraint(pair.was, column.was);
        match (old.not_null, new.not_null) {
            (true, false) => {
                let path = column_path(self.start, pair.was, column.was);
                let table = self.start.relation(pair.was).name.clone();
                match constraint {
                    Some(constraint) if behavior::not_null_is_a_constraint(self.version) => {
                        let condition = script::not(&script::constraint_exists(&table, &constraint.name));
                        let sql =
                            format!("ALTER TABLE {table} {}", self.start.add_constraint_clause(pair.was, constraint));
                        self.add_if(Phase::AlterColumn, condition, sql);
                    }
                    _ => clauses.push(format!("ALTER COLUMN {} SET NOT NULL", old.name)),
                }
                self.note(format!(
                    "{path} must hold no null again: SELECT count(*) FROM {table} WHERE {} IS NULL has to be 0.",
                    old.name
                ));
            }
            (false, true) => clauses.push(format!("ALTER COLUMN {} DROP NOT NULL", old.name)),
            _ => {}
        }
    }

    /// Columns that come again stand behind those that stayed.
    fn compare_order(&mut self, pair: &TablePair) {
        let old = self.start.table(pair.was);
        let mut order: Vec<(u16, u16)> = pair.columns.iter().map(|it| (it.is, it.was)).collect();
        order.sort_unstable();
        let after: Vec<u16> = order.into_iter().map(|(_, was)| was).chain(pair.lost_columns.iter().copied()).collect();
        if !after.is_sorted() {
            let name = &self.start.relation(pair.was).name;
            let moved: Vec<String> = pair
                .columns
                .iter()
                .filter(|it| !it.same)
                .map(|it| it.was)
                .chain(pair.lost_columns.iter().copied())
                .map(|number| old.column_name(number).to_string())
                .collect();
            let text = format!(
                "The order of the columns of {name} changes ({} last): what reads SELECT * or inserts without a column \
                 list sees it.",
                moved.join(", ")
            );
            self.lose(text);
        }
    }
}

/// One clause on the line, several one a line.
fn clauses(items: &[String]) -> String {
    match items {
        [only] => format!(" {only}"),
        several => format!("\n    {}", several.join(",\n    ")),
    }
}

fn is_user(type_: &Type) -> bool {
    matches!(type_.base, TypeRef::User(_))
}

/// Whether `ALTER COLUMN … TYPE` needs no `USING` (`find_coercion_pathway` for an assignment).
fn converts_on_assignment(from: &Type, to: &Type, version: PgVersion) -> bool {
    if from.is(*to) {
        return true;
    }
    let text = |it: &Type| !it.array && [Type::TEXT, Type::VARCHAR, Type::BPCHAR].iter().any(|text| text.is(*it));
    if text(to) && !is_user(to) {
        // Every type converts to text when it is assigned (`COERCION_PATH_COERCEVIAIO`).
        return true;
    }
    crate::pg::catalog::cast(from.bare(), to.bare(), version).is_some_and(|cast| cast.context != 'e')
}
