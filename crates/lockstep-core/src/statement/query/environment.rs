//! What a query may name: the columns of its tables and of those around it (`ParseState`).

use std::cell::RefCell;
use std::collections::BTreeMap;

use smol_str::SmolStr;
use triomphe::Arc;

use crate::effect::{PgError, RelationId};
use crate::expression::query::{Query, Variable};
use crate::expression::{Callable, Expression, Refusal, Scope, UserTypeInfo};
use crate::name::{Ident, QualifiedName};
use crate::pg::catalog::extension::{Installed, is_member};
use crate::pg::date_order::DateOrder;
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::pg::version::PgVersion;
use crate::statement::column::check_name;
use crate::statement::execution::Execution;
use crate::statement::query::{ResultColumn, system, unknown};
use crate::statement::scope::{TableScope, missing, missing_table};
use crate::syntax;
use crate::syntax::expression::{QueryText, TypeName};
use crate::syntax::select::Select;

/// What all levels of one query share.
pub(super) struct Builder {
    pub(super) variables: Vec<Variable>,
    numbers: BTreeMap<Variable, u16>,
    next_entry: u16,
    pub(super) reads: Vec<RelationId>,
    pub(super) keys: Vec<(RelationId, Ident)>,
    pub(super) is_printable: bool,
    /// It is run, not stored: then it may name what no stored tree of this model holds.
    pub(super) runs: bool,
    /// It is kept as a view, which computes nothing yet.
    pub(super) stores: bool,
    /// Subqueries that are open.
    depth: usize,
}

impl Default for Builder {
    fn default() -> Self {
        Builder {
            variables: vec![],
            numbers: BTreeMap::new(),
            next_entry: 0,
            reads: vec![],
            keys: vec![],
            is_printable: true,
            runs: false,
            stores: false,
            depth: 0,
        }
    }
}

impl Builder {
    pub(super) fn to_run() -> Self {
        Builder { runs: true, ..Builder::default() }
    }

    pub(super) fn to_store() -> Self {
        Builder { stores: true, ..Builder::default() }
    }
}

/// `ParseNamespaceItem`: what one item of `FROM` shows.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// The name that its columns may be qualified with.
    pub(super) name: Option<Ident>,
    pub(super) schema: Option<Ident>,
    pub(super) relation: Option<RelationId>,
    pub(super) is_catalog: bool,
    pub(super) is_function: bool,
    pub(super) columns: Vec<Shown>,
    /// Its columns may be named without it.
    pub(super) shows_columns: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) column: ResultColumn,
    pub(super) variable: Variable,
}

/// A query of `WITH`, as far as it is named.
#[derive(Debug, Clone)]
pub(super) struct CommonColumns {
    pub(super) name: Ident,
    /// None while they are not known yet.
    pub(super) columns: Option<Vec<ResultColumn>>,
}

#[derive(Clone)]
pub(super) struct Environment<'a> {
    pub(super) execution: &'a Execution,
    pub(super) builder: &'a RefCell<Builder>,
    /// Outermost first.
    pub(super) levels: Vec<Arc<Vec<Item>>>,
    pub(super) common: Vec<CommonColumns>,
    pub(super) windows: Vec<Ident>,
    /// Those of the code around it, by number.
    pub(super) parameters: Vec<Option<(Variable, Type)>>,
    /// Those whose types are not known.
    pub(super) untyped: Vec<Ident>,
    /// A column of a parameter's name is ambiguous.
    pub(super) refuses_both: bool,
}

/// Deeper queries are refused: each level takes stack.
const MAX_DEPTH: usize = 25;

impl<'a> Environment<'a> {
    pub(super) fn new(execution: &'a Execution, builder: &'a RefCell<Builder>) -> Self {
        Environment {
            execution,
            builder,
            levels: vec![],
            common: vec![],
            windows: vec![],
            parameters: vec![],
            untyped: vec![],
            refuses_both: false,
        }
    }

    /// The same with one level more, of those items.
    pub(super) fn inside(&self, items: Vec<Item>) -> Self {
        let mut made = self.clone();
        made.levels.push(Arc::new(items));
        made
    }

    pub(super) fn new_entry(&self) -> u16 {
        let mut builder = self.builder.borrow_mut();
        builder.next_entry += 1;
        builder.next_entry
    }

    pub(super) fn not_printable(&self) {
        self.builder.borrow_mut().is_printable = false;
    }

    /// The column as an expression of this query.
    pub(super) fn column_of(&self, shown: &Shown) -> Expression {
        Expression::column(self.number(shown.variable), shown.column.type_)
    }

