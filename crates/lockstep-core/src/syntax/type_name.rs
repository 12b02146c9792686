//! Type names: `Typename` of `gram.y`.

use crate::name::{Ident, QualifiedName};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::TypeName;
use crate::syntax::lexer::{self, Kind};

pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<TypeName> {
    let set_of = cursor.accept_word("setof");
    let mut made = simple(cursor)?;
    made.set_of = set_of;
    if cursor.accept_word("array") {
        made.array_dimensions = 1;
        if cursor.accept_sign("[") {
            cursor.integer()?;
            cursor.expect_sign("]")?;
        }
        return Ok(made);
    }
    while cursor.accept_sign("[") {
        if !cursor.is_sign("]") {
            cursor.integer()?;
        }
        cursor.expect_sign("]")?;
        made.array_dimensions = made.array_dimensions.saturating_add(1);
    }
    Ok(made)
}

fn named(words: &str) -> TypeName {
    TypeName {
        name: QualifiedName { schema: None, name: Ident::new(words) },
        modifiers: vec![],
        interval_fields: None,
        array_dimensions: 0,
        set_of: false,
        percent_type: false,
    }
}

/// `SimpleTypename`: names of more than one word, and all others.
fn simple(cursor: &mut Cursor<'_>) -> Result<TypeName> {
    if cursor.accept(&["double", "precision"]) {
        return Ok(named("double precision"));
    }
    if cursor.is_word("national") && (cursor.is_word_at(1, "character") || cursor.is_word_at(1, "char")) {
        cursor.next();
    }
    if (cursor.is_word("character") || cursor.is_word("char") || cursor.is_word("nchar")) && !cursor.is_sign_at(1, ".")
    {
        cursor.next();
        let varying = cursor.accept_word("varying");
        let mut made = named(if varying { "character varying" } else { "character" });
        made.modifiers = modifiers(cursor)?;
        return Ok(made);
    }
    if cursor.is_word("bit") && !cursor.is_sign_at(1, ".") {
        cursor.next();
        let varying = cursor.accept_word("varying");
        let mut made = named(if varying { "bit varying" } else { "bit" });
        made.modifiers = modifiers(cursor)?;
        return Ok(made);
    }
    if cursor.is_any(&["timestamp", "time"]) && !cursor.is_sign_at(1, ".") {
        let stamp = cursor.is_word("timestamp");
        cursor.next();
        let modifiers = modifiers(cursor)?;
        let zone = if cursor.accept(&["with", "time", "zone"]) {
            true
        } else {
            cursor.accept(&["without", "time", "zone"]);
            false
        };
        let mut made = named(match (stamp, zone) {
            (true, true) => "timestamp with time zone",
            (true, false) => "timestamp without time zone",
            (false, true) => "time with time zone",
            (false, false) => "time without time zone",
        });
        made.modifiers = modifiers;
        return Ok(made);
    }
    if cursor.is_word("interval") && !cursor.is_sign_at(1, ".") {
        cursor.next();
        let mut made = named("interval");
        made.modifiers = modifiers(cursor)?;
        return interval_suffix(cursor, made);
    }
    let quoted = cursor.peek().is_some_and(|token| token.kind == Kind::QuotedWord);
    let Some(first) = cursor.accept_type_or_function_name().or_else(|| type_keyword(cursor)) else {
        return cursor.error();
    };
    let mut parts = vec![first];
    while cursor.is_sign(".") {
        cursor.next();
        parts.push(cursor.label()?);
    }
    let percent_type = cursor.is_sign("%") && cursor.is_word_at(1, "type");
    if percent_type {
        cursor.next();
        cursor.next();
    }
    let Some(name) = parts.pop() else { return cursor.error() };
    let schema = parts.pop();
    let mut made = named("");
    // `"char"` is another type than `char`: the quotes stay part of its name here.
    made.name = match (quoted && schema.is_none(), name.as_str()) {
        (true, "char") => QualifiedName { schema: Some(Ident::new("pg_catalog")), name },
        _ => QualifiedName { schema, name },
    };
    made.percent_type = percent_type;
    made.modifiers = modifiers(cursor)?;
    Ok(made)
}

