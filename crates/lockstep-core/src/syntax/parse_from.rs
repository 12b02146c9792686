//! What stands in `FROM` (`table_ref` of `gram.y`).

use crate::name::Ident;
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::{Expr, TypeName};
use crate::syntax::lexer::Kind;
use crate::syntax::parse_expression::expression;
use crate::syntax::parse_select::select;
use crate::syntax::select::{Alias, FromItem, JoinCondition, JoinKind, called};
use crate::syntax::{query, type_name};

/// One item of the list, with all that is joined to it.
pub(super) fn from_item(cursor: &mut Cursor<'_>) -> Result<FromItem> {
    let mut left = primary(cursor)?;
    loop {
        if cursor.accept(&["cross", "join"]) {
            let right = Box::new(primary(cursor)?);
            let condition = JoinCondition::None;
            left = FromItem::Join { left: Box::new(left), right, kind: JoinKind::Inner, condition, alias: None };
            continue;
        }
        let natural = cursor.accept_word("natural");
        let Some(kind) = join_words(cursor)? else {
            return if natural { cursor.error() } else { Ok(left) };
        };
        // `a JOIN b JOIN c ON … ON …`: the condition belongs to the innermost join that has none.
        let right = if natural { primary(cursor)? } else { qualified_right(cursor)? };
        let mut alias = None;
        let condition = if natural {
            JoinCondition::Natural
        } else if cursor.accept_word("using") {
            let columns = cursor.names()?;
            if cursor.accept_word("as") {
                alias = Some(Alias { name: cursor.name()?, columns: vec![] });
            }
            JoinCondition::Using(columns)
        } else {
            cursor.expect(&["on"])?;
            JoinCondition::On(expression(cursor)?)
        };
        if alias.is_some() {
            // A name for the merged columns alone has no tree.
            return cursor.error();
        }
        left = FromItem::Join { left: Box::new(left), right: Box::new(right), kind, condition, alias };
    }
}

fn join_words(cursor: &mut Cursor<'_>) -> Result<Option<JoinKind>> {
    let kind = if cursor.accept_word("join") {
        return Ok(Some(JoinKind::Inner));
    } else if cursor.accept_word("inner") {
        JoinKind::Inner
    } else if cursor.accept_word("left") {
        JoinKind::Left
    } else if cursor.accept_word("right") {
        JoinKind::Right
    } else if cursor.accept_word("full") {
        JoinKind::Full
    } else {
        return Ok(None);
    };
    if kind != JoinKind::Inner {
        cursor.accept_word("outer");
    }
    cursor.expect(&["join"])?;
    Ok(Some(kind))
}

/// The right side of a join whose condition is still to come.
fn qualified_right(cursor: &mut Cursor<'_>) -> Result<FromItem> {
    let item = primary(cursor)?;
    let nested = cursor.is_any(&["join", "inner", "left", "right", "full", "cross", "natural"]);
    if nested {
        // Conditions that follow one another have no tree.
        return cursor.error();
    }
    Ok(item)
}

fn primary(cursor: &mut Cursor<'_>) -> Result<FromItem> {
    cursor.open()?;
    let made = item(cursor)?;
    cursor.close();
    Ok(made)
}

