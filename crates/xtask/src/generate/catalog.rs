//! System catalogs of the supported majors, merged into the text tables under `pg/catalog/`.
//!
//! `cargo xtask gen catalog CONNECTION…` takes one libpq connection string for each major and asks
//! with `psql`. A row that not every server has ends in `@first-last`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

const DIRECTORY: &str = "crates/lockstep-core/src/pg/catalog";

/// The lines of a table, each with the majors that have it.
type Rows = BTreeMap<String, Vec<u8>>;

pub(crate) fn catalog(connections: &[String], check: bool) -> Result<()> {
    ensure!(
        !connections.is_empty(),
        "no server is named; pass a connection string for each major, as `host=/tmp port=5418`"
    );
    let tables = [
        ("types", include_str!("types.sql")),
        ("casts", include_str!("casts.sql")),
        ("operators", include_str!("operators.sql")),
        ("functions", include_str!("functions.sql")),
        ("operator_classes", include_str!("operator_classes.sql")),
        ("equality", include_str!("equality.sql")),
    ];
    let mut majors = vec![];
    for connection in connections {
        let version = query(connection, "SELECT current_setting('server_version_num')::int / 10000")?;
        majors.push(version.trim().parse::<u8>().with_context(|| format!("{connection} names no version"))?);
    }
    let (Some(&first), Some(&last)) = (majors.iter().min(), majors.iter().max()) else { bail!("no major is given") };
    for (name, sql) in tables {
        let mut rows = Rows::new();
        for (connection, major) in connections.iter().zip(&majors) {
            for line in query(connection, sql)?.lines() {
                rows.entry(line.to_owned()).or_default().push(*major);
            }
        }
        let mut text = String::new();
        for (line, having) in &mut rows {
            having.sort_unstable();
            text.push_str(line);
            if having.len() < majors.len() {
                let from = having.first().copied().unwrap_or(first);
                let to = having.last().copied().unwrap_or(last);
                text.push_str(&format!(" @{from}-{to}"));
            }
            text.push('\n');
        }
        let path = Path::new(DIRECTORY).join(format!("{name}.txt"));
        if check {
            let committed = std::fs::read_to_string(&path)?;
            ensure!(
                committed == text,
                "{} differs from what the servers say; run `cargo xtask gen catalog`",
                path.display()
            );
        } else {
            std::fs::write(&path, text)?;
        }
    }
    Ok(())
}

fn query(connection: &str, sql: &str) -> Result<String> {
    let output = Command::new("psql")
        .args(["--no-psqlrc", "--no-align", "--tuples-only", "--field-separator= ", "--quiet", "--command", sql])
        .arg(connection)
        .output()
        .context("psql does not start; it is needed to read the catalogs")?;
    ensure!(output.status.success(), "{connection}: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(String::from_utf8(output.stdout)?)
}