/// Types that are keywords of the column-name kind.
fn type_keyword(cursor: &mut Cursor<'_>) -> Option<Ident> {
    const TYPES: [&str; 12] = [
        "int", "integer", "smallint", "bigint", "real", "float", "decimal", "dec", "numeric", "boolean", "varchar",
        "json",
    ];
    TYPES.iter().find(|word| cursor.is_word(word)).map(|word| {
        cursor.next();
        Ident::new(word)
    })
}

fn modifiers(cursor: &mut Cursor<'_>) -> Result<Vec<String>> {
    if !cursor.accept_sign("(") {
        return Ok(vec![]);
    }
    let items = cursor.list(|cursor| {
        if cursor.is_sign("-") || cursor.is_sign("+") {
            return cursor.integer().map(|value| value.to_string());
        }
        match cursor.next() {
            Some(token) => match token.kind {
                Kind::Integer | Kind::Decimal | Kind::Word => Ok(cursor.raw(token).to_owned()),
                Kind::String | Kind::QuotedWord => Ok(lexer::value(cursor.text, token)),
                _ => {
                    cursor.rewind(cursor.position() - 1);
                    cursor.error()
                }
            },
            None => cursor.error(),
        }
    })?;
    cursor.expect_sign(")")?;
    Ok(items)
}

/// `opt_interval`: the fields, with the precision that may follow `second`.
pub(super) fn interval_suffix(cursor: &mut Cursor<'_>, mut made: TypeName) -> Result<TypeName> {
    const FIELDS: [&str; 6] = ["year", "month", "day", "hour", "minute", "second"];
    if made.name.name != "interval" || made.name.schema.is_some() {
        return Ok(made);
    }
    let Some(first) = FIELDS.iter().find(|word| cursor.is_word(word)) else {
        return Ok(made);
    };
    cursor.next();
    let mut text = (*first).to_owned();
    let mut last = *first;
    if cursor.accept_word("to") {
        let Some(second) = FIELDS.iter().find(|word| cursor.is_word(word)) else {
            return cursor.error();
        };
        cursor.next();
        text.push_str(&format!(" to {second}"));
        last = second;
    }
    if last == "second" && made.modifiers.is_empty() {
        made.modifiers = modifiers(cursor)?;
    }
    made.interval_fields = Some(text);
    Ok(made)
}

/// A type in front of a string constant, as in `date '2024-01-01'`; `None` where none stands there.
pub(super) fn literal_prefix(cursor: &mut Cursor<'_>) -> Result<Option<TypeName>> {
    // Only a name, or one of the grammar's own types, directly before a string.
    let mut ahead = 1;
    let multi =
        cursor.is_any(&["timestamp", "time", "double", "character", "char", "national", "bit", "interval", "nchar"]);
    if !multi {
        while cursor.is_sign_at(ahead, ".") {
            ahead += 2;
        }
        if cursor.is_sign_at(ahead, "(") {
            // `numeric(10,2) '1'` is rare, and `f(x) 'y'` an error: look for the constant behind.
            let mut depth = 0;
            while let Some(token) = cursor.peek_at(ahead) {
                match cursor.raw(token) {
                    "(" => depth += 1,
                    ")" => depth -= 1,
                    _ => {}
                }
                ahead += 1;
                if depth == 0 {
                    break;
                }
                if ahead > 8 {
                    return Ok(None);
                }
            }
        }
        let string = cursor.peek_at(ahead).is_some_and(|token| {
            matches!(token.kind, Kind::String | Kind::EscapeString | Kind::DollarString | Kind::UnicodeString)
        });
        if !string {
            return Ok(None);
        }
    }
    match simple(cursor) {
        Ok(made)
            if cursor.peek().is_some_and(|token| {
                matches!(token.kind, Kind::String | Kind::EscapeString | Kind::DollarString | Kind::UnicodeString)
            }) =>
        {
            Ok(Some(made))
        }
        Ok(_) | Err(_) => Ok(None),
    }
}
