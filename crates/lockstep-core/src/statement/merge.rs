//! `MERGE`: `transformMergeStmt`. What each of its actions does to locks, constraints and rows is what an
//! `UPDATE`, `DELETE` or `INSERT` of the same rows does.

use crate::effect::Lock;
use crate::name::Ident;
use crate::pg::behavior;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::statement::Command;
use crate::statement::column::missing_column;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::overriding::refuse_computed;
use crate::statement::query::{Ask, row_security};
use crate::statement::row_target::writable;
use crate::statement::select;
use crate::syntax;
use crate::syntax::expression::Expr;
use crate::syntax::statement::{Merge, MergeAction, MergeSource, MergeThen, MergeWhen};

impl Command for Merge {
    fn run(&self, execution: &mut Execution) -> Outcome {
        if !behavior::has_merge(execution.version) {
            return fail(sqlstate::SYNTAX_ERROR, "syntax error at or near \"MERGE\"");
        }
        let newer = self.returning || self.actions.iter().any(|it| it.when == MergeWhen::NotMatchedBySource);
        if newer && !behavior::has_merge_of_17(execution.version) {
            return fail(sqlstate::SYNTAX_ERROR, "syntax error at or near \"BY\"");
        }
        self.refuse_unreachable()?;
        let table = execution.open(&self.table, LockMode::RowExclusive, "rows of the table are written")?;
        writable(execution, "MERGE", table)?;
        if execution.schema.relation(table).kind() != 'r' {
            return unknown("MERGE into anything but an ordinary table is not modelled");
        }
        select::lock_indexes(execution, table, LockMode::RowExclusive);
        match &self.source {
            MergeSource::Table(name) => drop(select::read_relation(execution, name, LockMode::AccessShare)?),
            MergeSource::Query(query) => {
                if self.source_alias.is_none() && !behavior::subquery_needs_no_alias(execution.version) {
                    return fail(sqlstate::SYNTAX_ERROR, "subquery in FROM must have an alias");
                }
                select::read(execution, query)?;
            }
        }
        let relation = execution.bare_name(table);
        for action in &self.actions {
            for name in action.columns() {
                if execution.schema.table(table).column(name.as_str()).is_none() {
                    return Err(missing_column(name, &relation).into());
                }
            }
        }
        self.ask_for_doubles(execution);
        row_security::write(execution, table, &Ask::of_merge(), &format!("TABLE {}", self.table))?;
        let before = execution.record.locks.clone();
        for action in &self.actions {
            let Some(text) = self.as_statement(execution, action)? else { continue };
            match syntax::parse(&text) {
                Ok(statement) => super::run(&statement, execution)?,
                Err(_) => return unknown("an action of this MERGE is not modelled"),
            }
        }
        // The actions stand for themselves; the target is opened once, to be written.
        let mut own = execution.schema.table(table).indexes.clone();
        own.push(table);
        let read = |it: &Lock| it.mode == LockMode::AccessShare && own.contains(&it.relation);
        execution.record.locks.retain(|it| !read(it) || before.contains(it));
        Ok(())
    }
}

impl MergeAction {
    /// Columns of the target that it names.
    fn columns(&self) -> Vec<&Ident> {
        match &self.then {
            MergeThen::Update(assignments) => assignments.iter().map(|(name, _)| name).collect(),
            MergeThen::Insert { columns, .. } => columns.iter().collect(),
            MergeThen::Nothing | MergeThen::Delete => vec![],
        }
    }
}

impl Merge {
    /// After a `WHEN` without a condition no other of its kind is reached.
    fn refuse_unreachable(&self) -> Outcome {
        for (place, action) in self.actions.iter().enumerate() {
            let before = &self.actions[..place];
            if before.iter().any(|it| it.when == action.when && it.condition.is_none()) {
                let message = "unreachable WHEN clause specified after unconditional WHEN clause";
                return fail(sqlstate::SYNTAX_ERROR, message);
            }
        }
        Ok(())
    }

    fn target(&self) -> String {
        let alias = self.alias.as_ref().map(|it| format!(" AS {it}")).unwrap_or_default();
        format!("{}{}{alias}", if self.only { "ONLY " } else { "" }, self.table)
    }

