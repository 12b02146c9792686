//! Functions and procedures: `CREATE`, `ALTER` and `DROP`, and how they are named (`func_args`).

use crate::name::Ident;
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::lexer::Kind;
use crate::syntax::object::behavior;
use crate::syntax::parse_expression::expression;
use crate::syntax::statement::{
    AlterRoutine, AlterRoutineAction, CreateFunction, DropRoutine, Parameter, ParameterMode, Returns, RoutineBody,
    RoutineKind, RoutineName, RoutineOption, Statement,
};
use crate::syntax::type_name;

/// After `CREATE [OR REPLACE]`; `None` where no function follows.
pub(super) fn create(cursor: &mut Cursor<'_>, replace: bool) -> Result<Option<Statement>> {
    let kind = match () {
        () if cursor.accept_word("function") => RoutineKind::Function,
        () if cursor.accept_word("procedure") => RoutineKind::Procedure,
        () => return Ok(None),
    };
    let name = function_name(cursor)?;
    let parameters = parameters(cursor)?;
    let mut made = CreateFunction { replace, kind, name, parameters, returns: None, options: vec![], body: None };
    if kind == RoutineKind::Function && cursor.is_word("returns") && !cursor.is_word_at(1, "null") {
        cursor.next();
        made.returns = Some(if cursor.is_word("table") && cursor.is_sign_at(1, "(") {
            cursor.next();
            Returns::Table(cursor.parenthesised(|cursor| {
                let name = Some(parameter_name(cursor)?);
                let type_name = type_name::parse(cursor)?;
                Ok(Parameter { mode: ParameterMode::Table, name, type_name, default: None })
            })?)
        } else {
            Returns::Type(type_name::parse(cursor)?)
        });
    }
    while let Some(option) = option(cursor)? {
        made.options.push(option);
    }
    made.body = body(cursor)?;
    Ok(Some(Statement::CreateFunction(Box::new(made))))
}

/// `func_name`: any name that a function may have.
fn function_name(cursor: &mut Cursor<'_>) -> Result<crate::name::QualifiedName> {
    match cursor.is_sign_at(1, ".") {
        true => cursor.qualified_name(),
        false => match cursor.accept_type_or_function_name() {
            Some(name) => Ok(crate::name::QualifiedName { schema: None, name }),
            None => cursor.error(),
        },
    }
}

fn parameter_name(cursor: &mut Cursor<'_>) -> Result<Ident> {
    match cursor.accept_type_or_function_name() {
        Some(name) => Ok(name),
        None => cursor.error(),
    }
}

fn parameters(cursor: &mut Cursor<'_>) -> Result<Vec<Parameter>> {
    if cursor.is_sign("(") && cursor.is_sign_at(1, ")") {
        cursor.next();
        cursor.next();
        return Ok(vec![]);
    }
    cursor.parenthesised(parameter)
}

fn mode(cursor: &mut Cursor<'_>) -> Option<ParameterMode> {
    if cursor.accept(&["in", "out"]) || cursor.accept_word("inout") {
        Some(ParameterMode::InOut)
    } else if cursor.accept_word("in") {
        Some(ParameterMode::In)
    } else if cursor.accept_word("out") {
        Some(ParameterMode::Out)
    } else if cursor.accept_word("variadic") {
        Some(ParameterMode::Variadic)
    } else {
        None
    }
}

/// `func_arg_with_default`.
fn parameter(cursor: &mut Cursor<'_>) -> Result<Parameter> {
    let mut found = mode(cursor);
    let start = cursor.position();
    let mut name = None;
    if !cursor.are_words(&["double", "precision"])
        && let Some(first) = cursor.accept_type_or_function_name()
    {
        let ends = cursor.at_end()
            || [",", ")", "=", ":=", ".", "(", "[", "%"].iter().any(|sign| cursor.is_sign(sign))
            || cursor.is_any(&["default", "array"]);
        match ends {
            true => cursor.rewind(start),
            false => name = Some(first),
        }
    }
    if name.is_some() && found.is_none() {
        found = mode(cursor);
    }
    let type_name = type_name::parse(cursor)?;
    let default = match cursor.accept_word("default") || cursor.accept_sign("=") || cursor.accept_sign(":=") {
        true => Some(expression(cursor)?),
        false => None,
    };
    Ok(Parameter { mode: found.unwrap_or_default(), name, type_name, default })
}

