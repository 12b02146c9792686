//! Whether the conditions of a query leave partitions out: `prune_append_rel_partitions`. Only what compares a
//! column of the key with a constant can.

use crate::effect::RelationId;
use crate::name::{Ident, QualifiedName};
use crate::pg::hierarchy;
use crate::statement::execution::Execution;
use crate::statement::partition::survivors::keys_above;
use crate::syntax::expression::{Expr, Literal, QueryText};
use crate::syntax::parse_query;
use crate::syntax::select::{Body, FromItem, JoinCondition, JoinKind, Plain, Select, Target};

/// Whether every partition of the table, however deep, is certainly opened.
pub(in crate::statement) fn reads_all(execution: &Execution, query: &QueryText, table: RelationId) -> bool {
    let Some(tree) = parse_query(&query.text) else { return false };
    let mut found = Comparisons::default();
    found.select(&tree, 0);
    // A table on the outer side of a join may not be needed at all: what tells is a unique index.
    let removes = hierarchy::planning_opens_partitioned_indexes(execution.version);
    if found.unread || found.outer && removes {
        return false;
    }
    found.close();
    let mut hierarchy = vec![table];
    hierarchy.extend(execution.schema.descendants(table).into_iter().map(|(id, _)| id));
    hierarchy.into_iter().all(|id| {
        let Some(it) = execution.schema.get(id).and_then(|it| it.table()) else { return false };
        let Some(key) = &it.partition_key else { return true };
        let columns = key.columns();
        // Where there is a default partition, what the table's own bound says counts as a condition as well.
        let above = match execution.schema.default_partition(id) {
            Some(_) => keys_above(execution, id),
            None => vec![],
        };
        let bound = columns.iter().any(|column| above.contains(&it.column_name(*column)));
        !bound && columns.iter().all(|column| !found.compares(execution, table, &it.column_name(*column)))
    })
}

/// A column as a query names it; without a table where that may be any.
type Named = (Option<Ident>, Ident);

#[derive(Default)]
struct Comparisons {
    tables: Vec<(Ident, QualifiedName)>,
    with_constants: Vec<Named>,
    equal: Vec<(Named, Named)>,
    /// Something is not understood.
    unread: bool,
    outer: bool,
}

/// Queries in queries are read so deep.
const MAX_DEPTH: usize = 10;

impl Comparisons {
    fn select(&mut self, query: &Select, depth: usize) {
        if depth > MAX_DEPTH {
            self.unread = true;
            return;
        }
        query.with.iter().for_each(|it| {
            self.unread |= !it.columns.is_empty();
            self.select(&it.query, depth + 1);
        });
        match &query.body {
            Body::Plain(plain) => self.plain(plain, depth),
            Body::Values(rows) => rows.iter().flatten().for_each(|it| self.inside(it, depth)),
            Body::Set { left, right, .. } => {
                self.select(left, depth + 1);
                self.select(right, depth + 1);
                // Columns of both sides go by the names of the first.
                let names = [left, right].map(|it| results(it));
                match names {
                    [Some(left), Some(right)] => {
                        for (a, b) in left.into_iter().zip(right) {
                            for one in &a {
                                self.equal.extend(b.iter().map(|other| (one.clone(), other.clone())));
                            }
                        }
                    }
                    _ => self.unread |= depth > 0,
                }
            }
        }
        query.order.iter().for_each(|key| self.inside(&key.value, depth));
    }

    fn plain(&mut self, plain: &Plain, depth: usize) {
        plain.from.iter().for_each(|it| self.item(it, depth));
        for target in &plain.targets {
            let Target::Value { value, label } = target else { continue };
            self.inside(value, depth);
            // What is asked of the result outside is asked of what it is made of.
            if let Some(label) = label {
                let made = columns(value).into_iter().map(|it| ((None, label.clone()), it));
                self.equal.extend(made);
            }
        }
        plain.group.iter().for_each(|it| self.inside(it, depth));
        [&plain.condition, &plain.having].into_iter().flatten().for_each(|it| self.condition(it, depth));
    }

    fn item(&mut self, item: &FromItem, depth: usize) {
        match item {
            FromItem::Table { name, alias, .. } => {
                self.unread |= alias.as_ref().is_some_and(|it| !it.columns.is_empty());
                let alias = alias.as_ref().map_or(&name.name, |it| &it.name);
                self.tables.push((alias.clone(), name.clone()));
            }
            FromItem::Query { query, alias, .. } => {
                self.unread |= alias.as_ref().is_some_and(|it| !it.columns.is_empty());
                self.select(query, depth + 1);
            }
            FromItem::Function { call, .. } => self.inside(call, depth),
            FromItem::Join { left, right, condition, alias, kind } => {
                self.outer |= *kind != JoinKind::Inner;
                self.unread |= alias.as_ref().is_some_and(|it| !it.columns.is_empty());
                self.item(left, depth);
                self.item(right, depth);
                match condition {
                    JoinCondition::On(condition) => self.condition(condition, depth),
                    // Columns of one name are equal: names without a table are taken so anyway.
                    JoinCondition::Using(names) => {
                        let tables: Vec<Ident> = self.tables.iter().map(|(alias, _)| alias.clone()).collect();
                        for name in names {
                            let any = (None, name.clone());
                            let each = tables.iter().map(|alias| (any.clone(), (Some(alias.clone()), name.clone())));
                            self.equal.extend(each);
                        }
                    }
                    JoinCondition::Natural => self.unread = true,
                    JoinCondition::None => {}
                }
            }
        }
    }

