//! Bodies of functions: what the validators of the languages check (`fmgr_sql_validator`,
//! `plpgsql_validator`), and what a body needs that is bound to its names.

use smol_str::SmolStr;
use triomphe::Arc;

use crate::effect::{PgError, RelationId};
use crate::expression::{self, Context, Expression, Inlined, Kind, Refusal, Scope, UserTypeInfo};
use crate::name::{Ident, QualifiedName};
use crate::pg::catalog::extension::Installed;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::pg::version::PgVersion;
use crate::schema::dependency::Object;
use crate::schema::routine::{FIRST_PARAMETER, Parameter, Routine, RoutineKind};
use crate::statement::execution::{Execution, Outcome, Stop, fail, unknown};
use crate::statement::query;
use crate::statement::routine_messages;
use crate::statement::routine_result::{self, mismatch, no_result};
use crate::statement::scope::TableScope;
use crate::syntax::expression::{Expr, QueryText, TypeName};
use crate::syntax::statement::{CreateFunction, RoutineBody, Statement};
use crate::syntax::{self, SyntaxError};

/// Parameters by name and number, as a body in SQL sees them.
struct BodyScope<'a> {
    outer: TableScope<'a>,
    function: &'a Ident,
    parameters: &'a [Parameter],
}

impl BodyScope<'_> {
    fn place(&self, name: &Ident) -> Option<(u16, Type)> {
        let inputs = self.parameters.iter().filter(|it| it.is_input()).enumerate();
        let (at, found) = inputs.into_iter().find(|(_, it)| it.name.as_ref() == Some(name))?;
        Some((FIRST_PARAMETER + u16::try_from(at).ok()?, found.type_))
    }
}

impl Scope for BodyScope<'_> {
    fn version(&self) -> PgVersion {
        self.outer.version()
    }

    fn column(&self, parts: &[Ident]) -> Result<(u16, Type), Refusal> {
        let found = match parts {
            [name] => self.place(name),
            [function, name] if function == self.function => self.place(name),
            // `parameter.field`
            [name, ..] if self.place(name).is_some() => {
                return Err(Refusal::Unknown(format!("a field of the parameter {name} is not modelled")));
            }
            _ => None,
        };
        found.map_or_else(|| self.outer.column(parts), Ok)
    }

    fn resolve_type(&self, name: &TypeName) -> Result<Type, Refusal> {
        self.outer.resolve_type(name)
    }

    fn user_type(&self, id: u32) -> Option<UserTypeInfo> {
        self.outer.user_type(id)
    }

    fn extensions(&self) -> Installed {
        self.outer.extensions()
    }

    fn may_bring_operator(&self, symbol: &str) -> bool {
        self.outer.may_bring_operator(symbol)
    }

    fn user_type_name(&self, id: u32) -> SmolStr {
        self.outer.user_type_name(id)
    }

    fn relation(&self, name: &str) -> Result<u32, Refusal> {
        self.outer.relation(name)
    }

    fn functions(&self, name: &QualifiedName) -> Result<Option<Vec<expression::Callable>>, Refusal> {
        self.outer.functions(name)
    }

    fn inlined(&self, function: u32) -> Option<Inlined> {
        self.outer.inlined(function)
    }

    fn parameter(&self, number: u32) -> Option<(u16, Type)> {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        let found = self.parameters.iter().filter(|it| it.is_input()).nth(at)?;
        Some((FIRST_PARAMETER + u16::try_from(at).ok()?, found.type_))
    }
}

/// Checks the body; what it returns are the objects that it is bound to.
pub(super) fn check(
    statement: &CreateFunction,
    execution: &mut Execution,
    routine: &mut Routine,
) -> Outcome<Vec<Object>> {
    match routine.language.as_str() {
        "sql" => sql(statement, execution, routine),
        "plpgsql" => plpgsql(statement, execution, routine).map(|()| vec![]),
        "c" | "internal" => unknown("whether the server has the code of this function is not known"),
        _ => Ok(vec![]),
    }
}

fn is_pseudo(type_: &Type) -> bool {
    !type_.array && type_.row().is_some_and(|row| row.kind == 'p')
}

pub(super) fn is_polymorphic(type_: &Type) -> bool {
    type_.row().is_some_and(|row| row.kind == 'p' && row.name.starts_with("any") && row.name != "any")
}

