//! What to ask and what to do next, for each SQLSTATE that migrations meet.

use crate::name::quote_literal;
use crate::report::failure::rows::{self, Items};
use crate::report::failure::subject::{self, Subject, literal};
use crate::schema::relation::Relation;
use crate::syntax::statement::{AlterTable, AlterTableAction, Statement, Subcommand};

/// SQL that runs as it is, each item with a comment before it.
pub(super) fn resolution(subject: &Subject) -> Vec<String> {
    let mut items = rows::in_the_way(subject);
    items.extend(match subject.sqlstate.as_str() {
        "23502" => rows::nulls(subject),
        "23503" | "23514" => rows::constraint(subject),
        "23505" => rows::duplicates(subject),
        "22P02" | "22001" | "22003" | "22007" | "22008" => rows::conversion(subject),
        "42804" => needs_using(subject),
        "42701" => column_is_there(subject),
        "42P07" | "42710" => object_is_there(subject),
        "42703" => column_is_missing(subject),
        "42P01" | "42704" | "3F000" => object_is_missing(subject),
        "2BP01" => dependents(subject),
        "55P03" => lock_not_granted(subject),
        "40P01" => deadlock(subject),
        "57014" => canceled(subject),
        "55P04" => enum_value_is_new(subject),
        "25001" => alone(subject),
        "0A000" => not_supported(subject),
        "55006" => in_use(subject),
        "42501" => not_permitted(subject),
        "53100" => disk_full(subject),
        _ => vec![],
    });
    if let Some(name) = subject.named("constraint").filter(|_| subject.sqlstate.starts_with("23") && items.is_empty()) {
        let query = format!(
            "SELECT conrelid::regclass, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = {}",
            quote_literal(name)
        );
        items.push(("What the constraint asks for", query));
    }
    let mut told: Vec<String> = vec![];
    items.retain(|(_, sql)| {
        let new = !told.contains(sql);
        told.push(sql.clone());
        new
    });
    if items.is_empty() {
        items.extend(subject.relation().map(|it| ("What is there", columns(it))));
    }
    if items.is_empty() {
        items.push(("Where it runs", "SELECT current_database(), current_user, version()".into()));
    }
    items
        .into_iter()
        .map(|(what_for, sql)| format!("-- {what_for}\n{};", sql.trim_end().trim_end_matches(';')))
        .collect()
}

/// `42804`: what the server does not convert by itself.
fn needs_using(subject: &Subject) -> Items {
    let mut items = rows::conversion(subject);
    if let Some(Statement::AlterTable(it)) = subject.step.statement.as_deref() {
        let converting = subject::with_casts(it);
        items.extend(converting.map(|it| ("The conversion in so many words", it.to_string())));
    }
    items
}

/// The same statement, content with what is there.
fn guarded(statement: &Statement) -> Option<Statement> {
    let mut statement = statement.clone();
    match &mut statement {
        Statement::CreateTable(it) => it.if_not_exists = true,
        Statement::CreateIndex(it) => it.if_not_exists = true,
        Statement::CreateSequence(it) => it.if_not_exists = true,
        Statement::AlterTypeAddValue(it) => it.if_not_exists = true,
        Statement::AlterTable(AlterTable { action: AlterTableAction::Subcommands(all), .. }) => {
            match all.as_mut_slice() {
                [Subcommand::AddColumn { if_not_exists, .. }] => *if_not_exists = true,
                _ => return None,
            }
        }
        _ => return None,
    }
    Some(statement)
}

fn content(subject: &Subject) -> Items {
    let guarded = subject.step.statement.as_deref().and_then(guarded);
    guarded.map(|it| ("If it is the same, this is content with it", it.to_string())).into_iter().collect()
}

fn column_is_there(subject: &Subject) -> Items {
    let Some(relation) = subject.relation() else { return vec![] };
    let query = match subject.named("column") {
        Some(name) => format!("{} AND attname = {}", columns_of(relation), quote_literal(name)),
        None => columns(relation),
    };
    let mut items = vec![("Compare what is there", query)];
    items.extend(content(subject));
    items
}

