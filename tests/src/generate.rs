//! Random statements that are likely to be accepted: what the properties run on.

use proptest::prelude::*;
use proptest::sample::select;

/// What every generated statement runs on.
pub const START: &str = "CREATE TABLE users (id int PRIMARY KEY, email text, name varchar(50) NOT NULL DEFAULT 'x');
CREATE TABLE orders (id int PRIMARY KEY, user_id int CONSTRAINT fk_user REFERENCES users (id), amount numeric(10, 2));
CREATE TABLE \"Odd Name\" (\"select\" int, \"Größe\" text CHECK (\"Größe\" <> ''));
CREATE INDEX ix_amount ON orders (amount DESC) WHERE amount > 0;
CREATE TYPE mood AS ENUM ('sad', 'happy');
";

fn table() -> impl Strategy<Value = &'static str> {
    select(vec!["users", "users", "orders", "orders", "\"Odd Name\"", "fresh", "public.users"])
}

fn column() -> impl Strategy<Value = &'static str> {
    select(vec!["id", "email", "name", "user_id", "amount", "\"select\"", "\"Größe\"", "added", "a1", "\"MiXed\""])
}

fn name() -> impl Strategy<Value = &'static str> {
    select(vec!["x1", "x2", "fk_user", "ix_amount", "users_pkey", "\"Weird, name\"", "\"quo\"\"ted\"", "orders_pkey"])
}

fn type_name() -> impl Strategy<Value = &'static str> {
    select(vec![
        "int",
        "bigint",
        "text",
        "varchar(20)",
        "varchar(80)",
        "numeric(12, 2)",
        "boolean",
        "timestamptz",
        "timestamp(3)",
        "uuid",
        "jsonb",
        "int[]",
        "mood",
        "date",
        "char(3)",
        "double precision",
    ])
}

fn default() -> impl Strategy<Value = &'static str> {
    select(vec![
        "1",
        "'x'",
        "NULL",
        "now()",
        "gen_random_uuid()",
        "-5",
        "'sad'::mood",
        "(1 + 2) * 3",
        "CASE WHEN true THEN 1 ELSE 2 END",
        "'it''s'",
        "E'a\\nb'",
        "current_timestamp",
        "'{}'::jsonb",
        "ARRAY[1, 2]",
    ])
}

fn condition() -> impl Strategy<Value = String> {
    let simple = column().prop_flat_map(|column| {
        select(vec![
            format!("{column} IS NOT NULL"),
            format!("{column} > 0"),
            format!("{column} <> ''"),
            format!("{column} IN (1, 2, 3)"),
            format!("{column} BETWEEN 1 AND 10"),
            format!("{column} LIKE 'a%'"),
            format!("length({column}) < 10"),
            format!("{column} = ANY (ARRAY['a', 'b'])"),
            format!("{column}::text ~ '^[a-z]+$'"),
            format!("coalesce({column}, 0) >= -1"),
        ])
    });
    simple.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} AND {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} OR {b})")),
            inner.prop_map(|a| format!("NOT ({a})")),
        ]
    })
}

fn column_definition() -> impl Strategy<Value = String> {
    let option = prop_oneof![
        4 => Just(String::new()),
        1 => Just(" NOT NULL".to_owned()),
        1 => Just(" UNIQUE".to_owned()),
        1 => default().prop_map(|it| format!(" DEFAULT {it}")),
        1 => default().prop_map(|it| format!(" DEFAULT {it} NOT NULL")),
        1 => Just(" REFERENCES users (id) ON DELETE CASCADE".to_owned()),
        1 => condition().prop_map(|it| format!(" CHECK ({it})")),
        1 => Just(" GENERATED ALWAYS AS IDENTITY".to_owned()),
        1 => Just(" GENERATED ALWAYS AS (1 + 1) STORED".to_owned()),
    ];
    (column(), type_name(), option).prop_map(|(column, kind, option)| format!("{column} {kind}{option}"))
}

fn constraint() -> impl Strategy<Value = String> {
    let body = prop_oneof![
        condition().prop_map(|it| format!("CHECK ({it})")),
        condition().prop_map(|it| format!("CHECK ({it}) NOT VALID")),
        column().prop_map(|it| format!("UNIQUE ({it})")),
        column().prop_map(|it| format!("PRIMARY KEY ({it})")),
        column().prop_map(|it| format!("FOREIGN KEY ({it}) REFERENCES users (id)")),
        column().prop_map(|it| format!("FOREIGN KEY ({it}) REFERENCES users (id) ON DELETE SET NULL NOT VALID")),
        column().prop_map(|it| format!("UNIQUE ({it}, id) DEFERRABLE INITIALLY DEFERRED")),
    ];
    (prop_oneof![Just(String::new()), name().prop_map(|it| format!("CONSTRAINT {it} "))], body)
        .prop_map(|(name, body)| name + &body)
}