    fn from(&self) -> String {
        let alias = self.source_alias.as_ref().map(|it| format!(" AS {it}")).unwrap_or_default();
        match &self.source {
            MergeSource::Table(name) => format!("{name}{alias}"),
            MergeSource::Query(query) => format!("({}){alias}", query.text),
        }
    }

    /// Two rows of the source for one of the target: 21000.
    fn ask_for_doubles(&self, execution: &mut Execution) {
        let writes = |it: &MergeAction| it.when == MergeWhen::Matched && it.then != MergeThen::Nothing;
        if !self.actions.iter().any(writes) {
            return;
        }
        let target = self.alias.as_ref().map_or_else(|| self.table.to_string(), Ident::to_string);
        let query = format!(
            "SELECT count(*) FROM (SELECT 1 FROM {} JOIN {} ON {} GROUP BY {target}.ctid HAVING count(*) > 1) AS doubles",
            self.target(),
            self.from(),
            self.condition
        );
        execution.precondition(query, "0", sqlstate::CARDINALITY_VIOLATION);
    }

    /// The same for the rows that this action is for.
    fn as_statement(&self, execution: &Execution, action: &MergeAction) -> Outcome<Option<String>> {
        let also = action.condition.as_ref().map(|it| format!(" AND ({it})")).unwrap_or_default();
        let (target, from, condition) = (self.target(), self.from(), &self.condition);
        let bare_target = format!("{}{}", if self.only { "ONLY " } else { "" }, self.table);
        let (join, condition) = match action.when {
            MergeWhen::Matched => (true, format!("({condition}){also}")),
            MergeWhen::NotMatchedBySource => {
                (false, format!("NOT EXISTS (SELECT 1 FROM {from} WHERE {condition}){also}"))
            }
            MergeWhen::NotMatched => (false, format!("NOT EXISTS (SELECT 1 FROM {target} WHERE {condition}){also}")),
        };
        Ok(Some(match &action.then {
            MergeThen::Nothing => return Ok(None),
            MergeThen::Delete => {
                let using = if join { format!(" USING {from}") } else { String::new() };
                format!("DELETE FROM {target}{using} WHERE {condition}")
            }
            MergeThen::Update(assignments) => {
                let items: Vec<String> = assignments.iter().map(|(name, value)| format!("{name} = {value}")).collect();
                let from = if join { format!(" FROM {from}") } else { String::new() };
                format!("UPDATE {target} SET {}{from} WHERE {condition}", items.join(", "))
            }
            MergeThen::Insert { values: None, .. } => format!("INSERT INTO {bare_target} DEFAULT VALUES"),
            MergeThen::Insert { columns, values: Some(values) } => {
                let columns = self.inserted(execution, columns, values)?;
                let table = execution.schema.table(execution.resolve(&self.table)?);
                for (name, _) in columns.iter().zip(values).filter(|(_, value)| !matches!(value, Expr::Default)) {
                    if let Some((_, column)) = table.column(name.as_str()) {
                        refuse_computed(column, None)?;
                    }
                }
                let given: Vec<(String, String)> = columns
                    .iter()
                    .zip(values)
                    .filter(|(_, value)| !matches!(value, Expr::Default))
                    .map(|(name, value)| (name.to_string(), value.to_string()))
                    .collect();
                if given.is_empty() {
                    return Ok(Some(format!("INSERT INTO {bare_target} DEFAULT VALUES")));
                }
                let (names, values): (Vec<String>, Vec<String>) = given.into_iter().unzip();
                let (names, values) = (names.join(", "), values.join(", "));
                format!("INSERT INTO {bare_target} ({names}) SELECT {values} FROM {from} WHERE {condition}")
            }
        }))
    }

    /// `transformInsertRow` with the columns that are meant where none are named.
    fn inserted(&self, execution: &Execution, columns: &[Ident], values: &[Expr]) -> Outcome<Vec<Ident>> {
        let all: Vec<Ident> = match columns {
            [] => {
                let id = execution.resolve(&self.table)?;
                execution.schema.table(id).live().map(|(_, column)| column.name.clone()).collect()
            }
            columns => columns.to_vec(),
        };
        if values.len() > all.len() {
            return fail(sqlstate::SYNTAX_ERROR, "INSERT has more expressions than target columns");
        }
        if values.len() < all.len() && !columns.is_empty() {
            return fail(sqlstate::SYNTAX_ERROR, "INSERT has more target columns than expressions");
        }
        Ok(all)
    }
}