/// `createfunc_opt_item` and `common_func_opt_item`.
fn option(cursor: &mut Cursor<'_>) -> Result<Option<RoutineOption>> {
    let made = if cursor.accept_word("as") {
        RoutineOption::As(cursor.list(Cursor::string)?)
    } else if cursor.accept_word("language") {
        RoutineOption::Language(match cursor.accept_string() {
            Some(name) => Ident::new(&name),
            None => cursor.label()?,
        })
    } else if cursor.accept_word("window") {
        RoutineOption::Window
    } else if cursor.accept_word("transform") {
        RoutineOption::Transform(cursor.list(|cursor| {
            cursor.expect(&["for", "type"])?;
            type_name::parse(cursor)
        })?)
    } else {
        return common_option(cursor);
    };
    Ok(Some(made))
}

fn common_option(cursor: &mut Cursor<'_>) -> Result<Option<RoutineOption>> {
    let made = if cursor.accept(&["called", "on", "null", "input"]) {
        RoutineOption::Strict(false)
    } else if cursor.accept(&["returns", "null", "on", "null", "input"]) || cursor.accept_word("strict") {
        RoutineOption::Strict(true)
    } else if cursor.is_any(&["immutable", "stable", "volatile"]) {
        RoutineOption::Volatility(cursor.label()?)
    } else if cursor.accept(&["external", "security", "definer"]) || cursor.accept(&["security", "definer"]) {
        RoutineOption::SecurityDefiner(true)
    } else if cursor.accept(&["external", "security", "invoker"]) || cursor.accept(&["security", "invoker"]) {
        RoutineOption::SecurityDefiner(false)
    } else if cursor.accept_word("leakproof") {
        RoutineOption::Leakproof(true)
    } else if cursor.accept(&["not", "leakproof"]) {
        RoutineOption::Leakproof(false)
    } else if cursor.accept_word("parallel") {
        RoutineOption::Parallel(cursor.label()?)
    } else if cursor.accept_word("cost") {
        RoutineOption::Cost(number(cursor)?)
    } else if cursor.accept_word("rows") {
        RoutineOption::Rows(number(cursor)?)
    } else if cursor.accept_word("support") {
        RoutineOption::Support(cursor.qualified_name()?)
    } else if cursor.accept_word("set") {
        setting(cursor)?
    } else if cursor.accept_word("reset") {
        let all = cursor.accept_word("all");
        RoutineOption::Reset(if all { None } else { Some(setting_name(cursor)?) })
    } else {
        return Ok(None);
    };
    Ok(Some(made))
}

fn number(cursor: &mut Cursor<'_>) -> Result<String> {
    let sign = if cursor.accept_sign("-") { "-" } else { "" };
    match cursor.peek().filter(|token| matches!(token.kind, Kind::Integer | Kind::Decimal)) {
        Some(token) => {
            cursor.next();
            Ok(format!("{sign}{}", cursor.raw(token)))
        }
        None => cursor.error(),
    }
}

fn setting_name(cursor: &mut Cursor<'_>) -> Result<String> {
    let parts = cursor.dotted_name()?;
    Ok(parts.iter().map(Ident::as_str).collect::<Vec<_>>().join("."))
}

/// `FunctionSetResetClause`: `SET name = value, …`.
fn setting(cursor: &mut Cursor<'_>) -> Result<RoutineOption> {
    if cursor.accept(&["time", "zone"]) {
        return Ok(RoutineOption::Set { name: "timezone".to_owned(), values: vec![setting_value(cursor)?] });
    }
    let name = setting_name(cursor)?;
    if cursor.accept(&["from", "current"]) {
        return Ok(RoutineOption::SetFromCurrent(name));
    }
    if !cursor.accept_sign("=") {
        cursor.expect(&["to"])?;
    }
    if cursor.accept_word("default") {
        return Ok(RoutineOption::Set { name, values: vec![] });
    }
    Ok(RoutineOption::Set { name, values: cursor.list(setting_value)? })
}

fn setting_value(cursor: &mut Cursor<'_>) -> Result<String> {
    if let Some(text) = cursor.accept_string() {
        return Ok(text);
    }
    match cursor.peek().map(|token| token.kind) {
        Some(Kind::Word | Kind::QuotedWord) => Ok(cursor.label()?.as_str().to_owned()),
        _ => number(cursor),
    }
}

