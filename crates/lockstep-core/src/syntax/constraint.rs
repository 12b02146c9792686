//! Constraints of columns and tables, and what may follow them.

use crate::name::Ident;
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::object;
use crate::syntax::parse_expression::{expression, restricted};
use crate::syntax::statement::{
    ColumnConstraint, ColumnConstraintKind, ConstraintAttributes, IndexParameters, References, ReferentialAction,
    SequenceOptions, TableConstraint, TableConstraintKind,
};
use crate::syntax::{create_index, type_name};

/// `ColQualList`, without `COLLATE` and the storage clauses.
pub(super) fn column_constraint(cursor: &mut Cursor<'_>) -> Result<Option<ColumnConstraint>> {
    let name = match cursor.accept_word("constraint") {
        true => Some(cursor.name()?),
        false => None,
    };
    let kind = if cursor.accept(&["not", "null"]) {
        ColumnConstraintKind::NotNull { no_inherit: cursor.accept(&["no", "inherit"]) }
    } else if cursor.accept_word("null") {
        ColumnConstraintKind::Null
    } else if cursor.accept_word("default") {
        ColumnConstraintKind::Default(restricted(cursor)?)
    } else if cursor.is_word("check") && cursor.is_sign_at(1, "(") {
        cursor.next();
        let expression = parenthesised_expression(cursor)?;
        ColumnConstraintKind::Check { expression, no_inherit: cursor.accept(&["no", "inherit"]) }
    } else if cursor.accept_word("unique") {
        let nulls_not_distinct = nulls_not_distinct(cursor)?;
        ColumnConstraintKind::Unique { nulls_not_distinct, index: index_parameters(cursor)? }
    } else if cursor.accept(&["primary", "key"]) {
        ColumnConstraintKind::PrimaryKey { index: index_parameters(cursor)? }
    } else if cursor.accept_word("references") {
        ColumnConstraintKind::References(references(cursor)?)
    } else if cursor.accept_word("generated") {
        let always = if cursor.accept_word("always") {
            true
        } else {
            cursor.expect(&["by", "default"])?;
            false
        };
        cursor.expect(&["as"])?;
        if cursor.accept_word("identity") {
            let options = match cursor.accept_sign("(") {
                true => {
                    let options = sequence_options(cursor)?;
                    cursor.expect_sign(")")?;
                    options
                }
                false => SequenceOptions::default(),
            };
            ColumnConstraintKind::Identity { always, options }
        } else if always {
            let expression = parenthesised_expression(cursor)?;
            let stored = if cursor.accept_word("stored") {
                Some(true)
            } else if cursor.accept_word("virtual") {
                Some(false)
            } else {
                None
            };
            ColumnConstraintKind::Generated { expression, stored }
        } else {
            return cursor.error();
        }
    } else if name.is_some() {
        return cursor.error();
    } else {
        return Ok(None);
    };
    Ok(Some(ColumnConstraint { name, kind, attributes: attributes(cursor)? }))
}

pub(super) fn parenthesised_expression(cursor: &mut Cursor<'_>) -> Result<crate::syntax::expression::Expr> {
    cursor.expect_sign("(")?;
    let made = expression(cursor)?;
    cursor.expect_sign(")")?;
    Ok(made)
}

/// Whether a table constraint begins here.
pub(super) fn is_table_constraint(cursor: &Cursor<'_>) -> bool {
    cursor.is_any(&["constraint", "unique", "primary", "foreign"])
        || (cursor.is_word("check") && cursor.is_sign_at(1, "("))
        || cursor.are_words(&["not", "null"])
        || (cursor.is_word("exclude") && (cursor.is_sign_at(1, "(") || cursor.is_word_at(1, "using")))
}

