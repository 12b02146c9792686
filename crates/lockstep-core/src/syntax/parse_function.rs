//! Expressions that begin with a word: columns, function calls, typed constants, and the forms that
//! have a grammar of their own (`func_expr_common_subexpr` of `gram.y`).

use crate::keyword::{self, Category};
use crate::name::{Ident, QualifiedName};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::{Argument, Expr, FunctionCall, FunctionForm, Literal, QueryForm};
use crate::syntax::lexer::Kind;
use crate::syntax::parse_expression::{expression, restricted};
use crate::syntax::parse_select::{sort_key, window};
use crate::syntax::select::Window;
use crate::syntax::{query, type_name};

const VALUES: [&str; 12] = [
    "current_date",
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
    "current_role",
    "current_user",
    "user",
    "session_user",
    "system_user",
    "current_catalog",
    "current_schema",
];

pub(super) fn word(cursor: &mut Cursor<'_>) -> Result<Expr> {
    let Some(token) = cursor.peek() else {
        return cursor.error();
    };
    if token.kind == Kind::QuotedWord {
        return name_or_call(cursor);
    }
    let word = cursor.raw(token).to_ascii_lowercase();
    let call_follows = cursor.is_sign_at(1, "(");
    match word.as_str() {
        "null" => literal(cursor, Literal::Null),
        "true" => literal(cursor, Literal::Boolean(true)),
        "false" => literal(cursor, Literal::Boolean(false)),
        "case" => case(cursor),
        "exists" if call_follows => {
            cursor.next();
            cursor.expect_sign("(")?;
            let inner = query::parse(cursor)?;
            cursor.expect_sign(")")?;
            Ok(Expr::Query(Box::new(inner.with_form(QueryForm::Exists))))
        }
        "array" if cursor.is_sign_at(1, "[") => {
            cursor.next();
            array(cursor)
        }
        "array" if call_follows => {
            cursor.next();
            cursor.expect_sign("(")?;
            let inner = query::parse(cursor)?;
            cursor.expect_sign(")")?;
            Ok(Expr::Query(Box::new(inner.with_form(QueryForm::Array))))
        }
        "row" if call_follows => {
            cursor.next();
            cursor.expect_sign("(")?;
            let items = if cursor.is_sign(")") { vec![] } else { cursor.list(expression)? };
            cursor.expect_sign(")")?;
            Ok(Expr::Row(items))
        }
        "cast" if call_follows => {
            cursor.next();
            cursor.expect_sign("(")?;
            let operand = Box::new(expression(cursor)?);
            cursor.expect(&["as"])?;
            let type_name = type_name::parse(cursor)?;
            cursor.expect_sign(")")?;
            Ok(Expr::Cast { operand, type_name })
        }
        "coalesce" if call_follows => {
            cursor.next();
            Ok(Expr::Coalesce(cursor.parenthesised(expression)?))
        }
        "greatest" | "least" if call_follows => {
            cursor.next();
            let arguments = cursor.parenthesised(expression)?;
            Ok(Expr::MinMax { greatest: word == "greatest", arguments })
        }
        "nullif" if call_follows => {
            cursor.next();
            cursor.expect_sign("(")?;
            let first = Box::new(expression(cursor)?);
            cursor.expect_sign(",")?;
            let second = Box::new(expression(cursor)?);
            cursor.expect_sign(")")?;
            Ok(Expr::NullIf(first, second))
        }
        "extract" | "position" | "substring" | "overlay" | "trim" | "normalize" if call_follows => {
            sql_form(cursor, &word)
        }
        "xmlconcat" | "xmlelement" | "xmlforest" | "xmlparse" | "xmlpi" | "xmlroot" | "xmlserialize"
        | "json_object" | "json_array" | "json_scalar" | "json_serialize" | "json_query" | "json_value"
        | "json_exists" | "treat" | "grouping" | "merge_action"
            if call_follows =>
        {
            opaque_call(cursor)
        }
        _ if VALUES.contains(&word.as_str()) && !(word == "current_schema" && call_follows) => {
            cursor.next();
            let precision = match cursor.is_sign("(") {
                true => {
                    cursor.expect_sign("(")?;
                    let precision = cursor.integer()?;
                    cursor.expect_sign(")")?;
                    u32::try_from(precision).ok()
                }
                false => None,
            };
            Ok(Expr::Value { keyword: word, precision })
        }
        _ => typed_literal_or_name(cursor),
    }
}

