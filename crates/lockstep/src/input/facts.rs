//! Table facts from a JSON file: `{"tables": {"users": {"rows": 10000000, "bytes": 4294967296}}}`.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};
use lockstep_core::report::wire;

/// More than a million tables need.
const LIMIT: u64 = 64 << 20;

const FORM: &str = r#"write {"tables": {"users": {"rows": 10000000, "bytes": 4294967296}}}"#;

pub(super) fn read(path: &Path) -> Result<wire::Facts> {
    let name = path.display();
    let reader: Box<dyn Read> = match path.as_os_str() == "-" {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(path).with_context(|| format!("cannot read {name}"))?),
    };
    let mut text = String::new();
    reader.take(LIMIT + 1).read_to_string(&mut text).with_context(|| format!("cannot read {name}"))?;
    if text.len() as u64 > LIMIT {
        bail!("{name} is larger than {} MiB", LIMIT >> 20);
    }
    let facts: wire::Facts =
        serde_json::from_str(&text).with_context(|| format!("{name} holds no table facts; {FORM}"))?;
    if facts.tables.is_empty() {
        bail!("{name} holds facts of no table; {FORM}");
    }
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<wire::Facts> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("facts.json");
        std::fs::write(&path, text).unwrap();
        read(&path)
    }

    #[test]
    fn a_snapshot_is_read_whatever_else_it_holds() {
        let text = r#"{"format": "lockstep-snapshot/1", "postgres": 18, "schema": {},
            "tables": {"users": {"rows": 10000000, "bytes": 4294967296, "reads_per_s": 500}}}"#;
        let users = &read_text(text).unwrap().tables["users"];
        assert_eq!((users.rows, users.bytes, users.writes_per_s), (Some(1e7), Some(4294967296.0), None));
    }

    #[test]
    fn what_is_no_snapshot_says_how_to_write_one() {
        for text in ["", "{}", "[1]", r#"{"tables": {"users": 5}}"#] {
            let error = format!("{:#}", read_text(text).unwrap_err());
            assert!(error.contains("\"rows\": 10000000"), "{text}: {error}");
        }
    }
}
