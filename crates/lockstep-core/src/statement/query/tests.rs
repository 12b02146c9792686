//! Views as servers print them: `views.txt` was recorded from 15 and 18.

use crate::pg::version::PgVersion;
use crate::plan::plan;
use crate::plan::runner::RUNNERS;
use crate::source::Source;

/// Query, version, and the text or `error` with an SQLSTATE.
fn recorded() -> (String, Vec<(String, PgVersion, String)>) {
    let mut parts = include_str!("views.txt").split("\n== ");
    let setup = parts.next().unwrap_or_default().to_owned();
    let mut found = vec![];
    for part in parts {
        let (query, rest) = part.split_once('\n').unwrap();
        let rest = rest.trim_end_matches('\n');
        let texts = match rest.strip_prefix("-- 15\n").and_then(|it| it.split_once("\n-- 18\n")) {
            Some((old, new)) => [old, new],
            None => [rest, rest],
        };
        for (version, text) in [PgVersion::V15, PgVersion::V18].into_iter().zip(texts) {
            found.push((query.to_owned(), version, text.to_owned()));
        }
    }
    (setup, found)
}

#[test]
fn views_are_printed_as_servers_print_them() {
    let (setup, recorded) = recorded();
    assert!(recorded.len() > 100, "{}", recorded.len());
    for (query, version, expected) in recorded {
        let migration = Source::new("up.sql", &format!("CREATE VIEW v AS {query};"));
        let plans = plan(vec![Source::new("schema.sql", &setup)], vec![migration], RUNNERS[0], None);
        let trace = crate::simulate::simulate(plans, version);
        let step = trace.steps.last().unwrap();
        let said = match &step.outcome {
            crate::simulate::trace::Outcome::Failed(error) => format!("error {}", error.sqlstate.0),
            crate::simulate::trace::Outcome::Unknown(why) => format!("unknown: {why}"),
            _ => {
                let view = trace.end.relations().find(|it| it.name.name == "v").unwrap();
                trace.end.view_definition(view.id).unwrap_or_default()
            }
        };
        assert_eq!(said, expected, "{query} on {version:?}");
    }
}

const RULES: [(&str, &str); 3] = [
    (
        "CREATE RULE r AS ON UPDATE TO t WHERE NEW.a > 1 AND OLD.id IS NOT NULL DO ALSO INSERT INTO lg VALUES (NEW.a, 'x');",
        "CREATE RULE r AS\n    ON UPDATE TO public.t\n   WHERE ((new.a > 1) AND (old.id IS NOT NULL)) DO  INSERT INTO lg (a, s)\n  \
         VALUES (new.a, 'x'::text);",
    ),
    (
        "CREATE RULE r AS ON INSERT TO t DO INSTEAD UPDATE lg SET a = NEW.id + 1, s = NEW.s WHERE a = 5 AND lg.s = 'x';",
        "CREATE RULE r AS\n    ON INSERT TO public.t DO INSTEAD  UPDATE lg SET a = (new.id + 1), s = new.s\n  \
         WHERE ((lg.a = 5) AND (lg.s = 'x'::text));",
    ),
    (
        "CREATE RULE r AS ON DELETE TO t DO (DELETE FROM lg WHERE a = OLD.a; INSERT INTO lg(a) VALUES (1));",
        "CREATE RULE r AS\n    ON DELETE TO public.t DO ( DELETE FROM lg\n  WHERE (lg.a = old.a);\n INSERT INTO lg (a)\n  \
         VALUES (1);\n);",
    ),
];

#[test]
fn rules_are_printed_as_servers_print_them() {
    let setup = "CREATE TABLE t (id integer, a integer, s varchar(5)); CREATE TABLE lg (a integer, s text);";
    for (sql, expected) in RULES {
        let plans = plan(vec![Source::new("schema.sql", setup)], vec![Source::new("up.sql", sql)], RUNNERS[0], None);
        let schema = crate::simulate::simulate(plans, PgVersion::V16).end;
        let table = schema.relations().find(|it| it.name.name == "t").unwrap().id;
        let (name, rule) = schema.rules(table).next().unwrap();
        assert_eq!(schema.rule_definition(table, name, rule).unwrap_or_default(), expected, "{sql}");
    }
}
