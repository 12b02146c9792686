//! `ALTER TABLE` and the commands that share its grammar.

use crate::name::Ident;
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::parse_expression::expression;
use crate::syntax::statement::{
    AlterTable, AlterTableAction, ColumnPlace, FiringState, ObjectType, ReplicaIdentity, RowSecurity, SequenceOptions,
    Statement, Subcommand, TriggerSelection,
};
use crate::syntax::{constraint, create_table, object, type_name};

/// After `ALTER TABLE`, `ALTER INDEX` and so on; `None` where the rest has no tree.
pub(super) fn parse(cursor: &mut Cursor<'_>, object: ObjectType) -> Result<Option<Statement>> {
    if cursor.are_words(&["all", "in", "tablespace"]) {
        return Ok(None);
    }
    let if_exists = cursor.accept(&["if", "exists"]);
    let only = cursor.accept_word("only");
    let name = cursor.qualified_name()?;
    cursor.accept_sign("*");
    let Some(action) = action(cursor, object)? else {
        return Ok(None);
    };
    Ok(Some(Statement::AlterTable(AlterTable { object, name, only, if_exists, action })))
}

fn action(cursor: &mut Cursor<'_>, object: ObjectType) -> Result<Option<AlterTableAction>> {
    if cursor.accept(&["rename", "to"]) {
        return Ok(Some(AlterTableAction::RenameTo(cursor.name()?)));
    }
    if cursor.accept(&["rename", "constraint"]) {
        let from = cursor.name()?;
        cursor.expect(&["to"])?;
        return Ok(Some(AlterTableAction::RenameConstraint { from, to: cursor.name()? }));
    }
    if cursor.accept_word("rename") {
        cursor.accept_word("column");
        let from = cursor.name()?;
        cursor.expect(&["to"])?;
        return Ok(Some(AlterTableAction::RenameColumn { from, to: cursor.name()? }));
    }
    if cursor.accept(&["set", "schema"]) {
        return Ok(Some(AlterTableAction::SetSchema(cursor.name()?)));
    }
    if object != ObjectType::Table && object != ObjectType::ForeignTable {
        let storage = [&["set", "("][..], &["reset", "("], &["set", "tablespace"]];
        let starts = |words: &&[&str]| match words {
            [word, "("] => cursor.is_word(word) && cursor.is_sign_at(1, "("),
            words => cursor.are_words(words),
        };
        if object == ObjectType::Index && cursor.are_words(&["attach", "partition"]) {
            return Ok(Some(AlterTableAction::Subcommands(vec![subcommand(cursor)?])));
        }
        let logged = cursor.are_words(&["set", "logged"]) || cursor.are_words(&["set", "unlogged"]);
        let own = match object {
            ObjectType::Index => storage.iter().any(starts) || alters_statistics(cursor),
            ObjectType::Sequence => logged,
            ObjectType::View => {
                storage[..2].iter().any(starts) || (cursor.is_word("alter") && !cursor.is_word_at(1, "constraint"))
            }
            ObjectType::MaterializedView => {
                let others = [&["cluster", "on"][..], &["set", "without", "cluster"], &["set", "access", "method"]];
                storage.iter().any(starts)
                    || others.iter().any(|words| cursor.are_words(words))
                    || cursor.is_word("alter")
            }
            _ => false,
        };
        return Ok(if own || cursor.are_words(&["owner", "to"]) {
            Some(AlterTableAction::Subcommands(cursor.list(subcommand)?))
        } else {
            None
        });
    }
    if cursor.at_end() {
        return cursor.error();
    }
    // `partition_cmd` stands alone.
    if cursor.are_words(&["attach", "partition"]) || cursor.are_words(&["detach", "partition"]) {
        return Ok(Some(AlterTableAction::Subcommands(vec![subcommand(cursor)?])));
    }
    Ok(Some(AlterTableAction::Subcommands(cursor.list(subcommand)?)))
}