fn subcommand() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => column_definition().prop_map(|it| format!("ADD COLUMN {it}")),
        1 => column_definition().prop_map(|it| format!("ADD COLUMN IF NOT EXISTS {it}")),
        2 => column().prop_map(|it| format!("DROP COLUMN {it}")),
        1 => column().prop_map(|it| format!("DROP COLUMN IF EXISTS {it} CASCADE")),
        2 => column().prop_map(|it| format!("ALTER COLUMN {it} SET NOT NULL")),
        2 => column().prop_map(|it| format!("ALTER COLUMN {it} DROP NOT NULL")),
        2 => (column(), default()).prop_map(|(it, value)| format!("ALTER COLUMN {it} SET DEFAULT {value}")),
        1 => column().prop_map(|it| format!("ALTER COLUMN {it} DROP DEFAULT")),
        2 => (column(), type_name()).prop_map(|(it, kind)| format!("ALTER COLUMN {it} TYPE {kind}")),
        1 => (column(), type_name()).prop_map(|(it, kind)| format!("ALTER COLUMN {it} TYPE {kind} USING {it}::{kind}")),
        3 => constraint().prop_map(|it| format!("ADD {it}")),
        1 => name().prop_map(|it| format!("VALIDATE CONSTRAINT {it}")),
        1 => name().prop_map(|it| format!("DROP CONSTRAINT {it}")),
        1 => name().prop_map(|it| format!("DROP CONSTRAINT IF EXISTS {it} CASCADE")),
    ]
}

/// Statements that change a schema.
pub fn definition() -> impl Strategy<Value = String> {
    let several = prop::collection::vec(subcommand(), 1..4).prop_map(|it| it.join(", "));
    let elements = prop::collection::vec(prop_oneof![3 => column_definition(), 1 => constraint()], 1..5);
    prop_oneof![
        8 => (table(), subcommand()).prop_map(|(table, it)| format!("ALTER TABLE {table} {it}")),
        2 => (table(), several).prop_map(|(table, it)| format!("ALTER TABLE {table} {it}")),
        2 => (table(), column(), column()).prop_map(|(t, a, b)| format!("ALTER TABLE {t} RENAME COLUMN {a} TO {b}")),
        1 => (table(), name()).prop_map(|(t, to)| format!("ALTER TABLE {t} RENAME TO {to}")),
        1 => (table(), name(), name()).prop_map(|(t, a, b)| format!("ALTER TABLE {t} RENAME CONSTRAINT {a} TO {b}")),
        3 => index(),
        1 => name().prop_map(|it| format!("DROP INDEX {it}")),
        1 => name().prop_map(|it| format!("DROP INDEX CONCURRENTLY IF EXISTS {it}")),
        2 => elements.prop_map(|it| format!("CREATE TABLE fresh ({})", it.join(", "))),
        1 => table().prop_map(|it| format!("DROP TABLE {it}")),
        1 => table().prop_map(|it| format!("DROP TABLE IF EXISTS {it} CASCADE")),
        1 => Just("CREATE TYPE size AS ENUM ('s', 'm')".to_owned()),
        1 => Just("ALTER TYPE mood ADD VALUE IF NOT EXISTS 'so so' AFTER 'sad'".to_owned()),
        1 => (table(), column()).prop_map(|(t, c)| format!("COMMENT ON COLUMN {t}.{c} IS 'it''s'")),
        1 => table().prop_map(|t| format!("COMMENT ON TABLE {t} IS NULL")),
    ]
}

fn index() -> impl Strategy<Value = String> {
    let key = column().prop_flat_map(|it| {
        select(vec![
            it.to_owned(),
            format!("{it} DESC"),
            format!("{it} NULLS FIRST"),
            format!("lower({it})"),
            format!("({it} || 'x')"),
            format!("{it} text_pattern_ops"),
            format!("{it} COLLATE \"C\""),
        ])
    });
    let filter = prop_oneof![3 => Just(String::new()), 1 => condition().prop_map(|it| format!(" WHERE {it}"))];
    let head = select(vec!["INDEX", "UNIQUE INDEX", "INDEX CONCURRENTLY", "INDEX IF NOT EXISTS"]);
    (head, name(), table(), prop::collection::vec(key, 1..3), filter).prop_map(|(head, name, table, keys, filter)| {
        format!("CREATE {head} {name} ON {table} ({}){filter}", keys.join(", "))
    })
}

/// Statements of every kind.
pub fn statement() -> impl Strategy<Value = String> {
    prop_oneof![
        10 => definition(),
        1 => (table(), column(), default(), condition())
            .prop_map(|(t, c, value, filter)| format!("UPDATE {t} SET {c} = {value} WHERE {filter}")),
        1 => (table(), condition()).prop_map(|(t, filter)| format!("DELETE FROM {t} WHERE {filter}")),
        1 => (table(), column(), default()).prop_map(|(t, c, value)| format!("INSERT INTO {t} ({c}) VALUES ({value})")),
        1 => table().prop_map(|t| format!("INSERT INTO {t} SELECT * FROM users ON CONFLICT DO NOTHING")),
        1 => table().prop_map(|t| format!("LOCK TABLE {t} IN SHARE MODE")),
        1 => Just("SET lock_timeout = '2s'".to_owned()),
        2 => select(vec!["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT s", "ROLLBACK TO s", "RELEASE s"])
            .prop_map(str::to_owned),
    ]
}
