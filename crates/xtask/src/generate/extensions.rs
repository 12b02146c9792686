//! What the extensions that come with PostgreSQL bring, as each major has them: made in one transaction
//! that is rolled back. An extension's rows stand under its name.

use anyhow::Result;

use super::{Table, catalog, server::Server};

const FILE: &str = "crates/lockstep-core/src/pg/catalog/extensions.txt";

pub(super) fn make(servers: &[&Server]) -> Result<Vec<Table>> {
    let merged = catalog::merge(servers, include_str!("extensions.sql"))?;
    let (mut text, mut current) = (String::new(), "");
    for line in merged.lines() {
        let (extension, row) = line.split_once(' ').unwrap_or((line, ""));
        if extension != current {
            text.push_str(&format!("= {extension}\n"));
            current = extension;
        }
        text.push_str(&format!("{row}\n"));
    }
    Ok(vec![Table { file: FILE.to_owned(), text }])
}