/// `ALTER [COLUMN] column SET STATISTICS`, all that may be altered in a column of an index.
fn alters_statistics(cursor: &Cursor<'_>) -> bool {
    let column = 1 + usize::from(cursor.is_word_at(1, "column"));
    cursor.is_word("alter") && cursor.is_word_at(column + 1, "set") && cursor.is_word_at(column + 2, "statistics")
}

fn subcommand(cursor: &mut Cursor<'_>) -> Result<Subcommand> {
    if cursor.accept_word("add") {
        return add(cursor);
    }
    if cursor.accept_word("drop") {
        return drop(cursor);
    }
    if cursor.accept(&["alter", "constraint"]) {
        let name = cursor.name()?;
        let no_inherit = if cursor.accept(&["no", "inherit"]) {
            Some(true)
        } else if cursor.accept_word("inherit") {
            Some(false)
        } else {
            None
        };
        return Ok(Subcommand::AlterConstraint { name, attributes: constraint::attributes(cursor)?, no_inherit });
    }
    if cursor.accept_word("alter") {
        cursor.accept_word("column");
        if let Ok(number) = cursor.integer() {
            return by_number(cursor, number);
        }
        let column = cursor.name()?;
        return alter_column(cursor, column);
    }
    if cursor.accept(&["validate", "constraint"]) {
        return Ok(Subcommand::ValidateConstraint { name: cursor.name()? });
    }
    if let Some(made) = firing(cursor)? {
        return Ok(made);
    }
    if cursor.accept(&["cluster", "on"]) {
        return Ok(Subcommand::ClusterOn(cursor.name()?));
    }
    if cursor.accept(&["no", "inherit"]) {
        return Ok(Subcommand::NoInherit(cursor.qualified_name()?));
    }
    if cursor.accept_word("inherit") {
        return Ok(Subcommand::Inherit(cursor.qualified_name()?));
    }
    if cursor.accept(&["not", "of"]) {
        return Ok(Subcommand::NotOf);
    }
    if cursor.accept_word("of") {
        return Ok(Subcommand::OfType(cursor.qualified_name()?));
    }
    if cursor.accept(&["owner", "to"]) {
        return Ok(Subcommand::OwnerTo(cursor.label()?));
    }
    if cursor.accept(&["replica", "identity"]) {
        return Ok(Subcommand::ReplicaIdentity(replica_identity(cursor)?));
    }
    if cursor.accept(&["attach", "partition"]) {
        let partition = cursor.qualified_name()?;
        let bound = if cursor.is_any(&["for", "default"]) { Some(create_table::bound(cursor)?) } else { None };
        return Ok(Subcommand::AttachPartition { partition, bound });
    }
    if cursor.accept(&["detach", "partition"]) {
        let partition = cursor.qualified_name()?;
        let concurrently = cursor.accept_word("concurrently");
        let finalize = !concurrently && cursor.accept_word("finalize");
        return Ok(Subcommand::DetachPartition { partition, concurrently, finalize });
    }
    set_or_reset(cursor)
}

fn add(cursor: &mut Cursor<'_>) -> Result<Subcommand> {
    if constraint::is_table_constraint(cursor) {
        return constraint::table_constraint(cursor).map(Subcommand::AddConstraint);
    }
    cursor.accept_word("column");
    let if_not_exists = cursor.accept(&["if", "not", "exists"]);
    Ok(Subcommand::AddColumn { column: create_table::column(cursor, false)?, if_not_exists })
}

fn drop(cursor: &mut Cursor<'_>) -> Result<Subcommand> {
    let is_constraint = cursor.accept_word("constraint");
    if !is_constraint {
        cursor.accept_word("column");
    }
    let if_exists = cursor.accept(&["if", "exists"]);
    let name = cursor.name()?;
    let cascade = object::behavior(cursor);
    Ok(match is_constraint {
        true => Subcommand::DropConstraint { name, if_exists, cascade },
        false => Subcommand::DropColumn { name, if_exists, cascade },
    })
}

