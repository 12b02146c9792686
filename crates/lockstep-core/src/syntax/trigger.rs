//! Triggers, event triggers and policies: `CreateTrigStmt`, `CreatePolicyStmt` and their like.

use crate::name::{Ident, QualifiedName};
use crate::syntax::constraint::attributes;
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::Expr;
use crate::syntax::lexer::{self, Kind};
use crate::syntax::object::behavior;
use crate::syntax::parse_expression::expression;
use crate::syntax::statement::{
    AlterEventTrigger, AlterPolicy, CreateEventTrigger, CreatePolicy, CreateTrigger, DropPart, EventTriggerAction,
    FiringState, PartKind, RenamePart, Statement, Transition, TriggerEvents, TriggerTiming,
};

/// After `CREATE [OR REPLACE]`; `None` where nothing of the kind follows.
pub(super) fn create(cursor: &mut Cursor<'_>, replace: bool) -> Result<Option<Statement>> {
    let constraint = cursor.are_words(&["constraint", "trigger"]) && cursor.accept_word("constraint");
    if cursor.accept_word("trigger") {
        return trigger(cursor, replace, constraint).map(|it| Some(Statement::CreateTrigger(Box::new(it))));
    }
    if replace {
        return Ok(None);
    }
    if cursor.accept_word("policy") {
        return policy(cursor).map(|it| Some(Statement::CreatePolicy(Box::new(it))));
    }
    if cursor.accept(&["event", "trigger"]) {
        return event_trigger(cursor).map(|it| Some(Statement::CreateEventTrigger(it)));
    }
    Ok(None)
}

fn trigger(cursor: &mut Cursor<'_>, replace: bool, constraint: bool) -> Result<CreateTrigger> {
    let name = cursor.name()?;
    let timing = if cursor.accept_word("before") {
        TriggerTiming::Before
    } else if cursor.accept_word("after") {
        TriggerTiming::After
    } else {
        cursor.expect(&["instead", "of"])?;
        TriggerTiming::InsteadOf
    };
    let (mut events, mut columns) = (TriggerEvents::default(), vec![]);
    loop {
        let slot = if cursor.accept_word("insert") {
            &mut events.insert
        } else if cursor.accept_word("delete") {
            &mut events.delete
        } else if cursor.accept_word("truncate") {
            &mut events.truncate
        } else {
            cursor.expect(&["update"])?;
            if cursor.accept_word("of") {
                columns = cursor.list(Cursor::name)?;
            }
            &mut events.update
        };
        if *slot {
            // The grammar refuses an event twice.
            return cursor.error();
        }
        *slot = true;
        if !cursor.accept_word("or") {
            break;
        }
    }
    cursor.expect(&["on"])?;
    let table = cursor.qualified_name()?;
    let from = match constraint && cursor.accept_word("from") {
        true => Some(cursor.qualified_name()?),
        false => None,
    };
    let attributes = attributes(cursor)?;
    let mut transitions = vec![];
    if cursor.accept_word("referencing") {
        while cursor.is_any(&["old", "new"]) {
            let new = cursor.is_word("new");
            cursor.next();
            let table = cursor.accept_word("table");
            if !table {
                cursor.expect(&["row"])?;
            }
            cursor.accept_word("as");
            transitions.push(Transition { new, table, name: cursor.name()? });
        }
    }
    let mut for_each_row = constraint;
    if cursor.accept_word("for") {
        cursor.accept_word("each");
        for_each_row = cursor.accept_word("row");
        if !for_each_row {
            cursor.expect(&["statement"])?;
        }
    }
    let when = match cursor.accept_word("when") {
        true => Some(in_parentheses(cursor)?),
        false => None,
    };
    cursor.expect(&["execute"])?;
    if !cursor.accept_word("function") {
        cursor.expect(&["procedure"])?;
    }
    let function = function_name(cursor)?;
    cursor.expect_sign("(")?;
    let arguments = if cursor.is_sign(")") { vec![] } else { cursor.list(argument)? };
    cursor.expect_sign(")")?;
    Ok(CreateTrigger {
        replace,
        constraint,
        name,
        timing,
        events,
        columns,
        table,
        from,
        attributes,
        transitions,
        for_each_row,
        when,
        function,
        arguments,
    })
}

fn function_name(cursor: &mut Cursor<'_>) -> Result<QualifiedName> {
    match cursor.is_sign_at(1, ".") {
        true => cursor.qualified_name(),
        false => Ok(QualifiedName { schema: None, name: cursor.label()? }),
    }
}

/// `TriggerFuncArg`: constants and words, all of them text.
fn argument(cursor: &mut Cursor<'_>) -> Result<String> {
    if let Some(text) = cursor.accept_string() {
        return Ok(text);
    }
    match cursor.peek().map(|token| token.kind) {
        Some(Kind::Integer | Kind::Decimal) => {
            let token = cursor.next();
            Ok(token.map(|it| lexer::value(cursor.text, it)).unwrap_or_default())
        }
        _ => Ok(cursor.label()?.as_str().to_owned()),
    }
}

