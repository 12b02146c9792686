//! `CREATE [OR REPLACE] VIEW`: `DefineView` and `DefineVirtualRelation` of `view.c`.

use triomphe::Arc;

use crate::effect::{PgError, RelationId};
use crate::name::Ident;
use crate::pg::behavior::has_security_invoker;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::dependency::Object;
use crate::schema::relation::{Body, Column, Columns, Persistence};
use crate::schema::view::View;
use crate::statement::Command;
use crate::statement::create_table_as::{new_columns, persistence_of};
use crate::statement::execution::{Execution, Outcome, Stop, fail, unknown};
use crate::statement::query::{self, Analyzed};
use crate::syntax;
use crate::syntax::create_view::CreateView;
use crate::syntax::expression::Expr;
use crate::syntax::select::{Body as QueryBody, CommonTable, FromItem, Plain, Select, Target};

const NEW: &str = "a new relation is locked by the statement that makes it";

impl Command for CreateView {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("CREATE VIEW")?;
        let Some(mut select) = syntax::parse_query(&self.query.text) else {
            return unknown("a query of this kind is not modelled");
        };
        if self.recursive {
            select = recursive(self, select);
        }
        if self.query.writes {
            return unknown("a view of a query that does more than read is not modelled");
        }
        let analyzed = match query::analyze_to_store(execution, &select) {
            // What it reads is known, and how the server prints it is not.
            Err(Stop::Unknown(why)) => {
                query::analyze_to_run(execution, &select, &[]).map_err(|_| Stop::Unknown(why))?
            }
            made => made?,
        };
        let options = self.view_options(execution)?;
        if options.iter().any(|it| it.starts_with("check_option=")) && !is_updatable(execution, &select, &analyzed) {
            let message = "WITH CHECK OPTION is supported only on automatically updatable views";
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
        }
        let columns = new_columns(execution, &analyzed, &self.columns, "CREATE VIEW")?;
        if columns.is_empty() {
            return fail(sqlstate::INVALID_TABLE_DEFINITION, "view must have at least one column");
        }
        let persistence = persistence_of(self.persistence, execution, &analyzed);
        if persistence == Persistence::Temporary && self.persistence != Persistence::Temporary {
            execution.notice(format!("view \"{}\" will be a temporary view", self.name.name.as_str()));
        }
        let id = match existing(self, execution, persistence)? {
            Some(id) => {
                replace(execution, id, columns)?;
                id
            }
            None => {
                let Some(name) = execution.new_relation(&self.name, persistence, false)? else { return Ok(()) };
                if execution.schema.find_type(&name).is_some() {
                    let message = format!("type \"{}\" already exists", name.name.as_str());
                    return fail(sqlstate::DUPLICATE_OBJECT, message);
                }
                let view = View { columns: Columns(columns.into()), query: None };
                let id = execution.schema.add_relation(name, persistence, Body::View(view));
                execution.lock(id, LockMode::AccessExclusive, NEW);
                id
            }
        };
        let relation = execution.schema.relation_mut(id);
        relation.options = options;
        let needs = analyzed.needs();
        if let Body::View(view) = &mut relation.body {
            view.query = Some(Arc::new(analyzed.tree));
        }
        execution.schema.forget_needs(&Object::Relation(id));
        execution.schema.record_needs(&Object::Relation(id), needs);
        Ok(())
    }
}

impl CreateView {
    /// `view_reloptions`, with the check option that stands behind the query.
    fn view_options(&self, execution: &Execution) -> Outcome<Vec<String>> {
        let check = self.check.map(|cascaded| if cascaded { "cascaded" } else { "local" });
        let check = check.map(|word| (Ident::new("check_option"), Some(word.to_owned())));
        let mut made = vec![];
        for (name, value) in self.options.iter().cloned().chain(check) {
            check_option(execution, &name, value.as_deref())?;
            made.push(format!("{}={}", name.as_str(), value.as_deref().unwrap_or("true")));
        }
        Ok(made)
    }
}

/// `parseRelOptions` for a view.
pub(super) fn check_option(execution: &Execution, name: &Ident, value: Option<&str>) -> Outcome {
    let value = value.unwrap_or("true").to_ascii_lowercase();
    let invalid = |value: &str| {
        let message = format!("invalid value for boolean option \"{}\": {value}", name.as_str());
        fail(sqlstate::INVALID_PARAMETER_VALUE, message)
    };
    match name.as_str() {
        "security_invoker" if !has_security_invoker(execution.version) => {
            fail(sqlstate::INVALID_PARAMETER_VALUE, "unrecognized parameter \"security_invoker\"")
        }
        "security_barrier" | "security_invoker" => match is_boolean(&value) {
            true => Ok(()),
            false => invalid(&value),
        },
        "check_option" if matches!(value.as_str(), "local" | "cascaded") => Ok(()),
        "check_option" => {
            let message = format!("invalid value for enum option \"check_option\": {value}");
            let detail = "Valid values are \"local\" and \"cascaded\".";
            Err(PgError::new(sqlstate::INVALID_PARAMETER_VALUE, message).detail(detail).into())
        }
        other => fail(sqlstate::INVALID_PARAMETER_VALUE, format!("unrecognized parameter \"{other}\"")),
    }
}

