//! What going back over histories came to: counts to read, and everything as JSON.

use std::collections::BTreeMap;
use std::fmt::Write;

use lockstep_core::rollback::Grade;
use lockstep_core::rollback::given::Verdict;
use serde_json::{Value, json};

#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub name: String,
    pub files: usize,
    /// Files that run on the server as was said.
    pub replayed: usize,
    pub generated: Vec<Found>,
    pub written: Vec<Written>,
}

/// A generated way back.
#[derive(Debug, Clone)]
pub struct Found {
    pub place: String,
    pub sql: String,
    pub grade: Grade,
    /// The first reason why it is not exact.
    pub why: String,
    /// Steps before touch rows, or what is not read.
    pub rows: bool,
    pub measured: Measured,
}

/// A way back that somebody wrote.
#[derive(Debug, Clone)]
pub struct Written {
    pub place: String,
    pub verdict: Verdict,
    pub is_empty: bool,
    pub said: Vec<String>,
    pub measured: Measured,
}

/// What the server's catalog was after going back.
#[derive(Debug, Clone)]
pub enum Measured {
    Not,
    Restored,
    RowsDiffer(Vec<String>),
    OnlyOrder(Vec<String>),
    Differs(Vec<String>),
    Fails(String),
}

impl Measured {
    pub fn word(&self) -> &'static str {
        match self {
            Measured::Not => "not measured",
            Measured::Restored => "restored",
            Measured::RowsDiffer(_) => "rows differ",
            Measured::OnlyOrder(_) => "column order",
            Measured::Differs(_) => "another schema",
            Measured::Fails(_) => "fails",
        }
    }

    fn details(&self) -> Vec<String> {
        match self {
            Measured::Not | Measured::Restored => vec![],
            Measured::RowsDiffer(it) | Measured::OnlyOrder(it) | Measured::Differs(it) => it.clone(),
            Measured::Fails(it) => vec![it.clone()],
        }
    }

    fn is_measured(&self) -> bool {
        !matches!(self, Measured::Not)
    }
}

impl Found {
    /// Called exact, and it is not.
    pub fn is_contradicted(&self) -> bool {
        self.grade == Grade::Exact && self.measured.is_measured() && !matches!(self.measured, Measured::Restored)
    }

    /// Not called exact, and the schema that it should restore at least is another.
    fn misses(&self) -> bool {
        self.grade == Grade::LosesData && matches!(self.measured, Measured::Differs(_) | Measured::Fails(_))
    }
}

impl Written {
    /// Found wrong by the server.
    fn is_wrong(&self) -> bool {
        matches!(self.measured, Measured::Differs(_) | Measured::Fails(_))
    }

    fn is_called_wrong(&self) -> bool {
        self.verdict.is_wrong() || self.verdict == Verdict::Empty
    }

    /// Called wrong for what the server can show where tables are as the history leaves them.
    fn is_false_alarm(&self) -> bool {
        let by_schema = matches!(self.verdict, Verdict::Fails | Verdict::AnotherSchema | Verdict::Empty);
        by_schema && self.measured.is_measured() && !self.is_wrong()
    }

    fn is_missed(&self) -> bool {
        self.is_wrong() && !self.is_called_wrong()
    }
}

impl Tally {
    pub fn add(&mut self, other: &Tally) {
        self.files += other.files;
        self.replayed += other.replayed;
        self.generated.extend(other.generated.iter().cloned());
        self.written.extend(other.written.iter().cloned());
    }

    /// Claims that the server refutes.
    pub fn contradictions(&self) -> usize {
        self.generated.iter().filter(|it| it.is_contradicted()).count()
            + self.written.iter().filter(|it| it.is_false_alarm()).count()
    }

