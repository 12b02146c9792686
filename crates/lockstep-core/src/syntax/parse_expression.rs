//! Expressions: `a_expr`, `b_expr` and `c_expr` of `gram.y`, by precedence climbing. Chains of
//! operators are loops, so only nesting can be deep, and that is bounded.

use crate::syntax::SyntaxError;
use crate::syntax::cursor::{Cursor, Result, integer_digits};
use crate::syntax::expression::{Expr, LikeKind, Literal, Operator};
use crate::syntax::lexer::{self, Kind};
use crate::syntax::parse_function;
use crate::syntax::{Refusal, query, type_name};

/// Binding strength, weakest first, as in the `%left` and `%nonassoc` lines of `gram.y`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Power {
    Lowest,
    Or,
    And,
    Not,
    Is,
    Comparison,
    Like,
    Other,
    Additive,
    Multiplicative,
    Exponent,
    AtTimeZone,
    Collate,
    Unary,
}

/// Longer chains are refused, so that nothing that walks the tree can run out of stack.
const MAX_CHAIN: usize = 1000;

pub(super) fn expression(cursor: &mut Cursor<'_>) -> Result<Expr> {
    climb(cursor, Power::Lowest, false)
}

/// `b_expr`: what may follow `DEFAULT`, where `NOT NULL` and `IN` begin something else.
pub(super) fn restricted(cursor: &mut Cursor<'_>) -> Result<Expr> {
    climb(cursor, Power::Lowest, true)
}

fn climb(cursor: &mut Cursor<'_>, least: Power, restricted: bool) -> Result<Expr> {
    cursor.open()?;
    let mut left = prefix(cursor, restricted)?;
    let mut length = 0;
    while let Some(next) = infix(cursor, left.clone_if_needed(), least, restricted)? {
        left = next;
        length += 1;
        if length > MAX_CHAIN {
            return too_long(cursor);
        }
    }
    cursor.close();
    Ok(left)
}

fn too_long<T>(cursor: &Cursor<'_>) -> Result<T> {
    Err(SyntaxError {
        message: format!("too complex: more than {MAX_CHAIN} operators in a row"),
        offset: cursor.offset(),
        kind: Refusal::TooComplex,
    })
}

fn prefix(cursor: &mut Cursor<'_>, restricted: bool) -> Result<Expr> {
    if !restricted && cursor.accept_word("not") {
        return Ok(Expr::Not(Box::new(climb(cursor, Power::Not, false)?)));
    }
    if let Some(token) = cursor.peek().filter(|token| token.kind == Kind::Operator) {
        let symbol = cursor.raw(token);
        if matches!(symbol, "<" | ">" | "=" | "<=" | ">=" | "<>" | "!=" | "*" | "/" | "%" | "^") {
            return cursor.error();
        }
        cursor.next();
        let power = if matches!(symbol, "+" | "-") { Power::Unary } else { Power::Other };
        let operand = climb(cursor, power, restricted)?;
        return Ok(negate(symbol, operand));
    }
    let primary = primary(cursor)?;
    postfix(cursor, primary)
}

/// `doNegate`: a minus before a number is part of the number.
fn negate(symbol: &str, operand: Expr) -> Expr {
    let minus = |digits: &str| match digits.strip_prefix('-') {
        Some(positive) => positive.to_owned(),
        None => format!("-{digits}"),
    };
    match (symbol, operand) {
        ("-", Expr::Literal(Literal::Integer(digits))) => Expr::Literal(Literal::Integer(minus(&digits))),
        ("-", Expr::Literal(Literal::Decimal(digits))) => Expr::Literal(Literal::Decimal(minus(&digits))),
        (_, operand) => Expr::Unary { operator: operator(symbol), operand: Box::new(operand) },
    }
}

pub(super) fn operator(symbol: &str) -> Operator {
    let symbol = if symbol == "!=" { "<>" } else { symbol };
    Operator { schema: None, symbol: symbol.to_owned() }
}

