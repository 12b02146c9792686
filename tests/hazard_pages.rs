//! A hazard's page is its first test: its unsafe block raises exactly this hazard, its safe block does not.

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use lockstep_core::report::simulate;
use lockstep_tests::case::Case;
use lockstep_tests::pages::{Block, blocks};
use lockstep_tests::{files, repository};

fn main() {
    let folder = repository().join("crates/lockstep-core/src/hazard");
    let trials = files(&folder, "md").into_iter().map(|page| {
        let id = page.file_stem().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        Trial::test(id.clone(), move || check(&page, &id))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

fn check(page: &PathBuf, id: &str) -> Result<(), Failed> {
    let text = std::fs::read_to_string(page)?;
    if !text.starts_with("# ") {
        return Err("the first line is not `# Title`".into());
    }
    let blocks = blocks(&text)?;
    for kind in ["unsafe", "safe"] {
        if !blocks.iter().any(|it| it.kind == kind) {
            return Err(format!("no ```sql {kind} block").into());
        }
    }
    for block in &blocks {
        run(block, id, page)?;
    }
    Ok(())
}

fn run(block: &Block, id: &str, page: &Path) -> Result<(), Failed> {
    let at = format!("{}:{}", page.display(), block.line);
    let case = Case::new(&format!("{id}.sql"), &block.sql);
    let trace = simulate(&case.request());
    if trace.steps.is_empty() {
        return Err(format!("{at}: no statement").into());
    }
    let raised: Vec<&str> = trace.steps.iter().flat_map(|it| &it.findings).map(|it| &*it.id).collect();
    match block.kind.as_str() {
        "unsafe" if !raised.contains(&id) => Err(format!("{at}: raises {raised:?}, not {id}").into()),
        "safe" if raised.contains(&id) => Err(format!("{at}: raises {id}").into()),
        "safe" if trace.steps.iter().any(|it| it.outcome == "failed") => Err(format!("{at}: fails").into()),
        _ => Ok(()),
    }
}
