//! Queries as the server prints them: `get_query_def` of `ruleutils.c`, as `pg_get_viewdef` calls it.

use std::collections::BTreeMap;

use crate::expression::deparse::Printer;
use crate::expression::node::{Expression, Node};
use crate::expression::print_from::{column_names, unique};
use crate::expression::query::{
    Common, Distinct, FromNode, Limit, Query, QueryTree, SetNode, SetOperator, Source, WHOLE_ROW,
};
use crate::expression::scope::Names;
use crate::name::{Ident, quote_identifier};

/// `PRETTYINDENT_STD`, `PRETTYINDENT_JOIN`, `PRETTYINDENT_VAR`.
const STEP: usize = 8;
pub(super) const JOIN: usize = 4;
const VAR: usize = 4;

/// The names in force while a query is printed (`deparse_namespace`).
pub(super) struct Levels<'a> {
    tree: &'a QueryTree,
    /// By the number of the entry.
    pub(super) names: BTreeMap<u16, EntryNames>,
    /// Names of tables of the levels that are open, outermost first.
    open: Vec<Vec<String>>,
    /// Names of `WITH` that hide relations.
    pub(super) common: Vec<Ident>,
    prefix: bool,
    /// Something was printed of which the server's text is not known.
    pub(super) is_lost: bool,
}

pub(super) struct EntryNames {
    pub(super) table: String,
    pub(super) columns: Vec<Option<String>>,
    pub(super) show_columns: bool,
}

impl QueryTree {
    /// `pg_get_viewdef`; `columns` are the view's own. `None` where the text is not known.
    pub fn deparse(&self, columns: &[Ident], names: &dyn Names) -> Option<String> {
        if !self.is_printable {
            return None;
        }
        let levels =
            Levels { tree: self, names: BTreeMap::new(), open: vec![], common: vec![], prefix: false, is_lost: false };
        let mut printer = Printer { text: String::new(), names, indent: 0, levels: Some(levels) };
        printer.query(&self.root, Some(columns), true);
        printer.text.push(';');
        let is_lost = printer.levels().is_lost;
        (!is_lost).then_some(printer.text)
    }
}

impl QueryTree {
    /// `pg_get_expr` of the condition of a query of one table, whose columns need no table in front.
    pub fn deparse_condition(&self, names: &dyn Names) -> Option<String> {
        let condition = self.root.condition.as_ref().filter(|_| self.is_printable)?;
        let levels =
            Levels { tree: self, names: BTreeMap::new(), open: vec![], common: vec![], prefix: false, is_lost: false };
        let mut printer = Printer { text: String::new(), names, indent: 0, levels: Some(levels) };
        printer.name_entries(&self.root);
        printer.expression(condition, false);
        let is_lost = printer.levels().is_lost;
        (!is_lost).then_some(printer.text)
    }
}

