//! A column in the place of another: made beside it, filled by a trigger and a backfill, given the same keys, and put
//! in its place in one short transaction.

use crate::effect::{ObjectName, RelationId};
use crate::name::{Ident, quote_identifier, quote_literal};
use crate::pg::behavior;
use crate::pg::types::Type;
use crate::rewrite::backfill::{Backfill, Walk, dollar_quoted};
use crate::rewrite::backfill_rows::has_equality;
use crate::rewrite::{Phase, Rewrite, Site};
use crate::schema::Schema;
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::schema::ddl::comment_on;
use crate::schema::relation::{Column, Table};

/// One column and the one that takes its place. Its number is the same before and after the statement.
pub(super) struct Shadow<'a> {
    pub(super) site: &'a Site<'a>,
    pub(super) table: RelationId,
    pub(super) number: u16,
    /// The new column's name while both are there.
    pub(super) beside: Ident,
}

/// How values come to the new column, and back.
pub(super) struct Sync {
    /// The body of the trigger function between `BEGIN` and `RETURN NEW`.
    pub(super) body: String,
    /// The `SET` of the backfill, and which rows are left to do.
    pub(super) set: String,
    pub(super) left: String,
    /// Which rows do not have the same in both: none, once all are filled.
    pub(super) differs: String,
}

/// The condition of rows whose new column has another value than this.
pub(super) fn differs(type_: &Type, beside: &Ident, value: &str) -> String {
    match has_equality(type_) {
        true => format!("{beside} IS DISTINCT FROM {value}"),
        false => format!("{beside}::text IS DISTINCT FROM ({value})::text"),
    }
}

/// A key or constraint with the name that it has while both columns are there.
struct Twin<T> {
    it: T,
    beside: Ident,
}

