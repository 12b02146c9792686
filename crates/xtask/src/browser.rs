//! The user's own browser.

use std::process::{Command, Stdio};

/// Opens a page in the user's own browser; that there is none is no failure.
pub(crate) fn open(url: &str) {
    let (program, arguments): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("cmd", &["/c", "start", ""])
    } else {
        ("xdg-open", &[])
    };
    let quiet = Command::new(program).args(arguments).arg(url).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if let Ok(mut child) = quiet {
        std::thread::spawn(move || child.wait());
    }
}
