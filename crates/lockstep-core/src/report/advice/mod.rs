//! Advice, which is no finding: names, indexes that foreign keys and queries want, those that nobody needs, queries
//! that read too much. Hazards that advise are asked; what queries want is worked out here.

pub mod markdown;
pub mod wire;

mod columns;
mod names;
mod wanted;

#[cfg(test)]
mod tests;

use crate::config::Config;
use crate::hazard;
use crate::input::annotated::AnnotatedQuery;
use crate::report::advice::wire::{Advice, FORMAT, Note};
use crate::simulate::trace::Trace;

/// Conventions of names, where a team has none of its own: lower case with underscores, plural tables, suffixes and
/// prefixes that say what something is.
const NAMING: [(&str, &str); 7] = [
    ("naming.case", "snake_case"),
    ("naming.tables", "plural"),
    ("naming.columns.foreign_key", "*_id"),
    ("naming.columns.timestamptz", "*_at"),
    ("naming.index", "ix_{table}_*"),
    ("naming.foreign_key", "fk_{table}_*"),
    ("naming.check", "ck_{table}_*"),
];

/// Hazards that advise, by topic.
const TOPICS: [(&str, &[&str]); 4] = [
    ("naming", &["name_breaks_convention", "name_needs_quotes", "name_truncated"]),
    ("indexes", &["foreign_key_without_index", "redundant_index", "table_of_many_indexes", "index_of_many_columns"]),
    ("rows", &["deletes_every_row", "unbatched_update", "compares_with_null"]),
    ("security", &["row_security_without_policy", "policy_allows_everything"]),
];

/// The trace's convention of names is used where it has one.
pub fn advice(trace: Trace, queries: &[AnnotatedQuery]) -> Advice {
    let mut trace = trace;
    if trace.plan.config.naming.is_empty() {
        let mut config = Config::default();
        for (key, value) in NAMING {
            // They are right, as a test says.
            let _ = config.set_written(key, value);
        }
        // A name of a unique constraint and that of a unique index are one convention.
        let _ = config.set_written("naming.unique", "uq_{table}_*");
        trace.plan.config.naming = config.naming;
    }
    let mut notes: Vec<Note> = vec![];
    for step in &trace.steps {
        for finding in hazard::findings(step, &trace) {
            let topic = TOPICS.iter().find(|(_, ids)| ids.contains(&finding.hazard.id));
            let Some((topic, _)) = topic else { continue };
            let hazard = finding.hazard.id.into();
            notes.push(Note { topic: (*topic).into(), step: step.index, message: finding.message, hazard });
        }
        notes.extend(names::suffixes(step, &trace));
    }
    let place = |note: &Note| TOPICS.iter().position(|(topic, _)| *topic == note.topic);
    notes.sort_by_key(|note| (place(note), note.step));
    Advice {
        format: FORMAT.into(),
        files: trace.plan.sources.iter().map(|it| it.name.to_string()).collect(),
        notes,
        queries: queries.iter().map(|it| wanted::advise(&trace, it)).collect(),
        unused_indexes: UNUSED_INDEXES.into(),
        unused_indexes_notes: UNUSED_NOTES.iter().map(|it| (*it).into()).collect(),
    }
}

/// `pg_stat_user_indexes` calls the names `relname` and `indexrelname`. What keeps a rule, or a foreign key relies on, is
/// needed, whether it is searched or not; a part of a partitioned index cannot be dropped by itself.
pub const UNUSED_INDEXES: &str = "\
SELECT s.schemaname, s.relname, s.indexrelname, s.idx_scan, pg_size_pretty(pg_relation_size(s.indexrelid)) AS size,
       (SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()) AS counted_since
FROM pg_stat_user_indexes AS s
JOIN pg_index AS i ON i.indexrelid = s.indexrelid
WHERE s.idx_scan = 0
  AND NOT i.indisunique AND NOT i.indisprimary AND NOT i.indisexclusion AND NOT i.indisreplident
  AND NOT EXISTS (SELECT 1 FROM pg_constraint AS c WHERE c.conindid = s.indexrelid)
  AND NOT EXISTS (SELECT 1 FROM pg_inherits AS p WHERE p.inhrelid = s.indexrelid)
ORDER BY pg_relation_size(s.indexrelid) DESC, s.schemaname, s.relname, s.indexrelname";

const UNUSED_NOTES: [&str; 3] = [
    "Counted since counted_since, or since the server's first start where that is null: wait until a month's end is in it.",
    "Replicas count by themselves: ask each of them too.",
    "Drop with DROP INDEX CONCURRENTLY, and keep its definition at hand.",
];
