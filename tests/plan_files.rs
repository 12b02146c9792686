//! Plans as the files of each tool: read again under the tool's rules they end where the plan ends, by its steps alone;
//! run under these rules on a server, too.

use std::path::Path;

use libtest_mimic::Failed;
use lockstep_core::input::sql::read::without_way_back;
use lockstep_core::input::sql::split::{PieceKind, split};
use lockstep_core::plan::runner::{Runner, Wrapping};
use lockstep_core::report::plan_form::{self, Part, PlanFile, PlanFiles, TOOLS, Tool};
use lockstep_core::report::{simulate, wire};
use lockstep_pg::Cluster;
use lockstep_pg::difference::{Leniency, comparable, difference};
use lockstep_pg::session::Target;
use lockstep_tests::case::Case;

use crate::{End, end, meant, request, run, versions};

/// Migrations in the order in which the tool runs them.
fn ups(made: &PlanFiles) -> Vec<&PlanFile> {
    made.releases.iter().flat_map(|it| &it.files).filter(|it| it.part == Part::Up).collect()
}

/// Names of migrations beside which a file says that no transaction is to be around them.
fn unwrapped(made: &PlanFiles) -> Vec<String> {
    let settings: Vec<&str> = made.releases.iter().flat_map(|it| &it.files).filter_map(setting).collect();
    let is_told = |name: &str| {
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        settings.iter().any(|it| *it == format!("{name}.conf") || *it == format!("{folder}/metadata.toml"))
    };
    ups(made).iter().map(|it| it.name.clone()).filter(|name| is_told(name)).collect()
}

fn setting(file: &PlanFile) -> Option<&str> {
    (file.part == Part::Setting).then_some(file.name.as_str())
}

/// What stands in a file of Python or JavaScript between its quotes, on the way up.
fn literals(text: &str) -> Vec<String> {
    let up = ["\ndef downgrade", "reverse_sql", "exports.down"].iter().find_map(|it| text.split_once(it));
    let up = up.map_or(text, |(up, _)| up);
    let mut found = vec![];
    for (opening, closing) in
        [("op.execute(", ")\n"), ("knex.raw(", ");\n"), ("pgm.sql(", ");\n"), ("                ", ",\n")]
    {
        for part in up.split(opening).skip(1) {
            let quote = ["\"\"\"", "\"", "`"].into_iter().find(|it| part.starts_with(it));
            let Some(quote) = quote else { continue };
            let body = part.find(&format!("{quote}{closing}")).map(|at| &part[quote.len()..at]);
            found.extend(body.map(unescaped));
        }
    }
    found
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars();
    while let Some(it) = letters.next() {
        if it == '\\' { out.extend(letters.next()) } else { out.push(it) }
    }
    // What SQLAlchemy and knex take a sign before a colon or a question mark for.
    out.replace("\\:", ":").replace("\\?", "?")
}

fn is_sql(made: &PlanFiles) -> bool {
    ups(made).iter().all(|it| it.name.ends_with(".sql"))
}

/// What the tool adds around a step.
fn is_around(sql: &str) -> bool {
    sql.starts_with("SET LOCAL lock_timeout") || ["BEGIN", "COMMIT"].contains(&sql)
}

fn statements(text: &str) -> Vec<String> {
    let pieces = split(text).value;
    let all = pieces.iter().filter(|it| it.kind == PieceKind::Statement);
    all.map(|it| text[it.span.start as usize..it.span.end as usize].trim().to_owned()).collect()
}

/// The plan's own, in order.
fn planned(made: &PlanFiles) -> Vec<String> {
    let steps = made.plan.stages.iter().flat_map(|it| &it.steps);
    steps.flat_map(|it| it.statements.iter().map(|it| it.trim().to_owned())).collect()
}

