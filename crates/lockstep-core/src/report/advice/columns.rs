//! Which columns of a table a query compares, and how: what an index for it is made of.

use crate::name::Ident;
use crate::schema::Schema;
use crate::schema::relation::Relation;
use crate::syntax;
use crate::syntax::expression::Expr;
use crate::syntax::select::{Body, FromItem, JoinCondition, SortKey};
use crate::syntax::statement::Statement;

/// A table that a query reads, by the name that it has there.
pub(super) struct Source<'a> {
    pub(super) relation: &'a Relation,
    pub(super) alias: Ident,
}

/// A query as far as indexes are concerned.
#[derive(Default)]
pub(super) struct Shape<'a> {
    pub(super) sources: Vec<Source<'a>>,
    /// Conditions that must all hold.
    pub(super) conditions: Vec<Expr>,
    pub(super) order: Vec<SortKey>,
    pub(super) has_limit: bool,
    pub(super) groups: bool,
    pub(super) has_where: bool,
    /// What kind of statement it is: `SELECT`, `UPDATE`, `DELETE`.
    pub(super) command: &'static str,
}

/// `None` where the query is more than is read here, or names what the schema does not have.
pub(super) fn shape<'a>(text: &str, schema: &'a Schema) -> Option<Shape<'a>> {
    match syntax::parse(text).ok()? {
        Statement::Update(it) | Statement::Delete(it) if it.opaque || it.sources.is_some() || !it.from.is_empty() => {
            None
        }
        Statement::Update(it) => row_statement(schema, &it, "UPDATE"),
        Statement::Delete(it) => row_statement(schema, &it, "DELETE"),
        Statement::Select(_) => select(text, schema),
        _ => None,
    }
}

fn row_statement<'a>(
    schema: &'a Schema,
    it: &syntax::row_statement::RowStatement,
    command: &'static str,
) -> Option<Shape<'a>> {
    let relation = find(schema, &it.table)?;
    let alias = it.alias.clone().unwrap_or_else(|| it.table.name.clone());
    let mut shape = Shape { sources: vec![Source { relation, alias }], command, ..Shape::default() };
    shape.has_where = it.condition.is_some();
    it.condition.iter().for_each(|condition| conjuncts(condition, &mut shape.conditions));
    Some(shape)
}

fn select<'a>(text: &str, schema: &'a Schema) -> Option<Shape<'a>> {
    let query = syntax::parse_query(text)?;
    let Body::Plain(plain) = query.body else { return None };
    if !query.with.is_empty() {
        return None;
    }
    let mut shape = Shape {
        order: query.order,
        has_limit: query.limit.is_some(),
        groups: !plain.group.is_empty() || aggregates(&plain),
        has_where: plain.condition.is_some(),
        command: "SELECT",
        ..Shape::default()
    };
    for item in &plain.from {
        source(item, schema, &mut shape)?;
    }
    plain.condition.iter().for_each(|condition| conjuncts(condition, &mut shape.conditions));
    Some(shape)
}

fn aggregates(plain: &syntax::select::Plain) -> bool {
    const ALL: [&str; 5] = ["count", "sum", "min", "max", "avg"];
    plain.targets.iter().any(|target| match target {
        syntax::select::Target::Value { value: Expr::Function(call), .. } => ALL.contains(&call.name.name.as_str()),
        _ => false,
    })
}

fn source<'a>(item: &FromItem, schema: &'a Schema, shape: &mut Shape<'a>) -> Option<()> {
    match item {
        FromItem::Table { name, alias, .. } => {
            let relation = find(schema, name)?;
            let alias = alias.as_ref().map_or_else(|| name.name.clone(), |it| it.name.clone());
            shape.sources.push(Source { relation, alias });
        }
        FromItem::Join { left, right, condition, .. } => {
            source(left, schema, shape)?;
            source(right, schema, shape)?;
            match condition {
                JoinCondition::On(condition) => conjuncts(condition, &mut shape.conditions),
                JoinCondition::None => {}
                JoinCondition::Using(_) | JoinCondition::Natural => return None,
            }
        }
        _ => return None,
    }
    Some(())
}