/// `plpgsql_validator`, without its look into the body.
fn plpgsql(statement: &CreateFunction, execution: &Execution, routine: &mut Routine) -> Outcome {
    let name_of = |type_: &Type| type_.row().map(|row| row.name);
    let result = name_of(&routine.result);
    let allowed = matches!(result, Some("trigger" | "event_trigger" | "record" | "void"));
    if is_pseudo(&routine.result) && !allowed && !is_polymorphic(&routine.result) {
        let printed = execution.schema.format_type(&routine.result);
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, format!("PL/pgSQL functions cannot return type {printed}"));
    }
    for input in routine.inputs() {
        if is_pseudo(&input.type_) && name_of(&input.type_) != Some("record") && !is_polymorphic(&input.type_) {
            let printed = execution.schema.format_type(&input.type_);
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, format!("PL/pgSQL functions cannot accept type {printed}"));
        }
    }
    if matches!(result, Some("trigger" | "event_trigger")) && routine.inputs().next().is_some() {
        let words = if result == Some("trigger") { "trigger" } else { "event trigger" };
        let message = format!("{words} functions cannot have declared arguments");
        return fail(sqlstate::INVALID_FUNCTION_DEFINITION, message);
    }
    if let Some(expression) = routine_messages::only_returns(&routine.source) {
        let scope = BodyScope {
            outer: TableScope { execution, table: None, alias: None },
            function: &statement.name.name,
            parameters: &routine.parameters,
        };
        if let Ok(made) = expression::analyze(&expression, &scope, Kind::Body)
            && let Ok(Some(made)) = expression::coerce_to_target(made, &routine.result, Context::Assignment, &scope)
        {
            routine.computes = Some(Arc::new(made));
        }
    }
    Ok(())
}

/// `fmgr_sql_validator`.
fn sql(statement: &CreateFunction, execution: &mut Execution, routine: &mut Routine) -> Outcome<Vec<Object>> {
    let invalid = |message: String| fail(sqlstate::INVALID_FUNCTION_DEFINITION, message);
    let is_row = routine.result.is(Type::RECORD) || routine.result.is(Type::VOID);
    if is_pseudo(&routine.result) && !is_row && !is_polymorphic(&routine.result) {
        let printed = execution.schema.format_type(&routine.result);
        return invalid(format!("SQL functions cannot return type {printed}"));
    }
    for input in routine.inputs() {
        if is_pseudo(&input.type_) && !is_polymorphic(&input.type_) {
            let printed = execution.schema.format_type(&input.type_);
            return invalid(format!("SQL functions cannot have arguments of type {printed}"));
        }
    }
    // `SET search_path` of the function is in force while its body is read.
    let session = execution.session.clone();
    if let Some(path) = routine.settings.iter().find_map(|it| it.strip_prefix("search_path=")) {
        execution.session.search_path = path
            .split(", ")
            .map(|it| Ident::new(it.trim_matches('"')))
            .filter(|it| execution.schema.has_namespace(it.as_str()))
            .collect();
    }
    let found = match &statement.body {
        Some(RoutineBody::Return(expression)) => bound_expression(statement, execution, routine, expression),
        Some(RoutineBody::Atomic(texts)) => atomic(execution, routine, texts),
        None => {
            let polymorphic = routine.inputs().any(|it| is_polymorphic(&it.type_));
            let source = routine.source.clone();
            statements(&source).map_err(|error| Box::new(refused(error))).map_or_else(
                |stop| Err(*stop),
                |statements| match polymorphic {
                    true => Ok(vec![]),
                    false => queries(statement, execution, routine, &statements).map(|()| vec![]),
                },
            )
        }
    };
    execution.session = session;
    found
}

fn refused(error: SyntaxError) -> Stop {
    match error.kind {
        syntax::Refusal::Syntax => Stop::Error(PgError::new(sqlstate::SYNTAX_ERROR, error.message)),
        syntax::Refusal::TooComplex => Stop::Unknown(error.message),
    }
}

/// The statements of a body, with their texts.
fn statements(source: &str) -> Result<Vec<(String, Statement)>, SyntaxError> {
    let texts = syntax::split(source);
    texts.into_iter().map(|text| syntax::parse(text).map(|it| (text.to_owned(), it))).collect()
}

