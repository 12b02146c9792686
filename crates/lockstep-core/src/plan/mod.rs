//! Migrations laid out as statements and the transactions that their runner puts around them.

pub mod read_ahead;
pub mod runner;

use std::collections::{BTreeMap, VecDeque};

use triomphe::Arc;

use crate::config::Config;
use crate::diagnostic::{Diagnostic, Parsed, Severity};
use crate::facts::Facts;
use crate::input::directive::{self, Setting};
use crate::input::ignore::{self, Ignore, Mention};
use crate::input::sql::read::{ReadStatement, Section, has_way_back, read};
use crate::plan::read_ahead::ReadAhead;
use crate::plan::runner::{Runner, Wrapping};
use crate::source::{Source, Span};
use crate::syntax::Refusal;
use crate::syntax::statement::Statement;

/// What runs, in order. Files are read when it is their turn: a long history is never in memory as a whole.
#[derive(Debug, Clone)]
pub struct Plan {
    pub sources: Vec<Source>,
    pub runner: Runner,
    /// Overrides the runner's own way.
    pub wrapping: Option<Wrapping>,
    /// Complaints about the texts that were read so far.
    pub diagnostics: Vec<(Source, Diagnostic)>,
    /// What the texts say of tables; of the migration's plan only.
    pub facts: Facts,
    /// What the texts and the team say of findings; of the migration's plan only.
    pub config: Config,
    /// Findings that the texts accept, by the number of the source; those of a source in their order.
    pub ignores: BTreeMap<usize, Vec<Ignore>>,
    settings: Vec<(Source, Setting)>,
    unread: VecDeque<Part>,
    ahead: Option<Arc<ReadAhead>>,
    /// How many files had their turn.
    begun: usize,
    /// Names of files that opt out of their runner's transaction in a file beside them.
    unwrapped: Vec<String>,
    /// Ways back that somebody wrote, in texts of their own, with the number of the file that each undoes.
    ways_back: Vec<(usize, Source)>,
    /// Whether ways back are of interest: those of ways back are not.
    looks_back: bool,
    /// The newest transaction that the runner opens, and how it treated the file before.
    transaction: usize,
    previous: Option<Wrapping>,
}

/// A file, or one section of it.
#[derive(Debug, Clone)]
struct Part {
    /// The number of its source.
    source: usize,
    /// `None`: all of it but a way back.
    section: Option<Section>,
    /// Its statements, where they had to be read before their turn.
    read: Option<Parsed<Vec<ReadStatement>>>,
}

#[derive(Debug, Clone)]
pub struct Planned {
    /// The number of its source.
    pub source: usize,
    pub read: ReadStatement,
    /// The number of the transaction that the runner opens around it.
    pub wrapped: Option<usize>,
}

/// A plan of a migration's own part of each file, and of the starting schema that files may carry.
pub struct Plans {
    pub start: Plan,
    pub migration: Plan,
}

/// `schema`: statements that have run before; `files`: the migration. Sections inside a file
/// (`-- lockstep: schema`) go where they say.
pub fn plan(schema: Vec<Source>, files: Vec<Source>, runner: Runner, wrapping: Option<Wrapping>) -> Plans {
    let mut start = Plan::new(runner::RUNNERS[0], Some(Wrapping::Statement));
    let mut migration = Plan { looks_back: true, ..Plan::new(runner, wrapping) };
    for source in schema {
        migration.hear(&source);
        start.add(source, None, None);
    }
    for (number, source) in files.into_iter().enumerate() {
        let mentions = migration.hear(&source);
        // The starting schema is needed before the first of these files.
        let early = directive::has_any(&source.text).then(|| read(&source));
        let has_schema = |it: &Parsed<Vec<ReadStatement>>| it.value.iter().any(|it| it.section == Section::Schema);
        if let Some(found) = early.as_ref().filter(|it| has_schema(it)) {
            let only = Parsed { value: found.value.clone(), diagnostics: vec![] };
            start.add(source.clone(), Some(Section::Schema), Some(only));
        }
        if let Some(found) = &early {
            let (ignores, diagnostics) = ignore::resolve(mentions, &source.text, &found.value);
            migration.diagnostics.extend(diagnostics.into_iter().map(|it| (source.clone(), it)));
            if !ignores.is_empty() {
                migration.ignores.insert(number, ignores);
            }
        }
        migration.add(source, Some(Section::Migration), early);
    }
    migration.configure(Config::default());
    Plans { start, migration }
}