/// Casts, subscripts and fields bind tightest of all.
fn postfix(cursor: &mut Cursor<'_>, mut operand: Expr) -> Result<Expr> {
    let mut length = 0;
    loop {
        length += 1;
        if length > MAX_CHAIN {
            return too_long(cursor);
        }
        if cursor.accept_sign("::") {
            let type_name = type_name::parse(cursor)?;
            operand = Expr::Cast { operand: Box::new(operand), type_name };
        } else if cursor.accept_sign("[") {
            let index = if cursor.is_sign(":") { Expr::Literal(Literal::Null) } else { expression(cursor)? };
            let upper = match cursor.accept_sign(":") {
                true if cursor.is_sign("]") => Some(Box::new(Expr::Literal(Literal::Null))),
                true => Some(Box::new(expression(cursor)?)),
                false => None,
            };
            cursor.expect_sign("]")?;
            operand = Expr::Subscript { operand: Box::new(operand), index: Box::new(index), upper };
        } else if cursor.is_sign(".") && !matches!(operand, Expr::Column(_)) {
            cursor.next();
            let name = cursor.label()?;
            operand = Expr::Field { operand: Box::new(operand), name };
        } else {
            return Ok(operand);
        }
    }
}

/// One more operator on the right of `left`, if it binds tighter than `least`; else `None`, and the
/// place is as before. `left` is given back inside the error-free `None` by the caller's copy.
fn infix(cursor: &mut Cursor<'_>, slot: Slot<'_>, least: Power, restricted: bool) -> Result<Option<Expr>> {
    let Some(token) = cursor.peek() else { return Ok(None) };
    let word = match token.kind {
        Kind::Word => cursor.raw(token).to_ascii_lowercase(),
        _ => String::new(),
    };
    match (token.kind, word.as_str()) {
        (Kind::Operator, _) => symbol(cursor, slot, least, restricted),
        (Kind::Word, "operator") if cursor.is_sign_at(1, "(") => named_operator(cursor, slot, least, restricted),
        (Kind::Word, "or") if !restricted && least < Power::Or => {
            cursor.next();
            let right = climb(cursor, Power::Or, false)?;
            Ok(Some(join(slot.take(), right, false)))
        }
        (Kind::Word, "and") if !restricted && least < Power::And => {
            cursor.next();
            let right = climb(cursor, Power::And, false)?;
            Ok(Some(join(slot.take(), right, true)))
        }
        (Kind::Word, "is") if least < Power::Is => is_test(cursor, slot, restricted),
        (Kind::Word, "isnull" | "notnull") if !restricted && least < Power::Is => {
            cursor.next();
            Ok(Some(Expr::IsNull { operand: Box::new(slot.take()), negated: word == "notnull" }))
        }
        (Kind::Word, "not" | "in" | "like" | "ilike" | "similar" | "between") if !restricted && least < Power::Like => {
            predicate(cursor, slot)
        }
        (Kind::Word, "at") if !restricted && least < Power::AtTimeZone && cursor.are_words(&["at", "time", "zone"]) => {
            cursor.expect(&["at", "time", "zone"])?;
            let zone = climb(cursor, Power::AtTimeZone, false)?;
            Ok(Some(Expr::AtTimeZone { operand: Box::new(slot.take()), zone: Box::new(zone) }))
        }
        (Kind::Word, "collate") if !restricted && least < Power::Collate => {
            cursor.next();
            let collation = cursor.qualified_name()?;
            Ok(Some(Expr::Collate { operand: Box::new(slot.take()), collation }))
        }
        _ => Ok(None),
    }
}

/// `makeAndExpr` and `makeOrExpr` flatten to the left; parentheses on the right keep their level.
fn join(left: Expr, right: Expr, and: bool) -> Expr {
    match (left, and) {
        (Expr::And(mut items), true) => {
            items.push(right);
            Expr::And(items)
        }
        (Expr::Or(mut items), false) => {
            items.push(right);
            Expr::Or(items)
        }
        (left, true) => Expr::And(vec![left, right]),
        (left, false) => Expr::Or(vec![left, right]),
    }
}

fn power_of(symbol: &str) -> Power {
    match symbol {
        "<" | ">" | "=" | "<=" | ">=" | "<>" | "!=" => Power::Comparison,
        "+" | "-" => Power::Additive,
        "*" | "/" | "%" => Power::Multiplicative,
        "^" => Power::Exponent,
        _ => Power::Other,
    }
}

