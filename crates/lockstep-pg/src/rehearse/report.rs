//! What a rehearsal found, format `lockstep-rehearsal/1`: the prediction beside the measurement.

use lockstep_core::report::wire;
use serde::Serialize;

use crate::observe::{HeldLock, Seen};

#[derive(Debug, Clone, Serialize)]
pub struct Rehearsal {
    pub format: String,
    /// The server's major version, for which the prediction was made.
    pub postgres: u8,
    /// As the server names itself.
    pub server: String,
    pub runner: String,
    /// What had to be arranged, or could not be done.
    pub notes: Vec<String>,
    pub steps: Vec<Step>,
    pub transactions: Vec<Transaction>,
    /// The schema after the last step.
    pub schema: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollback: Option<Rollback>,
    /// Up once more after the way back: the same as the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again: Option<Verdict>,
    pub summary: Summary,
}

/// How a claim fares against the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    Agrees,
    /// The server did something else than was predicted.
    Contradicts,
    /// The model says that it does not know.
    NotPredicted,
    /// The server was not asked, or what it did could not be seen.
    #[default]
    NotMeasured,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Verdict {
    pub agreement: Agreement,
    /// One line each: where the server differs, or why there is no verdict.
    pub differences: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Step {
    pub index: usize,
    pub file: String,
    pub line: usize,
    pub sql: String,
    pub command: String,
    pub transaction: usize,
    pub predicted: Predicted,
    pub measured: Measured,
    pub agreement: Aspects,
}

/// The part of the trace's step that a server can confirm or refute.
#[derive(Debug, Clone, Serialize)]
pub struct Predicted {
    pub outcome: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sqlstate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    pub preconditions: Vec<wire::Precondition>,
    pub locks: Vec<wire::Lock>,
    pub waits_for: Vec<wire::WaitsFor>,
    pub work: Vec<wire::Work>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// `done`, `failed`, `skipped` (not run on purpose) or `not_reached` (an earlier step went another way).
    pub outcome: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sqlstate: Option<String>,
    /// The server's words, or why the step did not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    pub notices: Vec<String>,
    pub locks: Vec<HeldLock>,
    /// Whether `locks` are all that the step held, or what polling caught.
    pub seen: Seen,
    pub work: Vec<wire::Work>,
    /// Relations that have new storage.
    pub new_files: Vec<String>,
    /// Whether it waited for a transaction that held a lock which the step is said to wait out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waited: Option<bool>,
    /// On the scratch database's few rows: no measure of production.
    pub ms: f64,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct Aspects {
    pub outcome: Verdict,
    pub locks: Verdict,
    pub work: Verdict,
    /// Only where a wait is predicted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<Verdict>,
    /// A failure's message, word for word; a difference in wording is told, not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wording: Option<String>,
}

impl Aspects {
    /// Each with its name.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &Verdict)> {
        let named = [("outcome", &self.outcome), ("locks", &self.locks), ("work", &self.work)];
        named.into_iter().chain(self.waits_for.iter().map(|it| ("waits_for", it)))
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct Transaction {
    pub index: usize,
    pub kind: String,
    pub first: usize,
    pub last: usize,
    /// `commit`, `rollback` or `open`.
    pub predicted: String,
    /// The same, or `not_reached`.
    pub measured: String,
    pub agreement: Verdict,
}

#[derive(Debug, Clone, Serialize)]
pub struct Rollback {
    pub from_step: usize,
    /// `exact`, `loses_data` or `impossible`, as predicted.
    pub grade: String,
    /// Whether the script runs.
    pub script: Verdict,
    /// Whether the catalog is that of the start.
    pub schema: Verdict,
    /// Whether the rows are those of the start; only claimed where the grade is exact.
    pub rows: Verdict,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub agrees: usize,
    pub contradicts: usize,
    pub not_predicted: usize,
    pub not_measured: usize,
}

impl Verdict {
    pub fn agrees() -> Self {
        Verdict { agreement: Agreement::Agrees, differences: vec![] }
    }

    pub fn contradicts(difference: impl Into<String>) -> Self {
        Verdict { agreement: Agreement::Contradicts, differences: vec![difference.into()] }
    }

    pub fn not_predicted(why: impl Into<String>) -> Self {
        Verdict { agreement: Agreement::NotPredicted, differences: vec![why.into()] }
    }

    pub fn not_measured(why: impl Into<String>) -> Self {
        Verdict { agreement: Agreement::NotMeasured, differences: vec![why.into()] }
    }

    /// Agrees where there is no difference.
    pub fn of(differences: Vec<String>) -> Self {
        let agreement = if differences.is_empty() { Agreement::Agrees } else { Agreement::Contradicts };
        Verdict { agreement, differences }
    }
}

impl Rehearsal {
    /// Every verdict, with where it stands.
    pub fn verdicts(&self) -> Vec<(String, &Verdict)> {
        let mut all: Vec<(String, &Verdict)> = vec![];
        for step in &self.steps {
            all.extend(step.agreement.all().map(|(aspect, it)| (format!("step {}, {aspect}", step.index), it)));
        }
        for it in &self.transactions {
            all.push((format!("transaction {}", it.index), &it.agreement));
        }
        all.push(("schema".into(), &self.schema));
        if let Some(it) = &self.rollback {
            all.push(("rollback, script".into(), &it.script));
            all.push(("rollback, schema".into(), &it.schema));
            all.push(("rollback, rows".into(), &it.rows));
        }
        all.extend(self.again.iter().map(|it| ("up again".to_owned(), it)));
        all
    }

    pub(super) fn sum_up(&mut self) {
        let mut summary = Summary::default();
        for (_, verdict) in self.verdicts() {
            *match verdict.agreement {
                Agreement::Agrees => &mut summary.agrees,
                Agreement::Contradicts => &mut summary.contradicts,
                Agreement::NotPredicted => &mut summary.not_predicted,
                Agreement::NotMeasured => &mut summary.not_measured,
            } += 1;
        }
        self.summary = summary;
    }
}