/// `check_sql_fn_statements` and `check_sql_fn_retval`.
fn queries(
    statement: &CreateFunction,
    execution: &mut Execution,
    routine: &mut Routine,
    statements: &[(String, Statement)],
) -> Outcome {
    let single = statements.len() == 1;
    for (at, (text, parsed)) in statements.iter().enumerate() {
        let last = at + 1 == statements.len();
        match parsed {
            Statement::Select(query) => {
                let results = syntax::plain_results(text);
                match results.map(|it| results_of(statement, execution, routine, &it)) {
                    Some(Ok(made)) if last => {
                        let made = fit_result(execution, routine, made)?;
                        if let Some(made) = made.filter(|_| single) {
                            routine.inline = Some(Arc::new(made.clone()));
                            routine.computes = Some(Arc::new(made));
                        }
                    }
                    Some(Ok(_)) => {}
                    Some(Err(Stop::Error(error))) => return Err(error.into()),
                    Some(Err(Stop::Unknown(_))) | None => read(statement, execution, routine, query, last)?,
                }
            }
            Statement::Insert(it) => write(execution, &it.table, it.returning, last, routine)?,
            Statement::Update(it) | Statement::Delete(it) => {
                write(execution, &it.table, it.returning, last, routine)?;
            }
            _ if last && !routine.result.is(Type::VOID) && returns_rows(routine) => {
                return no_result(execution, routine);
            }
            Statement::Other(it) if matches!(it.command.as_str(), "WITH" | "MERGE" | "CALL") => {
                execution.doubt(format!("whether the {} in the body is valid is not known", it.command));
            }
            _ => {}
        }
    }
    if statements.is_empty() && !routine.result.is(Type::VOID) {
        return no_result(execution, routine);
    }
    forbid_inlining(routine);
    Ok(())
}

/// A procedure without results needs no final query.
fn returns_rows(routine: &Routine) -> bool {
    routine.kind != RoutineKind::Procedure || routine.parameters.iter().any(Parameter::is_output)
}

/// The typed results of a query without `FROM`.
fn results_of(
    statement: &CreateFunction,
    execution: &Execution,
    routine: &Routine,
    results: &[Expr],
) -> Outcome<Vec<Expression>> {
    let scope = BodyScope {
        outer: TableScope { execution, table: None, alias: None },
        function: &statement.name.name,
        parameters: &routine.parameters,
    };
    results.iter().map(|it| expression::analyze(it, &scope, Kind::Body).map_err(Stop::from)).collect()
}

/// The one result, converted to the type that the function declares.
fn fit_result(
    execution: &mut Execution,
    routine: &Routine,
    mut results: Vec<Expression>,
) -> Outcome<Option<Expression>> {
    if routine_result::is_row(execution, routine) || is_polymorphic(&routine.result) {
        let types: Vec<Type> = results.iter().map(|it| *it.type_()).collect();
        return routine_result::fit(execution, routine, &types).map(|()| None);
    }
    if routine.result.is(Type::VOID) {
        return Ok(None);
    }
    let (Some(only), true) = (results.pop(), results.is_empty()) else {
        return mismatch(execution, routine, "Final statement must return exactly one column.");
    };
    let from = *only.type_();
    let scope = TableScope { execution, table: None, alias: None };
    match expression::coerce_to_target(only, &routine.result, Context::Assignment, &scope)? {
        Some(made) => Ok(Some(made)),
        None => {
            let printed = execution.schema.format_type(&from);
            mismatch(execution, routine, format!("Actual return type is {printed}."))
        }
    }
}

/// A query that reads tables: parse analysis opens and locks them.
fn read(
    statement: &CreateFunction,
    execution: &mut Execution,
    routine: &Routine,
    query: &QueryText,
    last: bool,
) -> Outcome {
    for name in &query.reads {
        let mode = if query.locks_rows.contains(name) { LockMode::RowShare } else { LockMode::AccessShare };
        execution.open(name, mode, "the body of the function names the relation")?;
    }
    let results = match syntax::parse_query(&query.text) {
        Some(select) => {
            let parameters = routine.inputs().map(|it| (it.name.clone(), Some(it.type_))).collect();
            let around = query::Surroundings { parameters, code: Some(&statement.name.name), ..Default::default() };
            query::check(execution, &select, &around)
        }
        None => unknown("the query is not modelled"),
    };
    match results {
        Ok(results) if last => {
            let types: Vec<Type> = results.iter().map(|it| it.type_).collect();
            routine_result::fit(execution, routine, &types)
        }
        Ok(_) => Ok(()),
        Err(Stop::Unknown(why)) => {
            execution.doubt(format!("whether the body is valid is not known: {why}"));
            Ok(())
        }
        Err(stop) => Err(stop),
    }
}