/// `opt_routine_body`.
fn body(cursor: &mut Cursor<'_>) -> Result<Option<RoutineBody>> {
    if cursor.accept_word("return") {
        return Ok(Some(RoutineBody::Return(expression(cursor)?)));
    }
    if !cursor.accept(&["begin", "atomic"]) {
        return Ok(None);
    }
    let mut statements = vec![];
    let (mut cases, mut depth, mut start) = (0usize, 0usize, cursor.offset());
    loop {
        let Some(token) = cursor.peek() else { return cursor.error() };
        let ends = cases == 0 && depth == 0 && cursor.is_word("end");
        if ends || (depth == 0 && cursor.is_sign(";")) {
            let text = cursor.text[start..token.start].trim();
            if !text.is_empty() {
                statements.push(text.to_owned());
            }
            cursor.next();
            if ends {
                return Ok(Some(RoutineBody::Atomic(statements)));
            }
            start = cursor.offset();
            continue;
        }
        match token.kind {
            Kind::Punctuation if cursor.is_sign("(") => depth += 1,
            Kind::Punctuation if cursor.is_sign(")") => depth = depth.saturating_sub(1),
            Kind::Word if cursor.is_word("case") => cases += 1,
            Kind::Word if cursor.is_word("end") => cases = cases.saturating_sub(1),
            _ => {}
        }
        cursor.next();
    }
}

/// `FUNCTION`, `PROCEDURE`, `ROUTINE` or `AGGREGATE` after `ALTER` or `DROP`.
fn routine_kind(cursor: &mut Cursor<'_>) -> Option<RoutineKind> {
    let kinds = [
        ("function", RoutineKind::Function),
        ("procedure", RoutineKind::Procedure),
        ("routine", RoutineKind::Routine),
        ("aggregate", RoutineKind::Aggregate),
    ];
    kinds.into_iter().find(|(word, _)| cursor.accept_word(word)).map(|(_, kind)| kind)
}

/// `function_with_argtypes` and `aggregate_with_argtypes`.
pub(super) fn routine_name(cursor: &mut Cursor<'_>, kind: RoutineKind) -> Result<RoutineName> {
    let name = match cursor.is_sign_at(1, ".") {
        true => cursor.qualified_name()?,
        false => crate::name::QualifiedName { schema: None, name: cursor.label()? },
    };
    if !cursor.is_sign("(") {
        return match kind {
            RoutineKind::Aggregate => cursor.error(),
            _ => Ok(RoutineName { name, arguments: None }),
        };
    }
    if kind == RoutineKind::Aggregate && cursor.is_sign_at(1, "*") && cursor.is_sign_at(2, ")") {
        (0..3).for_each(|_| {
            cursor.next();
        });
        return Ok(RoutineName { name, arguments: Some(vec![]) });
    }
    Ok(RoutineName { name, arguments: Some(parameters(cursor)?) })
}

/// After `DROP`.
pub(super) fn drop(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let Some(kind) = routine_kind(cursor) else { return Ok(None) };
    let if_exists = cursor.accept(&["if", "exists"]);
    let routines = cursor.list(|cursor| routine_name(cursor, kind))?;
    let cascade = behavior(cursor);
    Ok(Some(Statement::DropRoutine(DropRoutine { kind, routines, if_exists, cascade })))
}

/// After `ALTER`.
pub(super) fn alter(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let Some(kind) = routine_kind(cursor) else { return Ok(None) };
    let routine = routine_name(cursor, kind)?;
    let action = if cursor.accept(&["rename", "to"]) {
        AlterRoutineAction::RenameTo(cursor.name()?)
    } else if cursor.accept(&["owner", "to"]) {
        AlterRoutineAction::OwnerTo(cursor.label()?)
    } else if cursor.accept(&["set", "schema"]) {
        AlterRoutineAction::SetSchema(cursor.name()?)
    } else if cursor.is_any(&["depends", "no"]) {
        let remove = cursor.accept_word("no");
        cursor.expect(&["depends", "on", "extension"])?;
        AlterRoutineAction::DependsOnExtension { name: cursor.name()?, remove }
    } else {
        let mut options = vec![];
        while let Some(option) = common_option(cursor)? {
            options.push(option);
        }
        if options.is_empty() {
            return cursor.error();
        }
        cursor.accept_word("restrict");
        AlterRoutineAction::Options(options)
    };
    Ok(Some(Statement::AlterRoutine(AlterRoutine { kind, routine, action })))
}