pub(crate) fn on_model(path: &Path) -> Result<(), Failed> {
    let case = Case::read(path, path.parent().unwrap_or(path))?;
    let version = *versions(&case).last().ok_or("no version")?;
    let request = request(&case, version);
    let (schema, _) = case.parts();
    let mut whole = request.clone();
    whole.files.iter_mut().for_each(|it| it.text = meant(&case, &it.text));
    let wanted = simulate(&whole);
    for tool in TOOLS {
        let made = plan_form::files(&request, tool);
        let wrong = |what: String| Failed::from(format!("{}: {what}", tool.id));
        let order: Vec<&str> = ups(&made).iter().map(|it| it.name.as_str()).collect();
        let is_own = |it: &PlanFile| !it.name.starts_with('/') && !it.name.contains("..");
        if !made.releases.iter().flat_map(|it| &it.files).all(is_own) {
            return Err(wrong(format!("names lead out of the folder: {order:?}")));
        }
        if !is_sql(&made) {
            let found: Vec<String> = ups(&made).iter().flat_map(|it| in_file(it)).filter(|it| !is_around(it)).collect();
            if found != planned(&made) {
                return Err(wrong(format!("it holds {found:#?} and not {:#?}", planned(&made))));
            }
            continue;
        }
        let files = ups(&made).into_iter().map(|it| wire::File { name: it.name.clone(), text: it.text.clone() });
        let again = simulate(&wire::Request {
            files: files.collect(),
            schema: vec![wire::File { name: "schema.sql".into(), text: schema.clone() }],
            postgres: version,
            runner: Some(tool.id.into()),
            // As it is told to be run.
            transaction: (tool.id == "node-pg-migrate").then(|| "per-file".into()),
            unwrapped: unwrapped(&made),
            ..wire::Request::default()
        });
        for step in again.steps.iter().filter(|it| !["done", "depends_on_data"].contains(&&*it.outcome)) {
            if step.outcome != "unknown" || step.command != "DO" {
                return Err(wrong(format!("{} {}: {:?}: {}", step.file, step.outcome, step.message, step.sql)));
            }
        }
        let found: Vec<String> =
            again.steps.iter().map(|it| it.sql.trim().to_owned()).filter(|it| !is_around(it)).collect();
        if found != planned(&made) {
            return Err(wrong(format!("it runs {found:#?} and not {:#?}", planned(&made))));
        }
        let leniency = Leniency { column_order: made.plan.end.schema == "order_differs", ..Leniency::BACK };
        let differs = difference(&comparable(&wanted.schema, leniency), &comparable(&again.schema, leniency));
        if !differs.is_empty() {
            return Err(wrong(differs.join("\n")));
        }
    }
    Ok(())
}

fn in_file(file: &PlanFile) -> Vec<String> {
    match file.name.ends_with(".sql") {
        true => statements(&without_way_back(&file.text)),
        false => literals(&file.text).iter().map(|it| it.trim().to_owned()).collect(),
    }
}

pub(crate) fn on_server(path: &Path, cluster: &Cluster) -> Result<(), Failed> {
    let case = Case::read(path, path.parent().unwrap_or(path))?;
    let version = cluster.binaries().major;
    if !versions(&case).contains(&version) {
        return Ok(());
    }
    let request = request(&case, version);
    let (schema, migration) = case.parts();
    let mut wanted: Option<End> = None;
    for tool in TOOLS {
        let made = plan_form::files(&request, tool);
        let leniency = Leniency { column_order: made.plan.end.schema == "order_differs", ..Leniency::BACK };
        if wanted.is_none() {
            wanted = Some(end(cluster, &schema, leniency, &mut |target| run(target, &meant(&case, &migration)))?);
        }
        let Some(wanted) = &wanted else { continue };
        let reached = end(cluster, &schema, leniency, &mut |target| {
            ups(&made).into_iter().try_for_each(|it| apply(tool, &made, it, target))
        })?;
        let mut wrong = difference(&wanted.schema, &reached.schema);
        if lockstep_tests::case::header(&case.text, "rows") != Some("differ") {
            wrong.extend(difference(&wanted.rows, &reached.rows));
        }
        if !wrong.is_empty() {
            return Err(format!("{}: {}", tool.id, wrong.join("\n")).into());
        }
    }
    Ok(())
}

/// One file as the tool runs it.
fn apply(tool: Tool, made: &PlanFiles, file: &PlanFile, target: &Target) -> Result<(), String> {
    let mut client = target.connect().map_err(|error| error.to_string())?;
    let text = without_way_back(&file.text);
    let wraps = match Runner::find(tool.id).filter(|_| file.name.ends_with(".sql")) {
        Some(runner) if unwrapped(made).contains(&file.name) => runner.unwrapped(),
        Some(runner) => runner.wraps(&file.text, false),
        // Code says it itself.
        None => match ["noTransaction", "transaction: false", "atomic = False"].iter().any(|it| text.contains(it)) {
            true => Wrapping::Statement,
            false => Wrapping::File,
        },
    };
    let all = in_file(file);
    // Alembic's way out of the transaction is one statement's block; none is left open behind it.
    let outside = tool.id == "alembic" && !text.contains("pass  # Commits");
    let all: Vec<String> = match wraps {
        Wrapping::Message => vec![text],
        Wrapping::File | Wrapping::Run if !outside => [vec!["BEGIN".to_owned()], all, vec!["COMMIT".into()]].concat(),
        _ => all,
    };
    for sql in all {
        client.batch_execute(&sql).map_err(|error| format!("{}: {error:?}: {sql}", file.name))?;
    }
    Ok(())
}