impl Shadow<'_> {
    fn name(&self) -> &ObjectName {
        &self.site.before().relation(self.table).name
    }

    fn after(&self) -> &Table {
        self.site.after().table(self.table)
    }

    fn old(&self) -> Ident {
        self.site.before().table(self.table).column_name(self.number)
    }

    fn column(&self) -> Option<&Column> {
        self.after().attribute(self.number)
    }

    /// The schema after the statement, where the column is still called as it is beside the old one.
    fn printed(&self) -> Schema {
        let mut schema = self.site.after().clone();
        if let Some(column) = schema.table_mut(self.table).attribute_mut(self.number) {
            column.name = self.beside.clone();
        }
        schema
    }

    fn twin(&self, name: &Ident) -> Ident {
        Ident::new(&self.site.free_name(self.name(), name.as_str(), "_new"))
    }

    /// All steps; `needs`: of the application, before the new column takes the old one's place.
    pub(super) fn steps(self, sync: Sync, why: String, needs: String) -> Option<Rewrite> {
        let column = self.column()?.clone();
        if self.after().is_related() {
            return Rewrite::refuse(format!(
                "{} has partitions or is one of a hierarchy, and a column beside the old one cannot take its place in all of \
                 its tables at once",
                self.name()
            ));
        }
        if column.generated.is_some() {
            return Rewrite::refuse(format!("{} is generated, and no trigger can write such a column", self.old()));
        }
        let walk = Walk::through(self.site.before(), self.table)?;
        let printed = self.printed();
        let (table, beside) = (self.name().clone(), self.beside.clone());
        let collation = column.collation.as_ref().map(|it| format!(" COLLATE {it}")).unwrap_or_default();
        let type_ = self.site.after().format_type(&column.type_);
        let trigger = quote_identifier(&self.site.free_name(
            &table,
            &format!("zz_{}_{}", table.name.as_str(), beside.as_str()),
            "_sync",
        ));
        let function = format!("{}.{}", table.schema, trigger);
        let body = dollar_quoted("sync", &format!("\nBEGIN\n{}\n  RETURN NEW;\nEND\n", sync.body));
        let backfill = Backfill {
            table: table.clone(),
            only: false,
            alias: None,
            set: Some(sync.set),
            copy: None,
            from: None,
            condition: Some(sync.left),
            walk,
        };
        let mut rewrite = Rewrite::new(why)
            .run(
                Phase::Expand,
                format!("ALTER TABLE {table} ADD COLUMN {beside} {type_}{collation}"),
                "Empty, so it takes a moment; nobody uses it yet.",
            )
            .together(
                Phase::Expand,
                vec![
                    format!("CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {body}"),
                    format!(
                        "CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
                    ),
                ],
                "From now on every row that is written has both columns; its name makes it the last trigger to fire.",
            )
            .backfill(backfill, "Rows that are older get the new column's value.");
        let Some(keys) = Keys::of(&self, &printed) else {
            return Rewrite::refuse(format!(
                "{} is a part of an exclusion constraint, of a key of its table to itself or of a key of partitions, which \
                 cannot be made beside the old one without a scan under a lock",
                self.old()
            ));
        };
        rewrite = keys.build(&self, &printed, rewrite);
        let mut swap = vec![format!("DROP TRIGGER {trigger} ON {table}"), format!("DROP FUNCTION {function}()")];
        swap.extend(self.swap(&keys, &column)?);
        let why = "One transaction of a few milliseconds: no row is read or written.";
        // What goes with the column has been made again, and its locks are asked for briefly, all or none.
        let settled =
            &["drop_column_takes_index", "several_tables_locked", "sequence_kept_locked", "sequence_stays_integer"];
        let different = format!("SELECT count(*) FROM {table} WHERE {}", sync.differs);
        let rewrite = rewrite.together(Phase::Contract, swap, why).needs(needs).settles(settled).check(different);
        Some(Rewrite { solitary: true, ..rewrite })
    }

    /// Makes the new column an identity that goes on where the old one's sequence is; returns its sequence.
    fn take_numbers(&self, old: RelationId, sql: &mut Vec<String>) -> Option<ObjectName> {
        let (before, table, beside) = (self.site.before(), self.name(), &self.beside);
        let name = &before.relation(old).name;
        let base = format!("{}_{}", table.name.as_str(), beside.as_str());
        let free = Ident::new(&self.site.free_name(table, &base, "_seq"));
        let numbers = ObjectName { schema: name.schema.clone(), name: free };
        let mut printed = self.printed();
        printed.rename_relation(old, numbers.clone());
        let clause = printed.identity_clause(self.table, self.number)?;
        sql.push(format!("ALTER TABLE {table} ALTER COLUMN {beside} ADD {clause}"));
        let step = before.relation(old).sequence()?.increment;
        sql.push(format!(
            "SELECT setval({}, last_value + {step}, false) FROM {name}",
            quote_literal(&numbers.to_string())
        ));
        Some(numbers)
    }

    /// The statements that put the new column in the old one's place.
    fn swap(&self, keys: &Keys<'_>, column: &Column) -> Option<Vec<String>> {
        let (table, old, name) = (self.name(), self.old(), &column.name);
        let (before, after) = (self.site.before(), self.site.after());
        let mut sql = vec![];
        let identity = before.owned_sequence(self.table, self.number, true);
        let serial = before.owned_sequence(self.table, self.number, false);
        // Before the key, which needs it, and before the identity, which does so too.
        if let Some(not_null) = &keys.not_null {
            match &not_null.it {
                Some(_) => {}
                None => {
                    sql.push(format!("ALTER TABLE {table} ALTER COLUMN {} SET NOT NULL", self.beside));
                    sql.push(format!("ALTER TABLE {table} DROP CONSTRAINT {}", not_null.beside));
                }
            }
        }
        let numbers = match identity {
            Some((id, _)) => Some(self.take_numbers(id, &mut sql)?),
            None => None,
        };
        if let Some((id, _)) = serial {
            sql.push(format!("ALTER SEQUENCE {} OWNED BY NONE", before.relation(id).name));
        }
        for (referencing, twin) in &keys.incoming {
            let from = &before.relation(*referencing).name;
            sql.push(format!("ALTER TABLE {from} DROP CONSTRAINT {}", twin.it.name));
        }
        sql.push(format!("ALTER TABLE {table} DROP COLUMN {old}"));
        if self.beside != *name {
            sql.push(format!("ALTER TABLE {table} RENAME COLUMN {} TO {name}", self.beside));
        }
        for (referencing, twin) in &keys.incoming {
            let from = &before.relation(*referencing).name;
            sql.push(format!("ALTER TABLE {from} RENAME CONSTRAINT {} TO {}", twin.beside, twin.it.name));
        }
        if let Some((made, beside)) = keys.not_null.as_ref().and_then(|it| Some((it.it?, &it.beside))) {
            sql.push(format!("ALTER TABLE {table} RENAME CONSTRAINT {beside} TO {}", made.name));
        }
        for key in &keys.unique {
            let word = if key.it.is_primary_key() { "PRIMARY KEY" } else { "UNIQUE" };
            let deferrable = match (key.it.deferrable, key.it.initially_deferred) {
                (true, true) => " DEFERRABLE INITIALLY DEFERRED",
                (true, false) => " DEFERRABLE",
                (false, _) => "",
            };
            let constraint = &key.it.name;
            sql.push(format!(
                "ALTER TABLE {table} ADD CONSTRAINT {constraint} {word} USING INDEX {}{deferrable}",
                key.beside
            ));
            let path = format!("CONSTRAINT {constraint} ON {table}");
            sql.extend(key.it.comment.as_ref().map(|it| comment_on(&path, Some(it))));
        }
        for index in &keys.indexes {
            let relation = after.relation(index.it);
            let beside = ObjectName { schema: table.schema.clone(), name: index.beside.clone() };
            sql.push(format!("ALTER INDEX {beside} RENAME TO {}", relation.name.name));
            sql.extend(relation.comment.as_ref().map(|it| comment_on(&format!("INDEX {}", relation.name), Some(it))));
        }
        for constraint in &keys.others {
            let made = &constraint.it.name;
            sql.push(format!("ALTER TABLE {table} RENAME CONSTRAINT {} TO {made}", constraint.beside));
            let path = format!("CONSTRAINT {made} ON {table}");
            sql.extend(constraint.it.comment.as_ref().map(|it| comment_on(&path, Some(it))));
        }
        if let Some(default) = &column.default {
            let default = after.print_expression(self.table, default);
            sql.push(format!("ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT {default}"));
        }
        if let Some((id, _)) = serial {
            sql.push(format!("ALTER SEQUENCE {} OWNED BY {table}.{name}", after.relation(id).name));
        }
        if let Some((numbers, (id, _))) = numbers.zip(identity) {
            sql.push(format!("ALTER SEQUENCE {numbers} RENAME TO {}", after.relation(id).name.name));
        }
        if let Some(comment) = &column.comment {
            sql.push(comment_on(&format!("COLUMN {table}.{name}"), Some(comment)));
        }
        if let Some(target) = column.statistics {
            sql.push(format!("ALTER TABLE {table} ALTER COLUMN {name} SET STATISTICS {target}"));
        }
        Some(sql)
    }
}