/// `ALTER COLUMN 2 SET STATISTICS`.
fn by_number(cursor: &mut Cursor<'_>, number: i64) -> Result<Subcommand> {
    cursor.expect(&["set", "statistics"])?;
    let column = ColumnPlace::Number(number);
    Ok(Subcommand::SetStatistics { column, target: statistics_target(cursor)? })
}

fn statistics_target(cursor: &mut Cursor<'_>) -> Result<Option<i32>> {
    match cursor.accept_word("default") {
        true => Ok(None),
        false => Ok(i32::try_from(cursor.integer()?).ok()),
    }
}

fn alter_column(cursor: &mut Cursor<'_>, column: Ident) -> Result<Subcommand> {
    if cursor.accept(&["set", "data", "type"]) || cursor.accept_word("type") {
        let type_name = type_name::parse(cursor)?;
        let collation = match cursor.accept_word("collate") {
            true => Some(cursor.qualified_name()?),
            false => None,
        };
        let using = match cursor.accept_word("using") {
            true => Some(expression(cursor)?),
            false => None,
        };
        return Ok(Subcommand::SetType { column, type_name, collation, using });
    }
    if cursor.accept(&["set", "default"]) {
        return Ok(Subcommand::SetDefault { column, default: expression(cursor)? });
    }
    if cursor.accept(&["drop", "default"]) {
        return Ok(Subcommand::DropDefault { column });
    }
    if cursor.accept(&["set", "not", "null"]) {
        return Ok(Subcommand::SetNotNull { column });
    }
    if cursor.accept(&["drop", "not", "null"]) {
        return Ok(Subcommand::DropNotNull { column });
    }
    if cursor.accept(&["drop", "expression"]) {
        return Ok(Subcommand::DropExpression { column, if_exists: cursor.accept(&["if", "exists"]) });
    }
    if cursor.accept(&["drop", "identity"]) {
        return Ok(Subcommand::DropIdentity { column, if_exists: cursor.accept(&["if", "exists"]) });
    }
    if cursor.accept(&["set", "expression", "as"]) {
        return Ok(Subcommand::SetExpression { column, expression: constraint::parenthesised_expression(cursor)? });
    }
    if cursor.accept(&["set", "statistics"]) {
        let column = ColumnPlace::Name(column);
        return Ok(Subcommand::SetStatistics { column, target: statistics_target(cursor)? });
    }
    if cursor.accept(&["set", "storage"]) {
        return Ok(Subcommand::SetStorage { column, storage: cursor.label()? });
    }
    if cursor.accept(&["set", "compression"]) {
        return Ok(Subcommand::SetCompression { column, method: cursor.label()? });
    }
    if cursor.accept_word("add") {
        cursor.expect(&["generated"])?;
        let always = cursor.accept_word("always");
        if !always {
            cursor.expect(&["by", "default"])?;
        }
        cursor.expect(&["as", "identity"])?;
        let options = match cursor.accept_sign("(") {
            true => {
                let options = constraint::sequence_options(cursor)?;
                cursor.expect_sign(")")?;
                options
            }
            false => SequenceOptions::default(),
        };
        return Ok(Subcommand::AddIdentity { column, always, options });
    }
    for reset in [false, true] {
        let word = if reset { "reset" } else { "set" };
        if cursor.is_word(word) && cursor.is_sign_at(1, "(") {
            cursor.next();
            return Ok(Subcommand::SetColumnOptions { column, options: object::options(cursor)?, reset });
        }
    }
    alter_identity(cursor, column)
}

