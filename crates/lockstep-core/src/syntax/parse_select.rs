//! Reading queries into trees (`SelectStmt` of `gram.y`). What has no tree here is an error of this
//! reader alone: whether the server takes it is not said.

use crate::keyword;
use crate::name::Ident;
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::Expr;
use crate::syntax::lexer::Kind;
use crate::syntax::parse_expression::expression;
use crate::syntax::parse_from::from_item;
use crate::syntax::select::{Body, CommonTable, Distinct, Limit, Plain, Select, SetOperator, SortKey, Target, Window};

/// The tree of a query that stands alone; `None` where it has parts that are not read.
pub(super) fn read(text: &str) -> Option<Select> {
    let mut cursor = Cursor::new(text).ok()?;
    let made = select(&mut cursor).ok()?;
    cursor.at_end().then_some(made)
}

/// `select_no_parens`, or the same in parentheses.
pub(super) fn select(cursor: &mut Cursor<'_>) -> Result<Select> {
    cursor.open()?;
    let mut with = vec![];
    let mut recursive = false;
    if cursor.accept_word("with") {
        recursive = cursor.accept_word("recursive");
        with = cursor.list(common_table)?;
    }
    let mut made = operation(cursor, 0)?;
    if !with.is_empty() {
        if !made.with.is_empty() {
            return cursor.error();
        }
        (made.with, made.recursive) = (with, recursive);
    }
    tail(cursor, &mut made)?;
    cursor.close();
    Ok(made)
}

fn common_table(cursor: &mut Cursor<'_>) -> Result<CommonTable> {
    let name = cursor.name()?;
    let columns = if cursor.is_sign("(") { cursor.names()? } else { vec![] };
    cursor.expect(&["as"])?;
    let materialized = if cursor.accept_word("materialized") {
        Some(true)
    } else if cursor.accept(&["not", "materialized"]) {
        Some(false)
    } else {
        None
    };
    cursor.expect_sign("(")?;
    let query = select(cursor)?;
    cursor.expect_sign(")")?;
    if cursor.is_any(&["search", "cycle"]) {
        return cursor.error();
    }
    Ok(CommonTable { name, columns, materialized, query })
}

/// `ORDER BY`, `LIMIT`, `OFFSET` and `FOR UPDATE`, behind what has none of them yet.
fn tail(cursor: &mut Cursor<'_>, made: &mut Select) -> Result<()> {
    let bare = made.order.is_empty() && made.limit.is_none() && made.offset.is_none() && !made.locks_rows;
    if !bare {
        return Ok(());
    }
    if cursor.accept(&["order", "by"]) {
        made.order = cursor.list(sort_key)?;
    }
    loop {
        if cursor.accept_word("limit") {
            made.limit = Some(if cursor.accept_word("all") { Limit::All } else { Limit::Count(expression(cursor)?) });
        } else if cursor.accept_word("offset") {
            made.offset = Some(expression(cursor)?);
            let _ = cursor.accept_word("rows") || cursor.accept_word("row");
        } else if cursor.accept_word("fetch") {
            let _ = cursor.accept_word("first") || cursor.accept_word("next");
            let one = Expr::Literal(crate::syntax::expression::Literal::Integer("1".to_owned()));
            let count = if cursor.is_any(&["row", "rows"]) { one } else { expression(cursor)? };
            let _ = cursor.accept_word("rows") || cursor.accept_word("row");
            made.limit = Some(match cursor.accept(&["with", "ties"]) {
                true => Limit::WithTies(count),
                false => {
                    cursor.expect(&["only"])?;
                    Limit::Count(count)
                }
            });
        } else if cursor.is_word("for") {
            made.locks_rows = true;
            cursor.next();
            let modes = [&["update"][..], &["no", "key", "update"], &["share"], &["key", "share"]];
            if !modes.iter().any(|words| cursor.accept(words)) {
                return cursor.error();
            }
            if cursor.accept_word("of") {
                cursor.list(Cursor::qualified_name)?;
            }
            let _ = cursor.accept_word("nowait") || cursor.accept(&["skip", "locked"]);
        } else {
            return Ok(());
        }
    }
}

pub(super) fn sort_key(cursor: &mut Cursor<'_>) -> Result<SortKey> {
    let value = expression(cursor)?;
    let descending = cursor.accept_word("desc");
    let mut using = None;
    if !descending && !cursor.accept_word("asc") && cursor.accept_word("using") {
        using = cursor.next().map(|token| cursor.raw(token).to_owned());
    }
    let nulls_first = if cursor.accept(&["nulls", "first"]) {
        Some(true)
    } else if cursor.accept(&["nulls", "last"]) {
        Some(false)
    } else {
        None
    };
    Ok(SortKey { value, descending, nulls_first, using })
}