    pub(super) fn number(&self, variable: Variable) -> u16 {
        let mut builder = self.builder.borrow_mut();
        if let Some(number) = builder.numbers.get(&variable) {
            return *number;
        }
        let number = u16::try_from(builder.variables.len()).unwrap_or(u16::MAX);
        builder.variables.push(variable);
        builder.numbers.insert(variable, number);
        number
    }

    pub(super) fn variable(&self, number: u16) -> Option<Variable> {
        self.builder.borrow().variables.get(usize::from(number)).copied()
    }

    /// The column that an expression is, if it is one of those shown.
    pub(super) fn shown(&self, expression: &Expression) -> Option<Shown> {
        let variable = self.variable(expression.as_column()?)?;
        let levels = self.levels.iter().rev();
        levels.flat_map(|level| level.iter()).flat_map(|item| &item.columns).find(|it| it.variable == variable).cloned()
    }

    /// `colNameToVar`: the innermost level that has it; `local` looks at no other.
    pub(super) fn find_column(&self, name: &Ident, local: bool) -> Result<Option<Shown>, Refusal> {
        let levels = self.levels.iter().rev().take(if local { 1 } else { usize::MAX });
        for level in levels {
            let shown = level.iter().filter(|it| it.shows_columns).flat_map(|it| &it.columns);
            let mut found = shown.filter(|it| it.column.name == *name);
            if let Some(first) = found.next() {
                let is_parameter = |it: &Shown| self.parameters.iter().flatten().any(|(own, _)| *own == it.variable);
                let both = self.refuses_both
                    && !is_parameter(first)
                    && (self.untyped.contains(name) || self.has_parameter(name));
                if found.next().is_some() || both {
                    let message = format!("column reference \"{}\" is ambiguous", name.as_str());
                    return Err(PgError::new(sqlstate::AMBIGUOUS_COLUMN, message).into());
                }
                return Ok(Some(first.clone()));
            }
        }
        Ok(None)
    }

    fn is_of_parameters(&self, item: &Item) -> bool {
        let entry = |it: &Item| it.columns.first().map(|it| it.variable.entry);
        let outermost = self.levels.first().filter(|_| !self.parameters.is_empty());
        outermost.is_some_and(|level| level.iter().any(|it| entry(it) == entry(item)))
    }

    fn has_parameter(&self, name: &Ident) -> bool {
        let outermost = self.levels.first().filter(|_| !self.parameters.is_empty());
        let shown = outermost.into_iter().flat_map(|level| level.iter()).filter(|it| it.shows_columns);
        shown.flat_map(|it| &it.columns).any(|it| it.column.name == *name)
    }

    /// The item of that name on the innermost level that has one (`refnameNamespaceItem`).
    pub(super) fn find_item(&self, parts: &[Ident]) -> Option<Item> {
        let [.., name] = parts else { return None };
        let schema = parts.len().checked_sub(2).and_then(|at| parts.get(at));
        let fits = |item: &&Item| {
            item.name.as_ref() == Some(name) && schema.is_none_or(|wanted| item.schema.as_ref() == Some(wanted))
        };
        self.levels.iter().rev().find_map(|level| level.iter().find(fits).cloned())
    }

    fn nested<T>(&self, run: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
        self.builder.borrow_mut().depth += 1;
        let made = match self.builder.borrow().depth > MAX_DEPTH {
            true => unknown("the query is nested too deeply"),
            false => Ok(()),
        };
        let made = made.and_then(|()| run());
        self.builder.borrow_mut().depth -= 1;
        made
    }

    /// Analyses a query of this level's inside.
    pub(super) fn nested_query(&self, select: &Select, resolves: bool) -> Result<(Query, Vec<ResultColumn>), Refusal> {
        self.nested(|| self.query(select, resolves))
    }

    pub(super) fn tables(&self) -> TableScope<'_> {
        TableScope { execution: self.execution, table: None, alias: None }
    }
}

