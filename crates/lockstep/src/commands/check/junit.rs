//! JUnit's XML: a suite for each file, a case for each statement. What `--fail-on` counts is a failure; what is less,
//! and what the file accepts, is told in the case's output.

use std::collections::BTreeMap;
use std::io;

use anyhow::Result;
use lockstep_core::report::styled::visible;
use lockstep_core::report::wire;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::Report;
use crate::problem::{Problem, Severity};

struct Suite<'a> {
    file: &'a str,
    cases: Vec<Case<'a>>,
}

struct Case<'a> {
    name: String,
    failures: Vec<&'a Problem>,
    skipped: bool,
    output: Vec<String>,
}

pub(super) fn render(report: &Report) -> Result<String> {
    let suites = suites(report);
    let mut writer = Writer::new_with_indent(vec![], b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let (tests, failures) = (total(&suites, |it| it.cases.len()), total(&suites, failing));
    writer
        .create_element("testsuites")
        .with_attributes([("name", "lockstep check"), ("tests", &tests), ("failures", &failures), ("errors", "0")])
        .write_inner_content(|writer| suites.iter().try_for_each(|it| suite(writer, it)))?;
    Ok(String::from_utf8(writer.into_inner())? + "\n")
}

fn total(suites: &[Suite], of: impl Fn(&Suite) -> usize) -> String {
    suites.iter().map(of).sum::<usize>().to_string()
}

fn failing(suite: &Suite) -> usize {
    suite.cases.iter().filter(|it| !it.failures.is_empty()).count()
}

/// In the order of the files.
fn suites<'a>(report: &Report<'a>) -> Vec<Suite<'a>> {
    let mut suites: Vec<Suite> =
        report.request.files.iter().map(|it| Suite { file: &it.name, cases: vec![] }).collect();
    let places: BTreeMap<&str, usize> =
        report.request.files.iter().enumerate().map(|(at, it)| (it.name.as_str(), at)).collect();
    let mut of_steps: BTreeMap<usize, Vec<&Problem>> = BTreeMap::new();
    let mut of_texts: BTreeMap<&str, Vec<&Problem>> = BTreeMap::new();
    for problem in report.problems {
        match problem.step {
            Some(step) => of_steps.entry(step).or_default().push(problem),
            None => of_texts.entry(&problem.file).or_default().push(problem),
        }
    }
    // The starting schema's files are there only where something is said of them.
    for (file, problems) in of_texts {
        let case = case("the text is understood".into(), problems, report.fail_on);
        match places.get(file) {
            Some(at) => suites[*at].cases.push(case),
            None => suites.push(Suite { file, cases: vec![case] }),
        }
    }
    for step in &report.trace.steps {
        let Some(at) = places.get(step.file.as_str()) else { continue };
        let mut case = case(name(step), of_steps.remove(&step.index).unwrap_or_default(), report.fail_on);
        case.skipped = step.outcome == "skipped" && case.failures.is_empty();
        case.output
            .extend(step.ignored.iter().map(|it| format!("ignored {}: {} (line {})", it.id, it.reason, it.line)));
        suites[*at].cases.push(case);
    }
    suites
}

/// `3 ALTER TABLE, line 12`.
fn name(step: &wire::Step) -> String {
    let command = if step.command.is_empty() { "statement" } else { &step.command };
    format!("{} {command}, line {}", step.index, step.line)
}

fn case(name: String, problems: Vec<&Problem>, fail_on: Severity) -> Case<'_> {
    let (failures, others) = problems.into_iter().partition::<Vec<_>, _>(|it| it.severity >= fail_on);
    Case { name, failures, skipped: false, output: others.into_iter().map(told).collect() }
}

/// With all that is known of it.
fn told(problem: &Problem) -> String {
    let head = format!("{}:{}: {} {}: {}", problem.file, problem.line, problem.severity, problem.id, problem.title);
    let lines = [head].into_iter().chain([problem.message.clone()]).chain(problem.hints.iter().cloned());
    lines.filter(|it| !it.is_empty()).collect::<Vec<_>>().join("\n")
}

type Xml = Writer<Vec<u8>>;

fn suite(writer: &mut Xml, suite: &Suite) -> io::Result<()> {
    let count = |of: &dyn Fn(&Case) -> bool| suite.cases.iter().filter(|it| of(it)).count().to_string();
    let (tests, failures, skipped) = (count(&|_| true), failing(suite).to_string(), count(&|it| it.skipped));
    let attributes = [
        ("name", allowed(suite.file)),
        ("tests", tests),
        ("failures", failures),
        ("errors", "0".into()),
        ("skipped", skipped),
        ("file", allowed(suite.file)),
    ];
    let element =
        writer.create_element("testsuite").with_attributes(attributes.iter().map(|(key, it)| (*key, it.as_str())));
    element.write_inner_content(|writer| suite.cases.iter().try_for_each(|it| self::write(writer, suite.file, it)))?;
    Ok(())
}

fn write(writer: &mut Xml, file: &str, case: &Case) -> io::Result<()> {
    let (name, file) = (allowed(&case.name), allowed(file));
    let element = writer.create_element("testcase").with_attributes([("name", name.as_str()), ("classname", &file)]);
    if case.failures.is_empty() && !case.skipped && case.output.is_empty() {
        return element.write_empty().map(drop);
    }
    element.write_inner_content(|writer| {
        // Most readers take no more than one.
        if let [first, more @ ..] = case.failures.as_slice() {
            let more = if more.is_empty() { String::new() } else { format!(" (and {} more)", more.len()) };
            let message = allowed(&format!("{}{more}", first.title));
            let body = case.failures.iter().map(|it| told(it)).collect::<Vec<_>>().join("\n\n");
            let failure = writer.create_element("failure");
            let failure = failure.with_attributes([("message", message.as_str()), ("type", &allowed(&first.id))]);
            failure.write_text_content(BytesText::new(&allowed(&body)))?;
        }
        if case.skipped {
            let message = ("message", "never sent: the runner stops at the first failure");
            writer.create_element("skipped").with_attribute(message).write_empty()?;
        }
        if !case.output.is_empty() {
            let output = allowed(&case.output.join("\n\n"));
            writer.create_element("system-out").write_text_content(BytesText::new(&output))?;
        }
        Ok(())
    })?;
    Ok(())
}

/// What XML 1.0 cannot hold, escaped or not, is replaced.
fn allowed(text: &str) -> String {
    let allowed = |it: char| match it {
        '\n' => it,
        '\u{fffe}' | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
        it => visible(it),
    };
    text.chars().map(allowed).collect()
}
