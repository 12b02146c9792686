//! One history run beside a server: what was said of each statement, and what happened.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_core::pg::version::PgVersion;
use lockstep_core::report::json;
use lockstep_core::report::wire;
use lockstep_core::simulate::alongside::Alongside;

use crate::proof::beside::{Beside, Measured};
use crate::proof::script::{Item, Statement};
use crate::proof::state;
use crate::render::one_line;

/// How much of the schema's state is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    Never,
    /// When the history has ended.
    AtEnd,
    /// After every statement that may have changed it.
    EachStep,
}

#[derive(Debug, Clone, Default)]
pub struct Chain {
    pub name: String,
    pub statements: usize,
    /// Known outcomes that the server bore out.
    pub agree: usize,
    /// The model says that it does not know.
    pub unknown: usize,
    /// Nothing could be compared: what the statement needs is not on this machine.
    pub unmeasured: usize,
    pub contradictions: Vec<Contradiction>,
    /// Beside a server: every statement whose outcome is not known.
    pub unknowns: Vec<Unknown>,
    /// Command → (statements, unknown ones).
    pub commands: BTreeMap<String, (usize, usize)>,
    /// Why outcomes are unknown → how many.
    pub reasons: BTreeMap<String, usize>,
    /// Outcome → how many.
    pub outcomes: BTreeMap<String, usize>,
    /// `place: SQLSTATE message`, for what is said to fail.
    pub failures: Vec<String>,
    /// `place: reason`, for what is unknown.
    pub unread: Vec<String>,
    pub milliseconds: u128,
}

/// A statement of which nothing is claimed.
#[derive(Debug, Clone)]
pub struct Unknown {
    pub place: String,
    pub reason: String,
    /// By the server.
    pub accepted: bool,
    pub sql: String,
}

/// A claim that the server refutes.
#[derive(Debug, Clone)]
pub struct Contradiction {
    pub place: String,
    pub command: String,
    pub sql: String,
    /// `outcome`, `locks`, `work`, `waits_for` or `schema`.
    pub aspect: String,
    pub difference: String,
}

/// Where a history stands: kept, it can be gone on from more than once.
#[derive(Clone)]
pub struct Standing {
    alongside: Alongside,
    known: BTreeSet<String>,
}

impl Standing {
    pub fn new(version: PgVersion) -> Self {
        Standing { alongside: Alongside::new(version), known: BTreeSet::new() }
    }
}

pub fn run(
    name: &str,
    items: &[Item],
    standing: &mut Standing,
    mut beside: Option<&mut Beside>,
    compare: Compare,
) -> lockstep_pg::Result<Chain> {
    let start = std::time::Instant::now();
    let mut chain = Chain { name: name.to_owned(), ..Chain::default() };
    for item in items {
        match item {
            Item::Reconnect => {
                standing.alongside.reconnect();
                if let Some(beside) = beside.as_deref_mut() {
                    beside.reconnect()?;
                }
            }
            Item::Statement(statement) => {
                boundary(statement, standing, beside.as_deref_mut())?;
                step(statement, standing, beside.as_deref_mut(), compare, &mut chain)?;
            }
        }
    }
    if standing.alongside.boundaries(None).0 {
        let committed = match beside.as_deref_mut() {
            Some(beside) => beside.end_transaction()?,
            None => true,
        };
        standing.alongside.end_runner_block(committed);
    }
    if let Some(beside) = beside
        && compare != Compare::Never
        && !standing.alongside.in_block()
    {
        for difference in new_differences(standing, beside)? {
            let (place, command, sql) = ("end".into(), String::new(), String::new());
            chain.contradictions.push(Contradiction { place, command, sql, aspect: "schema".into(), difference });
        }
    }
    chain.milliseconds = start.elapsed().as_millis();
    Ok(chain)
}

/// The transaction that the runner ends before this statement, and the one that it begins.
fn boundary(next: &Statement, standing: &mut Standing, beside: Option<&mut Beside>) -> lockstep_pg::Result<()> {
    let (ends, begins) = standing.alongside.boundaries(Some(&next.planned));
    let Some(beside) = beside else { return Ok(()) };
    if ends {
        let committed = beside.end_transaction()?;
        standing.alongside.end_runner_block(committed);
    }
    if begins {
        beside.begin()?;
    }
    Ok(())
}

fn step(
    statement: &Statement,
    standing: &mut Standing,
    beside: Option<&mut Beside>,
    compare: Compare,
    chain: &mut Chain,
) -> lockstep_pg::Result<()> {
    let in_block = standing.alongside.in_block() || statement.planned.wrapped.is_some();
    let claims = json::claims(standing.alongside.run(&statement.planned));
    let unknown = claims.outcome == "unknown";
    chain.count(statement, &claims);
    let Some(beside) = beside else {
        chain.agree += usize::from(!unknown);
        return Ok(());
    };
    let (accepted, read_only) = match beside.run(statement, &claims, in_block)? {
        Measured::Not { accepted } => {
            chain.unmeasured += 1;
            (accepted, false)
        }
        Measured::Compared { accepted, read_only, contradictions } => {
            chain.agree += usize::from(!unknown && contradictions.is_empty());
            for (aspect, difference) in contradictions {
                chain.contradict(statement, &claims, aspect, difference);
            }
            (accepted, read_only)
        }
    };
    if unknown {
        chain.unknowns.push(Unknown {
            place: place(statement),
            reason: claims.message.clone().unwrap_or_default(),
            accepted,
            sql: short(&one_line(&claims.sql), 200),
        });
    }
    standing.alongside.settle(accepted, read_only);
    let looks = compare == Compare::EachStep && accepted && may_change_schema(&claims.sql);
    if looks && !standing.alongside.in_block() {
        let fresh = new_differences(standing, beside)?;
        // What an unknown statement did is no claim.
        if !unknown && claims.outcome != "failed" {
            for difference in fresh {
                chain.contradict(statement, &claims, "schema", difference);
            }
        }
    }
    Ok(())
}

