//! Queries over the system catalogs, as conditions of blocks ask them: a list of results, relations
//! joined by conditions, and what the rows must satisfy.

use crate::name::{Ident, QualifiedName};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::Expr;
use crate::syntax::parse_expression::expression;

#[derive(Debug, Clone, PartialEq)]
pub struct CatalogQuery {
    /// `None` for `*`.
    pub results: Vec<(Option<Expr>, Ident)>,
    /// `SELECT … INTO variables`.
    pub into: Vec<Ident>,
    pub sources: Vec<(QualifiedName, Ident)>,
    pub conditions: Vec<Expr>,
    pub limit: Option<u64>,
}

/// `None` where the query has any other clause.
pub fn read(text: &str) -> Option<CatalogQuery> {
    let mut cursor = Cursor::new(text).ok()?;
    let made = query(&mut cursor).ok().flatten()?;
    cursor.at_end().then_some(made)
}

fn query(cursor: &mut Cursor<'_>) -> Result<Option<CatalogQuery>> {
    let mut made = CatalogQuery { results: vec![], into: vec![], sources: vec![], conditions: vec![], limit: None };
    cursor.expect(&["select"])?;
    cursor.accept_word("distinct");
    into(cursor, &mut made)?;
    if !cursor.is_word("from") && !cursor.at_end() {
        made.results = cursor.list(result)?;
    }
    into(cursor, &mut made)?;
    if !cursor.accept_word("from") {
        return Ok(Some(made));
    }
    source(cursor, &mut made)?;
    loop {
        if cursor.accept_sign(",") || cursor.accept(&["cross", "join"]) {
            source(cursor, &mut made)?;
        } else if cursor.accept_word("join") || cursor.accept(&["inner", "join"]) {
            source(cursor, &mut made)?;
            if cursor.accept_word("on") {
                made.conditions.push(expression(cursor)?);
            } else if cursor.accept_word("using") {
                using(cursor, &mut made)?;
            } else {
                return Ok(None);
            }
        } else {
            break;
        }
    }
    if cursor.accept_word("where") {
        made.conditions.push(expression(cursor)?);
    }
    into(cursor, &mut made)?;
    if cursor.accept(&["order", "by"]) {
        cursor.list(|cursor| {
            let made = expression(cursor)?;
            if !cursor.accept_word("asc") {
                cursor.accept_word("desc");
            }
            Ok(made)
        })?;
    }
    if cursor.accept_word("limit") {
        made.limit = u64::try_from(cursor.integer()?).ok();
    }
    Ok(Some(made))
}

fn into(cursor: &mut Cursor<'_>, made: &mut CatalogQuery) -> Result<()> {
    if cursor.accept_word("into") {
        cursor.accept_word("strict");
        made.into = cursor.list(Cursor::name)?;
    }
    Ok(())
}

fn result(cursor: &mut Cursor<'_>) -> Result<(Option<Expr>, Ident)> {
    if cursor.accept_sign("*") {
        return Ok((None, Ident::new("*")));
    }
    let made = expression(cursor)?;
    let label = match cursor.accept_word("as") {
        true => Some(cursor.label()?),
        false => cursor.accept_name(),
    };
    let label = label.unwrap_or_else(|| match &made {
        Expr::Column(parts) => parts.last().cloned().unwrap_or_else(|| Ident::new("?column?")),
        Expr::Function(call) => call.name.name.clone(),
        _ => Ident::new("?column?"),
    });
    Ok((Some(made), label))
}

fn source(cursor: &mut Cursor<'_>, made: &mut CatalogQuery) -> Result<()> {
    let name = cursor.qualified_name()?;
    let alias = match cursor.accept_word("as") {
        true => Some(cursor.name()?),
        false => cursor.accept_name(),
    };
    let alias = alias.unwrap_or_else(|| name.name.clone());
    made.sources.push((name, alias));
    Ok(())
}

/// `USING (a, b)`: both sides have the same.
fn using(cursor: &mut Cursor<'_>, made: &mut CatalogQuery) -> Result<()> {
    let columns = cursor.names()?;
    let Some((_, right)) = made.sources.last().cloned() else { return cursor.error() };
    let Some((_, left)) = made.sources.first().cloned() else { return cursor.error() };
    for column in columns {
        made.conditions.push(Expr::Binary {
            left: Box::new(Expr::Column(vec![left.clone(), column.clone()])),
            operator: crate::syntax::expression::Operator { schema: None, symbol: "=".to_owned() },
            right: Box::new(Expr::Column(vec![right.clone(), column])),
        });
    }
    Ok(())
}