impl Scope for Environment<'_> {
    fn version(&self) -> PgVersion {
        self.execution.version
    }

    fn column(&self, parts: &[Ident]) -> Result<(u16, Type), Refusal> {
        let made = |shown: &Shown| (self.number(shown.variable), shown.column.type_);
        let untyped = parts.first().filter(|it| self.untyped.contains(it));
        match parts {
            [name] => match self.find_column(name, false)? {
                Some(shown) => Ok(made(&shown)),
                None if untyped.is_some() => unknown(format!("the type of {name} is not known")),
                // A table's name alone is its whole row.
                None if self.find_item(parts).is_some() => self.whole_row(&self.find_item(parts)),
                None if check_name(name).is_err() => self.system_column(name, None),
                None => Err(missing(parts).into()),
            },
            [tables @ .., name] => {
                let Some(item) = self.find_item(tables) else {
                    return match tables {
                        _ if untyped.is_some() => unknown(format!("what {name} is here is not known")),
                        [table] => Err(missing_table(table).into()),
                        _ => unknown("a name of more than two parts is not modelled"),
                    };
                };
                let mut found = item.columns.iter().filter(|it| it.column.name == *name);
                match (found.next(), found.next()) {
                    (Some(shown), None) => Ok(made(shown)),
                    (Some(_), Some(_)) => {
                        let message = format!("column reference \"{}\" is ambiguous", name.as_str());
                        Err(PgError::new(sqlstate::AMBIGUOUS_COLUMN, message).into())
                    }
                    (None, _) if *name == "*" => self.whole_row(&Some(item)),
                    (None, _) if check_name(name).is_err() => self.system_column(name, Some(&item)),
                    // `t.f` may be the function `f` of a row of `t`.
                    (None, _) if crate::pg::catalog::functions(name.as_str(), self.version()).next().is_some() => {
                        unknown(format!("what {name} names is not known"))
                    }
                    // A parameter without that field: it is looked for nowhere else.
                    (None, _) if self.is_of_parameters(&item) => match tables {
                        [table] => Err(missing_table(table).into()),
                        _ => unknown("a name of more than two parts is not modelled"),
                    },
                    (None, _) => Err(missing(parts).into()),
                }
            }
            [] => unknown("a column without a name"),
        }
    }

    fn resolve_type(&self, name: &TypeName) -> Result<Type, Refusal> {
        self.tables().resolve_type(name)
    }

    fn user_type(&self, id: u32) -> Option<UserTypeInfo> {
        self.tables().user_type(id)
    }

    fn extensions(&self) -> Installed {
        self.tables().extensions()
    }

    fn may_bring_operator(&self, symbol: &str) -> bool {
        self.tables().may_bring_operator(symbol)
    }

    fn user_type_name(&self, id: u32) -> SmolStr {
        self.tables().user_type_name(id)
    }

    fn relation(&self, name: &str) -> Result<u32, Refusal> {
        match self.builder.borrow().runs && system::is_object(name, self.execution.version) {
            true => Ok(system::OBJECT),
            false => self.tables().relation(name),
        }
    }

    fn is_run(&self) -> bool {
        self.builder.borrow().runs
    }

    fn names_type(&self, text: &str) -> Option<bool> {
        self.builder.borrow().runs.then(|| system::names_type(self.execution, text)).flatten()
    }

    fn date_order(&self) -> Option<DateOrder> {
        self.tables().date_order()
    }

    fn time_zone(&self) -> Option<String> {
        self.tables().time_zone()
    }

    fn has_window(&self, name: &Ident) -> bool {
        self.windows.contains(name)
    }

    /// Functions of the schema may do anything: where one has the name, what the query does is not known.
    fn functions(&self, name: &QualifiedName) -> Result<Option<Vec<Callable>>, Refusal> {
        let found = self.tables().functions(name)?;
        if self.builder.borrow().runs || self.builder.borrow().stores {
            return Ok(found.filter(|all| !all.is_empty()));
        }
        Ok(found.filter(|all| !all.is_empty() && all.iter().all(|it| is_member(it.id))))
    }

    fn parameter(&self, number: u32) -> Option<(u16, Type)> {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        let (variable, type_) = self.parameters.get(at).copied().flatten()?;
        Some((self.number(variable), type_))
    }

    fn subquery(&self, query: &QueryText) -> Result<(Query, Vec<Type>), Refusal> {
        let Some(select) = syntax::parse_query(&query.text) else {
            return unknown("a subquery of this kind is not modelled");
        };
        let (made, results) = self.nested_query(&select, true)?;
        Ok((made, results.iter().map(|it| it.type_).collect()))
    }
}

/// A relation named in `FROM`, or the query of `WITH` of that name.
pub(super) enum Named {
    Relation(RelationId),
    Common(Vec<ResultColumn>),
    /// A catalog or view of the system's own.
    System(Vec<ResultColumn>),
}

impl Environment<'_> {
    /// `getRTEForSpecialRelationTypes`, else `parserOpenTable`.
    pub(super) fn find_table(&self, name: &QualifiedName) -> Result<Named, Refusal> {
        if name.schema.is_none()
            && let Some(common) = self.common.iter().rev().find(|it| it.name == name.name)
        {
            return match &common.columns {
                Some(columns) => Ok(Named::Common(columns.clone())),
                None => unknown(format!("{name} is named before its query is read")),
            };
        }
        if self.builder.borrow().runs
            && let Some(columns) = system::relation(self.execution, name)
        {
            return Ok(Named::System(columns));
        }
        let id = self.execution.resolve_in_query(name).map_err(crate::statement::scope::refusal)?;
        self.builder.borrow_mut().reads.push(id);
        Ok(Named::Relation(id))
    }
}