pub(super) fn table_constraint(cursor: &mut Cursor<'_>) -> Result<TableConstraint> {
    let name = match cursor.accept_word("constraint") {
        true => Some(cursor.name()?),
        false => None,
    };
    let kind = if cursor.accept_word("check") {
        let expression = parenthesised_expression(cursor)?;
        TableConstraintKind::Check { expression, no_inherit: false }
    } else if cursor.accept(&["not", "null"]) {
        TableConstraintKind::NotNull { column: cursor.name()?, no_inherit: false }
    } else if cursor.accept_word("unique") {
        if cursor.accept(&["using", "index"]) {
            TableConstraintKind::UniqueUsingIndex { index: cursor.name()? }
        } else {
            let nulls_not_distinct = nulls_not_distinct(cursor)?;
            let (columns, without_overlaps) = key_columns(cursor)?;
            let index = index_parameters(cursor)?;
            TableConstraintKind::Unique { columns, nulls_not_distinct, without_overlaps, index }
        }
    } else if cursor.accept(&["primary", "key"]) {
        if cursor.accept(&["using", "index"]) {
            TableConstraintKind::PrimaryKeyUsingIndex { index: cursor.name()? }
        } else {
            let (columns, without_overlaps) = key_columns(cursor)?;
            TableConstraintKind::PrimaryKey { columns, without_overlaps, index: index_parameters(cursor)? }
        }
    } else if cursor.accept(&["foreign", "key"]) {
        let (columns, period) = period_columns(cursor)?;
        cursor.expect(&["references"])?;
        TableConstraintKind::ForeignKey { columns, period, references: references(cursor)? }
    } else if cursor.accept_word("exclude") {
        let method = match cursor.accept_word("using") {
            true => Some(cursor.name()?),
            false => None,
        };
        let elements = cursor.parenthesised(|cursor| {
            let key = create_index::key(cursor)?;
            cursor.expect(&["with"])?;
            Ok((key, operator(cursor)?))
        })?;
        let index = index_parameters(cursor)?;
        let predicate = match cursor.accept_word("where") {
            true => Some(parenthesised_expression(cursor)?),
            false => None,
        };
        TableConstraintKind::Exclude { method, elements, index, predicate }
    } else {
        return cursor.error();
    };
    let mut made = TableConstraint { name, kind, attributes: ConstraintAttributes::default() };
    loop {
        if cursor.accept(&["no", "inherit"]) {
            match &mut made.kind {
                TableConstraintKind::Check { no_inherit, .. } | TableConstraintKind::NotNull { no_inherit, .. } => {
                    *no_inherit = true;
                }
                _ => return cursor.error(),
            }
        } else if !one_attribute(cursor, &mut made.attributes)? {
            return Ok(made);
        }
    }
}

fn operator(cursor: &mut Cursor<'_>) -> Result<String> {
    if cursor.accept_word("operator") {
        cursor.expect_sign("(")?;
        let start = cursor.offset();
        cursor.skip_balanced();
        let text = cursor.text_since(start).to_owned();
        cursor.expect_sign(")")?;
        return Ok(format!("OPERATOR({text})"));
    }
    match cursor.peek() {
        Some(token) if token.kind == crate::syntax::lexer::Kind::Operator => {
            cursor.next();
            Ok(cursor.raw(token).to_owned())
        }
        _ => cursor.error(),
    }
}

fn nulls_not_distinct(cursor: &mut Cursor<'_>) -> Result<bool> {
    if !cursor.accept_word("nulls") {
        return Ok(false);
    }
    let not = cursor.accept_word("not");
    cursor.expect(&["distinct"])?;
    Ok(not)
}

fn key_columns(cursor: &mut Cursor<'_>) -> Result<(Vec<Ident>, bool)> {
    cursor.expect_sign("(")?;
    let columns = cursor.list(Cursor::name)?;
    let without_overlaps = cursor.accept(&["without", "overlaps"]);
    cursor.expect_sign(")")?;
    Ok((columns, without_overlaps))
}

/// Columns of which the last may be marked `PERIOD`.
fn period_columns(cursor: &mut Cursor<'_>) -> Result<(Vec<Ident>, bool)> {
    let mut period = false;
    let columns = cursor.parenthesised(|cursor| {
        if cursor.is_word("period") && !cursor.is_sign_at(1, ",") && !cursor.is_sign_at(1, ")") {
            cursor.next();
            period = true;
        }
        cursor.name()
    })?;
    Ok((columns, period))
}

pub(super) fn references(cursor: &mut Cursor<'_>) -> Result<References> {
    let table = cursor.qualified_name()?;
    let (columns, period) = if cursor.is_sign("(") { period_columns(cursor)? } else { (vec![], false) };
    let mut made = References {
        table,
        columns,
        period,
        match_type: None,
        on_delete: ReferentialAction::NoAction,
        on_delete_columns: vec![],
        on_update_columns: vec![],
        on_update: ReferentialAction::NoAction,
    };
    loop {
        if cursor.accept_word("match") {
            let Some(word) = ["full", "partial", "simple"].iter().find(|word| cursor.is_word(word)) else {
                return cursor.error();
            };
            cursor.next();
            made.match_type = Some((*word).to_owned());
        } else if cursor.accept(&["on", "delete"]) {
            (made.on_delete, made.on_delete_columns) = action(cursor)?;
        } else if cursor.accept(&["on", "update"]) {
            (made.on_update, made.on_update_columns) = action(cursor)?;
        } else {
            return Ok(made);
        }
    }
}

