//! The folder of a package: written, renewed, and never more than its own files touched. A list beside them says which
//! those are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};
use lockstep_core::report::package::wire::{Document, FORMAT, Package};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::output;
use crate::trouble::Usage;

/// The list of what is in the folder.
const LIST: &str = "lockstep-package.json";

#[derive(Serialize, Deserialize)]
struct List {
    format: String,
    postgres: u8,
    files: Vec<String>,
    documents: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    name: String,
    media_type: String,
    about: String,
    /// Of its text: tells whether somebody has edited it since.
    sha256: String,
}

pub(super) struct Written {
    /// What an earlier package had and this one has not.
    pub(super) removed: Vec<String>,
}

/// Nothing is written where anything is in the way.
pub(super) fn write(package: &Package, folder: &Path, force: bool) -> Result<Written> {
    if fs::symlink_metadata(folder).is_ok_and(|it| !folder.is_dir() || it.is_file()) {
        bail!(Usage(format!("{} is no folder", folder.display())));
    }
    let own = earlier(folder)?;
    let paths: Vec<PathBuf> = package.documents.iter().map(|it| inside(folder, &it.name)).collect::<Result<_>>()?;
    let names: BTreeSet<&str> = package.documents.iter().map(|it| it.name.as_str()).collect();
    let stale: Vec<&String> = own.keys().filter(|name| !names.contains(name.as_str())).collect();
    if !force {
        if own.is_empty() && folder.read_dir().is_ok_and(|mut it| it.next().is_some()) {
            bail!(Usage(format!(
                "{} is not empty, and no package was written there: name another folder, or add --force",
                folder.display()
            )));
        }
        for (path, name) in paths.iter().zip(&package.documents).map(|(path, it)| (path, &it.name)) {
            check(path, own.get(name))?;
        }
        for name in &stale {
            check(&inside(folder, name)?, own.get(*name))?;
        }
    }
    let mut removed = vec![];
    for name in stale {
        let path = inside(folder, name)?;
        // Without --force it is as it was written.
        if path.is_file() && (!force || sum(&path).as_ref() == own.get(name)) {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
            // Where it was the last of its folder; others stay.
            let _ = path.parent().filter(|it| *it != folder).map(fs::remove_dir);
            removed.push(name.clone());
        }
    }
    for (document, path) in package.documents.iter().zip(&paths) {
        let of = path.parent().unwrap_or(folder);
        fs::create_dir_all(of).with_context(|| format!("cannot make the folder {}", of.display()))?;
        output::write(&document.text, Some(path))?;
    }
    let text = serde_json::to_string_pretty(&list(package))? + "\n";
    output::write(&text, Some(&inside(folder, LIST)?))?;
    Ok(Written { removed })
}

fn list(package: &Package) -> List {
    let entry = |it: &Document| Entry {
        name: it.name.clone(),
        media_type: it.media_type.clone(),
        about: it.about.clone(),
        sha256: hex(it.text.as_bytes()),
    };
    List {
        format: package.format.clone(),
        postgres: package.postgres,
        files: package.files.clone(),
        documents: package.documents.iter().map(entry).collect(),
    }
}

/// Names and sums of what was written there before. A list that somebody else made names nothing.
fn earlier(folder: &Path) -> Result<BTreeMap<String, String>> {
    let Ok(text) = fs::read_to_string(folder.join(LIST)) else { return Ok(BTreeMap::new()) };
    let list: Option<List> = serde_json::from_str(&text).ok().filter(|it: &List| it.format == FORMAT);
    let Some(list) = list else { return Ok(BTreeMap::new()) };
    Ok(list.documents.into_iter().map(|it| (it.name, it.sha256)).collect())
}

/// A file there is overwritten only where it is as it was written.
fn check(path: &Path, written: Option<&String>) -> Result<()> {
    match (path.exists(), written, sum(path)) {
        (false, ..) => Ok(()),
        (true, Some(written), Some(now)) if *written == now => Ok(()),
        (true, Some(_), _) => bail!(Usage(format!(
            "{} was edited since it was written: keep it elsewhere, or add --force",
            path.display()
        ))),
        (true, None, _) => {
            bail!(Usage(format!("{} is in the way, and is no part of a package; or add --force", path.display())))
        }
    }
}

fn sum(path: &Path) -> Option<String> {
    Some(hex(&fs::read(path).ok()?))
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The path of a document, which neither its name nor a link leads out of the folder.
fn inside(folder: &Path, name: &str) -> Result<PathBuf> {
    let relative = Path::new(name);
    if relative.components().next().is_none() || !relative.components().all(|it| matches!(it, Component::Normal(_))) {
        bail!("{name:?} is no name inside a folder");
    }
    let mut path = folder.to_owned();
    for part in relative.components() {
        path.push(part);
        if fs::symlink_metadata(&path).is_ok_and(|it| it.is_symlink()) {
            bail!(Usage(format!("{} is a link: nothing is written through it", path.display())));
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_folder() {
        for name in ["../x", "/etc/x", "a/../../x", "", ".", "./x/.."] {
            assert!(inside(Path::new("folder"), name).is_err(), "{name}");
        }
        assert_eq!(inside(Path::new("folder"), "migration/1.sql").ok(), Some(PathBuf::from("folder/migration/1.sql")));
    }
}
