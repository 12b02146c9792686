//! A small process that outlives this one just long enough to clean up after it.
//!
//! It waits on a pipe whose other end only this process holds. When the pipe closes without a word
//! (Ctrl-C, SIGTERM, SIGKILL, a crash), it stops the server and removes the folder. It works in its own
//! process group, so that a terminal's Ctrl-C does not reach it.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::error::{Error, Result};

/// `$1` is the folder. The server is found by its own lock file, which is read only when it is needed,
/// so a process number that was reused is never signalled. SIGQUIT: no checkpoint for data nobody wants.
const SCRIPT: &str = r#"
trap '' HUP INT TERM
if read -r word; then exit 0; fi
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ]; then
  kill -QUIT "$pid" 2>/dev/null
  n=0
  while kill -0 "$pid" 2>/dev/null && [ "$n" -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
  kill -KILL "$pid" 2>/dev/null
fi
rm -rf -- "$1"
if [ -z "$pid" ]; then sleep 1; rm -rf -- "$1"; fi
"#;

pub(crate) struct Watchdog {
    process: Child,
}

impl Watchdog {
    pub(crate) fn over(folder: &Path) -> Result<Self> {
        let process = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "lockstep-watchdog"])
            .arg(folder)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(Error::io("no process can be started to watch over the throwaway server"))?;
        Ok(Watchdog { process })
    }

    /// All is cleaned up already: let it go without doing anything.
    pub(crate) fn dismiss(&mut self) {
        if let Some(mut pipe) = self.process.stdin.take() {
            // If it is gone, there is nobody to tell.
            let _ = pipe.write_all(b"done\n");
        }
        let _ = self.process.wait();
    }
}