/// `parse_bool`: a word, or any beginning of one that is only one's.
fn is_boolean(value: &str) -> bool {
    let begins = |word: &str| !value.is_empty() && word.starts_with(value);
    begins("true")
        || begins("false")
        || begins("yes")
        || begins("no")
        || (value.len() >= 2 && (begins("on") || begins("off")))
        || value == "1"
        || value == "0"
}

/// `makeRecursiveViewSelect`.
fn recursive(statement: &CreateView, query: Select) -> Select {
    let name = statement.name.name.clone();
    let common = CommonTable { name: name.clone(), columns: statement.columns.clone(), materialized: None, query };
    let column = |it: &Ident| Target::Value { value: Expr::Column(vec![it.clone()]), label: None };
    let plain = Plain {
        targets: statement.columns.iter().map(column).collect(),
        from: vec![FromItem::Table {
            name: crate::name::QualifiedName { schema: None, name },
            only: false,
            alias: None,
        }],
        ..Plain::default()
    };
    Select {
        recursive: true,
        with: vec![common],
        body: QueryBody::Plain(Box::new(plain)),
        order: vec![],
        limit: None,
        offset: None,
        locks_rows: false,
    }
}

/// The view that is to be replaced.
fn existing(
    statement: &CreateView,
    execution: &mut Execution,
    persistence: Persistence,
) -> Outcome<Option<RelationId>> {
    if !statement.replace {
        return Ok(None);
    }
    let full = match persistence {
        Persistence::Temporary => {
            crate::effect::ObjectName { schema: Ident::new("pg_temp"), name: statement.name.name.clone() }
        }
        _ => execution.creation_name(&statement.name)?,
    };
    let found = execution.schema.find(&full);
    if let Some(why) = execution.schema.uncertain.about(&full.name, found.map(|id| id.0)) {
        return unknown(why);
    }
    let Some(id) = found else { return Ok(None) };
    execution.lock(id, LockMode::AccessExclusive, "nobody may use a view while its query is replaced");
    if execution.schema.relation(id).view().is_none() {
        let message = format!("\"{}\" is not a view", full.name.as_str());
        return fail(sqlstate::WRONG_OBJECT_TYPE, message);
    }
    execution.not_in_use(id, "CREATE OR REPLACE VIEW")?;
    Ok(Some(id))
}

/// `checkViewColumns`, then the columns that come in addition.
fn replace(execution: &mut Execution, id: RelationId, new: Vec<Column>) -> Outcome {
    let old = execution.schema.relation(id).columns().clone();
    let invalid = |message: String| PgError::new(sqlstate::INVALID_TABLE_DEFINITION, message);
    if new.len() < old.len() {
        return Err(invalid("cannot drop columns from view".to_owned()).into());
    }
    for (was, is) in old.iter().zip(&new) {
        let name = was.name.as_str();
        if was.name != is.name {
            let message = format!("cannot change name of view column \"{name}\" to \"{}\"", is.name.as_str());
            let hint = "Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.";
            return Err(invalid(message).hint(hint).into());
        }
        if was.type_ != is.type_ {
            let (from, to) = (execution.schema.format_type(&was.type_), execution.schema.format_type(&is.type_));
            return Err(
                invalid(format!("cannot change data type of view column \"{name}\" from {from} to {to}")).into()
            );
        }
        if was.collation != is.collation {
            let words = |it: &Column| it.collation.as_ref().map_or("default".to_owned(), |it| it.name.to_string());
            let (from, to) = (words(was), words(is));
            let message = format!("cannot change collation of view column \"{name}\" from \"{from}\" to \"{to}\"");
            return Err(invalid(message).into());
        }
    }
    if let Body::View(view) = &mut execution.schema.relation_mut(id).body {
        view.columns.extend(new.into_iter().skip(old.len()));
    }
    Ok(())
}

/// `view_query_is_auto_updatable`: one table, as it stands, and a column of it at least.
pub(super) fn is_updatable(execution: &Execution, select: &Select, analyzed: &Analyzed) -> bool {
    let QueryBody::Plain(plain) = &select.body else { return false };
    let simple = select.with.is_empty()
        && select.limit.is_none()
        && select.offset.is_none()
        && plain.distinct == syntax::select::Distinct::None
        && plain.group.is_empty()
        && plain.having.is_none()
        && !analyzed.tree.root.targets.iter().any(|it| crate::expression::calls_aggregate(&it.value));
    let table = match plain.from.as_slice() {
        [FromItem::Table { .. }] => analyzed.reads.first(),
        _ => None,
    };
    let relation = table.and_then(|id| execution.schema.get(*id));
    let fits = relation.is_some_and(|it| matches!(it.kind(), 'r' | 'p' | 'v' | 'f'));
    simple && fits && analyzed.results.iter().any(|it| it.origin.is_some())
}
