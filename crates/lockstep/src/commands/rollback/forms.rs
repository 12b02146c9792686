//! `lockstep rollback --format TOOL`: the way back of each file, as the tool keeps it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use lockstep_core::report::rollback_form::{FileBack, Form};
use lockstep_core::report::wire;

use super::{Args, announce};
use crate::trouble::{self, Usage};
use crate::{engine, output};

pub(super) fn run(args: &Args, form: Form) -> Result<ExitCode> {
    if args.step.is_some() {
        bail!(Usage("a tool goes back by whole files; leave out --step, or leave out --format for a script".into()));
    }
    let request = args.plan.request()?;
    let backs = engine::rollback_forms(&request, form)?;
    if let Some(back) = backs.iter().find(|it| it.files.is_empty()) {
        bail!(Usage(format!(
            "{} is no name of a migration of {}: its way back would have none either",
            back.of, form.id
        )));
    }
    match args.destination.output.as_deref() {
        None => output::write(&texts(&backs, form), None)?,
        Some(folder) => write(&backs, &request, folder)?,
    }
    for back in &backs {
        if backs.len() > 1 {
            output::note(&format!("{}:", back.of));
        }
        announce(&back.rollback);
    }
    let impossible = backs.iter().any(|it| it.rollback.grade == "impossible");
    Ok(if impossible { ExitCode::from(trouble::FINDINGS) } else { ExitCode::SUCCESS })
}

/// All of them to read, each under the name of the file that it belongs to.
fn texts(backs: &[FileBack], form: Form) -> String {
    let whole = |back: &FileBack| {
        if form.is_part_of_file() {
            return format!("{}\n", back.text.trim_end());
        }
        let file = |it: &wire::File| match backs.len() + back.files.len() {
            2 => it.text.clone(),
            _ => format!("-- {}\n{}", it.name, it.text),
        };
        back.files.iter().map(file).collect::<Vec<_>>().join("\n")
    };
    backs.iter().map(whole).collect::<Vec<_>>().join("\n")
}

/// Below the folder, each file with the name that the tool looks for. Nothing is overwritten.
fn write(backs: &[FileBack], request: &wire::Request, folder: &Path) -> Result<()> {
    let files: Vec<&wire::File> = backs.iter().flat_map(|it| &it.files).collect();
    let names: Vec<PathBuf> = files.iter().map(|it| folder.join(own_part(&it.name, request))).collect();
    if let Some(there) = names.iter().find(|path| path.exists()) {
        bail!(Usage(format!("{} is there already; name a folder in which it is not", there.display())));
    }
    for (file, path) in files.iter().zip(&names) {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        output::write(&file.text, Some(path))?;
        output::note(&format!("written: {}", path.display()));
    }
    Ok(())
}

/// The name without the folder that all migrations share: of `m/1_a/down.sql` the part `1_a/down.sql`.
fn own_part(name: &str, request: &wire::Request) -> PathBuf {
    let path = Path::new(name);
    let of_folder = ["up.sql", "migration.sql"];
    let in_folders = request.files.iter().any(|it| {
        let name = Path::new(&it.name).file_name().unwrap_or_default();
        of_folder.iter().any(|own| name == *own)
    });
    let file = PathBuf::from(path.file_name().unwrap_or_default());
    match path.parent().and_then(Path::file_name).filter(|_| in_folders) {
        Some(folder) => Path::new(folder).join(file),
        None => file,
    }
}
