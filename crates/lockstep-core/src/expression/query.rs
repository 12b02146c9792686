//! Queries with names and types resolved (`Query` of `parsenodes.h`), as a view's rule keeps them.

use std::collections::BTreeSet;

use crate::expression::node::{Expression, Node, Operator};
use crate::name::Ident;
use crate::pg::catalog::Function;
use crate::pg::types::Type;
pub use crate::syntax::select::{JoinKind, SetOperator};

/// A whole query. Columns are numbered over all of its levels: a [`crate::expression::Node::Column`]
/// inside is a place in `variables`.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryTree {
    pub root: Query,
    pub variables: Vec<Variable>,
    /// Up to 15 the rule of a view has `old` and `new` among its relations, which makes every column
    /// of its text come with its table.
    pub has_old_and_new: bool,
    /// The text that the server prints is known: no part is printed that is not understood.
    pub is_printable: bool,
}

/// `Var`: a column of one entry of a range table. Entries are numbered over the whole query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Variable {
    pub entry: u16,
    pub column: u16,
}

/// The column of an entry that stands for all of them (`InvalidAttrNumber`): no table has so many.
pub const WHOLE_ROW: u16 = 65_000;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    pub recursive: bool,
    pub with: Vec<Common>,
    /// The range table, joins left out.
    pub entries: Vec<Entry>,
    pub from: Vec<FromNode>,
    pub targets: Vec<TargetEntry>,
    pub condition: Option<Expression>,
    pub group: Vec<Expression>,
    pub having: Option<Expression>,
    pub windows: Vec<(Ident, Window)>,
    pub distinct: Distinct,
    pub operations: Option<SetNode>,
    pub order: Vec<Sort>,
    pub limit: Option<Limit>,
    pub offset: Option<Expression>,
    /// Nothing but `VALUES`.
    pub is_values: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Common {
    pub name: Ident,
    pub columns: Vec<Ident>,
    pub materialized: Option<bool>,
    pub query: Query,
}

/// `RangeTblEntry`.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub id: u16,
    pub source: Source,
    pub alias: Option<Ident>,
    /// Column names that the alias gives.
    pub column_aliases: Vec<Ident>,
    /// What it goes by where there is no alias, and its columns then.
    pub name: Ident,
    pub columns: Vec<Ident>,
    pub lateral: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    Relation {
        id: u32,
        only: bool,
    },
    Query(Box<Query>),
    Function {
        call: Expression,
        ordinality: bool,
        definitions: Vec<(Ident, Type)>,
    },
    Values(Vec<Vec<Expression>>),
    Common(Ident),
    /// A catalog or view of the system's own.
    System(Ident),
}

#[derive(Debug, Clone, PartialEq)]
pub enum FromNode {
    Entry(u16),
    Join { left: Box<FromNode>, right: Box<FromNode>, kind: JoinKind, using: Vec<Ident>, condition: Option<Expression> },
}