fn symbol(cursor: &mut Cursor<'_>, slot: Slot<'_>, least: Power, restricted: bool) -> Result<Option<Expr>> {
    let Some(token) = cursor.peek() else { return Ok(None) };
    let symbol = cursor.raw(token);
    let power = power_of(symbol);
    if least >= power {
        return Ok(None);
    }
    cursor.next();
    let operator = operator(symbol);
    finish_operator(cursor, slot, operator, power, restricted)
}

fn named_operator(cursor: &mut Cursor<'_>, slot: Slot<'_>, least: Power, restricted: bool) -> Result<Option<Expr>> {
    if least >= Power::Other {
        return Ok(None);
    }
    cursor.expect(&["operator"])?;
    cursor.expect_sign("(")?;
    let mut schema = None;
    while !cursor.peek().is_some_and(|token| token.kind == Kind::Operator) {
        schema = Some(cursor.label()?);
        cursor.expect_sign(".")?;
    }
    let Some(token) = cursor.next() else {
        return cursor.error();
    };
    let symbol = cursor.raw(token).to_owned();
    cursor.expect_sign(")")?;
    finish_operator(cursor, slot, Operator { schema, symbol }, Power::Other, restricted)
}

fn finish_operator(
    cursor: &mut Cursor<'_>,
    slot: Slot<'_>,
    operator: Operator,
    power: Power,
    restricted: bool,
) -> Result<Option<Expr>> {
    let left = Box::new(slot.take());
    if cursor.is_any(&["any", "some", "all"]) && cursor.is_sign_at(1, "(") {
        let all = cursor.is_word("all");
        cursor.next();
        cursor.expect_sign("(")?;
        let array = Box::new(match query::is_next(cursor) {
            true => Expr::Query(Box::new(query::parse(cursor)?)),
            false => expression(cursor)?,
        });
        cursor.expect_sign(")")?;
        return Ok(Some(Expr::Quantified { left, operator, all, array }));
    }
    let right = Box::new(climb(cursor, power, restricted)?);
    Ok(Some(Expr::Binary { left, operator, right }))
}

fn is_test(cursor: &mut Cursor<'_>, slot: Slot<'_>, restricted: bool) -> Result<Option<Expr>> {
    let before = cursor.position();
    cursor.expect(&["is"])?;
    let negated = cursor.accept_word("not");
    if cursor.accept(&["distinct", "from"]) {
        let right = Box::new(climb(cursor, Power::Is, restricted)?);
        return Ok(Some(Expr::IsDistinct { left: Box::new(slot.take()), right, negated }));
    }
    if restricted {
        cursor.rewind(before);
        return Ok(None);
    }
    let operand = Box::new(slot.take());
    if cursor.accept_word("null") {
        return Ok(Some(Expr::IsNull { operand, negated }));
    }
    for (word, value) in [("true", Some(true)), ("false", Some(false)), ("unknown", None)] {
        if cursor.accept_word(word) {
            return Ok(Some(Expr::IsTruth { operand, value, negated }));
        }
    }
    if cursor.is_any(&["document", "json", "normalized", "nfc", "nfd", "nfkc", "nfkd"]) {
        let start = cursor.offset();
        while cursor.peek().is_some_and(|token| token.kind == Kind::Word)
            && cursor.is_any(&[
                "document",
                "json",
                "normalized",
                "nfc",
                "nfd",
                "nfkc",
                "nfkd",
                "object",
                "array",
                "scalar",
                "value",
                "with",
                "without",
                "unique",
                "keys",
            ])
        {
            cursor.next();
        }
        let tail = cursor.text_since(start).to_owned();
        let not = if negated { "NOT " } else { "" };
        return Ok(Some(Expr::Opaque(format!("({operand}) IS {not}{tail}"))));
    }
    cursor.error()
}

