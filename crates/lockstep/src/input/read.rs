//! Reads files, folders and standard input, bounded and as UTF-8.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use lockstep_core::input::sql::read::has_way_back;
use lockstep_core::report::wire;
use walkdir::WalkDir;

use crate::input::layout::{self, Order};
use crate::input::order;

/// Larger than any migration; a data dump should not be taken for one.
const LIMIT: u64 = 64 << 20;

/// What does not run, as the notes of a command say it.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    /// Files that lead back.
    pub(super) back: Vec<PathBuf>,
    /// Files with a section that leads back.
    pub(super) sections: Vec<String>,
    pub(super) other_database: Vec<String>,
    pub(super) stray: Vec<String>,
}

/// What `paths` name, in order.
pub(super) fn files(paths: &[PathBuf], runner: Option<&str>, left_out: &mut LeftOut) -> Result<Vec<wire::File>> {
    let mut files = vec![];
    for path in paths {
        if path.as_os_str() == "-" {
            files.push(file("<stdin>", io::stdin().lock(), left_out)?);
            continue;
        }
        let metadata = path.metadata().with_context(|| format!("cannot read {}", path.display()))?;
        if metadata.is_dir() {
            for path in folder(path, runner, left_out)? {
                files.push(open(&path, left_out)?);
            }
        } else {
            files.push(open(path, left_out)?);
        }
    }
    Ok(files)
}

/// One file, as it is.
pub(super) fn text(path: &Path) -> Result<wire::File> {
    let name = if path.as_os_str() == "-" { "<stdin>".into() } else { path.display().to_string() };
    let from: Box<dyn Read> = match path.as_os_str() == "-" {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(path).with_context(|| format!("cannot read {name}"))?),
    };
    let mut bytes = vec![];
    from.take(LIMIT + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {name}"))?;
    if bytes.len() as u64 > LIMIT {
        bail!("{name} is larger than {} MiB", LIMIT >> 20);
    }
    Ok(wire::File { text: decode(&name, bytes)?, name })
}

/// The migrations below a folder. Hidden folders are not entered.
fn folder(root: &Path, runner: Option<&str>, left_out: &mut LeftOut) -> Result<Vec<PathBuf>> {
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
    paths.sort();
    let found = paths.len();
    let mut selection = layout::select(paths, runner);
    if selection.paths.is_empty() {
        let what =
            if found == 0 { "no .sql file" } else { "only .sql files that lead back or are for other databases" };
        bail!("{what} below {}; name the files or the folder that holds them", root.display());
    }
    let names = |paths: Vec<PathBuf>| paths.into_iter().map(|path| path.display().to_string());
    left_out.back.extend(selection.back);
    left_out.other_database.extend(names(selection.other_database));
    left_out.stray.extend(names(selection.stray));
    match selection.order {
        Order::Natural => selection.paths.sort_by(|a, b| order::compare(a, b)),
        Order::Diesel => selection.paths.sort_by_cached_key(|path| order::diesel_version(path)),
        // As they are already.
        Order::Lexicographic => {}
    }
    Ok(selection.paths)
}

pub(super) fn open(path: &Path, left_out: &mut LeftOut) -> Result<wire::File> {
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

fn file(name: &str, from: impl Read, left_out: &mut LeftOut) -> Result<wire::File> {
    let mut bytes = vec![];
    from.take(LIMIT + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {name}"))?;
    if bytes.len() as u64 > LIMIT {
        bail!("{name} is larger than {} MiB; split the data from the migration", LIMIT >> 20);
    }
    let text = decode(name, bytes)?;
    if has_way_back(&text) {
        left_out.sections.push(name.to_owned());
    }
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