fn item(cursor: &mut Cursor<'_>) -> Result<FromItem> {
    let lateral = cursor.accept_word("lateral");
    if cursor.is_sign("(") {
        if query::is_next(cursor) && !is_join_in_parentheses(cursor) {
            cursor.expect_sign("(")?;
            let query = Box::new(select(cursor)?);
            cursor.expect_sign(")")?;
            return Ok(FromItem::Query { query, lateral, alias: alias(cursor)? });
        }
        cursor.expect_sign("(")?;
        let mut made = from_item(cursor)?;
        cursor.expect_sign(")")?;
        if let FromItem::Join { alias: own, .. } = &mut made {
            let given = alias(cursor)?;
            if given.is_some() {
                *own = given;
            }
        }
        return Ok(made);
    }
    let only = cursor.accept_word("only");
    let parenthesis = only && cursor.accept_sign("(");
    let start = cursor.position();
    if !only && is_call(cursor) {
        let call = expression(cursor)?;
        if called(&call).is_none() && !matches!(call, Expr::Value { .. }) {
            return cursor.error();
        }
        let ordinality = cursor.accept(&["with", "ordinality"]);
        let (alias, definitions) = function_alias(cursor)?;
        return Ok(FromItem::Function { call, lateral, ordinality, alias, definitions });
    }
    cursor.rewind(start);
    let name = cursor.qualified_name()?;
    if parenthesis {
        cursor.expect_sign(")")?;
    }
    cursor.accept_sign("*");
    let alias = alias(cursor)?;
    if lateral || cursor.is_word("tablesample") {
        return cursor.error();
    }
    Ok(FromItem::Table { name, only, alias })
}

/// `((SELECT …) a JOIN b …)` is a join, `((SELECT …) UNION …)` is not.
fn is_join_in_parentheses(cursor: &Cursor<'_>) -> bool {
    if !cursor.is_sign_at(1, "(") {
        return false;
    }
    let (mut depth, mut ahead) = (0usize, 1usize);
    while let Some(token) = cursor.peek_at(ahead) {
        match (token.kind, cursor.raw(token)) {
            (Kind::Punctuation, "(") => depth += 1,
            (Kind::Punctuation, ")") if depth == 1 => break,
            (Kind::Punctuation, ")") => depth -= 1,
            _ => {}
        }
        ahead += 1;
    }
    let goes_on = ["union", "intersect", "except", "order", "limit", "offset", "fetch", "for"];
    let closes = cursor.is_sign_at(ahead + 1, ")");
    !closes && !goes_on.iter().any(|word| cursor.is_word_at(ahead + 1, word))
}

/// A name with a parenthesis behind it.
fn is_call(cursor: &Cursor<'_>) -> bool {
    let mut ahead = 0;
    loop {
        let is_name = cursor.peek_at(ahead).is_some_and(|it| matches!(it.kind, Kind::Word | Kind::QuotedWord));
        if !is_name {
            return false;
        }
        if cursor.is_sign_at(ahead + 1, "(") {
            return true;
        }
        if !cursor.is_sign_at(ahead + 1, ".") {
            return false;
        }
        ahead += 2;
    }
}

fn alias(cursor: &mut Cursor<'_>) -> Result<Option<Alias>> {
    let name = match cursor.accept_word("as") {
        true => Some(cursor.name()?),
        false => cursor.accept_name(),
    };
    let Some(name) = name else { return Ok(None) };
    let columns = if cursor.is_sign("(") { cursor.names()? } else { vec![] };
    Ok(Some(Alias { name, columns }))
}

/// `AS t(a int, b text)`.
type Definitions = Vec<(Ident, TypeName)>;

/// `func_alias_clause`.
fn function_alias(cursor: &mut Cursor<'_>) -> Result<(Option<Alias>, Definitions)> {
    let name = match cursor.accept_word("as") {
        true if cursor.is_sign("(") => return cursor.error(),
        true => Some(cursor.name()?),
        false => cursor.accept_name(),
    };
    let Some(name) = name else { return Ok((None, vec![])) };
    if !cursor.is_sign("(") {
        return Ok((Some(Alias { name, columns: vec![] }), vec![]));
    }
    let typed = !cursor.is_sign_at(2, ",") && !cursor.is_sign_at(2, ")");
    if !typed {
        let columns = cursor.names()?;
        return Ok((Some(Alias { name, columns }), vec![]));
    }
    let definitions = cursor.parenthesised(|cursor| Ok((cursor.name()?, type_name::parse(cursor)?)))?;
    Ok((Some(Alias { name, columns: vec![] }), definitions))
}
