//! What `check` writes for other tools, held against the schemas that they publish.

#[allow(dead_code)]
mod support;
#[path = "support/xsd.rs"]
mod xsd;

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;
use support::Workplace;

/// Findings of every severity, a failure, what is skipped, unknown or cannot be read, names that want to break out.
fn everything() -> Workplace {
    let workplace = Workplace::new();
    workplace.file(
        "schema.sql",
        "CREATE TABLE users (id bigint PRIMARY KEY, email text);\nCREATE TABLE \"a\"\"<&]]>'\" (b text);\n",
    );
    workplace.file(
        "m/1 é.sql",
        "-- lockstep: ignore blocking_index_build a <nightly> \"job\" & nobody else\n\
         CREATE INDEX users_email_idx ON users (email);\n\
         -- 😀 \u{1b}[31m\n\
         /* 😀 */ ALTER TABLE \"a\"\"<&]]>'\" ALTER b TYPE varchar(5);\n\
         ALTER TABLE users ALTER email SET NOT NULL;\n\
         CREATE TEXT SEARCH DICTIONARY words (TEMPLATE = simple);\n",
    );
    workplace.file(
        "m/2.sql",
        "-- lockstep: ignore\nALTER TABLE users ADD a text;\nALTER TABLE users ADD a text;\nSELEC 1;\nSELECT 1;\n",
    );
    workplace
}

fn render(workplace: &Workplace, format: &str, more: &[&str]) -> String {
    let arguments = ["check", "--runner", "flyway", "--schema", "schema.sql", "--format", format, "m"];
    let answer = workplace.run(&[&arguments[..], more].concat());
    assert_eq!(answer.status, 1, "{}", answer.stderr);
    answer.stdout
}

fn sarif(workplace: &Workplace) -> Value {
    serde_json::from_str(&render(workplace, "sarif", &[])).expect("JSON")
}

fn result<'a>(sarif: &'a Value, rule: &str) -> &'a Value {
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    results.iter().find(|it| it["ruleId"] == rule).unwrap_or_else(|| panic!("{rule} is missing: {results:#?}"))
}

