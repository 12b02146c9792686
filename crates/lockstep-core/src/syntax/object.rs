//! `CREATE`, `ALTER`, `DROP` and `COMMENT ON` by the kind of object, and what they share.

use crate::name::Ident;
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::lexer::{self, Kind};
use crate::syntax::statement::{
    AlterSequence, Comment, CreateDomain, CreateSequence, Drop, ObjectType, Persistence, Statement,
};
use crate::syntax::{
    address, alter_object, alter_table, alter_type, collation, constraint, create_index, create_operator,
    create_schema, create_table, create_view, drop_object, extension, perhaps, privilege, publication, role, routine,
    rule, statistics, trigger, type_name,
};

const KINDS: [(&[&str], ObjectType); 13] = [
    (&["table"], ObjectType::Table),
    (&["index"], ObjectType::Index),
    (&["view"], ObjectType::View),
    (&["materialized", "view"], ObjectType::MaterializedView),
    (&["sequence"], ObjectType::Sequence),
    (&["foreign", "table"], ObjectType::ForeignTable),
    (&["type"], ObjectType::Type),
    (&["domain"], ObjectType::Domain),
    (&["schema"], ObjectType::Schema),
    (&["extension"], ObjectType::Extension),
    (&["event", "trigger"], ObjectType::EventTrigger),
    (&["collation"], ObjectType::Collation),
    (&["statistics"], ObjectType::Statistics),
];

pub(super) fn create(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    cursor.expect(&["create"])?;
    if let Some(view) = create_view(cursor)? {
        return Ok(Some(view));
    }
    let replace = cursor.are_words(&["or", "replace"]);
    if let Some(made) = code(cursor)? {
        return Ok(Some(made));
    }
    if replace {
        return Ok(None);
    }
    if (cursor.is_word("global") || cursor.is_word("local")) && cursor.is_any(&["global", "local"]) {
        cursor.next();
    }
    let persistence = if cursor.accept_word("temp") || cursor.accept_word("temporary") {
        Persistence::Temporary
    } else if cursor.accept_word("unlogged") {
        Persistence::Unlogged
    } else {
        Persistence::Permanent
    };
    if cursor.accept_word("table") {
        return create_table::parse(cursor, persistence).map(Some);
    }
    if cursor.accept_word("sequence") {
        let if_not_exists = cursor.accept(&["if", "not", "exists"]);
        let name = cursor.qualified_name()?;
        let options = constraint::sequence_options(cursor)?;
        return Ok(Some(Statement::CreateSequence(CreateSequence { name, persistence, if_not_exists, options })));
    }
    if persistence != Persistence::Permanent {
        return Ok(None);
    }
    if cursor.accept(&["unique", "index"]) {
        return create_index::parse(cursor, true).map(Some);
    }
    if cursor.accept_word("index") {
        return create_index::parse(cursor, false).map(Some);
    }
    if cursor.accept_word("type") {
        return alter_type::create(cursor);
    }
    if cursor.accept_word("domain") {
        return create_domain(cursor).map(Some);
    }
    if cursor.accept_word("schema") {
        return Ok(perhaps(cursor, create_schema::parse));
    }
    if cursor.accept_word("collation") {
        return Ok(perhaps(cursor, collation::create));
    }
    if cursor.accept_word("extension") {
        return extension::create(cursor);
    }
    if cursor.accept_word("operator") {
        return Ok(perhaps(cursor, create_operator::parse));
    }
    if cursor.accept_word("publication") {
        return Ok(perhaps(cursor, publication::create));
    }
    if cursor.accept_word("statistics") {
        return Ok(perhaps(cursor, statistics::create));
    }
    Ok(perhaps(cursor, role::create))
}

/// A view may be replaced, temporary and recursive.
fn create_view(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let start = cursor.position();
    let replace = cursor.accept(&["or", "replace"]);
    let _ = cursor.accept_word("local") || cursor.accept_word("global");
    let persistence = if cursor.accept_word("temp") || cursor.accept_word("temporary") {
        Persistence::Temporary
    } else if cursor.accept_word("unlogged") {
        Persistence::Unlogged
    } else {
        Persistence::Permanent
    };
    if persistence == Persistence::Permanent && cursor.is_word("rule") {
        return rule::create(cursor, replace).map(Some);
    }
    let is_view = cursor.is_word("view") || cursor.are_words(&["recursive", "view"]);
    if is_view && persistence != Persistence::Unlogged {
        return create_view::view(cursor, replace, persistence).map(Some);
    }
    if !replace && persistence != Persistence::Temporary && cursor.accept(&["materialized", "view"]) {
        return create_view::materialized(cursor, persistence).map(Some);
    }
    cursor.rewind(start);
    Ok(None)
}

/// What may follow `CREATE [OR REPLACE]` and holds code; the words are left where nothing of the kind does.
fn code(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let start = cursor.position();
    let replace = cursor.accept(&["or", "replace"]);
    let made = match routine::create(cursor, replace)? {
        Some(made) => Some(made),
        None if cursor.is_word("aggregate") => crate::syntax::aggregate::create(cursor, replace)?,
        None => trigger::create(cursor, replace)?,
    };
    if made.is_none() {
        cursor.rewind(start);
    }
    Ok(made)
}

fn create_domain(cursor: &mut Cursor<'_>) -> Result<Statement> {
    let name = cursor.qualified_name()?;
    cursor.accept_word("as");
    let mut made = CreateDomain { name, type_name: type_name::parse(cursor)?, collation: None, constraints: vec![] };
    loop {
        if cursor.accept_word("collate") {
            made.collation = Some(cursor.qualified_name()?);
        } else {
            match constraint::column_constraint(cursor)? {
                Some(constraint) => made.constraints.push(constraint),
                None => return Ok(Statement::CreateDomain(made)),
            }
        }
    }
}

