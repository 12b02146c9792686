//! The way back as a migration tool keeps it: one text for each file, with the tool's names, markers and transactions.
//! What each of them does is read from its own sources, as `plan::runner` is.

pub(super) mod alembic;

use crate::input::sql::read::without_way_back;
use crate::plan::runner::Runner;
use crate::report::{rollback_script, trace, wire};
use crate::rollback::{Grade, Place, WayBack, way_back};
use crate::simulate::simulate_from;
use crate::simulate::trace::{Outcome, Trace};

/// How a tool keeps ways back.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// As on the command line; a runner's where there is one.
    pub id: &'static str,
    keeps: Keeps,
    transactions: Transactions,
}

#[derive(Debug, Clone, Copy)]
enum Keeps {
    /// In a file of its own; its name from the migration's, where that is one of the tool's.
    File(fn(&str) -> Option<String>),
    /// In the migration's file, behind a marker.
    Section(&'static str),
    /// As a function of the migration's module.
    Downgrade,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transactions {
    /// The tool opens one around everything, or sends everything as one message: nothing runs outside of it.
    One,
    /// None: the text is one message, and opens its own.
    OwnInOneMessage,
    /// Statement by statement, and one around them unless the file says otherwise.
    UnlessMarked(Mark),
}

/// How a file says that it wants no transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// A line at its beginning, which counts for the way up too.
    FirstLine(&'static str),
    /// Behind the section's marker.
    Suffix(&'static str),
    /// A file beside it: what is added to its name, and what stands in it.
    Beside(&'static str, &'static str),
    /// Python says it statement by statement.
    Block,
}

pub const FORMS: [Form; 10] = [
    form("alembic", Keeps::Downgrade, Transactions::UnlessMarked(Mark::Block)),
    form("dbmate", Keeps::Section("-- migrate:down"), Transactions::One),
    form("diesel", Keeps::File(in_folder_of_up), Transactions::One),
    form(
        "flyway",
        Keeps::File(undo_name),
        Transactions::UnlessMarked(Mark::Beside(".conf", "executeInTransaction=false\n")),
    ),
    form("golang-migrate", Keeps::File(down_name), Transactions::OwnInOneMessage),
    form(
        "goose",
        Keeps::Section("-- +goose Down"),
        Transactions::UnlessMarked(Mark::FirstLine("-- +goose NO TRANSACTION")),
    ),
    form("node-pg-migrate", Keeps::Section("-- Down Migration"), Transactions::One),
    form("prisma", Keeps::File(in_folder_of_migration), Transactions::OwnInOneMessage),
    form("sql-migrate", Keeps::Section("-- +migrate Down"), Transactions::UnlessMarked(Mark::Suffix(" notransaction"))),
    form("sqlx", Keeps::File(down_name), Transactions::One),
];

const fn form(id: &'static str, keeps: Keeps, transactions: Transactions) -> Form {
    Form { id, keeps, transactions }
}

/// The way back of one file.
#[derive(Debug, Clone, PartialEq)]
pub struct FileBack {
    /// The migration that it undoes.
    pub of: String,
    pub rollback: wire::Rollback,
    /// What to read or to paste: the file, the section, the function.
    pub text: String,
    /// What to write, by name. Empty where the migration's name is none of the tool's.
    pub files: Vec<wire::File>,
}

impl Form {
    pub fn find(id: &str) -> Option<Form> {
        FORMS.into_iter().find(|form| form.id == id)
    }

    /// Whether the text goes into the migration's own file.
    pub fn is_part_of_file(&self) -> bool {
        !matches!(self.keeps, Keeps::File(_))
    }
}

/// The way back of every file of the request, from after it to before it, in the order of the files.
pub fn forms(request: &wire::Request, form: Form) -> Vec<FileBack> {
    let runner = request.runner.clone().or_else(|| Runner::find(form.id).map(|it| it.id.to_owned()));
    let trace = trace(&wire::Request { runner, ..request.clone() });
    (0..trace.plan.sources.len()).map(|source| of_file(&trace, source, form)).collect()
}

fn of_file(trace: &Trace, source: usize, form: Form) -> FileBack {
    let file = &trace.plan.sources[source];
    let begins = trace.steps.iter().find(|it| it.source == source);
    let (schema, session) = match begins {
        Some(step) => (step.before.clone(), step.session.clone()),
        None => (trace.end.clone(), trace.end_session.clone()),
    };
    let alone = simulate_from(trace.plan.only(source), schema, session, trace.version);
    let mut way = way_back(&alone, None);
    way.notes.extend(hindrance(&alone));
    let rollback = rollback_script::wire(&alone, way.clone());
    let text = written(&alone, &way, form, false);
    let files = files(form, &file.name, &file.text, &text, &way);
    FileBack { of: file.name.to_string(), rollback, text, files }
}

/// The way back of one step of a plan, whose way up is `up`: files as the tool keeps them.
/// `bare`: the way up has told the tool already to put no transaction around either way.
pub(super) fn of_step(
    alone: &Trace,
    way: &WayBack,
    form: Form,
    (name, up): (&str, &str),
    bare: bool,
) -> Vec<wire::File> {
    files(form, name, up, &written(alone, way, form, bare), way)
}

fn written(alone: &Trace, way: &WayBack, form: Form, bare: bool) -> String {
    match form.keeps {
        Keeps::Downgrade => alembic::downgrade(alone, way),
        Keeps::Section(marker) => section(alone, way, form, marker, bare),
        Keeps::File(_) => rollback_script::heading(alone, way) + &statements(way, form, bare),
    }
}

/// What fails leaves nothing to undo, or less: that should not be taken for the way back of what runs.
fn hindrance(trace: &Trace) -> Option<String> {
    let step = trace.step(trace.failed_first?)?;
    let Outcome::Failed(error) = &step.outcome else { return None };
    Some(format!(
        "The migration itself fails at step {} ({}: {}); this is the way back from where it stops.",
        step.index, error.sqlstate, error.message
    ))
}

fn section(trace: &Trace, way: &WayBack, form: Form, marker: &str, bare: bool) -> String {
    let suffix = match form.transactions {
        Transactions::UnlessMarked(Mark::Suffix(suffix)) if steps_out(way) => suffix,
        _ => "",
    };
    format!("{marker}{suffix}\n{}{}", rollback_script::heading(trace, way), statements(way, form, bare))
}

fn files(form: Form, name: &str, up: &str, text: &str, way: &WayBack) -> Vec<wire::File> {
    let file = |name: String, text: String| wire::File { name, text };
    match form.keeps {
        Keeps::File(named) => {
            let Some(name) = named(name) else { return vec![] };
            let mut files = vec![file(name.clone(), text.to_owned())];
            if let Transactions::UnlessMarked(Mark::Beside(ending, content)) = form.transactions
                && steps_out(way)
            {
                files.push(file(name + ending, content.to_owned()));
            }
            files
        }
        Keeps::Section(_) => {
            let up = without_way_back(up);
            let first = match form.transactions {
                Transactions::UnlessMarked(Mark::FirstLine(line)) if steps_out(way) && !up.contains(line) => {
                    format!("{line}\n")
                }
                _ => String::new(),
            };
            vec![file(name.to_owned(), format!("{first}{}\n\n{text}", up.trim_end()))]
        }
        Keeps::Downgrade => {
            let stem = name.strip_suffix(".sql").unwrap_or(name);
            vec![file(format!("{stem}.downgrade.py"), text.to_owned())]
        }
    }
}

/// Whether something has to run outside of a transaction.
pub(super) fn steps_out(way: &WayBack) -> bool {
    way.actions.iter().any(|it| it.place != Place::Inside && it.sql.contains(" CONCURRENTLY "))
}

/// The statements with what stands around them.
fn statements(way: &WayBack, form: Form, bare: bool) -> String {
    if way.actions.is_empty() {
        let why = match way.grade() {
            Grade::Exact | Grade::LeavesRows => "Nothing is to be done.",
            _ => "There is nothing that a script could do.",
        };
        return format!("-- {why}\n{}", rollback_script::unfinished(way));
    }
    let marks = matches!(form.id, "goose" | "sql-migrate").then_some(form.id);
    let mut text = Text::new(marks);
    match form.transactions {
        Transactions::UnlessMarked(_) if bare || steps_out(way) => text.around_own_transaction(way),
        Transactions::OwnInOneMessage => {
            text.statement("BEGIN");
            text.statement("SET LOCAL search_path = public");
            text.statement("SET LOCAL lock_timeout = '5s'");
            way.actions.iter().for_each(|it| text.statement(&blocking(&it.guarded())));
            text.statement("COMMIT");
        }
        Transactions::One | Transactions::UnlessMarked(_) => {
            text.statement("SET LOCAL search_path = public");
            text.statement("SET LOCAL lock_timeout = '5s'");
            way.actions.iter().for_each(|it| text.statement(&blocking(&it.guarded())));
            // The tool goes on in the same transaction, and finds its own tables by the session's path.
            text.statement("SET LOCAL search_path TO DEFAULT");
        }
    }
    text.text + &rollback_script::unfinished(way)
}

/// Inside a transaction nothing is done concurrently.
pub(super) fn blocking(sql: &str) -> String {
    let concurrently = ["CREATE INDEX ", "CREATE UNIQUE INDEX ", "DROP INDEX "];
    match concurrently.iter().find(|it| sql.starts_with(&format!("{it}CONCURRENTLY "))) {
        Some(start) => format!("{start}{}", &sql[start.len() + "CONCURRENTLY ".len()..]),
        None => sql.to_owned(),
    }
}

/// Statements as a tool ends them.
pub(super) struct Text {
    text: String,
    /// goose and sql-migrate end statements at semicolons, but between these.
    marks: Option<&'static str>,
}

impl Text {
    pub(super) fn new(marks: Option<&'static str>) -> Self {
        Text { text: String::new(), marks }
    }

    pub(super) fn into_string(self) -> String {
        self.text
    }

    pub(super) fn statement(&mut self, sql: &str) {
        let marker = match self.marks {
            Some("goose") => Some("+goose"),
            Some(_) => Some("+migrate"),
            None => None,
        };
        match marker.filter(|_| sql.contains(';')) {
            Some(marker) => {
                self.text += &format!("-- {marker} StatementBegin\n{sql};\n-- {marker} StatementEnd\n");
            }
            None => self.text += &format!("{sql};\n"),
        }
    }

    fn around_own_transaction(&mut self, way: &WayBack) {
        let at = |place: Place| way.actions.iter().filter(move |it| it.place == place);
        self.statement("SET search_path = public");
        self.statement("SET lock_timeout = 0");
        at(Place::Before).for_each(|it| self.statement(&it.guarded()));
        if at(Place::Inside).next().is_some() {
            self.statement("SET lock_timeout = '5s'");
            self.statement("BEGIN");
            at(Place::Inside).for_each(|it| self.statement(&it.guarded()));
            self.statement("COMMIT");
            self.statement("SET lock_timeout = 0");
        }
        at(Place::After).for_each(|it| self.statement(&it.guarded()));
        self.statement("RESET lock_timeout");
        self.statement("RESET search_path");
    }
}

/// Folder, with its slash, and name.
fn parts(path: &str) -> (&str, &str) {
    path.rsplit_once('/').map_or(("", path), |(folder, name)| (&path[..folder.len() + 1], name))
}

/// Flyway: `U1.2__x.sql` for `V1.2__x.sql`.
fn undo_name(path: &str) -> Option<String> {
    let (folder, name) = parts(path);
    let rest = name.strip_prefix('V').filter(|it| it.contains("__"))?;
    Some(format!("{folder}U{rest}"))
}

/// golang-migrate, sqlx: `1_x.down.sql` for `1_x.up.sql`.
fn down_name(path: &str) -> Option<String> {
    let stem = path.strip_suffix(".sql")?;
    Some(format!("{}.down.sql", stem.strip_suffix(".up").unwrap_or(stem)))
}

fn in_folder_of_up(path: &str) -> Option<String> {
    let (folder, name) = parts(path);
    (name == "up.sql").then(|| format!("{folder}down.sql"))
}

fn in_folder_of_migration(path: &str) -> Option<String> {
    let (folder, name) = parts(path);
    (name == "migration.sql").then(|| format!("{folder}down.sql"))
}