#[test]
fn sarif_keeps_to_its_schema() {
    // A bracket that only JavaScript's older rules read as itself.
    let schema = include_str!("schemas/sarif-2.1.0-rtm.5.json").replace("{2}]?$", "{2}\\\\]?$");
    let schema: Value = serde_json::from_str(&schema).expect("a schema");
    let validator = jsonschema::draft4::options().should_validate_formats(true).build(&schema).expect("a validator");
    let sarif = sarif(&everything());
    let faults: Vec<String> = validator.iter_errors(&sarif).map(|it| format!("{}: {it}", it.instance_path())).collect();
    assert_eq!(faults, Vec::<String>::new());
    let mut broken = sarif;
    broken["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!validator.is_valid(&broken), "the schema is asked at all");
}

#[test]
fn each_result_of_sarif_has_its_rule_with_a_page() {
    let sarif = sarif(&everything());
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let mut used = BTreeSet::new();
    for result in run["results"].as_array().expect("results") {
        let index = result["ruleIndex"].as_u64().expect("a place") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(result["suppressions"].is_array(), "{result}");
        used.insert(index);
    }
    assert_eq!(used.len(), rules.len(), "no rule that no result needs");
    let rule = rules.iter().find(|it| it["id"] == "blocking_index_build").expect("a rule");
    assert!(rule["help"]["markdown"].as_str().expect("a page").contains("CONCURRENTLY"));
    assert_eq!(rule["defaultConfiguration"]["level"], "error");
}

#[test]
fn regions_of_sarif_count_utf16_code_units() {
    let workplace = everything();
    let sarif = sarif(&workplace);
    assert_eq!(sarif["runs"][0]["columnKind"], "utf16CodeUnits");
    let rewrite = &result(&sarif, "table_rewrite")["locations"][0]["physicalLocation"];
    assert_eq!(rewrite["artifactLocation"]["uri"], "m/1%20%C3%A9.sql");
    let region = &rewrite["region"];
    let number = |key: &str| region[key].as_u64().expect("a number") as usize;
    assert_eq!((number("startLine"), number("endLine")), (4, 4));
    let text = workplace.read("m/1 é.sql");
    let line: Vec<u16> = text.lines().nth(3).expect("a line").encode_utf16().collect();
    let marked = String::from_utf16(&line[number("startColumn") - 1..number("endColumn") - 1]).expect("characters");
    assert_eq!(marked, "ALTER TABLE \"a\"\"<&]]>'\" ALTER b TYPE varchar(5)");
}

#[test]
fn what_is_ignored_is_suppressed_in_sarif_with_its_reason() {
    let sarif = sarif(&everything());
    let suppression = &result(&sarif, "blocking_index_build")["suppressions"][0];
    assert_eq!(suppression["kind"], "inSource");
    assert_eq!(suppression["justification"], "a <nightly> \"job\" & nobody else");
    assert_eq!(result(&sarif, "table_rewrite")["suppressions"], serde_json::json!([]));
    assert_eq!(result(&sarif, "already_exists")["properties"]["sqlstate"], "42701");
}

/// The part of Code Climate's format that GitLab documents, and what else this program writes of it. GitLab
/// publishes no schema.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Issue {
    #[serde(rename = "type")]
    kind: IssueKind,
    check_name: String,
    description: String,
    categories: Vec<Category>,
    fingerprint: String,
    severity: IssueSeverity,
    location: Location,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum IssueKind {
    Issue,
}

#[derive(Debug, Deserialize)]
enum Category {
    #[serde(rename = "Bug Risk")]
    BugRisk,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum IssueSeverity {
    Info,
    Minor,
    Major,
    Critical,
    Blocker,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    begin: usize,
    end: usize,
}

fn issues(workplace: &Workplace) -> Vec<Issue> {
    serde_json::from_str(&render(workplace, "gitlab", &[])).expect("a Code Quality report")
}

#[test]
fn gitlab_gets_issues_of_its_own_form() {
    let issues = issues(&everything());
    let of = |check: &str| issues.iter().find(|it| it.check_name == check).expect("an issue");
    assert_eq!(of("table_rewrite").severity, IssueSeverity::Critical);
    assert_eq!(of("missing_lock_timeout").severity, IssueSeverity::Major);
    assert_eq!(of("unknown").severity, IssueSeverity::Info);
    let rewrite = of("table_rewrite");
    assert_eq!((rewrite.location.path.as_str(), rewrite.location.lines.begin), ("m/1 é.sql", 4));
    assert!(matches!((&rewrite.kind, rewrite.categories.as_slice()), (IssueKind::Issue, [Category::BugRisk])));
    assert!(issues.iter().all(|it| !it.description.is_empty() && it.location.lines.begin <= it.location.lines.end));
    let different: BTreeSet<&str> = issues.iter().map(|it| it.fingerprint.as_str()).collect();
    assert_eq!(different.len(), issues.len());
    assert!(!issues.iter().any(|it| it.check_name == "blocking_index_build"), "it is ignored");
}

#[test]
fn fingerprints_stay_when_lines_move() {
    let workplace = everything();
    let fingerprints = |workplace: &Workplace| -> BTreeSet<(String, String)> {
        issues(workplace)
            .into_iter()
            .filter(|it| it.location.path.contains('1'))
            .map(|it| (it.check_name, it.fingerprint))
            .collect()
    };
    let before = fingerprints(&workplace);
    let text = workplace.read("m/1 é.sql");
    workplace
        .file("m/1 é.sql", format!("-- A comment.\n\n\n{}", text.replace("ALTER email SET", "\n  ALTER email\n  SET")));
    assert_eq!(fingerprints(&workplace), before);
    workplace.file("m/1 é.sql", text.replace("varchar(5)", "varchar(6)"));
    assert_ne!(fingerprints(&workplace), before);
}

#[test]
fn junit_keeps_to_its_schema_whatever_the_names_are() {
    let schema = include_str!("schemas/junit-10.xsd");
    let junit = render(&everything(), "junit", &["--fail-on", "warning"]);
    assert_eq!(xsd::faults(schema, &junit), Vec::<String>::new(), "{junit}");
    let broken = junit.replacen("<testcase ", "<testcase colour=\"red\" ", 1);
    assert_eq!(xsd::faults(schema, &broken), ["testcase has colour"]);
}

#[test]
fn junit_has_a_suite_a_file_and_a_case_a_statement() {
    let junit = render(&everything(), "junit", &[]);
    let document = roxmltree::Document::parse(&junit).expect("XML");
    let suites: Vec<_> = document.descendants().filter(|it| it.has_tag_name("testsuite")).collect();
    let names: Vec<_> = suites.iter().map(|it| it.attribute("name").expect("a name")).collect();
    assert_eq!(names, ["m/1 é.sql", "m/2.sql"]);
    for suite in &suites {
        let cases: Vec<_> = suite.children().filter(|it| it.has_tag_name("testcase")).collect();
        let with =
            |kind: &str| cases.iter().filter(|it| it.children().any(|it| it.has_tag_name(kind))).count().to_string();
        assert_eq!(suite.attribute("tests"), Some(cases.len().to_string().as_str()));
        assert_eq!(suite.attribute("failures"), Some(with("failure").as_str()));
        assert_eq!(suite.attribute("skipped"), Some(with("skipped").as_str()));
    }
    let case = |name: &str| {
        document
            .descendants()
            .find(|it| it.attribute("name") == Some(name))
            .unwrap_or_else(|| panic!("{name}: {junit}"))
    };
    let text = |name: &str, kind: &str| {
        let found = case(name).children().find(|it| it.has_tag_name(kind));
        found.map(|it| it.text().unwrap_or("").to_owned()).unwrap_or_else(|| panic!("{name} has no {kind}"))
    };
    assert!(text("1 CREATE INDEX, line 2", "system-out").contains("a <nightly> \"job\" & nobody else"));
    assert!(text("2 ALTER TABLE, line 4", "failure").contains("\"a\"\"<&]]>'\""));
    assert!(text("6 ALTER TABLE, line 3", "failure").contains("42701"));
    assert!(case("8 SELECT, line 5").children().any(|it| it.has_tag_name("skipped")));
    assert!(text("the text is understood", "failure").contains("syntax error"));
}

#[test]
fn where_nothing_is_found_every_report_is_whole() {
    let workplace = Workplace::new();
    workplace.file("up.sql", "CREATE SCHEMA shop;\n");
    let run = |format: &str| workplace.run(&["check", "--format", format, "up.sql"]);
    assert_eq!(run("gitlab").stdout, "[]\n");
    let sarif: Value = serde_json::from_str(&run("sarif").stdout).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]));
    assert_eq!(xsd::faults(include_str!("schemas/junit-10.xsd"), &run("junit").stdout), Vec::<String>::new());
    assert_eq!((run("sarif").status, run("junit").status), (0, 0));
}