    /// Queries inside an expression that is no condition.
    fn inside(&mut self, it: &Expr, depth: usize) {
        let mut queries = vec![];
        it.visit(&mut |it| match it {
            Expr::Query(query) => queries.push(query.text.clone()),
            Expr::Opaque(_) => queries.push(String::new()),
            _ => {}
        });
        for text in queries {
            match parse_query(&text) {
                Some(query) => self.select(&query, depth + 1),
                None => self.unread = true,
            }
        }
    }

    fn condition(&mut self, it: &Expr, depth: usize) {
        match it {
            Expr::And(items) | Expr::Or(items) => items.iter().for_each(|it| self.condition(it, depth)),
            Expr::Not(operand) => self.condition(operand, depth),
            Expr::Literal(Literal::Boolean(true)) => {}
            Expr::Query(_) => self.inside(it, depth),
            Expr::Binary { left, operator, right } => {
                self.inside(it, depth);
                let (ours, theirs) = (columns(left), columns(right));
                let within = [left, right].iter().any(|it| matches!(&***it, Expr::Query(_)));
                match (ours.is_empty(), theirs.is_empty()) {
                    // Neither names a column: the condition may be false at once.
                    (true, true) if !within && !counts(it) => self.unread = true,
                    (false, false) if operator.symbol == "=" => {
                        for one in &ours {
                            self.equal.extend(theirs.iter().map(|other| (one.clone(), other.clone())));
                        }
                    }
                    (false, false) => {}
                    _ => self.with_constants.extend(ours.into_iter().chain(theirs)),
                }
            }
            Expr::In { operand, list, .. } => {
                self.inside(it, depth);
                let ours = columns(operand);
                self.unread |= ours.is_empty();
                for item in list {
                    match item {
                        Expr::Query(query) => {
                            let made = parse_query(&query.text).and_then(|it| results(&it));
                            let Some(made) = made else {
                                self.unread = true;
                                continue;
                            };
                            for one in &ours {
                                self.equal.extend(made.iter().flatten().map(|other| (one.clone(), other.clone())));
                            }
                        }
                        _ => self.with_constants.extend(ours.iter().cloned().chain(columns(item))),
                    }
                }
            }
            other => {
                self.inside(other, depth);
                let named = columns(other);
                self.unread |= named.is_empty();
                self.with_constants.extend(named);
            }
        }
    }

    /// A name of a table of the query, or any table's.
    fn place(&self, (table, column): &Named) -> Named {
        let table = table.clone().filter(|it| self.tables.iter().any(|(alias, _)| alias == it));
        (table, column.clone())
    }

    fn meets(a: &Named, b: &Named) -> bool {
        a.1 == b.1 && (a.0.is_none() || b.0.is_none() || a.0 == b.0)
    }

    /// What is equal to a column that is compared with a constant is compared with it as well.
    fn close(&mut self) {
        let equal: Vec<(Named, Named)> = self.equal.iter().map(|(a, b)| (self.place(a), self.place(b))).collect();
        let mut found: Vec<Named> = self.with_constants.iter().map(|it| self.place(it)).collect();
        let mut next = 0;
        while let Some(current) = found.get(next).cloned() {
            for (a, b) in equal.iter().flat_map(|(a, b)| [(a, b), (b, a)]) {
                if Self::meets(a, &current) && !found.contains(b) {
                    found.push(b.clone());
                }
            }
            next += 1;
        }
        self.with_constants = found;
    }

    /// Whether the query compares that column of the table with a constant.
    fn compares(&self, execution: &Execution, table: RelationId, column: &Ident) -> bool {
        let is_table = |alias: &Ident| {
            let named = self.tables.iter().filter(|(it, _)| it == alias);
            named.into_iter().any(|(_, name)| {
                // A name that another query of `WITH` has is taken for the table's as well.
                execution.resolve_in_query(name).is_ok_and(|it| it == table)
                    || execution.resolve_in_query(name).is_err()
            })
        };
        self.with_constants.iter().any(|(alias, name)| name == column && alias.as_ref().is_none_or(is_table))
    }
}

/// `count(*)`, which is no constant.
fn counts(it: &Expr) -> bool {
    let mut found = false;
    it.visit(&mut |it| found |= matches!(it, Expr::Function(call) if call.star));
    found
}

/// The columns that an expression names, outside of queries in it.
fn columns(it: &Expr) -> Vec<Named> {
    let mut found = vec![];
    it.visit(&mut |it| {
        if let Expr::Column(parts) = it
            && let Some((name, tables)) = parts.split_last()
        {
            found.push((tables.last().cloned(), name.clone()));
        }
    });
    found
}

/// The columns that each result of a query is made of; `None` where that is not known.
fn results(query: &Select) -> Option<Vec<Vec<Named>>> {
    match &query.body {
        Body::Plain(plain) => plain
            .targets
            .iter()
            .map(|target| match target {
                Target::Value { value, .. } => Some(columns(value)),
                Target::Star | Target::StarOf(_) => None,
            })
            .collect(),
        Body::Values(_) => Some(vec![]),
        Body::Set { left, .. } => results(left),
    }
}
