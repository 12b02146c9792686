//! `lockstep.toml`: what a team settles once for all of its migrations. What the command line says goes before.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use lockstep_core::config::{Config, Misfit, choice, unknown};
use lockstep_core::hazard;
use lockstep_core::plan::runner::RUNNERS;
use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use crate::problem::Severity;
use crate::trouble::Usage;

const NAME: &str = "lockstep.toml";
const KEYS: [&str; 9] =
    ["postgres", "runner", "transaction", "schema", "facts", "fail-on", "hazards", "naming", "thresholds"];

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Configuration {
    pub(crate) postgres: Option<u8>,
    pub(crate) runner: Option<String>,
    pub(crate) transaction: Option<String>,
    /// As the current folder sees them.
    pub(crate) schema: Vec<PathBuf>,
    pub(crate) facts: Option<PathBuf>,
    pub(crate) fail_on: Option<Severity>,
    /// What the core goes by: hazards, naming, thresholds.
    pub(crate) core: Option<Value>,
}

impl Configuration {
    /// That of the file, which must be there.
    pub(crate) fn read(path: &Path) -> Result<Configuration> {
        let text = read(path).with_context(|| format!("cannot read {}", path.display()))?;
        parse(&text, path)
    }

    /// The nearest file in the folder of `input` or above it; nothing where there is none.
    pub(crate) fn find(input: &Path) -> Result<Configuration> {
        let here = std::env::current_dir().context("the current folder is not known")?;
        let start = if input.as_os_str() == "-" { here.clone() } else { here.join(input) };
        // Without `..`, so that the folders above are those that they seem; what is not there is complained of later.
        let start = start.canonicalize().unwrap_or(start);
        for folder in start.ancestors() {
            let path = folder.join(NAME);
            let shown = path.strip_prefix(here.canonicalize().as_deref().unwrap_or(&here)).unwrap_or(&path);
            match read(&path) {
                Ok(text) => return parse(&text, shown),
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
                Err(error) => return Err(error).with_context(|| format!("cannot read {}", shown.display())),
            }
        }
        Ok(Configuration::default())
    }
}

/// No more than a file that a person writes can hold.
fn read(path: &Path) -> io::Result<String> {
    const LIMIT: u64 = 1 << 20;
    let mut text = String::new();
    File::open(path)?.take(LIMIT + 1).read_to_string(&mut text)?;
    match text.len() as u64 > LIMIT {
        true => Err(io::Error::other(format!("it is larger than {} MiB", LIMIT >> 20))),
        false => Ok(text),
    }
}

fn parse(text: &str, path: &Path) -> Result<Configuration> {
    let table = DeTable::parse(text).map_err(|error| {
        let line = line(text, error.span().map_or(0, |span| span.start));
        Usage(format!("{}:{line}: {}", path.display(), error.message().replace('\n', ", ")))
    })?;
    let mut reader = Reader { folder: path.parent().unwrap_or(Path::new("")), found: Configuration::default() };
    let mut wrong = vec![];
    for (key, value) in table.get_ref() {
        for (at, misfit) in reader.take(key.get_ref(), key.span().start, value.get_ref()) {
            wrong.push((at, format!("{}:{}: {}. {}", path.display(), line(text, at), misfit.message, misfit.hint)));
        }
    }
    if wrong.is_empty() {
        return Ok(reader.found);
    }
    wrong.sort();
    bail!(Usage(wrong.into_iter().map(|it| it.1).collect::<Vec<_>>().join("\n")))
}

/// 1-based.
fn line(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|it| *it == b'\n').count()
}

struct Reader<'a> {
    folder: &'a Path,
    found: Configuration,
}

/// What is wrong, and where.
type Wrong = Vec<(usize, Misfit)>;

impl Reader<'_> {
    fn take(&mut self, key: &str, at: usize, value: &DeValue<'_>) -> Wrong {
        if let DeValue::Table(table) = value
            && ["hazards", "naming", "thresholds"].contains(&key)
        {
            return self.core(key, table);
        }
        let value = json(value);
        match self.scalar(key, &value) {
            Ok(()) => vec![],
            Err(misfit) => vec![(at, misfit)],
        }
    }

    fn scalar(&mut self, key: &str, value: &Value) -> Result<(), Misfit> {
        let text = value.as_str();
        let among = |known: &[&str]| match text {
            Some(text) if known.contains(&text) => Ok(Some(text.to_owned())),
            _ => Err(choice(key, value, text, known)),
        };
        let found = &mut self.found;
        match key {
            "postgres" => {
                let major = value.as_u64().filter(|it| (14..=18).contains(it));
                found.postgres =
                    Some(major.ok_or_else(|| choice(key, value, None, &["14", "15", "16", "17", "18"]))? as u8);
            }
            "runner" => found.runner = among(&RUNNERS.iter().map(|it| it.id).collect::<Vec<_>>())?,
            "transaction" => found.transaction = among(&["per-file", "per-statement"])?,
            "fail-on" => {
                found.fail_on = match among(&["note", "warning", "error"])?.as_deref() {
                    Some("note") => Some(Severity::Note),
                    Some("warning") => Some(Severity::Warning),
                    _ => Some(Severity::Error),
                }
            }
            "facts" => found.facts = Some(self.folder.join(text.ok_or_else(|| no_path(key))?)),
            "schema" => {
                let paths = match value {
                    Value::Array(all) => all.iter().map(Value::as_str).collect(),
                    one => one.as_str().map(|it| vec![it]),
                };
                let paths = paths.ok_or_else(|| no_path(key))?;
                found.schema = paths.into_iter().map(|it| self.folder.join(it)).collect();
            }
            "hazards" | "naming" | "thresholds" => {
                let hint = format!("Write a line [{key}], and settings below it.");
                return Err(Misfit { message: format!("`{key}` is a table"), hint });
            }
            _ => return Err(unknown(key, &KEYS)),
        }
        Ok(())
    }

    /// Each setting is tried, so that its own line can be told.
    fn core(&mut self, key: &str, table: &DeTable<'_>) -> Wrong {
        let mut wrong = vec![];
        try_all(&mut vec![key], table, &mut wrong);
        let core = self.found.core.get_or_insert_with(|| Value::Object(Map::new()));
        core[key] = object(table);
        wrong
    }
}

