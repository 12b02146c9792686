//! Safe plans: every `.sql` below `tests/plans` is planned for every version, and run on every server at hand beside
//! the migration itself; catalogs and rows must end alike, and what undoes a stage must lead to where it began.
//!
//! `-- recipes: …` names what must replace its statements, `-- plan: …` how the plan ends (`same` where it is left
//! out), `-- postgres: …` the versions it is written for, `-- rows: differ` that no two runs have the same
//! rows, `-- migration: one by one` that its transaction fails where its statements do not. The `.plan` beside a file records the plan's script.

mod plan_files;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use lockstep_core::report::safe_plan::wire::SafePlan;
use lockstep_core::report::{plan, wire};
use lockstep_core::rewrite;
use lockstep_pg::binaries::Binaries;
use lockstep_pg::difference::{Leniency, comparable, difference};
use lockstep_pg::execute::{Options, execute};
use lockstep_pg::session::Target;
use lockstep_pg::{Cluster, catalog};
use lockstep_tests::case::{Case, header};
use lockstep_tests::psql::run;
use lockstep_tests::{expect_file, files, repository};
use serde_json::Value;

const VERSIONS: std::ops::RangeInclusive<u8> = 14..=18;

fn main() {
    let arguments = Arguments::from_args();
    let folder = repository().join("tests/plans");
    let found = files(&folder, "sql");
    assert!(!found.is_empty(), "{} has no case", folder.display());
    let clusters: Vec<Arc<Cluster>> =
        servers().into_iter().map(|it| Arc::new(Cluster::start(it).expect("a server"))).collect();
    assert!(!clusters.is_empty() || std::env::var_os("CI").is_none(), "no PostgreSQL server to prove plans on");
    if clusters.is_empty() {
        println!("NOT RUN on a server: there is none on this machine");
    }
    let mut trials = vec![Trial::test("every recipe has a case", {
        let found = found.clone();
        move || every_recipe_has_a_case(&found)
    })];
    for path in found {
        let name = path.strip_prefix(&folder).unwrap_or(&path).display().to_string();
        trials.push(Trial::test(format!("model/{name}"), {
            let path = path.clone();
            move || on_model(&path)
        }));
        trials.push(Trial::test(format!("files/{name}"), {
            let path = path.clone();
            move || plan_files::on_model(&path)
        }));
        // How tools run files is the same with each server.
        if let Some(cluster) = clusters.last() {
            let (path, cluster) = (path.clone(), Arc::clone(cluster));
            let name = format!("{}/files/{name}", cluster.binaries().major);
            trials.push(Trial::test(name, move || plan_files::on_server(&path, &cluster)));
        }
        for cluster in &clusters {
            let (path, cluster) = (path.clone(), Arc::clone(cluster));
            let name = format!("{}/{name}", cluster.binaries().major);
            trials.push(Trial::test(name, move || on_server(&path, &cluster)));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(clusters);
    conclusion.exit();
}

fn every_recipe_has_a_case(cases: &[PathBuf]) -> Result<(), Failed> {
    let mut used: BTreeSet<String> = BTreeSet::new();
    for path in cases {
        let text = std::fs::read_to_string(path)?;
        used.extend(header(&text, "recipes").unwrap_or("").split([',', ' ']).map(str::to_owned));
    }
    let without: Vec<&str> = rewrite::all().iter().map(|it| it.id).filter(|it| !used.contains(*it)).collect();
    if without.is_empty() { Ok(()) } else { Err(format!("no case for {}", without.join(", ")).into()) }
}

/// One server of each version: those installed, and those that npm has brought.
fn servers() -> Vec<Binaries> {
    let mut found = Binaries::installed();
    let modules = repository().join("node_modules");
    found.extend([14, 16, 17, 18].iter().filter_map(|it| from_npm(&modules.join(format!("postgres-{it}")))));
    found.retain(|it| VERSIONS.contains(&it.major));
    found.sort_by_key(|it| it.major);
    found.dedup_by_key(|it| it.major);
    found
}

/// A server as npm packs it: without links, which a script of the package makes where npm lets it run.
fn from_npm(package: &Path) -> Option<Binaries> {
    let links = std::fs::read_to_string(package.join("native/pg-symlinks.json")).ok()?;
    let links: Vec<BTreeMap<String, String>> = serde_json::from_str(&links).ok()?;
    for link in &links {
        let (source, target) = (package.join(link.get("source")?), package.join(link.get("target")?));
        if !target.exists() {
            std::os::unix::fs::symlink(source, target).ok()?;
        }
    }
    Binaries::inside(&package.join("native"))
}

fn versions(case: &Case) -> Vec<u8> {
    let Some(given) = header(&case.text, "postgres") else { return VERSIONS.collect() };
    let bounds: Vec<u8> = given.split("..").filter_map(|it| it.trim().parse().ok()).collect();
    VERSIONS.filter(|it| *it >= bounds[0] && bounds.get(1).is_none_or(|last| it <= last)).collect()
}

fn request(case: &Case, version: u8) -> wire::Request {
    wire::Request { postgres: version, ..case.request() }
}

/// The migration as it ends where its author means it to: without a transaction that it fails in.
fn meant(case: &Case, migration: &str) -> String {
    match header(&case.text, "migration") {
        Some("one by one") => migration.replace("BEGIN;", "").replace("COMMIT;", ""),
        _ => migration.to_owned(),
    }
}

/// What is left of a plan that a person must judge.
fn check(case: &Case, plan: &SafePlan) -> Result<(), String> {
    let mut wrong = vec![];
    let end = header(&case.text, "plan").unwrap_or("same");
    if plan.end.schema != end {
        wrong.push(format!("it ends {} and not {end}: {:?}", plan.end.schema, plan.end.objects));
    }
    wrong.extend(plan.stopped.clone());
    let wanted: Vec<&str> =
        header(&case.text, "recipes").unwrap_or("").split([',', ' ']).filter(|it| !it.is_empty()).collect();
    let used: Vec<&String> = plan.statements.iter().flat_map(|it| &it.recipes).collect();
    wrong.extend(wanted.iter().filter(|it| !used.iter().any(|used| used == *it)).map(|it| format!("{it} is not used")));
    for it in plan.statements.iter().filter(|it| it.verdict == "unsolved") {
        wrong.push(format!("step {}: {}", it.step, it.why));
    }
    for step in plan.stages.iter().flat_map(|it| &it.steps) {
        // A unique index may meet duplicates, however it is built.
        let left = step.findings.iter().filter(|it| it.id != "concurrent_unique_may_fail");
        wrong.extend(left.map(|it| format!("step {} still has {}: {}", step.index, it.id, it.message)));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

fn on_model(path: &Path) -> Result<(), Failed> {
    let case = Case::read(path, path.parent().unwrap_or(path))?;
    let mut record = String::new();
    let mut last: Option<(u8, String)> = None;
    for version in versions(&case) {
        let plan = plan(&request(&case, version));
        check(&case, &plan).map_err(|wrong| format!("PostgreSQL {version}: {wrong}"))?;
        let script = plan.sql.split_once('\n').map_or("", |(_, rest)| rest).to_owned();
        if last.as_ref().is_none_or(|(_, it)| *it != script) {
            record.push_str(&format!("==== from PostgreSQL {version} on\n{script}\n"));
        }
        last = Some((version, script));
    }
    Ok(expect_file(&path.with_extension("plan"), &record)?)
}

/// A database that was brought to an end: its catalog and its rows.
struct End {
    schema: Value,
    rows: Value,
}

fn on_server(path: &Path, cluster: &Cluster) -> Result<(), Failed> {
    let case = Case::read(path, path.parent().unwrap_or(path))?;
    let version = cluster.binaries().major;
    if !versions(&case).contains(&version) {
        return Ok(());
    }
    let (schema, migration) = case.parts();
    let plan = plan(&request(&case, version));
    let leniency = Leniency { column_order: plan.end.schema == "order_differs", ..Leniency::BACK };
    let wanted = end(cluster, &schema, leniency, &mut |target| run(target, &meant(&case, &migration)))?;
    let executed = end(cluster, &schema, leniency, &mut |target| {
        let done = execute(&plan, target, &Options::default(), &mut |_| true, &mut |_| {});
        done.map_err(|error| error.to_string())
    })?;
    let scripted = end(cluster, &schema, leniency, &mut |target| run(target, &plan.sql))?;
    let mut wrong = undo_stages(cluster, &schema, leniency, &plan)?;
    for (way, reached) in [("the plan", &executed), ("its script", &scripted)] {
        wrong.extend(difference(&wanted.schema, &reached.schema).into_iter().map(|it| format!("{way}: {it}")));
        // Where each row computes its own value, no two runs have the same.
        if header(&case.text, "rows") != Some("differ") {
            wrong.extend(difference(&wanted.rows, &reached.rows).into_iter().map(|it| format!("{way}, rows: {it}")));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// Every stage whose way back is exact is run, undone and run again: undone, the catalog is as it was.
fn undo_stages(cluster: &Cluster, schema: &str, leniency: Leniency, plan: &SafePlan) -> Result<Vec<String>, Failed> {
    let target = cluster.create_database()?;
    run(&target, schema).map_err(|error| format!("the starting schema: {error}"))?;
    let form = || -> Result<Value, Failed> {
        let mut client = target.connect()?;
        Ok(comparable(&catalog::normal_form(&mut client)?, leniency))
    };
    let mut wrong = vec![];
    for stage in &plan.stages {
        let alone = SafePlan { stages: vec![stage.clone()], ..plan.clone() };
        let forth = || {
            let done = execute(&alone, &target, &Options::default(), &mut |_| true, &mut |_| {});
            done.map_err(|error| format!("stage {}: {error}", stage.index))
        };
        let before = form()?;
        forth()?;
        let Some(way) = stage.rollback.as_ref().filter(|it| it.grade == "exact") else { continue };
        for statement in &way.statements {
            run(&target, &statement.sql)
                .map_err(|error| format!("the way back from stage {}: {error}", stage.index))?;
        }
        let left = difference(&before, &form()?);
        wrong.extend(left.into_iter().map(|it| format!("the way back from stage {}: {it}", stage.index)));
        forth()?;
    }
    Ok(wrong)
}

fn end(
    cluster: &Cluster,
    schema: &str,
    leniency: Leniency,
    way: &mut dyn FnMut(&Target) -> Result<(), String>,
) -> Result<End, Failed> {
    let target = cluster.create_database()?;
    run(&target, schema).map_err(|error| format!("the starting schema: {error}"))?;
    way(&target)?;
    let mut client = target.connect()?;
    let schema = comparable(&catalog::normal_form(&mut client)?, leniency);
    let rows = Value::Object(catalog::contents(&mut client)?);
    Ok(End { schema, rows })
}