fn find<'a>(schema: &'a Schema, name: &crate::name::QualifiedName) -> Option<&'a Relation> {
    let within = name.schema.clone().unwrap_or_else(|| Ident::new("public"));
    let id = schema.find(&crate::effect::ObjectName { schema: within, name: name.name.clone() })?;
    schema.get(id).filter(|it| it.table().is_some())
}

fn conjuncts(condition: &Expr, found: &mut Vec<Expr>) {
    match condition {
        Expr::And(items) => items.iter().for_each(|it| conjuncts(it, found)),
        other => found.push(other.clone()),
    }
}

/// How a column is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    /// With one value that does not depend on the table.
    Equal,
    /// With one of several: the rows do not come in the order of the next column.
    Any,
    Range,
    /// With a column of another table.
    Join,
}

impl Shape<'_> {
    /// The column of a source that an expression is.
    pub(super) fn column(&self, source: &Source<'_>, expression: &Expr) -> Option<u16> {
        let Expr::Column(parts) = expression else { return None };
        let (name, qualifier) = match parts.as_slice() {
            [name] => (name, None),
            [qualifier, name] => (name, Some(qualifier)),
            _ => return None,
        };
        if qualifier.is_some_and(|it| *it != source.alias) {
            return None;
        }
        let (number, _) = source.relation.columns().find(name.as_str())?;
        // A bare name is that of the one table that has it.
        let others = self.sources.iter().filter(|it| it.relation.columns().find(name.as_str()).is_some()).count();
        (qualifier.is_some() || others == 1).then_some(number)
    }

    fn is_of(&self, source: &Source<'_>, expression: &Expr) -> bool {
        let mut found = false;
        expression.visit(&mut |it| found |= self.column(source, it).is_some());
        found
    }

    fn is_fixed(&self, expression: &Expr) -> bool {
        let mut fixed = true;
        expression.visit(&mut |it| fixed &= !matches!(it, Expr::Column(_) | Expr::Query(_) | Expr::Opaque(_)));
        fixed
    }

    /// What a condition compares, where an index can be searched for it.
    pub(super) fn compared(&self, source: &Source<'_>, condition: &Expr) -> Option<(u16, Comparison)> {
        match condition {
            Expr::Binary { left, operator, right } => {
                let sides = [(left, right), (right, left)];
                let (own, other) = sides.into_iter().find(|(it, _)| self.column(source, it).is_some())?;
                let number = self.column(source, own)?;
                if self.is_of(source, other) {
                    return None;
                }
                let comparison = match operator.symbol.as_str() {
                    "=" if self.is_fixed(other) => Comparison::Equal,
                    "=" => Comparison::Join,
                    "<" | ">" | "<=" | ">=" => Comparison::Range,
                    _ => return None,
                };
                Some((number, comparison))
            }
            Expr::In { operand, negated: false, list } if list.iter().all(|it| self.is_fixed(it)) => {
                Some((self.column(source, operand)?, Comparison::Any))
            }
            Expr::Quantified { left, operator, all: false, array }
                if operator.symbol == "=" && self.is_fixed(array) =>
            {
                Some((self.column(source, left)?, Comparison::Any))
            }
            Expr::Between { operand, negated: false, symmetric: false, .. } => {
                Some((self.column(source, operand)?, Comparison::Range))
            }
            Expr::IsNull { operand, negated: false } => Some((self.column(source, operand)?, Comparison::Equal)),
            // A truth value by itself.
            Expr::Column(_) => Some((self.column(source, condition)?, Comparison::Equal)),
            Expr::Not(inner) => match &**inner {
                Expr::Column(_) => Some((self.column(source, inner)?, Comparison::Equal)),
                _ => None,
            },
            _ => None,
        }
    }
}