fn literal(cursor: &mut Cursor<'_>, literal: Literal) -> Result<Expr> {
    cursor.next();
    Ok(Expr::Literal(literal))
}

fn array(cursor: &mut Cursor<'_>) -> Result<Expr> {
    cursor.expect_sign("[")?;
    cursor.open()?;
    let items = match cursor.is_sign("]") {
        true => vec![],
        false => cursor.list(|cursor| if cursor.is_sign("[") { array(cursor) } else { expression(cursor) })?,
    };
    cursor.expect_sign("]")?;
    cursor.close();
    Ok(Expr::Array(items))
}

fn case(cursor: &mut Cursor<'_>) -> Result<Expr> {
    cursor.expect(&["case"])?;
    let operand = if cursor.is_word("when") { None } else { Some(Box::new(expression(cursor)?)) };
    let mut whens = vec![];
    while cursor.accept_word("when") {
        let condition = expression(cursor)?;
        cursor.expect(&["then"])?;
        whens.push((condition, expression(cursor)?));
    }
    if whens.is_empty() {
        return cursor.error();
    }
    let otherwise = if cursor.accept_word("else") { Some(Box::new(expression(cursor)?)) } else { None };
    cursor.expect(&["end"])?;
    Ok(Expr::Case { operand, whens, otherwise })
}

fn opaque_call(cursor: &mut Cursor<'_>) -> Result<Expr> {
    let start = cursor.offset();
    cursor.next();
    cursor.expect_sign("(")?;
    cursor.skip_balanced();
    cursor.expect_sign(")")?;
    Ok(Expr::Opaque(cursor.text_since(start).to_owned()))
}

/// `extract(year FROM x)` and its like: calls of functions that the grammar names.
fn sql_form(cursor: &mut Cursor<'_>, word: &str) -> Result<Expr> {
    let start = cursor.position();
    cursor.next();
    cursor.expect_sign("(")?;
    let call = |name: &str, arguments: Vec<Expr>| {
        Expr::Function(FunctionCall {
            name: QualifiedName { schema: Some(Ident::new("pg_catalog")), name: Ident::new(name) },
            arguments: arguments.into_iter().map(plain_argument).collect(),
            star: false,
            distinct: false,
            form: FunctionForm::SqlSyntax,
            syntax: None,
        })
    };
    let made = match word {
        "extract" => {
            let field = match cursor.accept_string() {
                Some(text) => text,
                None => cursor.label()?.as_str().to_owned(),
            };
            cursor.expect(&["from"])?;
            let source = expression(cursor)?;
            call("extract", vec![Expr::Literal(Literal::String(field)), source])
        }
        "position" => {
            let needle = restricted(cursor)?;
            cursor.expect(&["in"])?;
            let hay = restricted(cursor)?;
            call("position", vec![hay, needle])
        }
        "trim" => {
            let name = if cursor.accept_word("leading") {
                "ltrim"
            } else if cursor.accept_word("trailing") {
                "rtrim"
            } else {
                cursor.accept_word("both");
                "btrim"
            };
            let mut arguments = vec![];
            if !cursor.accept_word("from") {
                arguments.push(expression(cursor)?);
                if cursor.accept_word("from") {
                    let characters = arguments.remove(0);
                    arguments.push(expression(cursor)?);
                    arguments.push(characters);
                }
            } else {
                arguments.push(expression(cursor)?);
            }
            while cursor.accept_sign(",") {
                arguments.push(expression(cursor)?);
            }
            call(name, arguments)
        }
        "substring" | "overlay" => {
            let first = expression(cursor)?;
            if cursor.is_sign(",") || cursor.is_sign(")") {
                // The plain form of the call, which the grammar allows beside its own.
                cursor.rewind(start);
                let name = cursor.label()?;
                return self::call(cursor, vec![name]);
            }
            let mut arguments = vec![first];
            if word == "overlay" {
                cursor.expect(&["placing"])?;
                arguments.push(expression(cursor)?);
            }
            if cursor.accept_word("from") {
                arguments.push(expression(cursor)?);
                if cursor.accept_word("for") {
                    arguments.push(expression(cursor)?);
                }
            } else {
                cursor.rewind(start);
                return opaque_call(cursor);
            }
            call(word, arguments)
        }
        _ => {
            cursor.rewind(start);
            return opaque_call(cursor);
        }
    };
    cursor.expect_sign(")")?;
    Ok(made)
}