fn object_is_there(subject: &Subject) -> Items {
    let mut items = vec![];
    match subject.relation() {
        Some(relation) if matches!(relation.kind(), 'i' | 'I') => items.push((
            "Compare what is there; one that is not valid is left from a failed build",
            format!(
                "SELECT pg_get_indexdef(indexrelid), indisvalid FROM pg_index WHERE indexrelid = to_regclass({})",
                literal(relation)
            ),
        )),
        Some(relation) => items.push(("Compare what is there", columns(relation))),
        None => {}
    }
    if let (Some(name), Some(relation)) = (subject.named("constraint"), subject.relation()) {
        items.push((
            "Compare what is there",
            format!(
                "SELECT pg_get_constraintdef(oid), convalidated FROM pg_constraint WHERE conrelid = to_regclass({}) AND conname = {}",
                literal(relation),
                quote_literal(name)
            ),
        ));
    }
    items.extend(content(subject));
    items
}

fn column_is_missing(subject: &Subject) -> Items {
    let Some(relation) = subject.relation() else { return vec![] };
    vec![("Columns that there are; names without quotes are in lower case", columns(relation))]
}

fn object_is_missing(subject: &Subject) -> Items {
    if subject.named("schema").is_some() {
        let query = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'";
        return vec![("Schemas that there are", query.into())];
    }
    let quoted = ["relation", "table", "view", "sequence", "index", "type", "constraint"];
    let Some(name) = quoted.into_iter().find_map(|word| subject.named(word)) else { return vec![] };
    let bare = name.rsplit('.').next().unwrap_or(name);
    let alike = format!(
        "SELECT n.nspname, c.relname, c.relkind FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
         WHERE lower(c.relname) = lower({0}) UNION ALL SELECT n.nspname, t.typname, 't' FROM pg_type AS t JOIN \
         pg_namespace AS n ON n.oid = t.typnamespace WHERE lower(t.typname) = lower({0})",
        quote_literal(bare)
    );
    vec![
        ("Whether it is in another schema, or written otherwise", alike),
        ("Where names are looked for", "SHOW search_path".into()),
    ]
}

fn dependents(subject: &Subject) -> Items {
    let Some(relation) = subject.relation() else { return vec![] };
    let mut query = format!(
        "SELECT DISTINCT pg_describe_object(classid, objid, objsubid) FROM pg_depend WHERE refclassid = 'pg_class'::regclass \
         AND refobjid = to_regclass({}) AND deptype = 'n'",
        literal(relation)
    );
    if let Some(column) = dropped_column(subject) {
        query += &format!(
            " AND refobjsubid = (SELECT attnum FROM pg_attribute WHERE attrelid = refobjid AND attname = {})",
            quote_literal(column)
        );
    }
    vec![("What depends on it: change or drop that first, and make it anew afterwards", query)]
}

/// Where the step drops one column and nothing else.
fn dropped_column<'a>(subject: &'a Subject) -> Option<&'a str> {
    let Some(Statement::AlterTable(it)) = subject.step.statement.as_deref() else { return None };
    let AlterTableAction::Subcommands(all) = &it.action else { return None };
    match all.as_slice() {
        [Subcommand::DropColumn { name, .. }] => Some(name.as_str()),
        _ => None,
    }
}

/// Sessions that hold a lock on one of the tables.
fn holders<'a>(relations: impl IntoIterator<Item = &'a Relation>) -> Items {
    let tables: Vec<String> = relations.into_iter().map(|it| format!("to_regclass({})", literal(it))).collect();
    if tables.is_empty() {
        return vec![];
    }
    let query = format!(
        "SELECT a.pid, a.state, clock_timestamp() - a.xact_start AS open_for, l.relation::regclass, l.mode, left(a.query, 100) \
         AS query FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid) WHERE l.relation IN ({}) AND l.granted AND \
         a.pid <> pg_backend_pid() ORDER BY a.xact_start",
        tables.join(", ")
    );
    vec![("Who holds locks on it", query)]
}

fn lock_not_granted(subject: &Subject) -> Items {
    let mut items = holders(subject.relation());
    items.push(("Then again, at a quieter time, as often as it takes", "SET lock_timeout = '5s'".into()));
    items
}

fn deadlock(subject: &Subject) -> Items {
    let mut items = holders(subject.tables());
    let query = "SELECT deadlocks, stats_reset FROM pg_stat_database WHERE datname = current_database()";
    items.push(("Whether it happens often", query.into()));
    items.push((
        "Then again: locks that cannot be had are given up before they close a circle",
        "SET lock_timeout = '2s'".into(),
    ));
    items
}