fn write(execution: &mut Execution, table: &QualifiedName, returning: bool, last: bool, routine: &Routine) -> Outcome {
    execution.open(table, LockMode::RowExclusive, "the body of the function names the table")?;
    if last && !returning && !routine.result.is(Type::VOID) {
        return no_result(execution, routine);
    }
    execution.doubt("whether the statements of the body are valid is not known");
    Ok(())
}

/// `inline_function` leaves calls of such functions as they are.
pub(super) fn forbid_inlining(routine: &mut Routine) {
    let plain = routine.kind == RoutineKind::Function
        && !routine.security_definer
        && !routine.returns_set
        && routine.settings.is_empty()
        && !routine.result.is(Type::RECORD);
    if !plain {
        routine.inline = None;
    }
}

/// `BEGIN ATOMIC`, of queries alone (`interpret_AS_clause`).
fn atomic(execution: &mut Execution, routine: &mut Routine, texts: &[String]) -> Outcome<Vec<Object>> {
    let mut needs = vec![];
    let mut source = "BEGIN ATOMIC\n".to_owned();
    for (place, text) in texts.iter().enumerate() {
        let Some(select) = syntax::parse_query(text).filter(|_| !text.contains('$')) else {
            return unknown("a statement of BEGIN ATOMIC is not modelled");
        };
        let mut analyzed = match query::analyze(execution, &select) {
            Ok(analyzed) => analyzed,
            // Parameters are looked up behind the columns.
            Err(Stop::Error(_)) if !routine.parameters.is_empty() => {
                return unknown("what the body of this function names is not modelled");
            }
            Err(stop) => return Err(stop),
        };
        let names: Vec<Ident> = analyzed.results.iter().map(|it| it.name.clone()).collect();
        let last = place + 1 == texts.len();
        let fits =
            matches!(analyzed.results.as_slice(), [only] if only.type_ == routine.result && !routine.returns_set);
        if last && !fits && !routine.result.is(Type::VOID) {
            return unknown("whether the body's query gives the declared type is not known");
        }
        // `get_query_def` within something else: every column is printed with its table.
        analyzed.tree.has_old_and_new = true;
        let Some(printed) = execution.schema.print_query(&analyzed.tree, &names) else {
            return unknown("how the server prints this body is not known");
        };
        source.push_str(&printed.trim_end_matches(';').replace('\n', "\n "));
        source.push_str(";\n");
        needs.extend(analyzed.needs().into_iter().map(|(object, _)| object));
    }
    source.push_str("END");
    routine.source = source;
    forbid_inlining(routine);
    Ok(needs)
}

/// `RETURN expression`.
fn bound_expression(
    statement: &CreateFunction,
    execution: &mut Execution,
    routine: &mut Routine,
    expression: &Expr,
) -> Outcome<Vec<Object>> {
    let results = results_of(statement, execution, routine, std::slice::from_ref(expression))?;
    let Some(made) = fit_result(execution, routine, results)? else {
        return unknown("the body of this function is not modelled");
    };
    let needs = needs_of(execution, &made);
    routine.source = format!("RETURN {}", print(execution, routine, &made));
    routine.inline = Some(Arc::new(made.clone()));
    routine.computes = Some(Arc::new(made));
    forbid_inlining(routine);
    Ok(needs)
}

fn print(execution: &Execution, routine: &Routine, made: &Expression) -> String {
    execution.schema.print_body_expression(routine, made)
}

/// Functions and types that an expression is bound to.
pub(super) fn needs_of(execution: &Execution, made: &Expression) -> Vec<Object> {
    let functions = made.functions().into_iter().map(|id| Object::Other(crate::schema::object::ObjectId(id)));
    let relations = made.relations().into_iter().map(|id| Object::Relation(RelationId(id)));
    let types = made.user_types().into_iter().map(|it| crate::statement::routine::need_of_type(execution, it));
    let types: Vec<Object> = types.collect();
    functions.chain(relations).chain(types).collect()
}