#[derive(Debug, Clone, PartialEq)]
pub struct TargetEntry {
    pub value: Expression,
    pub name: Ident,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub enum Distinct {
    #[default]
    None,
    All,
    On(Vec<Expression>),
}

#[derive(Debug, Clone, PartialEq)]
pub enum SetNode {
    Leaf(Box<Query>),
    Operation { operator: SetOperator, all: bool, left: Box<SetNode>, right: Box<SetNode> },
}

/// `SortGroupClause` of an `ORDER BY`.
#[derive(Debug, Clone, PartialEq)]
pub struct Sort {
    pub value: Expression,
    pub descending: bool,
    pub nulls_first: bool,
    /// Its place among the results, counted from one; none where it is no result.
    pub target: Option<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Limit {
    All,
    Count(Expression),
    WithTies(Expression),
}

/// `Aggref` or `WindowFunc`.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    pub(super) function: Function,
    pub(super) arguments: Vec<Expression>,
    pub(super) star: bool,
    pub(super) distinct: bool,
    pub(super) within_group: bool,
    pub(super) order: Vec<Sort>,
    pub(super) filter: Option<Expression>,
    pub(super) over: Option<Window>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    pub name: Option<Ident>,
    pub is_reference: bool,
    pub partition: Vec<Expression>,
    pub order: Vec<Sort>,
}

/// `SubLink`.
#[derive(Debug, Clone, PartialEq)]
pub struct SubQuery {
    pub(super) use_: SubQueryUse,
    pub(super) query: Query,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum SubQueryUse {
    Exists,
    Array,
    Value,
    /// `left operator ANY (query)` or `ALL`.
    Compare {
        left: Expression,
        operator: Operator,
        any: bool,
    },
}

impl Aggregate {
    pub(super) fn expressions(&self) -> Vec<&Expression> {
        let mut found: Vec<&Expression> = self.arguments.iter().collect();
        found.extend(self.order.iter().map(|it| &it.value));
        found.extend(&self.filter);
        found.extend(self.over.iter().flat_map(Window::expressions));
        found
    }
}

impl Window {
    fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.partition.iter().chain(self.order.iter().map(|it| &it.value))
    }
}

impl SubQuery {
    pub(super) fn expressions(&self) -> Vec<&Expression> {
        let mut found = vec![];
        if let SubQueryUse::Compare { left, .. } = &self.use_ {
            found.push(left);
        }
        self.query.collect(&mut found);
        found
    }
}

impl Query {
    /// The expressions of this level and of those beneath it, down to subqueries of expressions.
    fn collect<'a>(&'a self, found: &mut Vec<&'a Expression>) {
        for common in &self.with {
            common.query.collect(found);
        }
        for entry in &self.entries {
            match &entry.source {
                Source::Query(query) => query.collect(found),
                Source::Function { call, .. } => found.push(call),
                Source::Values(rows) => found.extend(rows.iter().flatten()),
                Source::Relation { .. } | Source::Common(_) | Source::System(_) => {}
            }
        }
        self.from.iter().for_each(|it| it.collect(found));
        found.extend(self.targets.iter().map(|it| &it.value));
        found.extend(&self.condition);
        found.extend(&self.group);
        found.extend(&self.having);
        found.extend(self.windows.iter().flat_map(|(_, window)| window.expressions()));
        if let Distinct::On(keys) = &self.distinct {
            found.extend(keys);
        }
        if let Some(operations) = &self.operations {
            operations.collect(found);
        }
        found.extend(self.order.iter().map(|it| &it.value));
        match &self.limit {
            Some(Limit::Count(count) | Limit::WithTies(count)) => found.push(count),
            Some(Limit::All) | None => {}
        }
        found.extend(&self.offset);
    }

    /// Relations that this level and those beneath it in `FROM` and `WITH` read.
    fn relations(&self, found: &mut BTreeSet<u32>, entries: &mut Vec<(u16, u32)>) {
        let mut queries: Vec<&Query> = self.with.iter().map(|it| &it.query).collect();
        for entry in &self.entries {
            match &entry.source {
                Source::Relation { id, .. } => {
                    found.insert(*id);
                    entries.push((entry.id, *id));
                }
                Source::Query(query) => queries.push(query),
                _ => {}
            }
        }
        if let Some(operations) = &self.operations {
            operations.leaves(&mut queries);
        }
        let mut own = vec![];
        self.own_expressions(&mut own);
        for expression in own {
            expression.visit(&mut |it| {
                if let crate::expression::node::Node::Query(inner) = &it.node {
                    inner.query.relations(found, entries);
                }
            });
        }
        queries.into_iter().for_each(|it| it.relations(found, entries));
    }

    /// Those of this level alone: with what is in subqueries of theirs.
    pub(super) fn own_expressions<'a>(&'a self, found: &mut Vec<&'a Expression>) {
        for entry in &self.entries {
            match &entry.source {
                Source::Function { call, .. } => found.push(call),
                Source::Values(rows) => found.extend(rows.iter().flatten()),
                _ => {}
            }
        }
        self.from.iter().for_each(|it| it.collect(found));
        found.extend(self.targets.iter().map(|it| &it.value));
        found.extend(self.condition.iter().chain(&self.group).chain(&self.having));
        found.extend(self.windows.iter().flat_map(|(_, window)| window.expressions()));
        found.extend(self.order.iter().map(|it| &it.value));
        if let Distinct::On(keys) = &self.distinct {
            found.extend(keys);
        }
    }

    /// This level and all beneath it.
    pub(super) fn all_levels(&self) -> Vec<&Query> {
        let mut found = vec![];
        self.levels(&mut found);
        found
    }

    /// The same, gathered.
    fn levels<'a>(&'a self, found: &mut Vec<&'a Query>) {
        found.push(self);
        self.with.iter().for_each(|it| it.query.levels(found));
        for entry in &self.entries {
            if let Source::Query(query) = &entry.source {
                query.levels(found);
            }
        }
        if let Some(operations) = &self.operations {
            let mut leaves = vec![];
            operations.leaves(&mut leaves);
            leaves.into_iter().for_each(|it| it.levels(found));
        }
        let mut own = vec![];
        self.own_expressions(&mut own);
        for expression in own {
            expression.queries(found);
        }
    }
}

impl Expression {
    /// Queries in it, and those in them.
    fn queries<'a>(&'a self, found: &mut Vec<&'a Query>) {
        match &self.node {
            crate::expression::node::Node::Query(inner) => {
                if let SubQueryUse::Compare { left, .. } = &inner.use_ {
                    left.queries(found);
                }
                inner.query.levels(found);
            }
            _ => self.children().into_iter().for_each(|it| it.queries(found)),
        }
    }
}