impl<'a> Printer<'a> {
    pub(super) fn levels(&mut self) -> &mut Levels<'a> {
        self.levels.as_mut().expect("queries are printed with their levels")
    }

    /// `get_variable`.
    pub(super) fn variable(&mut self, number: u16) {
        let Some(levels) = &self.levels else {
            let name = self.names.column(number);
            return self.push(&name);
        };
        let variable = levels.tree.variables.get(usize::from(number));
        let found = variable.and_then(|it| Some((levels.names.get(&it.entry)?, usize::from(it.column))));
        let text = match found {
            Some((entry, column)) if column == usize::from(WHOLE_ROW) => {
                format!("{}.*", quote_identifier(&entry.table))
            }
            Some((entry, column)) => {
                let name = column.checked_sub(1).and_then(|at| entry.columns.get(at)).cloned().flatten();
                let name = quote_identifier(&name.unwrap_or_else(|| "?dropped?column?".to_owned()));
                match levels.prefix {
                    true => format!("{}.{name}", quote_identifier(&entry.table)),
                    false => name,
                }
            }
            None => "???".to_owned(),
        };
        self.push(&text);
    }

    /// The column's name where the expression is one: it needs no `AS`.
    pub(super) fn column_name(&self, it: &Expression) -> Option<String> {
        let (Node::Column(number), Some(levels)) = (&it.node, &self.levels) else { return None };
        let variable = levels.tree.variables.get(usize::from(*number))?;
        let entry = levels.names.get(&variable.entry)?;
        entry.columns.get(usize::from(variable.column).checked_sub(1)?)?.clone()
    }

    /// `appendContextKeyword` with a step back before and forward after.
    pub(super) fn clause(&mut self, words: &str, plus: usize) {
        self.indent = self.indent.saturating_sub(STEP);
        self.line(words, plus);
        self.indent += STEP;
    }

    /// `get_query_def`. `columns`: the names of the results, where they are a view's.
    pub(super) fn query(&mut self, query: &Query, columns: Option<&[Ident]>, shows_names: bool) {
        let outer = self.indent;
        let saved_prefix = self.levels().prefix;
        let saved_common = self.levels().common.len();
        let joins: usize = query.from.iter().map(FromNode::joins).sum();
        let top = self.levels().open.is_empty();
        let old_and_new = top && self.levels().tree.has_old_and_new;
        self.levels().prefix = !top || query.entries.len() + joins != 1 || old_and_new;
        self.name_entries(query);
        self.levels().common.extend(query.with.iter().map(|it| it.name.clone()));
        self.with_clause(query);
        match &query.operations {
            Some(operations) => self.set_operation(operations, columns, shows_names),
            None => self.basic_query(query, columns, shows_names),
        }
        if !query.order.is_empty() {
            self.clause(" ORDER BY ", 1);
            self.order_by(&query.order, query.operations.is_some());
        }
        if let Some(offset) = &query.offset {
            self.clause(" OFFSET ", 0);
            self.expression(offset, false);
        }
        match &query.limit {
            Some(Limit::All) => self.clause(" LIMIT ALL", 0),
            Some(Limit::Count(count)) => {
                self.clause(" LIMIT ", 0);
                self.expression(count, false);
            }
            Some(Limit::WithTies(count)) => {
                self.clause(" FETCH FIRST ", 0);
                self.expression(count, false);
                self.push(" ROWS WITH TIES");
            }
            None => {}
        }
        let levels = self.levels();
        levels.open.pop();
        levels.common.truncate(saved_common);
        levels.prefix = saved_prefix;
        self.indent = outer;
    }

    /// `set_rtable_names`: no table goes by a name that another one of this level, or of a level around
    /// it, goes by.
    fn name_entries(&mut self, query: &Query) {
        let mut used: BTreeMap<String, usize> =
            self.levels().open.iter().flatten().map(|name| (name.clone(), 0)).collect();
        if self.levels().open.is_empty() && self.levels().tree.has_old_and_new {
            used.extend([("old".to_owned(), 0), ("new".to_owned(), 0)]);
        }
        let mut level = vec![];
        for entry in &query.entries {
            let parts = match &entry.source {
                Source::Relation { id, .. } => self.names.relation_parts(*id),
                _ => None,
            };
            let own = parts.as_ref().map_or_else(|| entry.name.clone(), |(name, _)| name.clone());
            let wanted = entry.alias.clone().unwrap_or(own).as_str().to_owned();
            let table = unique(&mut used, wanted);
            level.push(table.clone());
            let real: Vec<Option<String>> = match &parts {
                Some((_, attributes)) => {
                    attributes.iter().map(|it| it.as_ref().map(|name| name.as_str().to_owned())).collect()
                }
                None => entry.columns.iter().map(|it| Some(it.as_str().to_owned())).collect(),
            };
            let names = column_names(entry, real, table);
            self.levels().names.insert(entry.id, names);
        }
        self.levels().open.push(level);
    }

    /// `get_with_clause`.
    fn with_clause(&mut self, query: &Query) {
        if query.with.is_empty() {
            return;
        }
        self.indent += STEP;
        self.push(if query.recursive { " WITH RECURSIVE " } else { " WITH " });
        for (place, Common { name, columns, materialized, query }) in query.with.iter().enumerate() {
            if place > 0 {
                self.push(", ");
            }
            self.push(&name.to_string());
            if !columns.is_empty() {
                let names: Vec<String> = columns.iter().map(ToString::to_string).collect();
                self.push(&format!("({})", names.join(", ")));
            }
            self.push(" AS ");
            self.push(match materialized {
                Some(true) => "MATERIALIZED ",
                Some(false) => "NOT MATERIALIZED ",
                None => "",
            });
            self.push("(");
            self.line("", 0);
            self.query(query, None, true);
            self.line("", 0);
            self.push(")");
        }
        self.indent -= STEP;
        self.line("", 0);
    }

    /// `get_basic_select_query`.
    fn basic_query(&mut self, query: &Query, columns: Option<&[Ident]>, shows_names: bool) {
        self.indent += STEP;
        self.push(" ");
        if let (true, Some(Source::Values(rows))) = (query.is_values, query.entries.first().map(|it| &it.source)) {
            // A view's own names for its columns can only be said around it.
            let renamed = columns
                .is_some_and(|names| names.iter().zip(&query.targets).any(|(name, target)| *name != target.name));
            if !renamed {
                return self.values(rows);
            }
        }
        self.push("SELECT");
        match &query.distinct {
            Distinct::None => {}
            Distinct::All => self.push(" DISTINCT"),
            Distinct::On(keys) => {
                self.push(" DISTINCT ON (");
                for (place, key) in keys.iter().enumerate() {
                    if place > 0 {
                        self.push(", ");
                    }
                    self.sort_value(key);
                }
                self.push(")");
            }
        }
        self.target_list(query, columns, shows_names);
        self.sources(query);
        if let Some(condition) = &query.condition {
            self.clause(" WHERE ", 1);
            self.expression(condition, false);
        }
        if !query.group.is_empty() {
            self.clause(" GROUP BY ", 1);
            for (place, key) in query.group.iter().enumerate() {
                if place > 0 {
                    self.push(", ");
                }
                self.sort_value(key);
            }
        }
        if let Some(having) = &query.having {
            self.clause(" HAVING ", 0);
            self.expression(having, false);
        }
        for (place, (name, window)) in query.windows.iter().enumerate() {
            match place {
                0 => self.clause(" WINDOW ", 1),
                _ => self.push(", "),
            }
            self.push(&format!("{name} AS "));
            self.window(window);
        }
    }

    /// `get_target_list`: with no width to wrap at, every field is on its own line.
    fn target_list(&mut self, query: &Query, columns: Option<&[Ident]>, shows_names: bool) {
        for (place, target) in query.targets.iter().enumerate() {
            self.push(if place == 0 { " " } else { ", " });
            let before = std::mem::take(&mut self.text);
            self.expression(&target.value, true);
            let own = match &target.value.node {
                Node::Column(_) => self.column_name(&target.value),
                _ => (!shows_names).then(|| "?column?".to_owned()),
            };
            let name = columns.and_then(|names| names.get(place)).unwrap_or(&target.name);
            if own.as_deref() != Some(name.as_str()) {
                self.push(&format!(" AS {name}"));
            }
            let field = std::mem::replace(&mut self.text, before);
            self.field(&field, place > 0);
        }
    }

    pub(super) fn field(&mut self, field: &str, wraps: bool) {
        let starts_new_line = field.starts_with('\n');
        if starts_new_line {
            let kept = self.text.trim_end_matches(' ').len();
            self.text.truncate(kept);
        } else if wraps {
            self.clause("", VAR);
        }
        self.push(field);
    }

    /// `get_setop_query`.
    fn set_operation(&mut self, node: &SetNode, columns: Option<&[Ident]>, shows_names: bool) {
        let (operator, all, left, right) = match node {
            SetNode::Leaf(query) => {
                let parentheses = !query.with.is_empty()
                    || !query.order.is_empty()
                    || query.limit.is_some()
                    || query.offset.is_some()
                    || query.operations.is_some();
                if parentheses {
                    self.push("(");
                }
                self.query(query, columns, shows_names);
                if parentheses {
                    self.push(")");
                }
                return;
            }
            SetNode::Operation { operator, all, left, right } => (*operator, *all, left, right),
        };
        let other_kind = match &**left {
            SetNode::Operation { operator: inner, all: inner_all, .. } => (*inner, *inner_all) != (operator, all),
            SetNode::Leaf(_) => false,
        };
        let outer = self.indent;
        if other_kind {
            self.push("(");
            self.indent += STEP;
            self.line("", 0);
        }
        self.set_operation(left, columns, shows_names);
        self.indent = outer;
        self.line(if other_kind { ") " } else { "" }, 0);
        self.push(match operator {
            SetOperator::Union => "UNION ",
            SetOperator::Intersect => "INTERSECT ",
            SetOperator::Except => "EXCEPT ",
        });
        if all {
            self.push("ALL ");
        }
        let nested = matches!(**right, SetNode::Operation { .. });
        if nested {
            self.push("(");
            self.indent += STEP;
        }
        self.line("", 0);
        self.set_operation(right, columns, false);
        self.indent = outer;
        if nested {
            self.line(")", 0);
        }
    }
}

impl FromNode {
    fn joins(&self) -> usize {
        match self {
            FromNode::Entry(_) => 0,
            FromNode::Join { left, right, .. } => 1 + left.joins() + right.joins(),
        }
    }
}
