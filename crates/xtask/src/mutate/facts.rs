//! The facts that are broken, each with the words that say it and a falsehood that compiles.

pub(super) struct Fact {
    pub(super) name: &'static str,
    /// Below `pg/`.
    pub(super) file: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
}

const fn fact(name: &'static str, file: &'static str, from: &'static str, to: &'static str) -> Fact {
    Fact { name, file, from, to }
}

pub(super) const FACTS: &[Fact] = &[
    fact(
        "lock: ADD FOREIGN KEY lets rows be read",
        "alter_table.rs",
        "TableConstraintKind::ForeignKey { .. } => ShareRowExclusive",
        "TableConstraintKind::ForeignKey { .. } => AccessExclusive",
    ),
    fact(
        "lock: ENABLE TRIGGER lets rows be read",
        "alter_table.rs",
        "} => ShareRowExclusive,\n        Subcommand::ValidateConstraint",
        "} => AccessExclusive,\n        Subcommand::ValidateConstraint",
    ),
    fact(
        "lock: VALIDATE CONSTRAINT lets rows be written",
        "alter_table.rs",
        "Subcommand::ValidateConstraint { .. }\n        | Subcommand::SetStatistics",
        "Subcommand::ValidateConstraint { .. } => ShareRowExclusive,\n        Subcommand::SetStatistics",
    ),
    fact(
        "lock: DETACH CONCURRENTLY lets rows be written",
        "alter_table.rs",
        "if *concurrently || *finalize {",
        "if *finalize {",
    ),
    fact(
        "lock: most subcommands let nothing else happen",
        "alter_table.rs",
        "        _ => AccessExclusive,\n    }\n}\n\npub fn pass",
        "        _ => ShareRowExclusive,\n    }\n}\n\npub fn pass",
    ),
    fact(
        "lock: storage parameters have locks of their own",
        "storage_parameter.rs",
        "map_or(ShareUpdateExclusive, |it| it.lock)",
        "map_or(ShareUpdateExclusive, |_| AccessExclusive)",
    ),
    fact(
        "lock: a rewrite locks the index of the TOAST table",
        "toast.rs",
        "toastable && (unbounded || bytes > THRESHOLD)",
        "toastable && unbounded && bytes > THRESHOLD",
    ),
    fact(
        "lock: SHARE is called ShareLock",
        "lock_mode.rs",
        "Share => \"ShareLock\"",
        "Share => \"ShareRowExclusiveLock\"",
    ),
    fact(
        "work: a stable default needs no rewrite",
        "volatility.rs",
        "\"s\" => Volatility::Stable",
        "\"s\" => Volatility::Volatile",
    ),
    fact(
        "work: a default of clock_timestamp() rewrites the table",
        "catalog/functions.txt",
        "\nclock_timestamp 2649 1184 vfs",
        "\nclock_timestamp 2649 1184 sfs",
    ),
    fact(
        "work: a default of gen_random_uuid() rewrites the table",
        "catalog/functions.txt",
        "\ngen_random_uuid 3432 2950 vfs",
        "\ngen_random_uuid 3432 2950 sfs",
    ),
    fact("work: the cast from varchar to text changes no bytes", "catalog/casts.txt", "\n1043 25 i b", "\n1043 25 i f"),
];