    /// Every contradiction and every miss, up to `show` of each kind.
    pub fn details(&self, show: usize) -> String {
        let mut text = String::new();
        let mut kind = |title: &str, found: Vec<(String, Vec<String>)>| {
            for (place, lines) in found.into_iter().take(show) {
                let _ = writeln!(text, "   {title}: {place}");
                lines.into_iter().take(6).for_each(|line| {
                    let _ = writeln!(text, "      {line}");
                });
            }
        };
        let of = |test: fn(&Found) -> bool| -> Vec<(String, Vec<String>)> {
            let found = self.generated.iter().filter(|it| test(it));
            found.map(|it| (format!("{}: {}", it.place, it.sql), it.measured.details())).collect()
        };
        kind("exact, and is not", of(Found::is_contradicted));
        kind("loses data, and does not restore the schema", of(Found::misses));
        let of = |test: fn(&Written) -> bool| -> Vec<(String, Vec<String>)> {
            let found = self.written.iter().filter(|it| test(it));
            let lines = |it: &Written| [it.said.clone(), it.measured.details()].concat();
            found.map(|it| (format!("{}: {:?}, {}", it.place, it.verdict, it.measured.word()), lines(it))).collect()
        };
        kind("false alarm", of(Written::is_false_alarm));
        kind("missed", of(Written::is_missed));
        text
    }

    /// The figures, a line each.
    pub fn figures(&self) -> String {
        let mut text = format!("{}: {} files, {} replayed\n", self.name, self.files, self.replayed);
        for (title, rows) in [("schema only", false), ("with rows, code or what is not read", true)] {
            let of: Vec<&Found> = self.generated.iter().filter(|it| it.rows == rows).collect();
            let _ = writeln!(text, "  generated from {} steps, {title}:", of.len());
            for grade in [Grade::Exact, Grade::LeavesRows, Grade::LosesData, Grade::Impossible] {
                let of: Vec<&&Found> = of.iter().filter(|it| it.grade == grade).collect();
                if !of.is_empty() {
                    let counts = counted(of.iter().map(|it| it.measured.word()));
                    let _ = writeln!(text, "    {:<12}{:>6}   {counts}", grade.word(), of.len());
                }
            }
            let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
            let exact = of.iter().filter(|it| it.grade == Grade::Exact).count();
            let lossy = of.iter().filter(|it| it.grade == Grade::LosesData).count();
            let _ = writeln!(
                text,
                "    exact: {:.1} % of all, {:.1} % of those that drop nothing with contents",
                share(exact, of.len()),
                share(exact, of.len() - lossy)
            );
        }
        let measured: Vec<&Written> = self.written.iter().filter(|it| it.measured.is_measured()).collect();
        let counts = counted(measured.iter().map(|it| it.measured.word()));
        let _ =
            writeln!(text, "  written by hand: {}, {} of them measured: {counts}", self.written.len(), measured.len());
        for (title, empty) in [("with statements", false), ("empty", true)] {
            let of: Vec<&&Written> = measured.iter().filter(|it| it.is_empty == empty).collect();
            let wrong = of.iter().filter(|it| it.is_wrong()).count();
            let missed = of.iter().filter(|it| it.is_missed()).count();
            let unknown = of.iter().filter(|it| it.verdict == Verdict::Unknown).count();
            let alarms = of.iter().filter(|it| it.is_false_alarm()).count();
            let _ = writeln!(
                text,
                "    {title}: {} of {} wrong, {} of these found; {alarms} false alarms among {}; {unknown} not known",
                wrong,
                of.len(),
                wrong - missed,
                of.len() - wrong
            );
        }
        let filled = counted(self.written.iter().map(|it| it.verdict.word()));
        let _ = writeln!(text, "    verdicts: {filled}");
        text
    }

    pub fn json(&self) -> Value {
        let generated = |it: &Found| {
            json!({ "place": it.place, "sql": it.sql, "grade": it.grade.word(), "why": it.why, "rows": it.rows,
                "measured": it.measured.word(), "details": it.measured.details() })
        };
        let written = |it: &Written| {
            json!({ "place": it.place, "verdict": it.verdict.word(), "empty": it.is_empty, "said": it.said,
                "measured": it.measured.word(), "details": it.measured.details() })
        };
        json!({ "name": self.name, "files": self.files, "replayed": self.replayed,
            "generated": self.generated.iter().map(generated).collect::<Vec<_>>(),
            "written": self.written.iter().map(written).collect::<Vec<_>>() })
    }
}

fn counted<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    words.for_each(|word| *counts.entry(word).or_default() += 1);
    counts.iter().map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}
