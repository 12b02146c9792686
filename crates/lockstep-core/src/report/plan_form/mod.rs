//! The safe plan as files of a migration tool: one file a step, so that the tool keeps how far it came, with the tool's
//! names, markers and transactions, and ways back where it has them. What each of them does is read from its own
//! sources, as `plan::runner` is.

mod code;
mod comments;
mod naming;
mod sql;

#[cfg(test)]
mod tests;

use crate::effect::ObjectName;
use crate::name::Ident;
use crate::plan::plan;
use crate::plan::runner::{RUNNERS, Wrapping};
use crate::report::rollback_form::{self, Form};
use crate::report::safe_plan::wire::{SafePlan, Stage, Step};
use crate::report::{safe_plan, trace, wire};
use crate::rewrite::{self, Action};
use crate::rollback::{WayBack, way_back};
use crate::schema::object::ObjectClass;
use crate::simulate::simulate_from;
use crate::simulate::trace::Trace;
use crate::source::Source;

/// How a tool keeps a plan.
#[derive(Debug, Clone, Copy)]
pub struct Tool {
    /// As on the command line; a runner's where there is one.
    pub id: &'static str,
    /// What it does with a file, in one sentence.
    pub about: &'static str,
    names: naming::Names,
    writes: Writes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writes {
    Sql(sql::Dialect),
    Alembic,
    Django,
    Knex,
    /// SQL, but where a file must say that it wants no transaction, which only its JavaScript can.
    NodePgMigrate,
}

pub const TOOLS: [Tool; 12] = [
    tool("alembic", "a revision with upgrade() and downgrade()", naming::Names::Alembic, Writes::Alembic),
    tool("dbmate", "1_x.sql with both ways", naming::Names::Texts(".sql"), Writes::Sql(sql::DBMATE)),
    tool("diesel", "1_x/up.sql and down.sql", naming::Names::Folder("up.sql"), Writes::Sql(sql::DIESEL)),
    tool("django", "0001_x.py with RunSQL", naming::Names::Numbered(".py"), Writes::Django),
    tool("flyway", "V1.1__x.sql and U1.1__x.sql", naming::Names::Flyway, Writes::Sql(sql::FLYWAY)),
    tool(
        "golang-migrate",
        "1_x.up.sql and 1_x.down.sql",
        naming::Names::Numbered(".up.sql"),
        Writes::Sql(sql::ONE_MESSAGE),
    ),
    tool("goose", "1_x.sql with both ways", naming::Names::Numbered(".sql"), Writes::Sql(sql::GOOSE)),
    tool("knex", "1_x.js with up and down", naming::Names::Texts(".js"), Writes::Knex),
    tool(
        "node-pg-migrate",
        "1_x.sql with both ways, 1_x.js where no transaction may be around it",
        naming::Names::Numbered(".sql"),
        Writes::NodePgMigrate,
    ),
    tool(
        "prisma",
        "1_x/migration.sql, with down.sql for `prisma db execute`",
        naming::Names::Folder("migration.sql"),
        Writes::Sql(sql::ONE_MESSAGE),
    ),
    tool("sql-migrate", "1_x.sql with both ways", naming::Names::Numbered(".sql"), Writes::Sql(sql::SQL_MIGRATE)),
    tool("sqlx", "1_x.up.sql and 1_x.down.sql", naming::Names::Numbered(".up.sql"), Writes::Sql(sql::SQLX)),
];

const fn tool(id: &'static str, about: &'static str, names: naming::Names, writes: Writes) -> Tool {
    Tool { id, about, names, writes }
}

impl Tool {
    pub fn find(id: &str) -> Option<Tool> {
        TOOLS.into_iter().find(|tool| tool.id == id)
    }
}

/// The plan as a tool's files.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanFiles {
    pub plan: SafePlan,
    /// What goes out together, in order: between two of them the application is deployed.
    pub releases: Vec<Release>,
    /// What to know before they are used.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Release {
    /// What must hold of every running application before it.
    pub deploy: Vec<String>,
    pub files: Vec<PlanFile>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PlanFile {
    pub name: String,
    pub text: String,
    pub part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The tool runs it on the way up.
    Up,
    Down,
    /// What the tool is told of the file beside it: that no transaction is around it.
    Setting,
}

/// The plan of the request's migration as files of a tool.
pub fn files(request: &wire::Request, tool: Tool) -> PlanFiles {
    of_trace(&trace(request), tool)
}

pub(super) fn of_trace(trace: &Trace, tool: Tool) -> PlanFiles {
    let planned = rewrite::safe_plan(trace);
    let actions: Vec<Action> = planned.steps.iter().map(|it| it.draft.action.clone()).collect();
    let plan = safe_plan::of_planned(trace, planned);
    let steps: Vec<(&Stage, &Step)> =
        plan.stages.iter().flat_map(|stage| stage.steps.iter().map(move |step| (stage, step))).collect();
    let own = |step: &Step| !(tool.id == "alembic" && step.statements.iter().all(|it| is_bookkeeping(it)));
    let kept: Vec<usize> = (0..steps.len()).filter(|at| own(steps[*at].1)).collect();
    let names = naming::name(trace, tool.names, kept.iter().map(|at| (steps[*at].1, steps[*at].0.phase.as_str())));
    let backs = ways_back(trace, &kept.iter().map(|at| &actions[*at]).collect::<Vec<_>>(), &names.names);
    let mut releases: Vec<Release> = vec![];
    for (number, at) in kept.iter().enumerate() {
        let (stage, step) = steps[*at];
        let begins = stage.steps.first().is_some_and(|it| it.index == step.index);
        if releases.is_empty() || begins && !stage.deploy.is_empty() {
            releases.push(Release { deploy: stage.deploy.clone(), files: vec![] });
        }
        let file = File {
            trace,
            plan: &plan,
            stage,
            step,
            begins,
            name: &names.names[number],
            previous: number.checked_sub(1).map(|it| names.names[it].as_str()),
            back: &backs[number],
        };
        let files = file.write(tool);
        if let Some(release) = releases.last_mut() {
            release.files.extend(files);
        }
    }
    if releases.len() > 1 {
        for (release, number) in releases.iter_mut().zip(1..) {
            release.files.iter_mut().for_each(|it| it.name = format!("release-{number}/{}", it.name));
        }
    }
    let mut notes = names.notes;
    if !kept.is_empty() && !plan.files.is_empty() {
        notes.insert(0, format!("They take the place of {}: run the one or the other.", plan.files.join(", ")));
    }
    notes.extend(tool_notes(tool, &steps));
    PlanFiles { plan, releases, notes }
}

/// Alembic writes its table by itself; `upgrade --sql` prints that, too.
fn is_bookkeeping(sql: &str) -> bool {
    sql.split(|it: char| !it.is_alphanumeric() && it != '_').any(|word| word == "alembic_version")
}

fn tool_notes(tool: Tool, steps: &[(&Stage, &Step)]) -> Vec<String> {
    let mut notes = vec![];
    if tool.id == "node-pg-migrate" {
        notes.push(
            "Run node-pg-migrate with --no-single-transaction: each file is then a transaction of its own.".into(),
        );
    }
    if tool.id == "django" {
        notes.push("Name the application and the migration before it in `dependencies` of the first file.".into());
    }
    let sets =
        |step: &Step| step.statements.iter().any(|it| it.get(..4).is_some_and(|it| it.eq_ignore_ascii_case("SET ")));
    if let Some((_, step)) = steps.iter().find(|(_, it)| it.kind == "statement" && sets(it)) {
        notes.push(format!(
            "Step {} sets something for the session: see that the tool runs what follows in the same one.",
            step.index
        ));
    }
    notes
}

/// One step on its way into files.
struct File<'a> {
    trace: &'a Trace,
    plan: &'a SafePlan,
    stage: &'a Stage,
    step: &'a Step,
    /// It is the first of its stage.
    begins: bool,
    name: &'a str,
    previous: Option<&'a str>,
    back: &'a Back,
}