impl Plan {
    fn new(runner: Runner, wrapping: Option<Wrapping>) -> Self {
        Plan {
            sources: vec![],
            runner,
            wrapping,
            diagnostics: vec![],
            facts: Facts::default(),
            config: Config::default(),
            ignores: BTreeMap::new(),
            settings: vec![],
            unread: VecDeque::new(),
            ahead: None,
            begun: 0,
            unwrapped: vec![],
            ways_back: vec![],
            looks_back: false,
            transaction: 0,
            previous: None,
        }
    }

    /// Takes what a text's directives say of the whole; what they say of single findings is returned.
    fn hear(&mut self, source: &Source) -> Vec<Mention> {
        let found = directive::read(&source.text);
        found.value.tables.iter().for_each(|(table, facts)| self.facts.add(table, *facts));
        self.diagnostics.extend(found.diagnostics.into_iter().map(|it| (source.clone(), it)));
        self.settings.extend(found.value.settings.into_iter().map(|it| (source.clone(), it)));
        found.value.ignores
    }

    /// The same for those who only look at what came of it: nothing is left to read.
    pub fn already_read(&mut self) -> Plan {
        // What is left is not copied, only to be thrown away.
        let unread = std::mem::take(&mut self.unread);
        let read = self.clone();
        self.unread = unread;
        read
    }

    /// From now on others may read files before it is their turn.
    pub fn read_ahead(&mut self) -> Arc<ReadAhead> {
        let source = |part: &Part| match part.read {
            Some(_) => Source::new("", ""),
            None => self.sources[part.source].clone(),
        };
        let ahead = Arc::new(ReadAhead::new(self.unread.iter().map(source)));
        (self.ahead, self.begun) = (Some(ahead.clone()), 0);
        ahead
    }

    /// The length of what is left to read.
    pub fn unread_bytes(&self) -> usize {
        self.unread.iter().map(|part| self.sources[part.source].text.len()).sum()
    }

    /// What a team wants in general; what the texts say goes before it.
    pub fn configure(&mut self, general: Config) {
        self.config = general;
        for (source, setting) in &self.settings {
            if let Err(misfit) = self.config.set_written(&setting.key, &setting.value) {
                let diagnostic = Diagnostic {
                    severity: Severity::Warning,
                    message: format!("this sets nothing: {}", misfit.message),
                    span: setting.span,
                    hints: vec![misfit.hint],
                };
                if !self.diagnostics.iter().any(|(of, it)| of == source && *it == diagnostic) {
                    self.diagnostics.push((source.clone(), diagnostic));
                }
            }
        }
    }

    /// Which of its file's ignores is about that hazard of a statement.
    pub fn ignore_of(&self, source: usize, statement: Span, id: &str) -> Option<(usize, &Ignore)> {
        let of_file = self.ignores.get(&source)?.iter().enumerate();
        let mut about = of_file.filter(|(_, it)| it.id == id && it.statement.is_none_or(|it| it == statement));
        // What is said of the statement itself before what is said of the file.
        let first = about.next()?;
        Some(if first.1.statement.is_none() {
            about.find(|(_, it)| it.statement.is_some()).unwrap_or(first)
        } else {
            first
        })
    }

    /// Hazards' ids that the texts' settings name, each with its place.
    pub fn named_hazards(&self) -> impl Iterator<Item = (&Source, Span, &str)> {
        let of_settings = self.settings.iter().filter_map(|(source, it)| {
            let id = it.key.strip_prefix("hazards.")?;
            Some((source, it.span, id))
        });
        let of_ignores = self.ignores.iter().flat_map(|(source, all)| all.iter().map(move |it| (source, it)));
        let of_ignores = of_ignores.map(|(source, it)| (&self.sources[*source], it.span, it.id.as_str()));
        of_settings.chain(of_ignores)
    }

    fn add(&mut self, source: Source, section: Option<Section>, read: Option<Parsed<Vec<ReadStatement>>>) {
        self.unread.push_back(Part { source: self.sources.len(), section, read });
        self.sources.push(source);
    }

