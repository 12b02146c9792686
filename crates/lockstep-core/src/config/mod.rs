//! What a team wants to hear of: levels of hazards, conventions of names, where something counts as much. The keys are
//! those of `lockstep.toml`; a comment can say one, too: `-- lockstep: config naming.index = ix_{table}_{columns}`.

pub mod naming;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::config::naming::Naming;
use crate::diagnostic::{Severity, nearest};

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    /// By the hazard's id.
    pub levels: BTreeMap<String, Level>,
    pub naming: Naming,
    pub thresholds: Thresholds,
}

/// What becomes of a hazard's findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Off,
    /// Of its worst ones.
    At(Severity),
}

/// From where on something counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Thresholds {
    /// Key columns that an index may have.
    pub index_columns: usize,
    /// Indexes that a table may have.
    pub table_indexes: usize,
    /// Rows of a table that statements may well read or rewrite at once.
    pub large_table_rows: f64,
    /// Rows that one statement may well write.
    pub batch_rows: f64,
    /// Milliseconds that a statement may wait for a lock.
    pub lock_timeout_ms: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds {
            index_columns: 4,
            table_indexes: 8,
            large_table_rows: 1_000.0,
            batch_rows: 10_000.0,
            lock_timeout_ms: 5_000.0,
        }
    }
}

/// A setting that cannot be taken: what is wrong, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    pub message: String,
    pub hint: String,
}

const TABLES: [&str; 3] = ["hazards", "naming", "thresholds"];
const THRESHOLDS: [&str; 5] = ["index_columns", "table_indexes", "large_table_rows", "batch_rows", "lock_timeout_ms"];
const LEVELS: [&str; 4] = ["off", "note", "warning", "error"];

impl Config {
    /// Takes one value, by its keys from the outermost on: `["hazards", "serial_column"]`. Whether there is such a
    /// hazard is not asked here.
    pub fn set(&mut self, key: &[&str], value: &Value) -> Result<(), Misfit> {
        match key {
            ["hazards", id] => {
                self.levels.insert((*id).to_owned(), level(id, value)?);
                Ok(())
            }
            ["naming", rest @ ..] if !rest.is_empty() => self.naming.set(rest, value),
            ["thresholds", name] => self.thresholds.set(name, value),
            [first, ..] if !TABLES.contains(first) => Err(unknown(first, &TABLES)),
            _ => Err(Misfit {
                message: format!("`{}` is no setting by itself", shown(&key.join("."))),
                hint: "Write for example hazards.serial_column, naming.index or thresholds.index_columns.".into(),
            }),
        }
    }

    /// The same as a comment writes it: the keys with dots between them, a value without quotes or with them, several
    /// with commas between them.
    pub fn set_written(&mut self, key: &str, value: &str) -> Result<(), Misfit> {
        let keys: Vec<&str> = key.split('.').map(|it| it.trim().trim_matches('"')).collect();
        let one = |text: &str| {
            let text = text.trim().trim_matches('"');
            text.parse::<u64>().map_or_else(|_| Value::from(text), Value::from)
        };
        let value = match value.contains(',') {
            true => value.split(',').map(one).collect(),
            false => one(value),
        };
        self.set(&keys, &value)
    }

    /// Every setting in a JSON object of the same shape as the file; what cannot be taken is returned with its keys.
    pub fn set_all(&mut self, value: &Value) -> Vec<(String, Misfit)> {
        let mut wrong = vec![];
        self.set_below(&mut vec![], value, &mut wrong);
        wrong
    }

    fn set_below<'a>(&mut self, path: &mut Vec<&'a str>, value: &'a Value, wrong: &mut Vec<(String, Misfit)>) {
        let Value::Object(entries) = value else {
            if let Err(misfit) = self.set(path, value) {
                wrong.push((path.join("."), misfit));
            }
            return;
        };
        for (key, value) in entries {
            path.push(key);
            self.set_below(path, value, wrong);
            path.pop();
        }
    }
}

