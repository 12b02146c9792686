//! Asks a server the validation queries: it reads only, each query in a transaction of its own, bounded in time.

use std::collections::BTreeMap;
use std::time::Duration;

use lockstep_core::report::validation::verdict::{self, Found};
use lockstep_core::report::validation::wire::{Answer, Check, Report, Validation};
use postgres::{Client, SimpleQueryMessage};

use crate::error::{Result, describe};
use crate::session::Target;

#[derive(Debug, Clone)]
pub struct Options {
    /// The last step that is done; 0: none.
    pub at: usize,
    /// Ask a part of large tables only.
    pub sample: bool,
    /// For one query.
    pub limit: Duration,
    /// What checks answered before, by their names.
    pub kept: BTreeMap<String, String>,
}

/// `progress` is told which check is asked.
pub fn validate(
    validation: &Validation,
    target: &Target,
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Result<Report> {
    let mut client = target.connect()?;
    let server: String = client.query_one("SELECT pg_catalog.current_setting('server_version')", &[])?.get(0);
    let mut answers: Vec<Answer> = vec![];
    for check in &validation.checks {
        let kept = check.baseline.as_ref().and_then(|it| options.kept.get(it)).map(String::as_str);
        answers.push(match verdict::not_now(check, options.at, kept) {
            Some(why) => verdict::not_asked(check, why),
            None => {
                progress(&check.title);
                let (found, sampled) = ask(&mut client, check, kept, options);
                verdict::answer(check, &found, kept, sampled)
            }
        });
    }
    Ok(verdict::report(validation, server, options.at, answers))
}

/// The answer, and whether a part of the rows was asked only.
fn ask(client: &mut Client, check: &Check, kept: Option<&str>, options: &Options) -> (Found, bool) {
    let sample = check.sample.as_ref().filter(|_| options.sample);
    let (setup, query) = match sample {
        Some(sample) => (&sample.setup, &sample.query),
        None => (&check.setup, &check.query),
    };
    let query = match kept {
        Some(kept) => query.replace("$1", &lockstep_core::name::quote_literal(kept)),
        None => query.clone(),
    };
    let found = read(client, setup, &query, options.limit);
    // Whatever went wrong, the next query begins anew.
    let _ = client.batch_execute("ROLLBACK");
    (found, sample.is_some())
}

fn read(client: &mut Client, setup: &[String], query: &str, limit: Duration) -> Found {
    let begin = format!(
        "BEGIN TRANSACTION READ ONLY; SET LOCAL search_path = public; SET LOCAL statement_timeout = {}; \
         SET LOCAL lock_timeout = '5s'",
        limit.as_millis()
    );
    for statement in std::iter::once(&begin).chain(setup) {
        client.batch_execute(statement).map_err(refusal)?;
    }
    let rows = client.simple_query(query).map_err(refusal)?;
    let row = rows.iter().find_map(|it| match it {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    match row {
        Some(row) => Ok(row.get(0).map(str::to_owned)),
        None => Err((String::new(), "the query answers no row".into())),
    }
}

fn refusal(error: postgres::Error) -> (String, String) {
    match error.as_db_error() {
        Some(server) => (server.code().code().into(), server.message().into()),
        None => (String::new(), describe(&error)),
    }
}
