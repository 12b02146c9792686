//! What else of the application is concerned: its queries, where they are given, otherwise the usual places.

use crate::input::annotated::AnnotatedQuery;
use crate::report::handoff::spelling;
use crate::schema::diff::{Diff, TablePair};
use crate::simulate::trace::Trace;
use crate::syntax;

/// Queries of the application, with the name of their file.
pub struct Queries<'a> {
    pub file: &'a str,
    pub queries: &'a [AnnotatedQuery],
}

pub(super) fn touch(trace: &Trace, diff: &Diff, application: Option<&Queries<'_>>) -> Vec<String> {
    let mut found = vec![];
    for pair in &diff.tables {
        let columns = changed_columns(trace, pair);
        let old = trace.start.relation(pair.was).name.name.as_str();
        let new = trace.end.relation(pair.is).name.name.as_str();
        if columns.is_empty() && old == new {
            continue;
        }
        match application {
            Some(given) => found.extend(mentioned(given, old, &columns)),
            None => {
                let what = if columns.is_empty() { format!("the name {new}") } else { columns.join(", ") };
                found.push(format!(
                    "Queries and inserts of {new}, in `repositories/{}` or wherever they are: {what}",
                    spelling::file(new)
                ));
            }
        }
        fixtures(&mut found, trace, pair);
    }
    for id in &diff.lost_tables {
        let Some(relation) = trace.start.get(*id) else { continue };
        let name = relation.name.name.as_str();
        match application {
            Some(given) => found.extend(mentioned(given, name, &[])),
            None => found.push(format!(
                "Queries of {name}, in `repositories/{}` or wherever they are: nothing may use it any more",
                spelling::file(name)
            )),
        }
    }
    for id in &diff.made_tables {
        let Some(relation) = trace.end.get(*id).filter(|it| it.table().is_some_and(|it| it.bound.is_none())) else {
            continue;
        };
        let name = relation.name.name.as_str();
        found.push(format!(
            "New: queries of {name}, such as in `repositories/{}`; test fixtures with rows of it",
            spelling::file(name)
        ));
    }
    found
}

/// Columns that are new, gone, renamed or of another type, by the names that queries use.
fn changed_columns(trace: &Trace, pair: &TablePair) -> Vec<String> {
    let (was, is) = (&trace.start, &trace.end);
    let (old, new) = (was.table(pair.was), is.table(pair.is));
    let mut found: Vec<String> = pair.made_columns.iter().map(|it| new.column_name(*it).to_string()).collect();
    found.extend(pair.lost_columns.iter().map(|it| old.column_name(*it).to_string()));
    for columns in &pair.columns {
        let (Some(before), Some(after)) = (old.attribute(columns.was), new.attribute(columns.is)) else { continue };
        let types = was.format_type(&before.type_) != is.format_type(&after.type_);
        if before.name != after.name {
            found.push(format!("{} (now {})", before.name, after.name));
        } else if types || before.not_null != after.not_null {
            found.push(after.name.to_string());
        }
    }
    found
}

/// Queries that name the table; with the columns of it that change.
fn mentioned(given: &Queries<'_>, table: &str, columns: &[String]) -> Vec<String> {
    let mut found = vec![];
    for query in given.queries {
        let words = syntax::mentions(&query.text);
        let has = |name: &str| words.iter().any(|it| it.as_str() == name.trim_matches('"'));
        if !has(table) {
            continue;
        }
        let names: Vec<&str> =
            columns.iter().map(|it| it.split(' ').next().unwrap_or(it)).filter(|it| has(it)).collect();
        let star = query.text.contains('*');
        let what = match (names.as_slice(), star) {
            ([], true) => format!("takes every column of {table}: its result changes"),
            ([], false) if columns.is_empty() => format!("uses {table}"),
            ([], false) => {
                format!("uses {table}, but none of the columns that change: see that inserts give all that is required")
            }
            (names, _) => format!("uses {}", names.join(", ")),
        };
        found.push(format!("`{}` ({}:{}) {what}", query.name, given.file, query.line));
    }
    found
}

fn fixtures(found: &mut Vec<String>, trace: &Trace, pair: &TablePair) {
    let new = trace.end.table(pair.is);
    let columns: Vec<String> =
        pair.made_columns.iter().filter_map(|it| new.attribute(*it)).map(|it| it.name.to_string()).collect();
    let required = pair
        .made_columns
        .iter()
        .filter_map(|it| new.attribute(*it))
        .any(|it| it.not_null && it.default.is_none() && it.identity.is_none() && it.generated.is_none());
    if !columns.is_empty() {
        let must = if required { "they must give it a value" } else { "with a value and without" };
        let name = &trace.end.relation(pair.is).name;
        found.push(format!("Test fixtures of {name}: {} ({must})", columns.join(", ")));
    }
}
