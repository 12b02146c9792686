//! `lockstep plan --format TOOL` and `--output FOLDER`: the plan as files, in the order in which they go out.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};
use lockstep_core::report::plan_form::{Part, PlanFile, PlanFiles, Release};
use lockstep_core::report::safe_plan::stage_script;
use lockstep_core::report::safe_plan::wire::SafePlan;
use lockstep_core::report::words;

use crate::output;
use crate::trouble::Usage;

/// One script a stage, for psql.
pub(super) fn stages(plan: &SafePlan) -> Vec<PlanFile> {
    let file = |(stage, number): (&_, usize)| -> PlanFile {
        let stage: &lockstep_core::report::safe_plan::wire::Stage = stage;
        let name = format!("stage-{number}-{}.sql", stage.phase);
        PlanFile { name, text: stage_script(plan, stage), part: Part::Up }
    };
    plan.stages.iter().zip(1..).map(file).collect()
}

/// All files to read, each below its name.
pub(super) fn texts(files: &PlanFiles) -> String {
    let all = files.releases.iter().flat_map(|it| &it.files);
    let one = |it: &PlanFile| format!("{} {}\n{}\n", comment_sign(&it.name), it.name, it.text.trim_end());
    all.map(one).collect::<Vec<_>>().join("\n")
}

fn comment_sign(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("py" | "toml" | "conf") => "#",
        Some("js") => "//",
        _ => "--",
    }
}

/// Below the folder. Nothing is overwritten.
pub(super) fn write(files: &[&PlanFile], folder: &Path) -> Result<()> {
    let inside = |it: &&PlanFile| -> Result<PathBuf> {
        match Path::new(&it.name).components().all(|part| matches!(part, Component::Normal(_))) {
            true => Ok(folder.join(&it.name)),
            false => bail!("{:?} is no name inside a folder", it.name),
        }
    };
    let paths: Vec<PathBuf> = files.iter().map(inside).collect::<Result<_>>()?;
    if let Some(there) = paths.iter().find(|path| path.exists()) {
        bail!(Usage(format!("{} is there already; name a folder in which it is not", there.display())));
    }
    for (file, path) in files.iter().zip(&paths) {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        output::write(&file.text, Some(path))?;
        output::note(&format!("written: {}", path.display()));
    }
    Ok(())
}

/// What to deploy before which of them.
pub(super) fn announce(files: &PlanFiles) {
    for (release, number) in files.releases.iter().zip(1..) {
        announce_release(release, number, files.releases.len());
    }
    files.notes.iter().for_each(|it| output::note(it));
}

fn announce_release(release: &Release, number: usize, releases: usize) {
    if releases > 1 {
        let count = release.files.iter().filter(|it| it.part == Part::Up).count();
        output::note(&format!("release-{number}: {}", words::count(count, "migration")));
    }
    if release.deploy.is_empty() {
        return;
    }
    let what = if releases > 1 { format!("release-{number}") } else { "these files".into() };
    output::warn(&format!("before {what}, of every running application:"));
    release.deploy.iter().for_each(|it| output::detail(it));
}
