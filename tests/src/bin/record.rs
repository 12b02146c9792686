//! `record DIR FILE.jsonl…`: writes recorded runs into DIR as `.facts`.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), files) = (arguments.next(), arguments.collect::<Vec<_>>()) else {
        eprintln!("usage: record DIR FILE.jsonl…\n\nexample: record tests/facts facts.pg14.jsonl facts.pg15.jsonl");
        return ExitCode::from(2);
    };
    match record(Path::new(&folder), &files) {
        Ok(count) => {
            println!("{count} files written to {folder}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(3)
        }
    }
}

fn record(folder: &Path, files: &[String]) -> Result<usize, String> {
    let mut records = vec![];
    for file in files {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
        for (at, line) in text.lines().enumerate() {
            records.push(serde_json::from_str(line).map_err(|error| format!("{file}:{}: {error}", at + 1))?);
        }
    }
    let written = lockstep_tests::record::convert(&records)?;
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (name, text) in &written {
        let path = folder.join(name);
        std::fs::write(&path, text.trim_end().to_owned() + "\n")
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(written.len())
}
