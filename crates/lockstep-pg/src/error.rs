//! What keeps a server from being used. An error that a *statement* raises is an outcome, not one of these.

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No usable server binaries. The text says what was looked for and what to install.
    #[error("{0}")]
    NoServer(String),
    #[error("the throwaway PostgreSQL server does not start: {what}\n{log}")]
    Boot { what: String, log: String },
    #[error("no connection to PostgreSQL: {0}")]
    Connect(String),
    #[error("the server refuses a query of Lockstep's own: {0}")]
    Query(String),
    /// The database given is not a scratch database.
    #[error("{0}")]
    NotEmpty(String),
    /// The starting schema cannot be set up, so nothing can be compared.
    #[error("the starting schema fails on the server, {file}:{line}: {message} ({sqlstate})\n{hint}")]
    StartingSchema { file: String, line: usize, sqlstate: String, message: String, hint: String },
    /// A step of a plan failed; those before it are done.
    #[error("step {step} of the plan fails: {message} ({sqlstate})")]
    PlanStep { step: usize, sqlstate: String, message: String },
    #[error("interrupted")]
    Interrupted,
    #[error("{what}: {source}")]
    Io { what: String, source: std::io::Error },
}

impl Error {
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Error::Io { what, source }
    }
}

impl From<postgres::Error> for Error {
    fn from(error: postgres::Error) -> Self {
        Error::Query(describe(&error))
    }
}

/// The server's message where there is one: the library's own `Display` says only "db error".
pub(crate) fn describe(error: &postgres::Error) -> String {
    use std::error::Error as _;
    match (error.as_db_error(), error.source()) {
        (Some(server), _) => format!("{} ({})", server.message(), server.code().code()),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}