fn predicate(cursor: &mut Cursor<'_>, slot: Slot<'_>) -> Result<Option<Expr>> {
    let before = cursor.position();
    let negated = cursor.accept_word("not");
    if cursor.accept_word("in") {
        cursor.expect_sign("(")?;
        let operand = Box::new(slot.take());
        if query::is_next(cursor) {
            let array = Box::new(Expr::Query(Box::new(query::parse(cursor)?)));
            cursor.expect_sign(")")?;
            let any = Expr::Quantified { left: operand, operator: operator("="), all: false, array };
            return Ok(Some(if negated { Expr::Not(Box::new(any)) } else { any }));
        }
        let list = cursor.list(expression)?;
        cursor.expect_sign(")")?;
        return Ok(Some(Expr::In { operand, list, negated }));
    }
    if cursor.accept_word("between") {
        let symmetric = cursor.accept_word("symmetric");
        if !symmetric {
            cursor.accept_word("asymmetric");
        }
        let low = Box::new(climb(cursor, Power::Like, true)?);
        cursor.expect(&["and"])?;
        let high = Box::new(climb(cursor, Power::Like, false)?);
        return Ok(Some(Expr::Between { operand: Box::new(slot.take()), low, high, symmetric, negated }));
    }
    let kind = if cursor.accept_word("like") {
        LikeKind::Like
    } else if cursor.accept_word("ilike") {
        LikeKind::ILike
    } else if cursor.accept(&["similar", "to"]) {
        LikeKind::SimilarTo
    } else {
        cursor.rewind(before);
        return Ok(None);
    };
    let pattern = Box::new(climb(cursor, Power::Like, false)?);
    let escape = match cursor.accept_word("escape") {
        true => Some(Box::new(climb(cursor, Power::Like, false)?)),
        false => None,
    };
    Ok(Some(Expr::Like { kind, operand: Box::new(slot.take()), pattern, escape, negated }))
}

fn primary(cursor: &mut Cursor<'_>) -> Result<Expr> {
    let Some(token) = cursor.peek() else {
        return cursor.error();
    };
    match token.kind {
        Kind::Integer => {
            cursor.next();
            Ok(Expr::Literal(Literal::Integer(integer_digits(cursor.raw(token)))))
        }
        Kind::Decimal => {
            cursor.next();
            Ok(Expr::Literal(Literal::Decimal(cursor.raw(token).replace('_', ""))))
        }
        Kind::String | Kind::EscapeString | Kind::UnicodeString | Kind::DollarString => {
            Ok(Expr::Literal(Literal::String(cursor.string()?)))
        }
        Kind::Bits => {
            cursor.next();
            Ok(Expr::Literal(Literal::Bits(lexer::value(cursor.text, token))))
        }
        Kind::Parameter => {
            cursor.next();
            Ok(Expr::Parameter(cursor.raw(token)[1..].parse().unwrap_or(0)))
        }
        Kind::Punctuation if cursor.is_sign("(") => parenthesis(cursor),
        Kind::Word | Kind::QuotedWord => parse_function::word(cursor),
        _ => cursor.error(),
    }
}

fn parenthesis(cursor: &mut Cursor<'_>) -> Result<Expr> {
    cursor.expect_sign("(")?;
    cursor.open()?;
    let inner = if query::is_next(cursor) {
        Expr::Query(Box::new(query::parse(cursor)?))
    } else {
        let mut items = cursor.list(expression)?;
        match items.len() {
            // A column in parentheses may be followed by a field of its value.
            1 => match items.remove(0) {
                column @ Expr::Column(_) if cursor.is_sign_at(1, ".") => {
                    cursor.expect_sign(")")?;
                    cursor.expect_sign(".")?;
                    cursor.close();
                    let name = cursor.label()?;
                    return Ok(Expr::Field { operand: Box::new(column), name });
                }
                // `(a AND b) AND c` is one level less than it looks, `a AND (b AND c)` is not.
                inner => inner,
            },
            _ => Expr::Row(items),
        }
    };
    cursor.expect_sign(")")?;
    cursor.close();
    Ok(inner)
}

/// An expression that an operator may take over: moved out only when one follows.
struct Slot<'a>(&'a mut Expr);

impl Slot<'_> {
    fn take(self) -> Expr {
        std::mem::replace(self.0, Expr::Literal(Literal::Null))
    }
}

impl Expr {
    fn clone_if_needed(&mut self) -> Slot<'_> {
        Slot(self)
    }
}