/// Set operations: all lean to the left, and `INTERSECT` binds tighter.
fn operation(cursor: &mut Cursor<'_>, least: u8) -> Result<Select> {
    let mut left = simple(cursor)?;
    loop {
        let (operator, power) = match () {
            () if cursor.is_word("union") => (SetOperator::Union, 1),
            () if cursor.is_word("except") => (SetOperator::Except, 1),
            () if cursor.is_word("intersect") => (SetOperator::Intersect, 2),
            () => return Ok(left),
        };
        if power <= least {
            return Ok(left);
        }
        cursor.next();
        let all = cursor.accept_word("all");
        if !all {
            cursor.accept_word("distinct");
        }
        let right = operation(cursor, power)?;
        left = Select::of(Body::Set { operator, all, left: Box::new(left), right: Box::new(right) });
    }
}

fn simple(cursor: &mut Cursor<'_>) -> Result<Select> {
    if cursor.accept_sign("(") {
        let made = select(cursor)?;
        cursor.expect_sign(")")?;
        return Ok(made);
    }
    if cursor.accept_word("values") {
        return Ok(Select::of(Body::Values(cursor.list(|cursor| cursor.parenthesised(expression))?)));
    }
    if cursor.accept_word("table") {
        let item = from_item(cursor)?;
        let plain = Plain { targets: vec![Target::Star], from: vec![item], ..Plain::default() };
        return Ok(Select::of(Body::Plain(Box::new(plain))));
    }
    cursor.expect(&["select"])?;
    let mut made = Plain::default();
    if cursor.accept_word("distinct") {
        made.distinct = match cursor.accept_word("on") {
            true => Distinct::On(cursor.parenthesised(expression)?),
            false => Distinct::All,
        };
    } else {
        cursor.accept_word("all");
    }
    let ends = ["from", "where", "group", "having", "window", "union", "intersect", "except", "order", "limit"];
    if !cursor.at_end() && !cursor.is_any(&ends) && !cursor.is_sign(")") {
        made.targets = cursor.list(target)?;
    }
    if cursor.accept_word("from") {
        made.from = cursor.list(from_item)?;
    }
    if cursor.accept_word("where") {
        made.condition = Some(expression(cursor)?);
    }
    if cursor.accept(&["group", "by"]) {
        if cursor.is_any(&["distinct", "all", "rollup", "cube", "grouping"]) {
            return cursor.error();
        }
        made.group = cursor.list(group_key)?;
    }
    if cursor.accept_word("having") {
        made.having = Some(expression(cursor)?);
    }
    if cursor.accept_word("window") {
        made.windows = cursor.list(|cursor| {
            let name = cursor.name()?;
            cursor.expect(&["as"])?;
            Ok((name, window(cursor)?))
        })?;
    }
    Ok(Select::of(Body::Plain(Box::new(made))))
}

/// Grouping sets have no tree.
fn group_key(cursor: &mut Cursor<'_>) -> Result<Expr> {
    let sets = cursor.is_any(&["rollup", "cube", "grouping"]) || (cursor.is_sign("(") && cursor.is_sign_at(1, ")"));
    if sets { cursor.error() } else { expression(cursor) }
}

fn target(cursor: &mut Cursor<'_>) -> Result<Target> {
    if cursor.accept_sign("*") {
        return Ok(Target::Star);
    }
    let value = expression(cursor)?;
    if let Expr::Column(parts) = &value
        && parts.last().is_some_and(|it| *it == "*")
    {
        return Ok(Target::StarOf(parts[..parts.len() - 1].to_vec()));
    }
    let label = if cursor.accept_word("as") { Some(cursor.label()?) } else { bare_label(cursor)? };
    Ok(Target::Value { value, label })
}

/// `BareColLabel`.
fn bare_label(cursor: &mut Cursor<'_>) -> Result<Option<Ident>> {
    let Some(token) = cursor.peek() else { return Ok(None) };
    let fits = match token.kind {
        Kind::QuotedWord => true,
        Kind::Word => keyword::is_bare_label(&cursor.raw(token).to_ascii_lowercase()),
        _ => false,
    };
    if fits { cursor.label().map(Some) } else { Ok(None) }
}

/// `window_specification`.
pub(super) fn window(cursor: &mut Cursor<'_>) -> Result<Window> {
    cursor.expect_sign("(")?;
    cursor.open()?;
    let mut made = Window::default();
    if !cursor.is_any(&["partition", "order", "range", "rows", "groups"]) {
        made.name = cursor.accept_name();
    }
    if cursor.accept(&["partition", "by"]) {
        made.partition = cursor.list(expression)?;
    }
    if cursor.accept(&["order", "by"]) {
        made.order = cursor.list(sort_key)?;
    }
    if cursor.is_any(&["range", "rows", "groups"]) {
        let start = cursor.offset();
        cursor.skip_balanced();
        made.frame = Some(cursor.text[start..cursor.last_end()].to_owned());
    }
    cursor.expect_sign(")")?;
    cursor.close();
    Ok(made)
}