    /// The statements of the next file, with the transaction that the runner puts around them; complaints
    /// about it go to `diagnostics`.
    pub fn next_file(&mut self) -> Option<Vec<Planned>> {
        let part = self.unread.pop_front()?;
        let source = self.sources[part.source].clone();
        let ahead = self.ahead.as_ref().and_then(|it| it.take(self.begun));
        self.begun += 1;
        let found = part.read.or(ahead).unwrap_or_else(|| read(&source));
        self.diagnostics.extend(found.diagnostics.into_iter().map(|it| (source.clone(), it)));
        let own = found
            .value
            .into_iter()
            .filter(|it| part.section.map_or(it.section != Section::Down, |section| it.section == section));
        let mut statements: Vec<Planned> =
            own.map(|read| Planned { source: part.source, read, wrapped: None }).collect();
        self.diagnostics.extend(statements.iter().filter_map(|it| Some((source.clone(), complaint(&it.read)?))));
        let back = part.section == Some(Section::Down);
        let opts_out = self.unwrapped.iter().any(|name| **name == *source.name);
        let wraps = self.wrapping.unwrap_or_else(|| match opts_out {
            true => self.runner.unwrapped(),
            false => self.runner.wraps(&source.text, back),
        });
        if wraps != Wrapping::Run || self.previous != Some(Wrapping::Run) {
            self.transaction += 1;
        }
        let whole = match wraps {
            Wrapping::Statement => false,
            Wrapping::Message => statements.len() > 1,
            Wrapping::Run => true,
            // Flyway steps aside for files that cannot run in a transaction.
            Wrapping::File => {
                !(self.runner.id == "flyway" && self.wrapping.is_none() && none_can_be_wrapped(&statements))
            }
        };
        if whole {
            statements.iter_mut().for_each(|it| it.wrapped = Some(self.transaction));
        }
        self.previous = Some(wraps);
        Some(statements)
    }

    /// The text undoes the file of that name. Nothing happens where there is no such file.
    pub fn give_back(&mut self, file: &str, text: Source) {
        let at = self.sources.iter().position(|it| &*it.name == file);
        self.ways_back.extend(at.map(|at| (at, text)));
    }

    /// The way back that somebody wrote for that file, in a text of its own or behind a marker in the same one.
    pub fn given_back(&self, source: usize) -> Option<Plan> {
        if !self.looks_back {
            return None;
        }
        let mut plan = Plan::new(self.runner, self.wrapping);
        let own = self.ways_back.iter().find(|(of, _)| *of == source).map(|(_, text)| text);
        let text = own.or_else(|| self.sources.get(source).filter(|it| has_way_back(&it.text)))?;
        // A text of its own may say once more what it is.
        let section = has_way_back(&text.text).then_some(Section::Down);
        plan.add(text.clone(), section, None);
        Some(plan)
    }

    /// These files opt out of their runner's transaction.
    pub fn leave_unwrapped(&mut self, names: &[String]) {
        self.unwrapped.extend_from_slice(names);
    }

    /// Nothing but that file.
    pub fn only(&self, source: usize) -> Plan {
        let mut plan = Plan::new(self.runner, self.wrapping);
        plan.unwrapped.clone_from(&self.unwrapped);
        plan.add(self.sources[source].clone(), Some(Section::Migration), None);
        plan
    }

    /// All that is not read yet.
    pub fn read_on(&mut self) -> Vec<Planned> {
        std::iter::from_fn(|| self.next_file()).flatten().collect()
    }
}

fn complaint(read: &ReadStatement) -> Option<Diagnostic> {
    let error = read.statement.as_ref().err()?;
    Some(Diagnostic {
        // What the server might take is no error of the text.
        severity: match error.kind {
            Refusal::Syntax => Severity::Error,
            Refusal::TooComplex => Severity::Warning,
        },
        message: error.message.clone(),
        span: read.error_span(),
        hints: vec![],
    })
}

fn none_can_be_wrapped(statements: &[Planned]) -> bool {
    let cannot = |it: &Planned| match it.read.statement.as_deref() {
        Ok(Statement::CreateIndex(it)) => it.concurrently,
        Ok(Statement::Drop(it)) => it.concurrently,
        Ok(Statement::Reindex(it)) => it.concurrently,
        Ok(Statement::Vacuum(it)) => it.is_vacuum,
        _ => false,
    };
    !statements.is_empty() && statements.iter().all(cannot)
}
