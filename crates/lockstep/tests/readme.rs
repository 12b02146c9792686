//! The samples in the README are what the command really prints.

use std::path::Path;
use std::process::Command;

use expect_test::expect_file;

#[test]
fn the_samples_are_real() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = std::fs::read_to_string(root.join("README.md")).expect("the README");
    let mut renewed = String::new();
    let mut samples = 0;
    let mut lines = readme.lines();
    let mut before = "";
    while let Some(line) = lines.next() {
        // A rehearsal needs a server and takes its time: its block is no `console`.
        let sample = before == "```console";
        before = line;
        renewed += &format!("{line}\n");
        let Some(command) = line.strip_prefix("$ lockstep ").filter(|_| sample) else { continue };
        let (command, most) = match command.split_once(" | head -") {
            Some((command, most)) => (command, most.parse().expect("a number of lines")),
            None => (command, usize::MAX),
        };
        let binary = env!("CARGO_BIN_EXE_lockstep");
        let output =
            Command::new(binary).args(command.split(' ')).current_dir(&root).output().expect("the binary starts");
        let printed = String::from_utf8_lossy(&output.stdout);
        printed.lines().take(most).for_each(|line| renewed += &format!("{line}\n"));
        for _ in lines.by_ref().take_while(|line| *line != "```") {}
        renewed += "```\n";
        samples += 1;
    }
    assert!(samples >= 3, "the samples are gone");
    expect_file![root.join("README.md")].assert_eq(&renewed);
}