impl FromNode {
    pub fn has_outer_join(&self) -> bool {
        match self {
            FromNode::Entry(_) => false,
            FromNode::Join { left, right, kind, .. } => {
                *kind != JoinKind::Inner || left.has_outer_join() || right.has_outer_join()
            }
        }
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a Expression>) {
        if let FromNode::Join { left, right, condition, .. } = self {
            left.collect(found);
            right.collect(found);
            found.extend(condition);
        }
    }
}

/// Whether a function of the server's own yields several rows.
pub(super) fn returns_set(function: &Function) -> bool {
    use crate::pg::version::PgVersion;
    let rows = || crate::pg::catalog::functions(function.name, PgVersion::default());
    function.is_made() || rows().any(|row| row.function.oid == function.oid && row.returns_set)
}

impl SetNode {
    pub(super) fn all_leaves(&self) -> Vec<&Query> {
        let mut found = vec![];
        self.leaves(&mut found);
        found
    }

    fn leaves<'a>(&'a self, found: &mut Vec<&'a Query>) {
        match self {
            SetNode::Leaf(query) => found.push(query),
            SetNode::Operation { left, right, .. } => {
                left.leaves(found);
                right.leaves(found);
            }
        }
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a Expression>) {
        let mut queries = vec![];
        self.leaves(&mut queries);
        queries.into_iter().for_each(|it| it.collect(found));
    }
}

impl QueryTree {
    /// Calls `see` for every expression in it.
    fn visit(&self, see: &mut impl FnMut(&Expression)) {
        let mut found = vec![];
        self.root.collect(&mut found);
        found.into_iter().for_each(|it| it.visit(see));
    }

    /// Every query in it, the outermost first.
    pub fn levels(&self) -> Vec<&Query> {
        let mut found = vec![];
        self.root.levels(&mut found);
        found
    }

    /// Calls of the server's own functions of that name, by their arguments.
    pub(crate) fn calls(&self, name: &str) -> Vec<Vec<Expression>> {
        let mut found = vec![];
        self.visit(&mut |it| {
            if let crate::expression::node::Node::Function { function, arguments, .. } = &it.node
                && function.name == name
            {
                found.push(arguments.clone());
            }
        });
        found
    }

    /// Relations that it reads, in the order of their numbers.
    pub fn relations(&self) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        self.root.relations(&mut found, &mut vec![]);
        found
    }

    /// Columns of relations that it names: `recordDependencyOnExpr` records each.
    pub fn columns(&self) -> BTreeSet<(u32, u16)> {
        let (mut relations, mut entries) = (BTreeSet::new(), vec![]);
        self.root.relations(&mut relations, &mut entries);
        let mut found = BTreeSet::new();
        let mut see = |number: u16| {
            let Some(variable) = self.variables.get(usize::from(number)) else { return };
            // A whole row needs no column of its own.
            if variable.column != WHOLE_ROW
                && let Some((_, relation)) = entries.iter().find(|(entry, _)| *entry == variable.entry)
            {
                found.insert((*relation, variable.column));
            }
        };
        self.visit(&mut |it| it.columns_here(&mut see));
        found
    }

    /// Whether whole rows stand only where they are printed as `t.*`: as arguments of functions
    /// (`get_rule_expr_toplevel` says their type elsewhere).
    pub fn shows_rows_in_calls_alone(&self) -> bool {
        let is_row = |it: &Expression| {
            let variable = it.as_column().and_then(|number| self.variables.get(usize::from(number)));
            variable.is_some_and(|it| it.column == WHOLE_ROW)
        };
        let (mut rows, mut arguments) = (0, 0);
        self.visit(&mut |it| {
            rows += usize::from(is_row(it));
            if let Node::Function { arguments: given, .. } = &it.node {
                arguments += given.iter().filter(|it| is_row(it)).count();
            }
        });
        rows == arguments
    }

    /// Types of the schema that it needs besides those of the columns it reads.
    pub fn user_types(&self) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        let mut expressions = vec![];
        self.root.collect(&mut expressions);
        expressions.into_iter().for_each(|it| found.extend(it.user_types()));
        found
    }

    /// Functions and operators in it that no server has by itself.
    pub fn functions(&self) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        let mut expressions = vec![];
        self.root.collect(&mut expressions);
        expressions.into_iter().for_each(|it| found.extend(it.functions()));
        found
    }

    /// Relations named by constants in it.
    pub fn constant_relations(&self) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        let mut expressions = vec![];
        self.root.collect(&mut expressions);
        expressions.into_iter().for_each(|it| found.extend(it.relations()));
        found
    }
}
