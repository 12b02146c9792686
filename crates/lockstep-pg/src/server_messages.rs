//! Work that the server tells of at level DEBUG1: `ATRewriteTable`, `validateForeignKeyConstraint` and
//! `index_build` say what they do, in the words that Lockstep uses too.

use lockstep_core::report::wire::Work;

use crate::session::Message;

/// What one statement's messages tell, in their order, without doubles. Names are bare, as the server
/// prints them there; TOAST tables and the new heap of a rewrite are left out.
pub fn work(messages: &[Message]) -> Vec<Work> {
    let mut found: Vec<Work> = vec![];
    for work in messages.iter().filter(|it| it.severity == "DEBUG").filter_map(|it| one(&it.text)) {
        if !found.contains(&work) {
            found.push(work);
        }
    }
    found
}

fn one(text: &str) -> Option<Work> {
    let work = |relation: &str, kind: &'static str, object: Option<&str>| Work {
        relation: relation.into(),
        kind: kind.into(),
        object: object.map(Into::into),
        reason: text.to_owned().into(),
    };
    let quoted = |start: &str| text.strip_prefix(start)?.strip_suffix('"');
    let found = if let Some(table) = quoted("rewriting table \"") {
        work(table, "rewrite", None)
    } else if let Some(table) = quoted("verifying table \"") {
        work(table, "verify", None)
    } else if let Some(constraint) = quoted("validating foreign key constraint \"") {
        work("", "validate_foreign_key", Some(constraint))
    } else {
        // building index "%s" on table "%s" serially | … with request for %d parallel workers
        let (index, rest) = text.strip_prefix("building index \"")?.split_once("\" on table \"")?;
        let (table, _) = rest.rsplit_once('"')?;
        work(table, "build_index", Some(index))
    };
    let hidden = |name: &str| name.starts_with("pg_toast_") || name.starts_with("pg_temp_");
    let shown = !hidden(&found.relation) && !found.object.as_deref().is_some_and(hidden);
    shown.then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work_of(text: &str) -> Option<(String, String, Option<String>)> {
        let message = Message { severity: "DEBUG".into(), text: text.into(), detail: None };
        work(&[message]).pop().map(|it| (it.relation.into(), it.kind.into_owned(), it.object.map(String::from)))
    }

    #[test]
    fn messages_of_the_server_tell_the_work() {
        let own = |relation: &str, kind: &str, object: Option<&str>| {
            Some((relation.to_owned(), kind.to_owned(), object.map(str::to_owned)))
        };
        assert_eq!(work_of("rewriting table \"a b\""), own("a b", "rewrite", None));
        assert_eq!(work_of("verifying table \"t\""), own("t", "verify", None));
        assert_eq!(
            work_of("building index \"ix\" on table \"t\" with request for 1 parallel workers"),
            own("t", "build_index", Some("ix"))
        );
        assert_eq!(work_of("validating foreign key constraint \"fk\""), own("", "validate_foreign_key", Some("fk")));
    }

    #[test]
    fn toast_and_other_messages_are_no_work() {
        assert_eq!(work_of("building index \"pg_toast_16384_index\" on table \"pg_toast_16384\" serially"), None);
        assert_eq!(work_of("rehashing catalog cache id 7 for pg_class; 33 tups, 16 buckets"), None);
    }
}
