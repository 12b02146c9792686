//! A connection whose statements' outcomes, messages and time are kept.

use std::env;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use postgres::error::{DbError, Severity};
use postgres::{Client, Config, NoTls, SimpleQueryMessage};

use crate::error::{Error, Result, describe};

/// Where to connect.
#[derive(Clone)]
pub struct Target {
    config: Config,
}

impl Target {
    pub(crate) fn socket(folder: &Path, user: &str, database: &str) -> Self {
        let mut config = Config::new();
        config.host_path(folder).port(5432).user(user).dbname(database);
        Target { config }
    }

    /// A `postgres://…` URL or a `key=value` connection string. What it leaves out comes from where psql
    /// takes it: PGHOST, PGPASSWORD, the usual socket folders.
    pub fn url(text: &str) -> Result<Self> {
        let mut config: Config =
            text.parse().map_err(|error| Error::Connect(format!("the URL cannot be read: {}", describe(&error))))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            match env::var("PGHOST") {
                Ok(host) if !host.is_empty() => config.host(&host),
                _ => config.host("/var/run/postgresql").host("/tmp"),
            };
        }
        if let (None, Ok(password)) = (config.get_password(), env::var("PGPASSWORD")) {
            config.password(password);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(15));
        }
        Ok(Target { config })
    }

    pub fn connect(&self) -> Result<Client> {
        self.connect_with(|_| {})
    }

    fn connect_with(&self, also: impl FnOnce(&mut Config)) -> Result<Client> {
        let mut config = self.config.clone();
        config.application_name("lockstep");
        also(&mut config);
        config.connect(NoTls).map_err(|error| Error::Connect(describe(&error)))
    }
}

/// What the server said while a statement ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `DEBUG`, `INFO`, `NOTICE`, `WARNING`.
    pub severity: String,
    pub text: String,
    pub detail: Option<String>,
}

/// An error that a statement raised.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failure {
    /// Empty where the connection broke.
    pub sqlstate: String,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
}

/// One statement, run.
#[derive(Debug, Clone)]
pub struct Run {
    pub outcome: std::result::Result<(), Failure>,
    pub messages: Vec<Message>,
    pub time: Duration,
}

pub struct Session {
    client: Client,
    messages: Arc<Mutex<Vec<Message>>>,
    pub process: i32,
    /// After that, a statement is cancelled (57014).
    pub limit: Duration,
    /// Set from elsewhere to cancel what runs.
    pub interrupted: Arc<AtomicBool>,
}

impl Session {
    pub fn open(target: &Target) -> Result<Self> {
        let messages = Arc::new(Mutex::new(vec![]));
        let sink = Arc::clone(&messages);
        let mut client = target.connect_with(|config| {
            config.notice_callback(move |notice| {
                if let Ok(mut messages) = sink.lock() {
                    messages.push(message(&notice));
                }
            });
        })?;
        // The catalog names what is not unique to English; only a superuser may ask for it.
        let _ = client.batch_execute("SET lc_messages = 'C'");
        let process = client.query_one("SELECT pg_catalog.pg_backend_pid()", &[])?.get(0);
        Ok(Session {
            client,
            messages,
            process,
            limit: Duration::from_secs(60),
            interrupted: Arc::new(AtomicBool::new(false)),
        })
    }

    /// Whether the server's messages can be understood.
    pub fn speaks_english(&mut self) -> Result<bool> {
        let language: String = self.client.query_one("SELECT pg_catalog.current_setting('lc_messages')", &[])?.get(0);
        Ok(["", "C", "C.UTF-8", "C.utf8", "POSIX"].contains(&language.as_str()) || language.starts_with("en"))
    }

    pub fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Runs one statement as psql sends it, with all of the server's messages. The setting is repeated each
    /// time: the statements before may have changed or reset it (`pg_dump` sets it to `warning`).
    pub fn run(&mut self, sql: &str) -> Run {
        self.run_watched(sql, Duration::from_millis(20), || {})
    }

    /// The same, and calls `look` again and again while the statement runs.
    pub fn run_watched(&mut self, sql: &str, pause: Duration, mut look: impl FnMut() + Send) -> Run {
        // Refused in a failed transaction, where there is nothing to hear.
        let _ = self.client.batch_execute("SET client_min_messages = debug1");
        self.take_messages();
        let cancel = self.client.cancel_token();
        let (limit, interrupted) = (self.limit, Arc::clone(&self.interrupted));
        let start = Instant::now();
        let answer = thread::scope(|scope| {
            let (done, is_done) = mpsc::channel::<()>();
            scope.spawn(move || {
                let mut cancelled = false;
                while is_done.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                    look();
                    if !cancelled && (start.elapsed() > limit || interrupted.load(Ordering::Relaxed)) {
                        cancelled = cancel.cancel_query(NoTls).is_ok();
                    }
                }
            });
            let answer = self.client.simple_query(sql);
            drop(done);
            answer
        });
        let time = start.elapsed();
        Run { outcome: answer.map(drop_rows).map_err(|error| failure(&error)), messages: self.take_messages(), time }
    }

    /// A statement of our own, whose messages nobody needs.
    pub fn quietly(&mut self, sql: &str) -> std::result::Result<(), Failure> {
        self.client.batch_execute(sql).map_err(|error| failure(&error))
    }

    fn take_messages(&self) -> Vec<Message> {
        self.messages.lock().map(|mut messages| std::mem::take(&mut *messages)).unwrap_or_default()
    }
}

fn drop_rows(_: Vec<SimpleQueryMessage>) {}

fn message(notice: &DbError) -> Message {
    let severity = match notice.parsed_severity() {
        Some(Severity::Debug) => "DEBUG",
        Some(Severity::Notice) => "NOTICE",
        Some(Severity::Warning) => "WARNING",
        Some(Severity::Info) => "INFO",
        _ => notice.severity(),
    };
    Message { severity: severity.into(), text: notice.message().into(), detail: notice.detail().map(Into::into) }
}

pub(crate) fn failure(error: &postgres::Error) -> Failure {
    match error.as_db_error() {
        Some(server) => Failure {
            sqlstate: server.code().code().into(),
            message: server.message().into(),
            detail: server.detail().map(Into::into),
            hint: server.hint().map(Into::into),
        },
        None => Failure { message: describe(error), ..Failure::default() },
    }
}
