//! Reads files, folders and standard input, bounded and as UTF-8.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use lockstep_core::report::wire;
use walkdir::WalkDir;

use crate::input::{down, order};

/// Larger than any migration; a data dump should not be taken for one.
const LIMIT: u64 = 64 << 20;

/// What `paths` name, in order. `left_out` gets the ways back that are not read.
pub(super) fn files(paths: &[PathBuf], flyway: bool, left_out: &mut Vec<String>) -> Result<Vec<wire::File>> {
    let mut files = vec![];
    for path in paths {
        if path.as_os_str() == "-" {
            files.push(file("<stdin>", io::stdin().lock(), left_out)?);
            continue;
        }
        let metadata = path.metadata().with_context(|| format!("cannot read {}", path.display()))?;
        if metadata.is_dir() {
            for path in folder(path, flyway, left_out)? {
                files.push(open(&path, left_out)?);
            }
        } else {
            files.push(open(path, left_out)?);
        }
    }
    Ok(files)
}

/// Every `*.sql` below a folder that leads forward. Hidden folders are not entered.
fn folder(root: &Path, flyway: bool, left_out: &mut Vec<String>) -> Result<Vec<PathBuf>> {
    let hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
    let walk = WalkDir::new(root).follow_links(true).min_depth(1).into_iter();
    let mut paths = vec![];
    for entry in walk.filter_entry(|entry| !hidden(entry.file_name())) {
        let entry = entry.with_context(|| format!("cannot read the folder {}", root.display()))?;
        let sql = entry.path().extension().is_some_and(|it| it.eq_ignore_ascii_case("sql"));
        if sql && entry.file_type().is_file() {
            paths.push(entry.into_path());
        }
    }
    let found = paths.len();
    let versions: BTreeSet<String> = paths.iter().filter_map(|path| version(path)).collect();
    paths.retain(|path| {
        let undo = down::undo_version(path).is_some_and(|version| flyway || versions.contains(&version));
        let back = undo || down::is_down_file(path);
        if back {
            left_out.push(path.display().to_string());
        }
        !back
    });
    if paths.is_empty() {
        let what = if found == 0 { "no .sql file" } else { "only .sql files that lead back (down, undo)" };
        bail!("{what} below {}; name the files or the folder that holds them", root.display());
    }
    paths.sort_by(|a, b| order::compare(a, b));
    Ok(paths)
}

/// The version of Flyway's `V1.2__x.sql`.
fn version(path: &Path) -> Option<String> {
    let (version, _) = path.file_name()?.to_str()?.strip_prefix('V')?.split_once("__")?;
    Some(version.to_owned())
}

fn open(path: &Path, left_out: &mut Vec<String>) -> Result<wire::File> {
    let name = path.display().to_string();
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match extension.as_str() {
        "py" => bail!(
            "{name} is Python, which is not read yet; `alembic upgrade START:END --sql > migration.sql` writes the SQL"
        ),
        "js" | "ts" | "mjs" | "cjs" | "rb" | "xml" | "yml" | "yaml" | "json" => {
            bail!("{name} is no SQL; only plain SQL files are read so far")
        }
        _ => {}
    }
    let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
    self::file(&name, file, left_out)
}

fn file(name: &str, from: impl Read, left_out: &mut Vec<String>) -> Result<wire::File> {
    let mut bytes = vec![];
    from.take(LIMIT + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {name}"))?;
    if bytes.len() as u64 > LIMIT {
        bail!("{name} is larger than {} MiB; split the data from the migration", LIMIT >> 20);
    }
    let text = decode(name, bytes)?;
    let text = match down::without_down_sections(&text) {
        Some(up) => {
            left_out.push(format!("the down section of {name}"));
            up
        }
        None => text,
    };
    Ok(wire::File { name: name.into(), text })
}

fn decode(name: &str, bytes: Vec<u8>) -> Result<String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        bail!("{name} is UTF-16; save it as UTF-8 (`iconv -f UTF-16 -t UTF-8`)");
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
        anyhow::anyhow!(
            "{name} is not UTF-8 (first at line {line}, byte {at}); convert it, for example with `iconv -t UTF-8`"
        )
    })?;
    if text.contains('\0') {
        bail!("{name} holds a zero byte, which no SQL file can; is it a binary file (a pg_dump archive)?");
    }
    Ok(text)
}