/// What the old column is a part of, to be made again over the new one.
struct Keys<'a> {
    /// Indexes that are no constraint's.
    indexes: Vec<Twin<RelationId>>,
    /// Unique constraints and the primary key.
    unique: Vec<Twin<&'a Constraint>>,
    /// Checks and the table's own foreign keys.
    others: Vec<Twin<&'a Constraint>>,
    /// Foreign keys that refer to the column, with their tables.
    incoming: Vec<(RelationId, Twin<&'a Constraint>)>,
    /// The column's `NOT NULL`: from 18 on a constraint, before that a check that proves it.
    not_null: Option<Twin<Option<&'a Constraint>>>,
}

impl<'a> Keys<'a> {
    /// `None` where something cannot be made beside the old one.
    fn of(shadow: &'a Shadow<'a>, printed: &Schema) -> Option<Keys<'a>> {
        let after = shadow.site.after();
        let table = shadow.after();
        let number = shadow.number;
        let mut keys = Keys { indexes: vec![], unique: vec![], others: vec![], incoming: vec![], not_null: None };
        for constraint in &table.constraints {
            let beside = shadow.twin(&constraint.name);
            let uses = match &constraint.kind {
                ConstraintKind::Check { expression, .. } => expression.columns().contains(&number),
                ConstraintKind::ForeignKey(key) => key.columns.contains(&number),
                ConstraintKind::PrimaryKey { index } | ConstraintKind::Unique { index } => {
                    after.index(*index).columns().contains(&number)
                }
                ConstraintKind::Exclude { index, .. } => match after.index(*index).columns().contains(&number) {
                    true => return None,
                    false => false,
                },
                ConstraintKind::NotNull { .. } => false,
            };
            match (uses, &constraint.kind) {
                (false, _) => {}
                (true, ConstraintKind::PrimaryKey { .. } | ConstraintKind::Unique { .. }) => {
                    keys.unique.push(Twin { it: constraint, beside });
                }
                (true, _) => keys.others.push(Twin { it: constraint, beside }),
            }
        }
        for index in &table.indexes {
            let of_constraint = table.constraints.iter().any(|it| it.index() == Some(*index));
            if !of_constraint && after.index(*index).columns().contains(&number) {
                let beside = shadow.twin(&after.relation(*index).name.name);
                keys.indexes.push(Twin { it: *index, beside });
            }
        }
        for id in table.referenced_by.iter().copied().chain([shadow.table]) {
            for constraint in &after.get(id)?.table()?.constraints {
                let Some(key) = constraint.foreign_key() else { continue };
                if key.references == shadow.table && key.referenced_columns.contains(&number) {
                    // A key of a table to itself, or of partitions, has parts that this does not move.
                    if id == shadow.table || constraint.parent.is_some() || after.table(id).is_related() {
                        return None;
                    }
                    let on = &after.get(id)?.name;
                    let beside = Ident::new(&shadow.site.free_name(on, constraint.name.as_str(), "_new"));
                    keys.incoming.push((id, Twin { it: constraint, beside }));
                }
            }
        }
        if table.attribute(number)?.not_null {
            let made = printed.not_null_constraint(shadow.table, number).map(|it| it.name.clone());
            let made = made.and_then(|name| table.constraint(name.as_str()));
            let beside = match made {
                Some(made) => shadow.twin(&made.name),
                None => {
                    let base = format!("{}_{}", shadow.name().name.as_str(), shadow.beside.as_str());
                    Ident::new(&shadow.site.free_name(shadow.name(), &base, "_not_null"))
                }
            };
            keys.not_null = Some(Twin { it: made, beside });
        }
        Some(keys)
    }

    /// Makes them over the new column while the old one is in use.
    fn build(&self, shadow: &Shadow<'_>, printed: &Schema, mut rewrite: Rewrite) -> Rewrite {
        let table = shadow.name();
        let mut named = printed.clone();
        let builds = "Reads and writes go on while it is built.";
        let index_of = |it: &Constraint| it.index();
        let unique = self.unique.iter().filter_map(|it| Some((index_of(it.it)?, &it.beside)));
        for (index, beside) in self.indexes.iter().map(|it| (it.it, &it.beside)).chain(unique) {
            let name = ObjectName { schema: table.schema.clone(), name: beside.clone() };
            named.rename_relation(index, name);
            rewrite = rewrite.run(Phase::Expand, named.index_definition_as(index, "CONCURRENTLY "), builds);
        }
        let (holds, checks) = ("It holds for rows written from now on.", "Checks the old rows while they are in use.");
        if let Some(not_null) = &self.not_null {
            let definition = match behavior::not_null_is_a_constraint(shadow.site.version()) {
                true => format!("NOT NULL {}", shadow.beside),
                false => format!("CHECK ({} IS NOT NULL)", shadow.beside),
            };
            let add = format!("ALTER TABLE {table} ADD CONSTRAINT {} {definition} NOT VALID", not_null.beside);
            let validate = format!("ALTER TABLE {table} VALIDATE CONSTRAINT {}", not_null.beside);
            rewrite = rewrite.run(Phase::Expand, add, holds).run(Phase::Expand, validate, checks);
        }
        let own = self.others.iter().map(|it| (shadow.table, it));
        for (id, twin) in own.chain(self.incoming.iter().map(|(id, it)| (*id, it))) {
            let on = &printed.relation(id).name;
            let definition = printed.constraint_definition(id, twin.it);
            let add = format!("ALTER TABLE {on} ADD CONSTRAINT {} {definition}", twin.beside);
            let (add, is_valid) = match twin.it.validated {
                true => (format!("{add} NOT VALID"), true),
                false => (add, false),
            };
            // The column that it refers to may follow.
            rewrite = rewrite.run(Phase::Expand, add, holds).settles(&["foreign_key_type_mismatch"]);
            if is_valid {
                let validate = format!("ALTER TABLE {on} VALIDATE CONSTRAINT {}", twin.beside);
                rewrite = rewrite.run(Phase::Expand, validate, checks);
            }
        }
        rewrite
    }
}