impl Thresholds {
    fn set(&mut self, name: &str, value: &Value) -> Result<(), Misfit> {
        let number = value.as_f64().filter(|it| *it >= 0.0 && it.fract() == 0.0).ok_or_else(|| Misfit {
            message: format!("`{}` is no whole number from 0 on", shown_value(value)),
            hint: "Write for example index_columns = 4.".into(),
        });
        match name {
            "index_columns" => self.index_columns = number? as usize,
            "table_indexes" => self.table_indexes = number? as usize,
            "large_table_rows" => self.large_table_rows = number?,
            "batch_rows" => self.batch_rows = number?,
            "lock_timeout_ms" => self.lock_timeout_ms = number?,
            _ => return Err(unknown(name, &THRESHOLDS)),
        }
        Ok(())
    }
}

fn level(id: &str, value: &Value) -> Result<Level, Misfit> {
    match value.as_str() {
        Some("off") => Ok(Level::Off),
        Some("note") => Ok(Level::At(Severity::Note)),
        Some("warning") => Ok(Level::At(Severity::Warning)),
        Some("error") => Ok(Level::At(Severity::Error)),
        other => Err(choice(&format!("hazards.{id}"), value, other, &LEVELS)),
    }
}

/// A key that does not exist.
pub fn unknown(key: &str, known: &[&str]) -> Misfit {
    Misfit { message: format!("there is no setting `{}`", shown(key)), hint: meant(key, known) }
}

/// A value that is none of those that the key takes.
pub fn choice(key: &str, value: &Value, text: Option<&str>, known: &[&str]) -> Misfit {
    let hint = text.map_or_else(|| one_of(known), |text| meant(text, known));
    Misfit { message: format!("`{}` cannot be `{}`", shown(key), shown_value(value)), hint }
}

fn meant(word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("Is `{near}` meant?"),
        None => one_of(known),
    }
}

fn one_of(known: &[&str]) -> String {
    format!("It is one of {}.", known.join(", "))
}

/// No more of it than a message can hold.
fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

fn shown_value(value: &Value) -> String {
    shown(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_file_and_a_comment_say_the_same() {
        let mut file = Config::default();
        let wrong = file.set_all(&json!({
            "hazards": {"serial_column": "off", "missing_lock_timeout": "error"},
            "naming": {"tables": "plural", "index": "ix_{table}_{columns}", "columns": {"boolean": ["is_*", "has_*"]}},
            "thresholds": {"index_columns": 3},
        }));
        assert_eq!(wrong, []);
        let mut comment = Config::default();
        for (key, value) in [
            ("hazards.serial_column", "off"),
            ("hazards.missing_lock_timeout", "error"),
            ("naming.tables", "plural"),
            ("naming.index", "\"ix_{table}_{columns}\""),
            ("naming.columns.boolean", "is_*, has_*"),
            ("thresholds.index_columns", "3"),
        ] {
            comment.set_written(key, value).unwrap();
        }
        assert_eq!(file, comment);
        assert_eq!(file.levels["serial_column"], Level::Off);
        assert_eq!(file.thresholds.index_columns, 3);
    }

    #[test]
    fn what_cannot_be_taken_says_what_is_near() {
        for (key, value, message, hint) in [
            ("hazard.serial_column", json!("off"), "no setting `hazard`", "`hazards`"),
            ("hazards.serial_column", json!("warn"), "cannot be `warn`", "`warning`"),
            ("hazards.serial_column", json!(1), "cannot be `1`", "off, note, warning, error"),
            ("thresholds.index_colums", json!(1), "no setting `index_colums`", "`index_columns`"),
            ("thresholds.index_columns", json!("many"), "no whole number", "index_columns = 4"),
            ("thresholds.index_columns", json!(-1), "no whole number", "index_columns = 4"),
            ("naming.indexes", json!("ix_*"), "no setting `indexes`", "`index`"),
            ("naming", json!("snake_case"), "no setting by itself", "naming.index"),
        ] {
            let misfit = Config::default().set(&key.split('.').collect::<Vec<_>>(), &value).unwrap_err();
            assert!(misfit.message.contains(message), "{key}: {misfit:?}");
            assert!(misfit.hint.contains(hint), "{key}: {misfit:?}");
        }
    }
}