fn canceled(subject: &Subject) -> Items {
    let mut items = vec![("What ends statements", "SELECT name, setting, unit, source FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout', 'transaction_timeout')".to_owned())];
    items.extend(subject.relation().map(|it| ("How much there is to do", size(it))));
    items.extend(holders(subject.relation()));
    if !subject.step.waits.is_empty() {
        let query = "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid";
        items.push(("Indexes that a canceled build leaves", query.into()));
    }
    items.push(("For this session, before it runs again", "SET statement_timeout = 0".into()));
    items
}

fn enum_value_is_new(subject: &Subject) -> Items {
    let earlier = subject.trace.earlier_in_transaction(subject.step);
    let added =
        earlier.filter_map(|it| it.statement.as_deref()).filter(|it| matches!(it, Statement::AlterTypeAddValue(_)));
    let add = "In a migration of its own, which commits before the value is used";
    let mut items: Items = added.filter_map(guarded).map(|it| (add, it.to_string())).collect();
    items.push((
        "Values that there are",
        "SELECT t.typname, e.enumlabel FROM pg_enum AS e JOIN pg_type AS t ON t.oid = e.enumtypid ORDER BY t.typname, e.enumsortorder".into(),
    ));
    items
}

/// The statement by itself.
fn alone(subject: &Subject) -> Items {
    vec![("In a file of its own, which the runner does not wrap in a transaction", subject.step.text.to_string())]
}

fn not_supported(subject: &Subject) -> Items {
    if subject.message.contains("cached plan") {
        return vec![("Prepared statements of this session are planned anew", "DISCARD PLANS".into())];
    }
    let Some(relation) = subject.relation() else { return vec![] };
    if relation.kind() == 'p' {
        let query =
            format!("SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = to_regclass({})", literal(relation));
        return vec![("Its partitions: what the parent refuses can be done to each of them", query)];
    }
    dependents(subject)
}

fn in_use(subject: &Subject) -> Items {
    if subject.message.contains("pending trigger events") {
        return vec![(
            "Before the statement, so that nothing is left to be checked",
            "SET CONSTRAINTS ALL IMMEDIATE".into(),
        )];
    }
    let mut items =
        vec![("Cursors of this session that still read", "SELECT name, statement FROM pg_cursors".to_owned())];
    items.extend(holders(subject.relation()));
    items
}

fn not_permitted(subject: &Subject) -> Items {
    let mut items = vec![("Who runs it", "SELECT session_user, current_user".to_owned())];
    if let Some(relation) = subject.relation() {
        let query = format!(
            "SELECT pg_get_userbyid(relowner) AS owner, pg_has_role(relowner, 'USAGE') AS may_act_as_owner, relacl FROM pg_class WHERE \
             oid = to_regclass({})",
            literal(relation)
        );
        items.push(("Whose it is, and what is granted: an owner's member may change it", query));
    }
    items
}

fn disk_full(subject: &Subject) -> Items {
    let mut items: Items =
        subject.relation().map(|it| ("What a rewrite needs once more", size(it))).into_iter().collect();
    items.push((
        "What keeps old WAL",
        "SELECT slot_name, active, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) AS kept FROM pg_replication_slots".into(),
    ));
    items.push((
        "What is large",
        "SELECT oid::regclass, pg_size_pretty(pg_total_relation_size(oid)) FROM pg_class WHERE relkind IN ('r', 'm') ORDER BY \
         pg_total_relation_size(oid) DESC LIMIT 20"
            .into(),
    ));
    items
}

fn size(relation: &Relation) -> String {
    format!(
        "SELECT pg_size_pretty(pg_total_relation_size(to_regclass({0}))) AS size, reltuples FROM pg_class WHERE oid = to_regclass({0})",
        literal(relation)
    )
}

fn columns(relation: &Relation) -> String {
    format!("{} ORDER BY attnum", columns_of(relation))
}

fn columns_of(relation: &Relation) -> String {
    format!(
        "SELECT attname, format_type(atttypid, atttypmod) AS type, attnotnull, pg_get_expr(adbin, adrelid) AS default_value FROM \
         pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = to_regclass({}) AND attnum > 0 \
         AND NOT attisdropped",
        literal(relation)
    )
}
