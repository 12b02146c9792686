//! The trace's terms in plain words, shared by every rendering that people read.

use crate::pg::lock_mode::LockMode;
use crate::report::wire;

/// `AccessExclusiveLock` as the documentation writes it: `ACCESS EXCLUSIVE`.
pub fn lock_mode(pg_locks_name: &str) -> String {
    LockMode::from_pg_locks_name(pg_locks_name).map_or_else(|| pg_locks_name.to_owned(), |mode| mode.to_string())
}

/// Whom a lock makes wait, by the trace's own flags; the mode adds what the flags do not cover.
pub fn blocks(mode: &str, reads: bool, writes: bool) -> &'static str {
    match (reads, writes, LockMode::from_pg_locks_name(mode)) {
        (true, _, _) => "blocks reads and writes",
        (_, true, Some(LockMode::Exclusive)) => "blocks writes and SELECT … FOR UPDATE; plain reads go on",
        (_, true, _) => "blocks writes; reads go on",
        (_, _, Some(LockMode::AccessShare)) => "reads and writes go on; blocks only DROP, TRUNCATE and the like",
        (_, _, Some(LockMode::ShareUpdateExclusive)) => "reads and writes go on; blocks VACUUM and other DDL",
        _ => "reads and writes go on; blocks DDL",
    }
}

/// How strongly a lock disturbs, for choosing the worst: reads before writes before the mode.
pub fn severity(mode: &str, reads: bool, writes: bool) -> (bool, bool, Option<LockMode>) {
    (reads, writes, LockMode::from_pg_locks_name(mode))
}

pub fn relation_kind(relkind: &str) -> &'static str {
    match relkind {
        "r" => "table",
        "p" => "partitioned table",
        "i" => "index",
        "I" => "partitioned index",
        "S" => "sequence",
        "v" => "view",
        "m" => "materialized view",
        "f" => "foreign table",
        "c" => "composite type",
        _ => "relation",
    }
}

/// Icon and words for an outcome.
pub fn outcome(outcome: &str) -> (&'static str, &str) {
    match outcome {
        "done" => ("✓", "done"),
        "failed" => ("✗", "fails"),
        "depends_on_data" => ("◐", "depends on the rows"),
        "skipped" => ("↷", "skipped"),
        "unknown" => ("?", "unknown"),
        other => ("·", other),
    }
}

/// What the server does to rows, as a clause whose subject is the step.
pub fn work(work: &wire::Work) -> String {
    let relation = &work.relation;
    let object = work.object.as_deref().unwrap_or("");
    match (&*work.kind, object) {
        ("rewrite", _) => format!("rewrites {relation}"),
        ("verify", "") => format!("reads every row of {relation}"),
        ("verify", object) => format!("reads every row of {relation} for {object}"),
        ("build_index", "") => format!("builds an index on {relation}"),
        ("build_index", object) => format!("builds index {object} on {relation}"),
        ("validate_foreign_key", "") => format!("checks a foreign key for every row of {relation}"),
        ("validate_foreign_key", object) => format!("checks {object} for every row of {relation}"),
        ("write_rows", _) => format!("writes rows of {relation}"),
        (other, _) => format!("{other} {relation}"),
    }
}

/// The transaction that a step runs in: they are numbered from 1, without gaps.
pub fn transaction_of<'a>(trace: &'a wire::Trace, step: &wire::Step) -> Option<&'a wire::Transaction> {
    trace.transactions.get(step.transaction.checked_sub(1)?).filter(|it| it.index == step.transaction)
}

/// How long a transaction keeps what its steps lock.
pub fn held_until(transaction: Option<&wire::Transaction>) -> String {
    let Some(transaction) = transaction else { return "held until its transaction ends".into() };
    match (&*transaction.kind, &*transaction.end) {
        ("single", _) => "held while the step runs".into(),
        (_, "rollback") => format!("held until the rollback (step {})", transaction.last),
        (_, "open") => "held until the session commits or ends".into(),
        _ => format!("held until COMMIT (step {})", transaction.last),
    }
}