fn new_differences(standing: &mut Standing, beside: &mut Beside) -> lockstep_pg::Result<Vec<String>> {
    let now = state::differences(standing.alongside.schema(), &beside.catalog()?);
    let now: BTreeSet<String> = now.into_iter().collect();
    let fresh = now.difference(&standing.known).cloned().collect();
    standing.known = now;
    Ok(fresh)
}

fn may_change_schema(sql: &str) -> bool {
    let word: String = sql.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
    let silent = [
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "SET",
        "SHOW",
        "RESET",
        "EXPLAIN",
        "ANALYZE",
        "VACUUM",
        "BEGIN",
        "START",
        "FETCH",
        "DECLARE",
        "CLOSE",
        "COPY",
        "VALUES",
        "WITH",
        "TABLE",
        "SAVEPOINT",
        "RELEASE",
        "PREPARE",
        "EXECUTE",
        "LOCK",
        "TRUNCATE",
        "MERGE",
        "GRANT",
        "REVOKE",
    ];
    !silent.iter().any(|it| word.eq_ignore_ascii_case(it))
}

impl Chain {
    fn count(&mut self, statement: &Statement, claims: &wire::Step) {
        let unknown = claims.outcome == "unknown";
        self.statements += 1;
        self.unknown += usize::from(unknown);
        *self.outcomes.entry(claims.outcome.to_string()).or_default() += 1;
        let command = if claims.command.is_empty() { "(not read)" } else { &claims.command };
        let counts = self.commands.entry(command.to_owned()).or_default();
        counts.0 += 1;
        counts.1 += usize::from(unknown);
        let message = claims.message.as_deref().unwrap_or("");
        if unknown {
            *self.reasons.entry(without_names(message)).or_default() += 1;
            let sql = short(&one_line(&claims.sql), 160);
            self.unread.push(format!("{}: {message}\n      {sql}", place(statement)));
        }
        let sqlstate = claims.sqlstate.as_deref().unwrap_or("");
        // What follows from a failed transaction is no failure of its own.
        if claims.outcome == "failed" && sqlstate != "25P02" {
            self.failures.push(format!(
                "{}: {sqlstate} {message}\n      {}",
                place(statement),
                short(&one_line(&claims.sql), 160)
            ));
        }
    }

    fn contradict(&mut self, statement: &Statement, claims: &wire::Step, aspect: &str, difference: String) {
        self.contradictions.push(Contradiction {
            place: place(statement),
            command: claims.command.to_string(),
            sql: short(&one_line(&claims.sql), 400),
            aspect: aspect.to_owned(),
            difference,
        });
    }

    pub fn add(&mut self, other: &Chain) {
        self.statements += other.statements;
        self.agree += other.agree;
        self.unknown += other.unknown;
        self.unmeasured += other.unmeasured;
        self.milliseconds += other.milliseconds;
        for (command, (all, unknown)) in &other.commands {
            let counts = self.commands.entry(command.clone()).or_default();
            counts.0 += all;
            counts.1 += unknown;
        }
        for (mine, theirs) in [(&mut self.reasons, &other.reasons), (&mut self.outcomes, &other.outcomes)] {
            for (key, count) in theirs {
                *mine.entry(key.clone()).or_default() += count;
            }
        }
        self.contradictions.extend(other.contradictions.iter().cloned());
    }
}

fn place(statement: &Statement) -> String {
    format!("{}:{}", statement.file, statement.line)
}

fn short(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A reason without the names in it, so that like ones are counted together.
fn without_names(message: &str) -> String {
    let parts: Vec<&str> = message.split('"').collect();
    let words = parts.iter().enumerate().map(|(at, part)| if at % 2 == 0 { *part } else { "…" });
    let text = words.collect::<Vec<_>>().join("\"");
    for joint in [" is mentioned by ", " is named by ", " may have changed "] {
        if let Some((before, after)) = text.split_once(joint) {
            let text = if joint == " may have changed " {
                format!("{before}{joint}…")
            } else {
                format!("…{joint}{after}")
            };
            return short(&text, 120);
        }
    }
    short(&text, 120)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::script::items;
    use lockstep_core::plan::runner::RUNNERS;

    #[test]
    fn without_a_server_the_known_and_the_unknown_are_counted() {
        let text = "CREATE TABLE t (a int);\nDROP TABLE u;\nALTER SYSTEM SET x = 1;\n".to_owned();
        let items = items(&[wire::File { name: "a.sql".into(), text }], RUNNERS[0], true);
        let mut standing = Standing::new(PgVersion::default());
        let chain = run("a", &items, &mut standing, None, Compare::Never).unwrap();
        assert_eq!((chain.statements, chain.agree + chain.unknown), (3, 3));
        assert_eq!(chain.commands["CREATE TABLE"], (1, 0));
        assert!(chain.failures[0].starts_with("a.sql:2: 42P01 "), "{:?}", chain.failures);
    }

    #[test]
    fn reasons_are_alike_whatever_they_name() {
        assert_eq!(
            without_names("t is mentioned by an earlier DO that is not modelled"),
            without_names("u is mentioned by an earlier DO that is not modelled")
        );
        assert_eq!(without_names("type \"a\" is not modelled"), without_names("type \"b\" is not modelled"));
    }
}