fn in_parentheses(cursor: &mut Cursor<'_>) -> Result<Expr> {
    cursor.expect_sign("(")?;
    let made = expression(cursor)?;
    cursor.expect_sign(")")?;
    Ok(made)
}

fn policy(cursor: &mut Cursor<'_>) -> Result<CreatePolicy> {
    let name = cursor.name()?;
    cursor.expect(&["on"])?;
    let table = cursor.qualified_name()?;
    let mut made = CreatePolicy {
        name,
        table,
        permissive: true,
        command: Ident::new("all"),
        roles: vec![],
        using: None,
        check: None,
    };
    if cursor.accept_word("as") {
        made.permissive = !cursor.accept_word("restrictive");
        if made.permissive {
            cursor.expect(&["permissive"])?;
        }
    }
    if cursor.accept_word("for") {
        if !cursor.is_any(&["all", "select", "insert", "update", "delete"]) {
            return cursor.error();
        }
        made.command = cursor.label()?;
    }
    made.roles = roles(cursor)?;
    (made.using, made.check) = conditions(cursor)?;
    Ok(made)
}

/// `RowSecurityDefaultToRole`.
fn roles(cursor: &mut Cursor<'_>) -> Result<Vec<Ident>> {
    match cursor.accept_word("to") {
        true => cursor.list(Cursor::label),
        false => Ok(vec![]),
    }
}

fn conditions(cursor: &mut Cursor<'_>) -> Result<(Option<Expr>, Option<Expr>)> {
    let using = if cursor.accept_word("using") { Some(in_parentheses(cursor)?) } else { None };
    let check = if cursor.accept(&["with", "check"]) { Some(in_parentheses(cursor)?) } else { None };
    Ok((using, check))
}

fn event_trigger(cursor: &mut Cursor<'_>) -> Result<CreateEventTrigger> {
    let name = cursor.name()?;
    cursor.expect(&["on"])?;
    let event = cursor.label()?;
    let mut filters = vec![];
    if cursor.accept_word("when") {
        loop {
            let filter = cursor.name()?;
            cursor.expect(&["in"])?;
            filters.push((filter, cursor.parenthesised(Cursor::string)?));
            if !cursor.accept_word("and") {
                break;
            }
        }
    }
    cursor.expect(&["execute"])?;
    if !cursor.accept_word("function") {
        cursor.expect(&["procedure"])?;
    }
    let function = function_name(cursor)?;
    cursor.expect_sign("(")?;
    cursor.expect_sign(")")?;
    Ok(CreateEventTrigger { name, event, filters, function })
}

fn part_kind(cursor: &mut Cursor<'_>) -> Option<PartKind> {
    match () {
        () if cursor.accept_word("trigger") => Some(PartKind::Trigger),
        () if cursor.accept_word("policy") => Some(PartKind::Policy),
        () => None,
    }
}

/// After `DROP`.
pub(super) fn drop(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let Some(kind) = part_kind(cursor) else { return Ok(None) };
    let if_exists = cursor.accept(&["if", "exists"]);
    let name = cursor.name()?;
    cursor.expect(&["on"])?;
    let table = cursor.qualified_name()?;
    let cascade = behavior(cursor);
    Ok(Some(Statement::DropPart(DropPart { kind, name, table, if_exists, cascade })))
}

/// After `ALTER`.
pub(super) fn alter(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    if cursor.accept(&["event", "trigger"]) {
        return alter_event_trigger(cursor).map(|it| Some(Statement::AlterEventTrigger(it)));
    }
    let Some(kind) = part_kind(cursor) else { return Ok(None) };
    let name = cursor.name()?;
    cursor.expect(&["on"])?;
    let table = cursor.qualified_name()?;
    if cursor.accept(&["rename", "to"]) {
        let to = cursor.name()?;
        return Ok(Some(Statement::RenamePart(RenamePart { kind, name, table, to })));
    }
    if kind == PartKind::Trigger {
        // `DEPENDS ON EXTENSION` has no tree.
        return Ok(None);
    }
    let roles = roles(cursor)?;
    let (using, check) = conditions(cursor)?;
    Ok(Some(Statement::AlterPolicy(Box::new(AlterPolicy { name, table, roles, using, check }))))
}

fn alter_event_trigger(cursor: &mut Cursor<'_>) -> Result<AlterEventTrigger> {
    let name = cursor.name()?;
    let action = if cursor.accept(&["rename", "to"]) {
        EventTriggerAction::RenameTo(cursor.name()?)
    } else if cursor.accept(&["owner", "to"]) {
        EventTriggerAction::OwnerTo(cursor.label()?)
    } else if cursor.accept_word("disable") {
        EventTriggerAction::Enable(FiringState::Disabled)
    } else {
        cursor.expect(&["enable"])?;
        EventTriggerAction::Enable(match () {
            () if cursor.accept_word("replica") => FiringState::Replica,
            () if cursor.accept_word("always") => FiringState::Always,
            () => FiringState::Enabled,
        })
    };
    Ok(AlterEventTrigger { name, action })
}