fn plain_argument(value: Expr) -> Argument {
    Argument { name: None, variadic: false, value }
}

/// `date '2024-01-01'`, `interval '1 day'`, or a plain name.
fn typed_literal_or_name(cursor: &mut Cursor<'_>) -> Result<Expr> {
    let start = cursor.position();
    if let Some(type_name) = type_name::literal_prefix(cursor)? {
        let text = cursor.string()?;
        let type_name = type_name::interval_suffix(cursor, type_name)?;
        return Ok(Expr::TypedLiteral { type_name, text });
    }
    cursor.rewind(start);
    name_or_call(cursor)
}

fn name_or_call(cursor: &mut Cursor<'_>) -> Result<Expr> {
    let Some(token) = cursor.peek() else {
        return cursor.error();
    };
    let folded = Ident::folded(cursor.raw(token));
    let category = if token.kind == Kind::Word { keyword::category(folded.as_str()) } else { None };
    let qualified = cursor.is_sign_at(1, ".");
    let called = cursor.is_sign_at(1, "(");
    let allowed = match category {
        None | Some(Category::Unreserved) => true,
        Some(Category::ColumnName) => !called,
        Some(Category::TypeOrFunction) => called || qualified,
        Some(Category::Reserved) => false,
    };
    if folded == "default" && category.is_some() && !called && !qualified {
        cursor.next();
        return Ok(Expr::Default);
    }
    if !allowed {
        return cursor.error();
    }
    let mut parts = vec![cursor.label()?];
    while cursor.is_sign(".") {
        if cursor.is_sign_at(1, "*") {
            cursor.next();
            cursor.next();
            parts.push(Ident::new("*"));
            break;
        }
        cursor.next();
        parts.push(cursor.label()?);
    }
    if !cursor.is_sign("(") {
        return Ok(Expr::Column(parts));
    }
    call(cursor, parts)
}

fn call(cursor: &mut Cursor<'_>, mut parts: Vec<Ident>) -> Result<Expr> {
    let Some(name) = parts.pop() else { return cursor.error() };
    let name = QualifiedName { schema: parts.pop(), name };
    cursor.expect_sign("(")?;
    cursor.open()?;
    let mut made =
        FunctionCall { name, arguments: vec![], star: false, distinct: false, form: FunctionForm::Call, syntax: None };
    if cursor.accept_sign("*") {
        made.star = true;
    } else if !cursor.is_sign(")") {
        made.distinct = cursor.accept_word("distinct");
        if !made.distinct {
            cursor.accept_word("all");
        }
        made.arguments = cursor.list(argument)?;
        if cursor.accept(&["order", "by"]) {
            made.syntax.get_or_insert_default().order = cursor.list(sort_key)?;
        }
    }
    cursor.expect_sign(")")?;
    cursor.close();
    if cursor.accept(&["within", "group"]) {
        cursor.expect_sign("(")?;
        cursor.expect(&["order", "by"])?;
        let syntax = made.syntax.get_or_insert_default();
        syntax.within_group = true;
        syntax.order = cursor.list(sort_key)?;
        cursor.expect_sign(")")?;
    }
    if cursor.is_word("filter") && cursor.is_sign_at(1, "(") {
        cursor.next();
        cursor.expect_sign("(")?;
        cursor.expect(&["where"])?;
        made.syntax.get_or_insert_default().filter = Some(expression(cursor)?);
        cursor.expect_sign(")")?;
    }
    if cursor.is_word("over") {
        cursor.next();
        made.syntax.get_or_insert_default().over = Some(match cursor.is_sign("(") {
            true => window(cursor)?,
            false => Window { name: Some(cursor.name()?), is_reference: true, ..Window::default() },
        });
    }
    Ok(Expr::Function(made))
}

fn argument(cursor: &mut Cursor<'_>) -> Result<Argument> {
    let variadic = cursor.accept_word("variadic");
    let named = cursor.is_sign_at(1, "=>") || cursor.is_sign_at(1, ":=");
    let name = match named {
        true => {
            let name = cursor.label()?;
            cursor.next();
            Some(name)
        }
        false => None,
    };
    Ok(Argument { name, variadic, value: expression(cursor)? })
}
