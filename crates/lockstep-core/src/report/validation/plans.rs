//! How the server plans the application's queries once the migration is through: no sequential scan of a table that is
//! not small, and, where values for the parameters are given, the time that they take.

use crate::input::annotated::AnnotatedQuery;
use crate::name::quote_literal;
use crate::report::validation::wire::{Check, Expectation};
use crate::report::validation::{Drafts, id};
use crate::syntax;
use crate::syntax::statement::Statement;

/// Reading a smaller table from end to end is what the server should do.
const SMALL_TABLE_BYTES: u32 = 10 << 20;

pub(super) fn collect(drafts: &mut Drafts<'_>, queries: &[AnnotatedQuery]) {
    let mut untimed: Vec<&str> = vec![];
    for query in queries {
        drafts.at_end(scans(query));
        match (&query.values, reads_only(query)) {
            (None, true) if query.parameters() > 0 => untimed.push(&query.name),
            (_, false) => {}
            (values, true) => drafts.at_end(time(query, values.as_deref().unwrap_or(""))),
        }
    }
    if !untimed.is_empty() {
        drafts.notes.push(format!(
            "The time of {} is not measured: a comment `-- lockstep: with 42, 'draft'` below the name gives values for \
             the parameters.",
            untimed.join(", ")
        ));
    }
    if !queries.is_empty() {
        drafts.notes.push(
            "Plans depend on the number of rows and on statistics: ask where both are those of production, after ANALYZE."
                .into(),
        );
    }
}

/// A query that may be executed to measure it.
fn reads_only(query: &AnnotatedQuery) -> bool {
    matches!(syntax::parse(&query.text), Ok(Statement::Select(it)) if !it.writes && it.locks_rows.is_empty())
}

fn prepared(query: &AnnotatedQuery) -> (String, String) {
    let name = id(&["lockstep", &query.name]);
    let statement = format!("PREPARE {name} AS\n{}", query.text);
    (name, statement)
}

/// A generic plan is made without looking at values, as `EXPLAIN (GENERIC_PLAN)` does it from 16 on.
fn scans(query: &AnnotatedQuery) -> Check {
    let (name, prepare) = prepared(query);
    let nulls = vec!["NULL"; query.parameters()].join(", ");
    let arguments = if nulls.is_empty() { nulls } else { format!("({nulls})") };
    let explain = quote_literal(&format!("EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE {name}{arguments}"));
    let block = format!(
        "DO $lockstep$\nDECLARE\n  plan json;\nBEGIN\n  EXECUTE {explain} INTO plan;\n  PERFORM set_config('lockstep.scans', \
         coalesce((\n    SELECT string_agg(DISTINCT c.oid::regclass::text, ', ')\n    FROM jsonb_path_query(plan::jsonb, \
         'strict $.** ? (@.\"Node Type\" == \"Seq Scan\")') AS node\n    JOIN pg_class AS c ON c.oid = \
         to_regclass(format('%I.%I', node ->> 'Schema', node ->> 'Relation Name'))\n    WHERE pg_relation_size(c.oid) > \
         {SMALL_TABLE_BYTES}), 'none'), false);\nEND $lockstep$"
    );
    Check {
        id: id(&["plan", &query.name]),
        kind: "plans".into(),
        title: format!("tables over 10 MB that {} reads from end to end", query.name),
        setup: vec![
            prepare,
            "SET LOCAL plan_cache_mode = force_generic_plan".into(),
            block,
            format!("DEALLOCATE {name}"),
        ],
        query: "SELECT current_setting('lockstep.scans')".into(),
        expectation: Expectation::Equals,
        expected: "none".into(),
        ..Check::default()
    }
}

fn time(query: &AnnotatedQuery, values: &str) -> Check {
    let (name, prepare) = prepared(query);
    let arguments = if values.is_empty() { String::new() } else { format!("({values})") };
    let explain = quote_literal(&format!("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) EXECUTE {name}{arguments}"));
    let target = query.class.target_ms();
    let within = format!("within {target} ms");
    let block = format!(
        "DO $lockstep$\nDECLARE\n  plan json;\n  took numeric;\nBEGIN\n  EXECUTE {explain} INTO plan;\n  took := (plan -> 0 \
         ->> 'Execution Time')::numeric;\n  PERFORM set_config('lockstep.time', CASE WHEN took <= {target} THEN '{within}' \
         ELSE took || ' ms' END, false);\nEND $lockstep$"
    );
    Check {
        id: id(&["time", &query.name]),
        kind: "plans".into(),
        title: format!("how long {} takes ({} query)", query.name, query.class.word()),
        setup: vec![prepare, block, format!("DEALLOCATE {name}")],
        query: "SELECT current_setting('lockstep.time')".into(),
        expectation: Expectation::Equals,
        expected: within,
        ..Check::default()
    }
}
