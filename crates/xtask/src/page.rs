//! Assembles `dist/` from `index.html` and what it names: the same subset of trunk's links that
//! trunk itself reads, so that both ship the same files.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, bail};

use crate::{
    process::say,
    project,
    wasm::{self, Profile},
};

/// Builds the whole page into `dist`. The old one stays until the new one is complete.
pub(crate) fn build(profile: Profile, dist: &Path) -> Result<()> {
    let start = Instant::now();
    say("Building", if profile == Profile::Page { "the page, small and fast" } else { "the page" });
    let stage = project::scratch("page");
    clear(&stage)?;
    fs::create_dir_all(&stage).with_context(|| stage.display().to_string())?;
    wasm::build(profile, &stage)?;
    let source = fs::read_to_string(project::root().join("index.html")).context("index.html cannot be read")?;
    let mut page = String::with_capacity(source.len());
    for line in source.lines() {
        if line.contains("data-trunk") {
            take(line, &stage)?;
        } else {
            page.push_str(line);
            page.push('\n');
        }
    }
    fs::write(stage.join("index.html"), page)?;
    clear(dist)?;
    copy(&stage, dist)?;
    say("Built", format!("{} in {:.1} s", project::shown(dist), start.elapsed().as_secs_f32()));
    Ok(())
}

/// Does what one `<link data-trunk …>` asks for.
fn take(line: &str, stage: &Path) -> Result<()> {
    let (Some(rel), Some(href)) = (attribute(line, "rel"), attribute(line, "href")) else {
        bail!("index.html: this link has no rel or href on its line: {}", line.trim());
    };
    let source: PathBuf = project::root().join(href);
    let name = source.file_name().with_context(|| format!("index.html: {href} has no name"))?;
    match rel {
        "rust" => Ok(()),
        "copy-dir" => copy(&source, &stage.join(name)),
        "copy-file" => fs::copy(&source, stage.join(name)).map(drop).with_context(|| format!("index.html: {href}")),
        _ => bail!("index.html: rel={rel:?} is none of rust, copy-dir, copy-file, which is all that xtask reads"),
    }
}

fn attribute<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.split_once(&format!(" {name}=\""))?.1.split_once('"').map(|(value, _)| value)
}

fn clear(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be cleared", folder.display()))
        }
        _ => Ok(()),
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    for entry in fs::read_dir(from).with_context(|| format!("{} cannot be read", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target).with_context(|| target.display().to_string())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::attribute;

    #[test]
    fn attributes_are_read_by_their_whole_name() {
        let line = r#"  <link data-trunk rel="copy-dir" data-href="no" href="web/js">"#;
        assert_eq!(attribute(line, "rel"), Some("copy-dir"));
        assert_eq!(attribute(line, "href"), Some("web/js"));
        assert_eq!(attribute(line, "src"), None);
    }
}
