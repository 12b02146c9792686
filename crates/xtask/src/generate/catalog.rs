//! System catalogs of the supported majors, merged into the text tables under `pg/catalog/`.
//! A row that not every server has ends in `@first-last`.

use std::{collections::BTreeMap, fmt::Write};

use anyhow::{Result, ensure};

use super::{Table, server::Server};

const FOLDER: &str = "crates/lockstep-core/src/pg/catalog";

const QUERIES: [(&str, &str); 8] = [
    ("types", include_str!("types.sql")),
    ("casts", include_str!("casts.sql")),
    ("operators", include_str!("operators.sql")),
    ("functions", include_str!("functions.sql")),
    ("other_functions", OTHER_FUNCTIONS),
    ("operator_classes", include_str!("operator_classes.sql")),
    ("equality", include_str!("equality.sql")),
    ("columns", include_str!("columns.sql")),
];

/// Names of functions that `functions` leaves out; those behind operators are in `operators`.
const OTHER_FUNCTIONS: &str = concat!(
    "SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind <> 'p' ",
    "AND NOT EXISTS (SELECT FROM pg_operator WHERE oprcode = pg_proc.oid) AND proname NOT IN (SELECT proname FROM (",
    include_str!("functions.sql"),
    ") listed)"
);

pub(super) fn make(servers: &[&Server]) -> Result<Vec<Table>> {
    QUERIES
        .iter()
        .map(|(name, sql)| Ok(Table { file: format!("{FOLDER}/{name}.txt"), text: merge(servers, sql)? }))
        .collect()
}

/// The rows of all servers, in order of their bytes.
pub(super) fn merge(servers: &[&Server], sql: &str) -> Result<String> {
    let mut rows: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for server in servers {
        for line in server.query(sql)?.lines() {
            rows.entry(line.to_owned()).or_default().push(server.major);
        }
    }
    let mut text = String::new();
    for (line, majors) in &rows {
        text.push_str(line);
        if let (Some(first), Some(last), true) = (majors.first(), majors.last(), majors.len() < servers.len()) {
            let whole = servers.iter().filter(|server| (first..=last).contains(&&server.major)).count();
            ensure!(whole == majors.len(), "{line}: gone in between {first} and {last}, which the notation cannot say");
            write!(text, " @{first}-{last}")?;
        }
        text.push('\n');
    }
    Ok(text)
}