/// The name that `errcodes.txt` gives to a SQLSTATE, for those that migrations meet.
pub fn condition(sqlstate: &str) -> Option<&'static str> {
    Some(match sqlstate {
        "22001" => "string_data_right_truncation",
        "22003" => "numeric_value_out_of_range",
        "22007" => "invalid_datetime_format",
        "22008" => "datetime_field_overflow",
        "22012" => "division_by_zero",
        "22P02" => "invalid_text_representation",
        "23502" => "not_null_violation",
        "23503" => "foreign_key_violation",
        "23505" => "unique_violation",
        "23514" => "check_violation",
        "23P01" => "exclusion_violation",
        "25001" => "active_sql_transaction",
        "25P02" => "in_failed_sql_transaction",
        "0A000" => "feature_not_supported",
        "2BP01" => "dependent_objects_still_exist",
        "3F000" => "invalid_schema_name",
        "40P01" => "deadlock_detected",
        "42501" => "insufficient_privilege",
        "42601" => "syntax_error",
        "42701" => "duplicate_column",
        "42703" => "undefined_column",
        "42704" => "undefined_object",
        "42710" => "duplicate_object",
        "42804" => "datatype_mismatch",
        "42830" => "invalid_foreign_key",
        "42P01" => "undefined_table",
        "42P06" => "duplicate_schema",
        "42P07" => "duplicate_table",
        "42P16" => "invalid_table_definition",
        "53100" => "disk_full",
        "55000" => "object_not_in_prerequisite_state",
        "55006" => "object_in_use",
        "55P03" => "lock_not_available",
        "55P04" => "unsafe_new_enum_value_usage",
        "57014" => "query_canceled",
        _ => return None,
    })
}

/// `1 query`, `2 queries`.
pub fn count_of(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// `1 step`, `2 steps`.
pub fn count(number: usize, noun: &str) -> String {
    match (number, noun.strip_suffix('x')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(_)) => format!("{number} {noun}es"),
        _ => format!("{number} {noun}s"),
    }
}

/// A sentence as a part of another one. Only where it begins with a word, not with a name.
pub fn lower_first(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_lowercase).collect();
    format!("{first}{}", letters.as_str())
}

/// `2.1 s to 19 s once it has its locks, held 3.0 s to 27 s; 400 MB to 1.2 GB of WAL`.
pub fn estimate(it: &wire::Estimate) -> String {
    let range = |low: String, high: String| match low {
        low if low.starts_with("0 ") => format!("up to {high}"),
        low if low == high => low,
        low => format!("{low} to {high}"),
    };
    let time = |low: f64, high: f64| match high {
        // Changes of the catalogs alone.
        high if high <= 100.0 => format!("at most {}", duration(high)),
        high => range(duration(low), duration(high)),
    };
    let mut text = format!("{} once it has its locks", time(it.low_ms, it.high_ms));
    if let Some(held) = it.held_ms.filter(|held| held.high > 1.1 * it.high_ms) {
        text += &format!(", which are held {}", time(held.low, held.high));
    }
    if it.wal_bytes.high >= 1_048_576.0 {
        text += &format!("; {} of WAL", range(bytes(it.wal_bytes.low), bytes(it.wal_bytes.high)));
    }
    text
}

pub fn duration(ms: f64) -> String {
    match ms {
        ms if ms < 1000.0 => format!("{ms:.0} ms"),
        ms if ms < 10_000.0 => format!("{:.1} s", ms / 1000.0),
        ms if ms < 120_000.0 => format!("{:.0} s", ms / 1000.0),
        ms if ms < 7_200_000.0 => format!("{:.0} min", ms / 60_000.0),
        ms => format!("{:.1} h", ms / 3_600_000.0),
    }
}

/// As `pg_size_pretty`, in whole numbers from ten on.
pub fn bytes(it: f64) -> String {
    let (mut number, mut units) = (it, ["bytes", "kB", "MB", "GB", "TB"].iter());
    let mut unit = units.next();
    while number >= 1024.0 {
        match units.next() {
            Some(larger) => (number, unit) = (number / 1024.0, Some(larger)),
            None => break,
        }
    }
    let digits = if number < 10.0 && it >= 1024.0 { 1 } else { 0 };
    format!("{number:.digits$} {}", unit.unwrap_or(&""))
}