fn action(cursor: &mut Cursor<'_>) -> Result<(ReferentialAction, Vec<Ident>)> {
    let action = if cursor.accept(&["no", "action"]) {
        ReferentialAction::NoAction
    } else if cursor.accept_word("restrict") {
        ReferentialAction::Restrict
    } else if cursor.accept_word("cascade") {
        ReferentialAction::Cascade
    } else if cursor.accept(&["set", "null"]) {
        ReferentialAction::SetNull
    } else if cursor.accept(&["set", "default"]) {
        ReferentialAction::SetDefault
    } else {
        return cursor.error();
    };
    let columns = match action {
        ReferentialAction::SetNull | ReferentialAction::SetDefault if cursor.is_sign("(") => cursor.names()?,
        _ => vec![],
    };
    Ok((action, columns))
}

pub(super) fn index_parameters(cursor: &mut Cursor<'_>) -> Result<IndexParameters> {
    let mut made = IndexParameters::default();
    if cursor.accept_word("include") {
        made.include = cursor.names()?;
    }
    if cursor.accept_word("with") {
        made.options = object::options(cursor)?;
    }
    if cursor.accept(&["using", "index", "tablespace"]) {
        made.tablespace = Some(cursor.name()?);
    }
    Ok(made)
}

pub(super) fn attributes(cursor: &mut Cursor<'_>) -> Result<ConstraintAttributes> {
    let mut made = ConstraintAttributes::default();
    while one_attribute(cursor, &mut made)? {}
    Ok(made)
}

fn one_attribute(cursor: &mut Cursor<'_>, made: &mut ConstraintAttributes) -> Result<bool> {
    if cursor.accept(&["not", "deferrable"]) {
        made.deferrable = Some(false);
    } else if cursor.accept_word("deferrable") {
        made.deferrable = Some(true);
    } else if cursor.accept(&["initially", "deferred"]) {
        made.initially_deferred = Some(true);
    } else if cursor.accept(&["initially", "immediate"]) {
        made.initially_deferred = Some(false);
    } else if cursor.accept(&["not", "valid"]) {
        made.not_valid = true;
    } else if cursor.accept(&["not", "enforced"]) {
        made.enforced = Some(false);
    } else if cursor.accept_word("enforced") {
        made.enforced = Some(true);
    } else {
        return Ok(false);
    }
    Ok(true)
}

pub(super) fn sequence_options(cursor: &mut Cursor<'_>) -> Result<SequenceOptions> {
    let mut made = SequenceOptions::default();
    loop {
        if cursor.accept_word("as") {
            made.data_type = Some(type_name::parse(cursor)?);
        } else if cursor.accept(&["increment", "by"]) || cursor.accept_word("increment") {
            made.increment = Some(cursor.integer()?);
        } else if cursor.accept(&["no", "minvalue"]) {
            made.min_value = Some(None);
        } else if cursor.accept(&["no", "maxvalue"]) {
            made.max_value = Some(None);
        } else if cursor.accept(&["no", "cycle"]) {
            made.cycle = Some(false);
        } else if cursor.accept_word("cycle") {
            made.cycle = Some(true);
        } else if cursor.accept_word("minvalue") {
            made.min_value = Some(Some(cursor.integer()?));
        } else if cursor.accept_word("maxvalue") {
            made.max_value = Some(Some(cursor.integer()?));
        } else if cursor.accept_word("cache") {
            made.cache = Some(cursor.integer()?);
        } else if cursor.accept(&["start", "with"]) || cursor.accept_word("start") {
            made.start = Some(cursor.integer()?);
        } else if cursor.accept(&["restart", "with"]) {
            made.restart = Some(Some(cursor.integer()?));
        } else if cursor.accept_word("restart") {
            let number = cursor.peek().is_some_and(|token| token.kind == crate::syntax::lexer::Kind::Integer);
            made.restart = Some(if number || cursor.is_sign("-") { Some(cursor.integer()?) } else { None });
        } else if cursor.accept(&["sequence", "name"]) {
            made.name = Some(cursor.qualified_name()?);
        } else if cursor.accept(&["owned", "by"]) {
            let owner = cursor.dotted_name()?;
            let none = owner.len() == 1 && owner[0] == "none";
            made.owned_by = Some(if none { vec![] } else { owner });
        } else {
            return Ok(made);
        }
    }
}