pub(super) fn alter(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    cursor.expect(&["alter"])?;
    let start = cursor.position();
    let made = alter_by_kind(cursor)?;
    if made.is_some() {
        return Ok(made);
    }
    cursor.rewind(start);
    if cursor.accept(&["default", "privileges"]) {
        return Ok(perhaps(cursor, privilege::default_privileges));
    }
    let by_kind = [
        ("publication", publication::alter as Reader),
        ("statistics", statistics::alter),
        ("database", role::alter_database),
        ("extension", extension::alter),
    ];
    for (word, read) in by_kind {
        let start = cursor.position();
        if cursor.accept_word(word)
            && let Some(made) = perhaps(cursor, read)
        {
            return Ok(Some(made));
        }
        cursor.rewind(start);
    }
    Ok(perhaps(cursor, role::alter).or_else(|| perhaps(cursor, alter_object::parse)))
}

fn alter_by_kind(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    if cursor.is_word("rule") {
        return rule::alter(cursor).map(Some);
    }
    if let Some(made) = routine::alter(cursor)? {
        return Ok(Some(made));
    }
    if let Some(made) = trigger::alter(cursor)? {
        return Ok(Some(made));
    }
    for (words, object) in KINDS {
        if !cursor.accept(words) {
            continue;
        }
        return match object {
            ObjectType::Table
            | ObjectType::Index
            | ObjectType::View
            | ObjectType::MaterializedView
            | ObjectType::ForeignTable => alter_table::parse(cursor, object),
            ObjectType::Sequence => alter_sequence(cursor),
            ObjectType::Type => alter_type::alter(cursor),
            ObjectType::Domain => alter_type::alter_domain(cursor),
            _ => Ok(None),
        };
    }
    Ok(None)
}

fn alter_sequence(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let start = cursor.position();
    if let Some(made) = alter_table::parse(cursor, ObjectType::Sequence)? {
        return Ok(Some(made));
    }
    cursor.rewind(start);
    let if_exists = cursor.accept(&["if", "exists"]);
    let name = cursor.qualified_name()?;
    let options = constraint::sequence_options(cursor)?;
    // `SET LOGGED` and the like have no tree.
    Ok(cursor.at_end().then_some(Statement::AlterSequence(AlterSequence { name, if_exists, options })))
}

pub(super) fn drop(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    cursor.expect(&["drop"])?;
    let start = cursor.position();
    let made = drop_by_kind(cursor)?;
    if made.is_some() {
        return Ok(made);
    }
    cursor.rewind(start);
    Ok(perhaps(cursor, role::drop).or_else(|| perhaps(cursor, drop_object::parse)))
}

fn drop_by_kind(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    if cursor.is_word("rule") {
        return rule::drop(cursor).map(Some);
    }
    if let Some(made) = routine::drop(cursor)? {
        return Ok(Some(made));
    }
    if let Some(made) = trigger::drop(cursor)? {
        return Ok(Some(made));
    }
    for (words, object) in KINDS {
        if matches!(object, ObjectType::Collation | ObjectType::Statistics) || !cursor.accept(words) {
            continue;
        }
        let concurrently = object == ObjectType::Index && cursor.accept_word("concurrently");
        let if_exists = cursor.accept(&["if", "exists"]);
        let names = cursor.list(Cursor::qualified_name)?;
        let cascade = behavior(cursor);
        return Ok(Some(Statement::Drop(Drop { object, names, concurrently, if_exists, cascade })));
    }
    Ok(None)
}

type Reader = fn(&mut Cursor<'_>) -> Result<Option<Statement>>;

/// `RESTRICT` (the default) or `CASCADE` (true).
pub(super) fn behavior(cursor: &mut Cursor<'_>) -> bool {
    let cascade = cursor.accept_word("cascade");
    if !cascade {
        cursor.accept_word("restrict");
    }
    cascade
}

pub(super) fn comment(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    cursor.expect(&["comment", "on"])?;
    let Some(object) = address::kind(cursor) else { return Ok(None) };
    let address = address::parse(cursor, object)?;
    cursor.expect(&["is"])?;
    let text = if cursor.accept_word("null") { None } else { Some(cursor.string()?) };
    Ok(Some(Statement::Comment(Comment { address, text })))
}

/// `(name = value, name)`: storage parameters and the like, values as text.
pub(super) fn options(cursor: &mut Cursor<'_>) -> Result<Vec<(Ident, Option<String>)>> {
    cursor.parenthesised(|cursor| {
        let mut name = cursor.label()?;
        if cursor.accept_sign(".") {
            let rest = cursor.label()?;
            name = Ident::new(&format!("{}.{}", name.as_str(), rest.as_str()));
        }
        let modulus = name == "modulus" || name == "remainder";
        if !cursor.accept_sign("=") && !modulus {
            return Ok((name, None));
        }
        let sign = if cursor.accept_sign("-") { "-" } else { "" };
        cursor.accept_sign("+");
        match cursor.next() {
            Some(token) => match token.kind {
                // A word is a type name or keyword to the grammar: folded.
                Kind::Word => Ok((name, Some(format!("{sign}{}", Ident::folded(cursor.raw(token)).as_str())))),
                Kind::Integer | Kind::Decimal => Ok((name, Some(format!("{sign}{}", cursor.raw(token))))),
                Kind::String | Kind::EscapeString | Kind::QuotedWord | Kind::DollarString => {
                    Ok((name, Some(lexer::value(cursor.text, token))))
                }
                _ => cursor.error(),
            },
            None => cursor.error(),
        }
    })
}