fn try_all<'a>(path: &mut Vec<&'a str>, table: &'a DeTable<'_>, wrong: &mut Wrong) {
    for (key, value) in table {
        path.push(key.get_ref());
        match value.get_ref() {
            DeValue::Table(below) => try_all(path, below, wrong),
            value => {
                let tried = Config::default().set(path, &json(value));
                let known = match path.as_slice() {
                    ["hazards", id] if hazard::find(id).is_none() => Err(Misfit {
                        message: format!("there is no hazard `{}`", id.chars().take(60).collect::<String>()),
                        hint: hazard::ignore::meant(id),
                    }),
                    _ => Ok(()),
                };
                wrong.extend(known.and(tried).err().map(|misfit| (key.span().start, misfit)));
            }
        }
        path.pop();
    }
}

fn no_path(key: &str) -> Misfit {
    Misfit {
        message: format!("`{key}` is the path of a file"),
        hint: "Write for example schema = [\"schema.sql\"]; it is looked for beside this file.".into(),
    }
}

fn object(table: &DeTable<'_>) -> Value {
    Value::Object(table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref()))).collect())
}

fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(it) => i64::from_str_radix(it.as_str(), it.radix()).map_or(Value::Null, Value::from),
        DeValue::Float(it) => it.as_str().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Boolean(it) => (*it).into(),
        DeValue::Datetime(it) => it.to_string().into(),
        DeValue::Array(all) => all.iter().map(|it| json(it.get_ref())).collect(),
        DeValue::Table(table) => object(table),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        parse(text, Path::new("team/lockstep.toml")).unwrap_err().to_string()
    }

    #[test]
    fn every_key_is_taken() {
        let text = "postgres = 15\nrunner = \"flyway\"\ntransaction = \"per-file\"\nschema = [\"a.sql\", \"/b.sql\"]\n\
                    facts = \"facts.json\"\nfail-on = \"warning\"\n[hazards]\nserial_column = \"off\"\n\
                    [naming]\ntables = \"plural\"\n[naming.columns]\nboolean = [\"is_*\", \"has_*\"]\n\
                    [thresholds]\nindex_columns = 3\n";
        let found = parse(text, Path::new("team/lockstep.toml")).unwrap();
        assert_eq!((found.postgres, found.runner.as_deref()), (Some(15), Some("flyway")));
        assert_eq!(found.schema, [Path::new("team/a.sql"), Path::new("/b.sql")]);
        assert_eq!((found.facts, found.fail_on), (Some("team/facts.json".into()), Some(Severity::Warning)));
        let core = found.core.unwrap();
        assert_eq!(core["naming"]["columns"]["boolean"][1], "has_*");
        assert_eq!(core["thresholds"]["index_columns"], 3);
        assert_eq!(Config::default().set_all(&core), []);
    }

    #[test]
    fn whatever_is_wrong_is_said_with_its_line_and_what_is_near() {
        for (text, part) in [
            ("\npostgers = 15", "team/lockstep.toml:2: there is no setting `postgers`. Is `postgres` meant?"),
            ("postgres = 13", ":1: `postgres` cannot be `13`. It is one of 14, 15, 16, 17, 18."),
            ("runner = \"fliway\"", "Is `flyway` meant?"),
            ("fail-on = \"warn\"", "Is `warning` meant?"),
            ("[hazards]\n\nserial_colum = \"off\"", ":3: there is no hazard `serial_colum`. Is `serial_column` meant?"),
            ("[hazards]\nserial_column = \"none\"", ":2: `hazards.serial_column` cannot be `none`"),
            ("[naming]\nindex = \"ix_{tabel}\"", ":2: `{tabel}` cannot be filled in. Is `table` meant?"),
            ("[threshold]\nindex_columns = 3", ":1: there is no setting `threshold`. Is `thresholds` meant?"),
            ("hazards = \"off\"", "`hazards` is a table"),
            ("schema = 5", "`schema` is the path of a file"),
            ("postgres = = 5", "team/lockstep.toml:1: "),
        ] {
            let error = wrong(text);
            assert!(error.contains(part), "{text}: {error}");
        }
        assert_eq!(wrong("a = 1\n[hazards]\nb = \"off\"\n").lines().count(), 2);
    }
}
