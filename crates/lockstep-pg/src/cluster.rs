//! A throwaway server: made in a temporary folder, reachable over a private socket only, gone afterwards.

use std::env;
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User, geteuid};
use tempfile::TempDir;

use crate::binaries::Binaries;
use crate::error::{Error, Result};
use crate::session::Target;
use crate::watchdog::Watchdog;

/// Nothing here needs to survive a crash of the machine, and nothing may happen by itself: autovacuum
/// and parallel workers would take locks that no statement asked for.
const SETTINGS: &str = "
listen_addresses = ''
fsync = off
full_page_writes = off
synchronous_commit = off
autovacuum = off
max_connections = 40
max_prepared_transactions = 5
max_parallel_workers = 0
max_parallel_maintenance_workers = 0
max_parallel_workers_per_gather = 0
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_min_messages = fatal
log_min_error_statement = panic
";

const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// `sockaddr_un` holds 104 bytes on macOS and 108 on Linux, `/.s.PGSQL.5432` and a zero included.
const LONGEST_SOCKET_FOLDER: usize = 104 - 16;

/// A running throwaway server. Dropping it stops the server and removes its folder; if this process dies
/// before that, a watchdog does both.
pub struct Cluster {
    folder: Option<TempDir>,
    server: Option<Child>,
    watchdog: Watchdog,
    binaries: Binaries,
    databases: AtomicUsize,
}

impl Cluster {
    /// Makes and starts a server (about a second).
    pub fn start(binaries: Binaries) -> Result<Self> {
        let folder = private_folder()?;
        let account = account_for_server()?;
        if let Some(account) = &account {
            chown(folder.path(), Some(account.uid.as_raw()), Some(account.gid.as_raw()))
                .map_err(Error::io(format!("{} cannot be given to user {}", folder.path().display(), account.name)))?;
        }
        let watchdog = Watchdog::over(folder.path())?;
        // From here on, Drop cleans up whatever fails.
        let mut cluster =
            Cluster { folder: Some(folder), server: None, watchdog, binaries, databases: AtomicUsize::new(0) };
        cluster.initialise(account.as_ref())?;
        cluster.launch(account.as_ref())?;
        Ok(cluster)
    }

    /// Finds the binaries as `Binaries::find` does, and starts a server.
    pub fn find_and_start(given: Option<&Path>, wanted: Option<u8>) -> Result<Self> {
        Self::start(Binaries::find(given, wanted)?)
    }

    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    pub fn path(&self) -> &Path {
        self.folder.as_ref().map_or(Path::new(""), TempDir::path)
    }

    /// The server's process number, while it runs.
    pub fn process(&self) -> Option<u32> {
        self.server.as_ref().map(Child::id)
    }

    /// One of the server's databases, as its superuser.
    pub fn database(&self, name: &str) -> Target {
        Target::socket(self.path(), "postgres", name)
    }

    /// A new empty database.
    pub fn create_database(&self) -> Result<Target> {
        let name = format!("scratch{}", self.databases.fetch_add(1, Ordering::Relaxed) + 1);
        self.database("postgres").connect()?.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0"))?;
        Ok(self.database(&name))
    }

    fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    fn command(&self, program: &str, account: Option<&User>) -> Command {
        let mut command = Command::new(self.binaries.program(program));
        command.env_clear().env("LC_ALL", "C").env("TZ", "UTC").env("HOME", self.path()).current_dir(self.path());
        for name in ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] {
            command.envs(env::var_os(name).map(|value| (name, value)));
        }
        command.stdin(Stdio::null());
        // A terminal's Ctrl-C goes to this process, which then decides.
        command.process_group(0);
        if let Some(account) = account {
            // The server refuses to run as root. Setting the user also drops root's other groups.
            command.uid(account.uid.as_raw()).gid(account.gid.as_raw());
        }
        command
    }

    fn initialise(&self, account: Option<&User>) -> Result<()> {
        let output = self
            .command("initdb", account)
            .arg("-D")
            .arg(self.data())
            .args(["-U", "postgres", "--auth", "trust", "-E", "UTF8", "--no-locale", "--no-sync", "--no-instructions"])
            .output()
            .map_err(Error::io("initdb cannot be run"))?;
        if !output.status.success() {
            let log = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(Error::Boot { what: format!("initdb ends with {}", output.status), log });
        }
        let configuration = self.data().join("postgresql.conf");
        let mut text = fs::read_to_string(&configuration).map_err(Error::io("postgresql.conf cannot be read"))?;
        text.push_str(SETTINGS);
        let socket_folder = self.path().display().to_string().replace('\'', "''");
        text.push_str(&format!("unix_socket_directories = '{socket_folder}'\n"));
        fs::write(&configuration, text).map_err(Error::io("postgresql.conf cannot be written"))
    }

    fn launch(&mut self, account: Option<&User>) -> Result<()> {
        let log = fs::File::create(self.path().join("log")).map_err(Error::io("no log file for the server"))?;
        let errors = log.try_clone().map_err(Error::io("no log file for the server"))?;
        let server = self
            .command("postgres", account)
            .arg("-D")
            .arg(self.data())
            .args(["-p", "5432"])
            .stdout(log)
            .stderr(errors)
            .spawn()
            .map_err(Error::io("postgres cannot be run"))?;
        self.server = Some(server);
        let limit = Instant::now() + START_LIMIT;
        loop {
            let Err(error) = self.database("postgres").connect() else {
                return Ok(());
            };
            let exited = self.server.as_mut().and_then(|server| server.try_wait().ok().flatten());
            let what = match exited {
                Some(status) => format!("postgres ends with {status}"),
                None if Instant::now() > limit => format!("no answer in {START_LIMIT:?}: {error}"),
                None => {
                    thread::sleep(Duration::from_millis(20));
                    continue;
                }
            };
            let log = fs::read_to_string(self.path().join("log")).unwrap_or_default();
            return Err(Error::Boot { what, log: log.trim().to_owned() });
        }
    }

    /// Fast shutdown first, as it also frees shared memory; then harder.
    fn stop(&mut self) {
        let Some(mut server) = self.server.take() else {
            return;
        };
        for signal in [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGKILL] {
            // An error means that it is gone already: then the wait below returns.
            let _ = kill(Pid::from_raw(server.id() as i32), signal);
            let limit = Instant::now() + STOP_LIMIT;
            while Instant::now() < limit {
                match server.try_wait() {
                    Ok(None) => thread::sleep(Duration::from_millis(5)),
                    Ok(Some(_)) | Err(_) => return,
                }
            }
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
        let removed = self.folder.take().is_none_or(|folder| folder.close().is_ok());
        // Where the folder cannot be removed yet, the watchdog tries again when this process ends.
        if removed {
            self.watchdog.dismiss();
        }
    }
}

/// Short enough for a socket's path, readable by its owner only.
fn private_folder() -> Result<TempDir> {
    let make = |parent: &Path| {
        tempfile::Builder::new()
            .prefix("lockstep-")
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in(parent)
            .map_err(Error::io(format!("no temporary folder in {}", parent.display())))
    };
    let folder = make(&env::temp_dir())?;
    if folder.path().as_os_str().len() <= LONGEST_SOCKET_FOLDER {
        return Ok(folder);
    }
    make(Path::new("/tmp"))
}

/// Whom the server runs as, where it cannot be run as the current user.
fn account_for_server() -> Result<Option<User>> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    for name in ["postgres", "nobody"] {
        if let Some(user) = User::from_name(name).map_err(|error| Error::io("the user list")(io::Error::from(error)))? {
            return Ok(Some(user));
        }
    }
    Err(Error::NoServer(
        "PostgreSQL refuses to run as root, and there is neither a user `postgres` nor `nobody` to run it as.\n\
         Run as another user, or create one: `useradd --system postgres`."
            .into(),
    ))
}
