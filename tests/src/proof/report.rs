//! What was found, as a table to read, as Markdown grouped by area, and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::proof::area::{AREAS, area};
use crate::proof::chain::{Chain, Contradiction, Unknown};

/// One line a chain, and one for all.
pub fn table(chains: &[Chain]) -> String {
    let mut text = format!(
        "{:<32}{:>11}{:>9}{:>9}{:>13}{:>9}{:>12}{:>9}\n",
        "", "statements", "agree", "unknown", "contradicted", "schema", "unmeasured", "ms"
    );
    let mut all = Chain { name: "ALL".into(), ..Chain::default() };
    chains.iter().for_each(|it| all.add(it));
    for it in chains.iter().chain([&all]) {
        let schema = it.contradictions.iter().filter(|it| it.aspect == "schema").count();
        let _ = writeln!(
            text,
            "{:<32}{:>11}{:>9}{:>9}{:>13}{:>9}{:>12}{:>9}",
            it.name,
            it.statements,
            it.agree,
            it.unknown,
            it.contradictions.len() - schema,
            schema,
            it.unmeasured,
            it.milliseconds
        );
    }
    text
}

/// By kind of statement: how many there are, and how many of them are unknown.
pub fn commands(all: &Chain) -> String {
    let mut text = String::new();
    for (command, (count, unknown)) in &all.commands {
        let _ = writeln!(text, "   {command:<32} {count:>6} statements {unknown:>6} unknown");
    }
    let mut reasons: Vec<_> = all.reasons.iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (reason, count) in reasons.into_iter().take(40) {
        let _ = writeln!(text, "   {count:>6} unknown: {reason}");
    }
    text
}

pub fn contradiction(it: &Contradiction) -> String {
    let sql = if it.sql.is_empty() { String::new() } else { format!("\n      {}", it.sql) };
    format!("   {} {}: {}{sql}", it.place, it.aspect, it.difference)
}

/// Every contradiction, by area; at most `limit` of each in full.
pub fn markdown(chains: &[Chain], title: &str, limit: usize) -> String {
    let mut text = format!("# {title}\n\n```text\n{}```\n", table(chains));
    for name in AREAS {
        let found: Vec<(&Chain, &Contradiction)> = chains
            .iter()
            .flat_map(|chain| chain.contradictions.iter().map(move |it| (chain, it)))
            .filter(|(_, it)| area(it) == name)
            .collect();
        let _ = writeln!(text, "\n## {name}: {}\n", found.len());
        for (chain, it) in found.iter().take(limit) {
            let _ = writeln!(text, "- `{} {}` **{}** {}", chain.name, it.place, it.aspect, it.difference);
            if !it.sql.is_empty() {
                let _ = writeln!(text, "  `{}`", it.sql.replace('`', "'"));
            }
        }
        if found.len() > limit {
            let _ = writeln!(text, "- … and {} more", found.len() - limit);
        }
    }
    text
}

pub fn json(chains: &[Chain], server: Option<&str>) -> Value {
    let contradiction = |it: &Contradiction| {
        json!({ "place": it.place, "area": area(it), "command": it.command, "aspect": it.aspect,
            "difference": it.difference, "sql": it.sql })
    };
    let unknown =
        |it: &Unknown| json!({ "place": it.place, "reason": it.reason, "accepted": it.accepted, "sql": it.sql });
    let chain = |it: &Chain| {
        let unknowns: Vec<Value> = it.unknowns.iter().map(unknown).collect();
        let contradictions: Vec<Value> = it.contradictions.iter().map(contradiction).collect();
        let commands: serde_json::Map<_, _> = it
            .commands
            .iter()
            .map(|(name, (all, unknown))| (name.clone(), json!({ "statements": all, "unknown": unknown })))
            .collect();
        json!({ "name": it.name, "statements": it.statements, "agree": it.agree, "unknown": it.unknown,
            "unmeasured": it.unmeasured, "milliseconds": it.milliseconds as u64, "commands": commands,
            "contradictions": contradictions, "unknowns": unknowns })
    };
    let chains: Vec<Value> = chains.iter().map(chain).collect();
    json!({ "format": "lockstep-corpus/1", "server": server, "chains": chains })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> Chain {
        let contradiction = Contradiction {
            place: "a.sql:3".into(),
            command: "CREATE VIEW".into(),
            sql: "CREATE VIEW v AS SELECT 1".into(),
            aspect: "outcome".into(),
            difference: "predicted done, measured failed 42P16".into(),
        };
        Chain { name: "a".into(), statements: 2, agree: 1, contradictions: vec![contradiction], ..Chain::default() }
    }

    #[test]
    fn the_table_ends_with_the_sum() {
        let text = table(&[chain(), chain()]);
        let last: Vec<&str> = text.lines().last().unwrap().split_whitespace().collect();
        assert_eq!(last, ["ALL", "4", "2", "0", "2", "0", "0", "0"]);
    }

    #[test]
    fn contradictions_stand_under_their_area() {
        let text = markdown(&[chain()], "Found", 10);
        let views = text.split("## views: 1").nth(1).unwrap();
        assert!(views.trim_start().starts_with("- `a a.sql:3` **outcome** predicted done"), "{text}");
        assert_eq!(json(&[chain()], None)["chains"][0]["contradictions"][0]["area"], "views");
    }
}