/// The way back of one step, and the trace that it is made of.
struct Back {
    alone: Trace,
    way: WayBack,
}

/// Each step's way back, from after it to before it.
fn ways_back(trace: &Trace, actions: &[&Action], names: &[String]) -> Vec<Back> {
    let mut session = trace.steps.first().map_or(&trace.end_session, |it| &it.session).clone();
    let mut schema = trace.start.clone();
    let mut backs = vec![];
    for (action, name) in actions.iter().zip(names) {
        // The plan's own triggers keep what a backfill fills in, too.
        let own = |table: &ObjectName| -> Vec<Ident> {
            let Some(id) = schema.find(table) else { return vec![] };
            let triggers = schema.objects_on(ObjectClass::Trigger, id);
            triggers.filter(|it| trace.start.object(it.id).is_none()).map(|it| it.name().clone()).collect()
        };
        let source = Source::new(name, &action.text(own));
        let plans = plan(vec![], vec![source], RUNNERS[0], Some(Wrapping::Statement));
        let alone = simulate_from(plans.migration, schema, session, trace.version);
        (schema, session) = (alone.end.clone(), alone.end_session.clone());
        let way = way_back(&alone, None);
        backs.push(Back { alone, way });
    }
    backs
}

impl File<'_> {
    fn write(&self, tool: Tool) -> Vec<PlanFile> {
        let up = |text: String| PlanFile { name: self.name.to_owned(), text, part: Part::Up };
        match tool.writes {
            Writes::Sql(dialect) => self.sql(tool, dialect),
            Writes::Alembic => vec![up(code::alembic(self))],
            Writes::Django => vec![up(code::django(self))],
            Writes::Knex => vec![up(code::knex(self))],
            Writes::NodePgMigrate if self.step.outside_transaction => {
                let name = self.name.strip_suffix(".sql").unwrap_or(self.name);
                vec![PlanFile { name: format!("{name}.js"), text: code::node_pg_migrate(self), part: Part::Up }]
            }
            Writes::NodePgMigrate => self.sql(tool, sql::NODE_PG_MIGRATE),
        }
    }

    fn sql(&self, tool: Tool, dialect: sql::Dialect) -> Vec<PlanFile> {
        let text = sql::up(self, dialect);
        let mut files = vec![];
        let form = Form::find(tool.id);
        let bare = sql::is_bare(self, dialect);
        let back =
            form.map(|form| rollback_form::of_step(&self.back.alone, &self.back.way, form, (self.name, &text), bare));
        match back {
            // Both ways are in one file.
            Some(back) if form.is_some_and(|it| it.is_part_of_file()) => {
                files.extend(back.into_iter().map(|it| PlanFile { name: it.name, text: it.text, part: Part::Up }));
            }
            back => {
                files.push(PlanFile { name: self.name.to_owned(), text, part: Part::Up });
                files.extend(self.setting(dialect));
                for it in back.into_iter().flatten() {
                    let part = if it.name.ends_with(".sql") { Part::Down } else { Part::Setting };
                    files.push(PlanFile { name: it.name, text: it.text, part });
                }
            }
        }
        files
    }

    fn setting(&self, dialect: sql::Dialect) -> Option<PlanFile> {
        let sql::Outside::Beside(ending, text) = dialect.outside else { return None };
        let name = match (ending.strip_prefix('/'), self.name.rsplit_once('/')) {
            (Some(file), Some((folder, _))) => format!("{folder}/{file}"),
            _ => format!("{}{ending}", self.name),
        };
        self.step.outside_transaction.then(|| PlanFile { name, text: text.into(), part: Part::Setting })
    }
}
