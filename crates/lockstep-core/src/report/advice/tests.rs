use crate::config::Config;
use crate::report;
use crate::report::advice::wire::{Advice, TableAdvice};
use crate::report::advice::{NAMING, TOPICS};
use crate::report::wire::{File, Request};

const SCHEMA: &str = "
-- lockstep: table users rows=10M
CREATE TABLE users (id bigint PRIMARY KEY, email text UNIQUE);
CREATE TYPE state AS ENUM ('draft', 'published');
CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint NOT NULL, status state NOT NULL, topic text, created_at timestamptz,
    score int, CONSTRAINT fk_posts_user FOREIGN KEY (user_id) REFERENCES users (id));
";

fn of(migration: &str, queries: &str) -> Advice {
    let file = |name: &str, text: &str| File { name: name.into(), text: text.into() };
    let app_new = (!queries.is_empty()).then(|| file("queries.sql", queries));
    let request = Request {
        files: vec![file("up.sql", migration)],
        schema: vec![file("schema.sql", SCHEMA)],
        app_new,
        ..Request::default()
    };
    report::advice(&request)
}

fn table(migration: &str, query: &str) -> TableAdvice {
    let advice = of(migration, &format!("-- name: Q :many\n{query}"));
    advice.queries[0].tables.first().unwrap_or_else(|| panic!("{:?}", advice.queries)).clone()
}

#[test]
fn the_convention_and_the_hazards_that_it_names_exist() {
    let mut config = Config::default();
    for (key, value) in NAMING {
        assert!(config.set_written(key, value).is_ok(), "{key}");
    }
    for id in TOPICS.iter().flat_map(|(_, ids)| *ids) {
        assert!(crate::hazard::find(id).is_some(), "{id}");
    }
}

#[test]
fn equality_comes_first_most_values_before_few_then_the_order() {
    let found = table("", "SELECT * FROM posts WHERE status = 'published' AND user_id = $1 ORDER BY created_at DESC");
    let index = "CREATE INDEX CONCURRENTLY ix_posts_user_id_status_created_at ON posts (user_id, status, created_at)";
    assert_eq!(found.create.as_deref(), Some(index));
}

#[test]
fn a_range_comes_last_and_several_values_end_the_order() {
    let found = table("", "SELECT id FROM posts p WHERE p.score > 5 AND topic = $1 ORDER BY p.created_at, p.id DESC");
    let created = found.create.unwrap_or_default();
    assert!(created.ends_with("ON posts (topic, created_at, id DESC, score)"), "{created}");
    let found = table("", "SELECT id FROM posts WHERE topic IN ('a', 'b') AND user_id = $1 ORDER BY created_at");
    assert!(found.create.unwrap_or_default().ends_with("ON posts (user_id, topic)"));
    assert!(found.reasons.iter().any(|it| it.contains("they are sorted")), "{:?}", found.reasons);
}

#[test]
fn an_index_that_serves_is_named_instead() {
    let up = "CREATE INDEX ix_a ON posts (status, user_id, created_at);";
    let query = "SELECT * FROM posts WHERE status = 'published' AND user_id = $1 ORDER BY created_at DESC";
    assert_eq!(table(up, query).served_by.as_deref(), Some("ix_a"));
    assert_eq!(table("", "SELECT * FROM users WHERE email = $1").served_by.as_deref(), Some("users_email_key"));
    // Sorted both ways it would be another index.
    let mixed = "SELECT * FROM posts WHERE status = 'published' AND user_id = $1 ORDER BY created_at DESC, id";
    let up = "CREATE INDEX ix_a ON posts (status, user_id, created_at, id);";
    assert_eq!(table(up, mixed).served_by, None);
    let up = "CREATE INDEX ix_a ON posts (user_id) WHERE score > 1;";
    assert_eq!(table(up, "SELECT * FROM posts WHERE user_id = $1").served_by, None);
}

#[test]
fn a_join_wants_an_index_where_rows_are_looked_up() {
    let advice =
        of("", "-- name: Q :many\nSELECT p.* FROM users u JOIN posts p ON p.user_id = u.id WHERE u.email = $1");
    let [users, posts] = advice.queries[0].tables.as_slice() else { panic!("{:?}", advice.queries) };
    assert_eq!(users.served_by.as_deref(), Some("users_email_key"));
    assert_eq!(posts.create.as_deref(), Some("CREATE INDEX CONCURRENTLY ix_posts_user_id ON posts (user_id)"));
}

#[test]
fn queries_that_read_everything_or_come_one_by_one_are_told() {
    let notes = |query: &str| of("", &format!("-- name: Q :many\n{query}")).queries[0].notes.join(" ");
    assert!(notes("SELECT * FROM posts").contains("reads all of posts"));
    assert_eq!(notes("SELECT * FROM posts ORDER BY created_at DESC LIMIT 10"), "");
    assert_eq!(notes("SELECT count(*) FROM posts"), "");
    assert!(notes("DELETE FROM posts").contains("every row of posts"));
    assert!(notes("SELECT * FROM posts WHERE user_id = $1").contains("N + 1"));
    assert!(notes("WITH a AS (SELECT 1) SELECT * FROM a").contains("Nothing is said"));
}

#[test]
fn names_indexes_and_policies_are_advised_on() {
    let advice = of(
        "CREATE TABLE invoice (id bigint PRIMARY KEY, \"user\" bigint REFERENCES users (id), link text, num_lines int, paid \
         timestamptz);\nALTER TABLE posts ENABLE ROW LEVEL SECURITY;",
        "",
    );
    let has = |hazard: &str| advice.notes.iter().any(|it| it.hazard == hazard);
    for hazard in ["name_breaks_convention", "foreign_key_without_index", "row_security_without_policy"] {
        assert!(has(hazard), "{hazard}: {:?}", advice.notes);
    }
    let words: Vec<&str> = advice.notes.iter().map(|it| it.message.as_str()).collect();
    assert!(
        words.iter().any(|it| it.contains("like *_url")) && words.iter().any(|it| it.contains("like *_count")),
        "{words:?}"
    );
}
