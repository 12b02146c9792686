//! Rows of a table that another is to take the place of: carried over by a trigger, copied in batches, and compared.

use crate::name::{Ident, quote_identifier};
use crate::rewrite::backfill::{Backfill, Copy, Walk, dollar_quoted};
use crate::rewrite::backfill_rows::has_equality;
use crate::rewrite::{Phase, Rewrite, Site};
use crate::schema::Schema;
use crate::schema::relation::Relation;
use crate::syntax::expression::Expr;

/// What is copied: an expression over the old table's row for each column of the new one.
pub(super) struct Carry<'a> {
    /// Where both tables are.
    pub(super) schema: &'a Schema,
    pub(super) old: &'a Relation,
    pub(super) new: &'a Relation,
    pub(super) columns: Vec<Ident>,
    pub(super) values: Vec<Expr>,
    pub(super) condition: Option<&'a Expr>,
    /// What expressions call the old table.
    pub(super) alias: Ident,
    pub(super) overriding: &'static str,
}

impl Carry<'_> {
    /// The new table's key, checked at once, with the values that it has for a row of the old one.
    pub(super) fn key(&self) -> Option<Vec<(Ident, &Expr)>> {
        let new = self.new.table()?;
        // One that may be checked later tells `ON CONFLICT` nothing.
        let key = new.primary_key().filter(|it| !it.deferrable)?;
        let numbers = self.schema.index(key.index()?).key_columns()?;
        let value = |number: u16| {
            let name = new.column_name(number);
            let at = self.columns.iter().position(|it| *it == name)?;
            Some((name, &self.values[at]))
        };
        numbers.into_iter().map(value).collect()
    }

    fn list(&self) -> String {
        let all: Vec<String> = self.values.iter().map(ToString::to_string).collect();
        all.join(", ")
    }

    fn names(&self) -> String {
        let all: Vec<String> = self.columns.iter().map(ToString::to_string).collect();
        all.join(", ")
    }

    fn body(&self, keys: &[(Ident, &Expr)]) -> String {
        let (list, alias) = (self.list(), &self.alias);
        let condition = self.condition.map(|it| format!(" WHERE {it}")).unwrap_or_default();
        let columns: Vec<String> = keys.iter().map(|(name, _)| name.to_string()).collect();
        let values: Vec<String> = keys.iter().map(|(_, value)| value.to_string()).collect();
        // Whatever the search_path of whom it fires for is.
        let table = format!("{}.{}", self.new.name.schema, self.new.name.name);
        let (target, overriding) = (format!("{table} ({})", self.names()), self.overriding);
        let (columns, values) = (columns.join(", "), values.join(", "));
        format!(
            "BEGIN\n  IF TG_OP = 'TRUNCATE' THEN\n    DELETE FROM {table};\n    RETURN NULL;\n  END IF;\n  \
             IF TG_OP IN ('UPDATE', 'DELETE') THEN\n    DELETE FROM {table} WHERE ({columns}) IN (SELECT {values} FROM \
             (SELECT OLD.*) AS {alias});\n  END IF;\n  IF TG_OP IN ('INSERT', 'UPDATE') THEN\n    INSERT INTO \
             {target}{overriding} SELECT {list} FROM (SELECT NEW.*) AS {alias}{condition};\n  END IF;\n  RETURN NULL;\nEND"
        )
    }

    /// Counts rows that the two do not have alike.
    fn different(&self) -> String {
        let condition = self.condition.map(|it| format!(" WHERE {it}")).unwrap_or_default();
        // What has no equality has a text.
        let compared = |name: &Ident, value: String| {
            let type_ = self.new.columns().find(name.as_str()).map(|(_, it)| it.type_);
            if type_.is_some_and(|it| has_equality(&it)) { value } else { format!("({value})::text") }
        };
        let each = self.columns.iter().zip(&self.values);
        let wanted: Vec<String> = each.map(|(name, value)| compared(name, value.to_string())).collect();
        let reached: Vec<String> = self.columns.iter().map(|name| compared(name, name.to_string())).collect();
        let wanted = format!("SELECT {} FROM {} AS {}{condition}", wanted.join(", "), self.old.name, self.alias);
        let reached = format!("SELECT {} FROM {}", reached.join(", "), self.new.name);
        format!(
            "SELECT count(*) FROM (({wanted} EXCEPT ALL {reached}) UNION ALL ({reached} EXCEPT ALL {wanted})) AS different"
        )
    }

    /// The steps after those of `rewrite`; `swap`: what gives the new table the old one's place, and what the application
    /// needs for it, in a sentence.
    pub(super) fn steps(
        &self,
        site: &Site<'_>,
        keys: &[(Ident, &Expr)],
        walk: Walk,
        rewrite: Rewrite,
        (swap, needs): (Vec<String>, &str),
    ) -> Rewrite {
        let (from, to) = (&self.old.name, &self.new.name);
        let base = format!("zz_{}_{}", from.name.as_str(), to.name.as_str());
        let trigger = quote_identifier(&site.free_name(from, &base, "_carry"));
        let emptied = quote_identifier(&site.free_name(from, &base, "_empty"));
        let function = format!("{}.{trigger}", from.schema);
        let body = dollar_quoted("carry", &format!("\n{}\n", self.body(keys)));
        let backfill = Backfill {
            table: from.clone(),
            only: false,
            alias: Some(self.alias.clone()),
            set: None,
            copy: Some(Copy {
                table: to.clone(),
                columns: self.names(),
                overriding: self.overriding,
                list: self.list(),
                // In partitions, each has an index of its own.
                key: match self.new.table().is_some_and(|it| it.is_partitioned()) {
                    true => vec![],
                    false => keys.iter().map(|(name, _)| name.clone()).collect(),
                },
            }),
            from: None,
            condition: self.condition.map(ToString::to_string),
            walk,
        };
        let undone = [
            format!("DROP TRIGGER {trigger} ON {from}"),
            format!("DROP TRIGGER {emptied} ON {from}"),
            format!("DROP FUNCTION {function}()"),
        ];
        let rewrite = rewrite
            .together(
                Phase::Expand,
                vec![
                    // Those who may write the one table need no privileges on the other.
                    format!(
                        "CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM \
                         CURRENT AS {body}"
                    ),
                    format!(
                        "CREATE TRIGGER {trigger} AFTER INSERT OR UPDATE OR DELETE ON {from} FOR EACH ROW EXECUTE FUNCTION \
                         {function}()"
                    ),
                    format!(
                        "CREATE TRIGGER {emptied} AFTER TRUNCATE ON {from} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
                    ),
                ],
                format!("From now on {to} has every row that is written to {from}."),
            )
            .backfill(
                backfill,
                "Each batch locks its rows against changes while it copies them, and leaves out those that are there.",
            )
            .together(
                Phase::Contract,
                undone.into_iter().chain(swap).collect(),
                "One transaction of a few milliseconds: others see either the one table or the other.",
            )
            .needs(format!(
                "{needs} No transaction of REPEATABLE READ or SERIALIZABLE is open that may yet ask for {from}: it would miss rows \
                 that were copied after it began."
            ))
            .settles(&["several_tables_locked", "view_dropped"])
            .check(self.different());
        Rewrite { solitary: true, ..rewrite }
    }
}
