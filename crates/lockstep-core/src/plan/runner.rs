//! Tools that execute migration files, and what each of them wraps in one transaction.

/// When a runner opens and ends transactions by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapping {
    /// Every statement by itself, unless the text says `BEGIN`.
    Statement,
    /// Every file in one transaction.
    File,
    /// A file is one message: several statements are one transaction, a single one is none.
    Message,
    /// The whole run in one transaction.
    Run,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Runner {
    /// As on the command line.
    pub id: &'static str,
    pub wrapping: Wrapping,
    /// Goes on with the next statement after an error.
    pub goes_on: bool,
    /// What it does, in one sentence.
    pub about: &'static str,
}

/// Read from each tool's own sources and documentation.
pub const RUNNERS: [Runner; 15] = [
    Runner {
        id: "psql",
        wrapping: Wrapping::Statement,
        goes_on: true,
        about: "Each statement commits by itself, and after an error the next one runs.",
    },
    runner("alembic", Wrapping::Run, "The whole run is one transaction."),
    runner("authelia", Wrapping::File, "Each file is one transaction."),
    runner("dbmate", Wrapping::File, "Each file is one transaction, unless it says transaction:false."),
    runner("diesel", Wrapping::File, "Each migration is one transaction."),
    runner("drizzle", Wrapping::Run, "All pending files are one transaction."),
    runner("flyway", Wrapping::File, "Each file is one transaction, unless none of its statements can run in one."),
    runner(
        "golang-migrate",
        Wrapping::Message,
        "A file is sent as one message: several statements are one transaction.",
    ),
    runner("goose", Wrapping::File, "Each file is one transaction, unless it says NO TRANSACTION."),
    runner("node-pg-migrate", Wrapping::Run, "All pending files are one transaction."),
    runner("prisma", Wrapping::Message, "A file is sent as one message: several statements are one transaction."),
    runner("refinery", Wrapping::File, "Each migration is one transaction."),
    runner("sql-migrate", Wrapping::File, "Each file is one transaction, unless it says notransaction."),
    runner("sqlx", Wrapping::File, "Each file is one transaction, unless it begins with -- no-transaction."),
    runner("supabase", Wrapping::Message, "A file is sent as one batch: its statements are one transaction."),
];

const fn runner(id: &'static str, wrapping: Wrapping, about: &'static str) -> Runner {
    Runner { id, wrapping, goes_on: false, about }
}

impl Runner {
    pub fn find(id: &str) -> Option<Runner> {
        RUNNERS.into_iter().find(|runner| runner.id.eq_ignore_ascii_case(id))
    }

    /// How this runner wraps a file with that text, or the way back in it: some opt out.
    pub fn wraps(&self, text: &str, back: bool) -> Wrapping {
        let way = if back { "down" } else { "up" };
        let opts_out = match self.id {
            "goose" => marker(text, |line| line.starts_with("-- +goose no transaction")),
            "sql-migrate" => marker(text, |line| {
                line.strip_prefix("-- +migrate ").is_some_and(|it| it.starts_with(way) && it.ends_with("notransaction"))
            }),
            "dbmate" => marker(text, |line| {
                line.strip_prefix("-- migrate:")
                    .is_some_and(|it| it.starts_with(way) && it.contains("transaction:false"))
            }),
            "sqlx" => text.starts_with("-- no-transaction"),
            _ => false,
        };
        if opts_out { self.unwrapped() } else { self.wrapping }
    }

    /// How it runs a file that opts out of its transaction: as one message, or statement by statement.
    pub fn unwrapped(&self) -> Wrapping {
        match self.id {
            "dbmate" | "diesel" => Wrapping::Message,
            _ => Wrapping::Statement,
        }
    }
}

fn marker(text: &str, is: impl Fn(&str) -> bool) -> bool {
    text.lines().any(|line| is(&line.trim_end().to_ascii_lowercase()))
}
