//! Which part of the simulator a contradiction is about, so that each is found by whoever works there.

use crate::proof::chain::Contradiction;

pub const AREAS: [&str; 8] = ["views", "partitions", "code", "options", "maintenance", "types", "rows", "tables"];

/// By the words of the statement, the most telling first.
pub fn area(it: &Contradiction) -> &'static str {
    let sql = format!(" {} ", it.sql.to_ascii_lowercase().replace(['(', ')', ',', ';'], " "));
    let has = |words: &[&str]| words.iter().any(|word| sql.contains(&format!(" {word} ")));
    let command = it.command.as_str();
    let starts = |words: &[&str]| words.iter().any(|word| command.starts_with(word));
    if starts(&["CREATE VIEW", "ALTER VIEW", "DROP VIEW", "CREATE RULE", "DROP RULE", "ALTER RULE", "SELECT INTO"])
        || command.contains("MATERIALIZED VIEW")
        || command == "CREATE TABLE AS"
    {
        return "views";
    }
    if has(&["partition", "partitions", "inherit", "inherits", "attach", "detach"]) || sql.contains("partition of") {
        return "partitions";
    }
    let ends = |words: &[&str]| words.iter().any(|word| command.ends_with(word));
    if ends(&[
        "FUNCTION",
        "PROCEDURE",
        "ROUTINE",
        "AGGREGATE",
        "TRIGGER",
        "POLICY",
        "EXTENSION",
        "LANGUAGE",
        "OPERATOR",
    ]) || ["DO", "CALL"].contains(&command)
        || has(&["trigger", "row level security", "policy"])
    {
        return "code";
    }
    if ends(&[
        "ROLE",
        "USER",
        "SCHEMA",
        "STATISTICS",
        "PUBLICATION",
        "SUBSCRIPTION",
        "INDEX",
        "TABLESPACE",
        "PRIVILEGES",
    ]) || ["GRANT", "REVOKE", "COMMENT", "GRANT ROLE", "REVOKE ROLE", "SET ROLE", "SET"].contains(&command)
        || has(&["owner to", "schema", "role"])
    {
        return "options";
    }
    if starts(&[
        "TRUNCATE", "VACUUM", "COPY", "MERGE", "INSERT", "UPDATE", "DELETE", "ANALYZE", "CLUSTER", "REINDEX", "LOCK",
        "SELECT",
    ]) {
        return "maintenance";
    }
    if ends(&["TYPE", "DOMAIN", "SEQUENCE", "COLLATION", "CAST"]) || has(&["identity", "serial", "bigserial"]) {
        return "types";
    }
    if it.aspect == "outcome"
        && (it.difference.contains("measured failed 23") || it.difference.contains("measured failed 22"))
    {
        return "rows";
    }
    "tables"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area_of(command: &str, sql: &str, difference: &str) -> &'static str {
        area(&Contradiction {
            place: "a.sql:1".into(),
            command: command.into(),
            sql: sql.into(),
            aspect: "outcome".into(),
            difference: difference.into(),
        })
    }

    #[test]
    fn statements_are_told_apart_by_what_they_are_about() {
        assert_eq!(area_of("CREATE TABLE", "CREATE TABLE p PARTITION OF t DEFAULT", ""), "partitions");
        assert_eq!(area_of("CREATE TABLE AS", "CREATE TABLE a AS SELECT 1", ""), "views");
        assert_eq!(area_of("ALTER TABLE", "ALTER TABLE t DISABLE TRIGGER x", ""), "code");
        assert_eq!(area_of("DROP DOMAIN", "DROP DOMAIN d", ""), "types");
        let fails = "predicted done, measured failed 23502: …";
        assert_eq!(area_of("ALTER TABLE", "ALTER TABLE t ALTER a SET NOT NULL", fails), "rows");
        assert_eq!(area_of("ALTER TABLE", "ALTER TABLE t ADD a int", ""), "tables");
    }

    #[test]
    fn every_area_is_listed() {
        for command in ["CREATE VIEW", "DO", "COMMENT", "TRUNCATE TABLE", "CREATE TYPE", "CREATE TABLE"] {
            assert!(AREAS.contains(&area_of(command, command, "")), "{command}");
        }
    }
}