/// `SET GENERATED …`, `SET sequence_option`, `RESTART`, in any number.
fn alter_identity(cursor: &mut Cursor<'_>, column: Ident) -> Result<Subcommand> {
    let mut always = None;
    let mut options = SequenceOptions::default();
    let mut any = false;
    loop {
        if cursor.accept(&["set", "generated"]) {
            always = Some(cursor.accept_word("always"));
            if always == Some(false) {
                cursor.expect(&["by", "default"])?;
            }
        } else if cursor.is_word("restart") || cursor.is_word("set") {
            cursor.accept_word("set");
            let before = cursor.position();
            let more = constraint::sequence_options(cursor)?;
            if cursor.position() == before {
                return cursor.error();
            }
            options = SequenceOptions {
                increment: more.increment.or(options.increment),
                min_value: more.min_value.or(options.min_value),
                max_value: more.max_value.or(options.max_value),
                start: more.start.or(options.start),
                restart: more.restart.or(options.restart),
                cache: more.cache.or(options.cache),
                cycle: more.cycle.or(options.cycle),
                ..more
            };
        } else if any {
            return Ok(Subcommand::AlterIdentity { column, always, options });
        } else {
            return cursor.error();
        }
        any = true;
    }
}

fn firing(cursor: &mut Cursor<'_>) -> Result<Option<Subcommand>> {
    let security = [
        (&["enable", "row", "level", "security"][..], RowSecurity::Enable),
        (&["disable", "row", "level", "security"], RowSecurity::Disable),
        (&["force", "row", "level", "security"], RowSecurity::Force),
        (&["no", "force", "row", "level", "security"], RowSecurity::NoForce),
    ];
    for (words, state) in security {
        if cursor.accept(words) {
            return Ok(Some(Subcommand::RowSecurity(state)));
        }
    }
    let states = [
        (&["enable", "always"][..], FiringState::Always),
        (&["enable", "replica"], FiringState::Replica),
        (&["enable"], FiringState::Enabled),
        (&["disable"], FiringState::Disabled),
    ];
    for (words, state) in states {
        if !cursor.accept(words) {
            continue;
        }
        if cursor.accept_word("rule") {
            return Ok(Some(Subcommand::EnableRule { name: cursor.name()?, state }));
        }
        cursor.expect(&["trigger"])?;
        let what = if cursor.accept_word("all") {
            TriggerSelection::All
        } else if cursor.accept_word("user") {
            TriggerSelection::User
        } else {
            TriggerSelection::Named(cursor.name()?)
        };
        return Ok(Some(Subcommand::EnableTrigger { what, state }));
    }
    Ok(None)
}

fn replica_identity(cursor: &mut Cursor<'_>) -> Result<ReplicaIdentity> {
    if cursor.accept_word("default") {
        Ok(ReplicaIdentity::Default)
    } else if cursor.accept_word("full") {
        Ok(ReplicaIdentity::Full)
    } else if cursor.accept_word("nothing") {
        Ok(ReplicaIdentity::Nothing)
    } else {
        cursor.expect(&["using", "index"])?;
        Ok(ReplicaIdentity::Index(cursor.name()?))
    }
}

fn set_or_reset(cursor: &mut Cursor<'_>) -> Result<Subcommand> {
    if cursor.accept_word("reset") {
        return Ok(Subcommand::SetOptions { options: object::options(cursor)?, reset: true });
    }
    cursor.expect(&["set"])?;
    if cursor.is_sign("(") {
        return Ok(Subcommand::SetOptions { options: object::options(cursor)?, reset: false });
    }
    if cursor.accept(&["without", "cluster"]) {
        return Ok(Subcommand::SetWithoutCluster);
    }
    if cursor.accept(&["without", "oids"]) {
        return Ok(Subcommand::SetWithoutOids);
    }
    if cursor.accept(&["access", "method"]) {
        let default = cursor.accept_word("default");
        return Ok(Subcommand::SetAccessMethod(if default { None } else { Some(cursor.name()?) }));
    }
    if cursor.accept_word("tablespace") {
        return Ok(Subcommand::SetTablespace(cursor.name()?));
    }
    if cursor.accept_word("logged") {
        return Ok(Subcommand::SetLogged(true));
    }
    if cursor.accept_word("unlogged") {
        return Ok(Subcommand::SetLogged(false));
    }
    cursor.error()
}
