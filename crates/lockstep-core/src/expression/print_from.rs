//! `FROM` as the server prints it: `get_from_clause` of `ruleutils.c`, and the names of its columns.

use std::collections::{BTreeMap, BTreeSet};

use crate::expression::deparse::Printer;
use crate::expression::node::{Expression, Node};
use crate::expression::print_query::{EntryNames, JOIN};
use crate::expression::query::{Entry, FromNode, JoinKind, Query, Source};
use crate::name::{Ident, quote_identifier};

impl Printer<'_> {
    /// Whether the columns that a join sets equal still have the names that it was written with.
    fn merges_as_named(&self, condition: &Expression, using: &[Ident]) -> bool {
        let equal = |it: &Expression, name: &Ident| match &it.node {
            Node::Operator { arguments, .. } => {
                arguments.iter().all(|side| self.column_name(side).as_deref() == Some(name.as_str()))
            }
            _ => false,
        };
        match &condition.node {
            Node::And(items) => items.iter().zip(using).all(|(it, name)| equal(it, name)),
            _ => using.first().is_some_and(|name| equal(condition, name)),
        }
    }

    pub(super) fn sources(&mut self, query: &Query) {
        for (place, node) in query.from.iter().enumerate() {
            if place == 0 {
                self.clause(" FROM ", 2);
                self.source(node, query);
                continue;
            }
            self.push(", ");
            let before = std::mem::take(&mut self.text);
            self.source(node, query);
            let item = std::mem::replace(&mut self.text, before);
            self.field(&item, true);
        }
    }

    /// `get_from_clause_item`.
    fn source(&mut self, node: &FromNode, query: &Query) {
        match node {
            FromNode::Entry(id) => {
                if let Some(entry) = query.entries.iter().find(|it| it.id == *id) {
                    self.entry(entry);
                }
            }
            FromNode::Join { left, right, kind, using, condition } => {
                self.push("(");
                self.source(left, query);
                let plain = using.is_empty() && condition.is_none();
                self.clause(
                    match kind {
                        JoinKind::Inner if plain => " CROSS JOIN ",
                        JoinKind::Inner => " JOIN ",
                        JoinKind::Left => " LEFT JOIN ",
                        JoinKind::Right => " RIGHT JOIN ",
                        JoinKind::Full => " FULL JOIN ",
                    },
                    JOIN,
                );
                self.source(right, query);
                if !using.is_empty() {
                    // A merged column that goes by another name by now is printed in ways of its own.
                    if condition.as_ref().is_some_and(|it| !self.merges_as_named(it, using)) {
                        self.levels().is_lost = true;
                    }
                    let names: Vec<String> = using.iter().map(ToString::to_string).collect();
                    self.push(&format!(" USING ({})", names.join(", ")));
                } else if let Some(condition) = condition {
                    self.push(" ON (");
                    self.expression(condition, false);
                    self.push(")");
                } else if *kind != JoinKind::Inner {
                    self.push(" ON TRUE");
                }
                self.push(")");
            }
        }
    }

    fn entry(&mut self, entry: &Entry) {
        if entry.lateral {
            self.push("LATERAL ");
        }
        let mut definitions: &[(Ident, crate::pg::types::Type)] = &[];
        let mut default_name = None;
        match &entry.source {
            Source::Relation { id, only } => {
                if *only {
                    self.push("ONLY ");
                }
                let mut name = self.names.relation(*id);
                let bare = self.names.relation_parts(*id).map(|(name, _)| name);
                // A query of `WITH` of that name would be meant instead.
                if let Some(bare) = &bare
                    && self.levels().common.contains(bare)
                    && !name.contains('.')
                {
                    name = format!("public.{name}");
                }
                self.push(&name);
                default_name = bare;
            }
            Source::Query(query) => {
                self.push("(");
                self.query(query, None, true);
                self.push(")");
            }
            Source::Function { call, ordinality, definitions: own } => {
                self.expression(call, true);
                if *ordinality {
                    self.push(" WITH ORDINALITY");
                }
                definitions = own;
            }
            Source::Values(rows) => {
                self.push("(");
                self.values(rows);
                self.push(")");
            }
            Source::Common(name) | Source::System(name) => {
                self.push(&name.to_string());
                default_name = Some(name.clone());
            }
        }
        let Some(names) = self.levels().names.get(&entry.id) else { return };
        let (table, columns) = (names.table.clone(), names.columns.clone());
        let shows = names.show_columns;
        if entry.alias.is_some() || default_name.is_none_or(|name| *name.as_str() != *table) {
            self.push(&format!(" {}", quote_identifier(&table)));
        }
        if !definitions.is_empty() {
            let items: Vec<String> =
                definitions.iter().map(|(name, type_)| format!("{name} {}", self.type_name(*type_))).collect();
            self.push(&format!("({})", items.join(", ")));
        } else if shows {
            let items: Vec<String> = columns.iter().flatten().map(|name| quote_identifier(name)).collect();
            self.push(&format!("({})", items.join(", ")));
        }
    }

    /// `get_values_def`.
    pub(super) fn values(&mut self, rows: &[Vec<Expression>]) {
        self.push("VALUES ");
        for (place, row) in rows.iter().enumerate() {
            self.push(if place > 0 { ", (" } else { "(" });
            self.list(row, ",", false);
            self.push(")");
        }
    }
}

/// A name that is not used yet: with a number behind it where it is.
pub(super) fn unique(used: &mut BTreeMap<String, usize>, wanted: String) -> String {
    if !used.contains_key(&wanted) {
        used.insert(wanted.clone(), 0);
        return wanted;
    }
    loop {
        let counter = used.entry(wanted.clone()).or_insert(0);
        *counter += 1;
        let name = format!("{wanted}_{counter}");
        if !used.contains_key(&name) {
            used.insert(name.clone(), 0);
            return name;
        }
    }
}

/// `set_relation_column_names`.
pub(super) fn column_names(entry: &Entry, real: Vec<Option<String>>, table: String) -> EntryNames {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut columns = vec![];
    let (mut changed, mut anonymous) = (false, false);
    for (place, real) in real.into_iter().enumerate() {
        let Some(real) = real else {
            columns.push(None);
            continue;
        };
        let wanted = entry.column_aliases.get(place).map_or_else(|| real.clone(), |it| it.as_str().to_owned());
        let mut name = wanted.clone();
        let mut counter = 0;
        while !taken.insert(name.clone()) {
            counter += 1;
            name = format!("{wanted}_{counter}");
        }
        changed |= name != real;
        anonymous |= real == "?column?";
        columns.push(Some(name));
    }
    let show_columns = match &entry.source {
        Source::Relation { .. } => changed,
        Source::Function { .. } => true,
        _ => !entry.column_aliases.is_empty() || changed || anonymous,
    };
    EntryNames { table, columns, show_columns }
}
