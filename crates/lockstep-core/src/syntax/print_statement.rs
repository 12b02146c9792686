//! Statements as SQL that reads back to the same tree.

use std::fmt::{self, Display, Formatter};

use crate::name::{Ident, quote_literal};
use crate::syntax::statement::{
    ColumnPlace, Comment, Conflict, ConflictTarget, CreateDomain, CreateEnum, CreateIndex, Drop, IndexKey, Insert,
    InsertSource, LockTable, ObjectType, Overriding, RowStatement, Set, Statement, TransactionCommand,
};

/// Items with commas between.
pub(super) fn comma<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

/// `(name='value', name)`.
pub(super) fn options(options: &[(Ident, Option<String>)]) -> String {
    let items = options.iter().map(|(name, value)| {
        let name = name.as_str().split('.').map(|part| Ident::new(part).to_string()).collect::<Vec<_>>().join(".");
        match value {
            Some(value) => format!("{name} = {}", quote_literal(value)),
            None => name,
        }
    });
    format!("({})", comma(items))
}

impl Display for Statement {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Statement::AlterDatabase(it) => it.fmt(f),
            Statement::AlterObject(it) => it.fmt(f),
            Statement::AlterDomain(it) => it.fmt(f),
            Statement::AlterEventTrigger(it) => it.fmt(f),
            Statement::AlterPolicy(it) => it.fmt(f),
            Statement::AlterRoutine(it) => it.fmt(f),
            Statement::AlterTable(it) => it.fmt(f),
            Statement::AlterType(it) => it.fmt(f),
            Statement::AlterTypeAddValue(it) => {
                let guard = if it.if_not_exists { "IF NOT EXISTS " } else { "" };
                write!(f, "ALTER TYPE {} ADD VALUE {guard}{}", it.name, quote_literal(&it.label))?;
                match &it.place {
                    Some((true, label)) => write!(f, " BEFORE {}", quote_literal(label)),
                    Some((false, label)) => write!(f, " AFTER {}", quote_literal(label)),
                    None => Ok(()),
                }
            }
            Statement::Cluster(it) => it.fmt(f),
            Statement::Comment(it) => it.fmt(f),
            Statement::CreateComposite(it) => it.fmt(f),
            Statement::Copy(it) => it.fmt(f),
            Statement::CreateDomain(it) => it.fmt(f),
            Statement::CreateEnum(it) => it.fmt(f),
            Statement::CreateEventTrigger(it) => it.fmt(f),
            Statement::CreateAggregate(it) => it.fmt(f),
            Statement::CreateFunction(it) => it.fmt(f),
            Statement::CreatePolicy(it) => it.fmt(f),
            Statement::CreateTrigger(it) => it.fmt(f),
            Statement::CreateIndex(it) => it.fmt(f),
            Statement::CreateSequence(it) => {
                let persistence = it.persistence.words();
                let guard = if it.if_not_exists { "IF NOT EXISTS " } else { "" };
                write!(f, "CREATE {persistence}SEQUENCE {guard}{}{}", it.name, it.options)
            }
            Statement::AlterPublication(it) => it.fmt(f),
            Statement::AlterStatistics(it) => it.fmt(f),
            Statement::CreateOperator(it) => it.fmt(f),
            Statement::CreateOperatorClass(it) => it.fmt(f),
            Statement::CreateCollation(it) => it.fmt(f),
            Statement::CreateExtension(it) => it.fmt(f),
            Statement::AlterExtension(it) => it.fmt(f),
            Statement::CreatePublication(it) => it.fmt(f),
            Statement::CreateStatistics(it) => it.fmt(f),
            Statement::AlterSequence(it) => {
                let guard = if it.if_exists { "IF EXISTS " } else { "" };
                write!(f, "ALTER SEQUENCE {guard}{}{}", it.name, it.options)
            }
            Statement::CreateSchema(it) => {
                let guard = if it.if_not_exists { "IF NOT EXISTS " } else { "" };
                write!(f, "CREATE SCHEMA {guard}{}", it.name)?;
                if let Some(role) = &it.authorization {
                    write!(f, " AUTHORIZATION {}", crate::syntax::address::role(role))?;
                }
                it.elements.iter().try_for_each(|element| write!(f, " {element}"))
            }
            Statement::CreateTable(it) => it.fmt(f),
            Statement::CreateRule(it) => it.fmt(f),
            Statement::AlterRule(it) => it.fmt(f),
            Statement::DropRule(it) => it.fmt(f),
            Statement::CreateView(it) => it.fmt(f),
            Statement::CreateMaterializedView(it) => it.fmt(f),
            Statement::RefreshMaterializedView(it) => it.fmt(f),
            Statement::Delete(it) => write_rows(f, it, true),
            Statement::Do(it) => {
                f.write_str("DO ")?;
                if let Some(language) = &it.language {
                    write!(f, "LANGUAGE {language} ")?;
                }
                f.write_str(&quote_literal(&it.body))
            }
            Statement::Drop(it) => it.fmt(f),
            Statement::DropObject(it) => it.fmt(f),
            Statement::Grant(it) => it.fmt(f),
            Statement::GrantRole(it) => it.fmt(f),
            Statement::DropPart(it) => it.fmt(f),
            Statement::DropRoutine(it) => it.fmt(f),
            Statement::RenamePart(it) => it.fmt(f),
            Statement::Insert(it) => it.fmt(f),
            Statement::LockTable(it) => it.fmt(f),
            Statement::Role(it) => it.fmt(f),
            Statement::Merge(it) => it.fmt(f),
            Statement::Reindex(it) => it.fmt(f),
            Statement::Select(it) => f.write_str(&it.text),
            Statement::Session(it) => it.fmt(f),
            Statement::Set(it) => it.fmt(f),
            Statement::Transaction(it) => it.fmt(f),
            Statement::Truncate(it) => it.fmt(f),
            Statement::Update(it) => write_rows(f, it, false),
            Statement::Vacuum(it) => it.fmt(f),
            Statement::Other(it) => f.write_str(&it.text),
        }
    }
}

impl Display for ObjectType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ObjectType::Table => "TABLE",
            ObjectType::Index => "INDEX",
            ObjectType::View => "VIEW",
            ObjectType::MaterializedView => "MATERIALIZED VIEW",
            ObjectType::Sequence => "SEQUENCE",
            ObjectType::ForeignTable => "FOREIGN TABLE",
            ObjectType::Type => "TYPE",
            ObjectType::Domain => "DOMAIN",
            ObjectType::Schema => "SCHEMA",
            ObjectType::Extension => "EXTENSION",
            ObjectType::EventTrigger => "EVENT TRIGGER",
            ObjectType::Collation => "COLLATION",
            ObjectType::Statistics => "STATISTICS",
            ObjectType::Column => "COLUMN",
            ObjectType::Constraint | ObjectType::DomainConstraint => "CONSTRAINT",
            ObjectType::Trigger => "TRIGGER",
            ObjectType::Rule => "RULE",
            ObjectType::Policy => "POLICY",
            ObjectType::Function => "FUNCTION",
            ObjectType::Procedure => "PROCEDURE",
            ObjectType::Routine => "ROUTINE",
            ObjectType::Aggregate => "AGGREGATE",
            ObjectType::Operator => "OPERATOR",
            ObjectType::OperatorClass => "OPERATOR CLASS",
            ObjectType::OperatorFamily => "OPERATOR FAMILY",
            ObjectType::Cast => "CAST",
            ObjectType::Conversion => "CONVERSION",
            ObjectType::TextSearchConfiguration => "TEXT SEARCH CONFIGURATION",
            ObjectType::TextSearchDictionary => "TEXT SEARCH DICTIONARY",
            ObjectType::TextSearchParser => "TEXT SEARCH PARSER",
            ObjectType::TextSearchTemplate => "TEXT SEARCH TEMPLATE",
            ObjectType::Language => "LANGUAGE",
            ObjectType::AccessMethod => "ACCESS METHOD",
            ObjectType::Server => "SERVER",
            ObjectType::ForeignDataWrapper => "FOREIGN DATA WRAPPER",
            ObjectType::Publication => "PUBLICATION",
            ObjectType::Subscription => "SUBSCRIPTION",
            ObjectType::Role => "ROLE",
            ObjectType::Database => "DATABASE",
            ObjectType::Tablespace => "TABLESPACE",
        })
    }
}

impl Display for Comment {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "COMMENT ON {}", self.address)?;
        match &self.text {
            Some(text) => write!(f, " IS {}", quote_literal(text)),
            None => f.write_str(" IS NULL"),
        }
    }
}

impl Display for CreateDomain {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "CREATE DOMAIN {} AS {}", self.name, self.type_name)?;
        if let Some(collation) = &self.collation {
            write!(f, " COLLATE {collation}")?;
        }
        for constraint in &self.constraints {
            write!(f, " {constraint}")?;
        }
        Ok(())
    }
}

impl Display for CreateEnum {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "CREATE TYPE {} AS ENUM ({})", self.name, comma(self.labels.iter().map(|it| quote_literal(it))))
    }
}

impl Display for IndexKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        use crate::syntax::expression::Expr;
        match &self.expression {
            Expr::Column(parts) if parts.len() == 1 => write!(f, "{}", parts[0])?,
            expression => write!(f, "({expression})")?,
        }
        if let Some(collation) = &self.collation {
            write!(f, " COLLATE {collation}")?;
        }
        if let Some(class) = &self.operator_class {
            write!(f, " {class}")?;
            if !self.operator_class_options.is_empty() {
                f.write_str(&options(&self.operator_class_options))?;
            }
        }
        if let Some(descending) = self.descending {
            f.write_str(if descending { " DESC" } else { " ASC" })?;
        }
        if let Some(first) = self.nulls_first {
            f.write_str(if first { " NULLS FIRST" } else { " NULLS LAST" })?;
        }
        Ok(())
    }
}

impl Display for CreateIndex {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let word = |on: bool, word: &'static str| if on { word } else { "" };
        write!(f, "CREATE {}INDEX {}", word(self.unique, "UNIQUE "), word(self.concurrently, "CONCURRENTLY "))?;
        if let Some(name) = &self.name {
            write!(f, "{}{name} ", word(self.if_not_exists, "IF NOT EXISTS "))?;
        }
        write!(f, "ON {}{}", word(self.only, "ONLY "), self.table)?;
        if let Some(method) = &self.method {
            write!(f, " USING {method}")?;
        }
        write!(f, " ({})", comma(&self.keys))?;
        if !self.include.is_empty() {
            write!(f, " INCLUDE ({})", comma(&self.include))?;
        }
        f.write_str(word(self.nulls_not_distinct, " NULLS NOT DISTINCT"))?;
        if !self.options.is_empty() {
            write!(f, " WITH {}", options(&self.options))?;
        }
        if let Some(tablespace) = &self.tablespace {
            write!(f, " TABLESPACE {tablespace}")?;
        }
        match &self.predicate {
            Some(predicate) => write!(f, " WHERE {predicate}"),
            None => Ok(()),
        }
    }
}

impl Display for Drop {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let concurrently = if self.concurrently { " CONCURRENTLY" } else { "" };
        let guard = if self.if_exists { " IF EXISTS" } else { "" };
        let cascade = if self.cascade { " CASCADE" } else { "" };
        write!(f, "DROP {}{concurrently}{guard} {}{cascade}", self.object, comma(&self.names))
    }
}

impl Display for ColumnPlace {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            ColumnPlace::Name(name) => name.fmt(f),
            ColumnPlace::Number(number) => number.fmt(f),
        }
    }
}

impl Display for Insert {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "INSERT INTO {}", self.table)?;
        if let Some(alias) = &self.alias {
            write!(f, " AS {alias}")?;
        }
        if !self.columns.is_empty() {
            write!(f, " ({})", comma(&self.columns))?;
        }
        match self.overriding {
            Some(Overriding::User) => f.write_str(" OVERRIDING USER VALUE")?,
            Some(Overriding::System) => f.write_str(" OVERRIDING SYSTEM VALUE")?,
            None => {}
        }
        match &self.source {
            InsertSource::DefaultValues => f.write_str(" DEFAULT VALUES")?,
            InsertSource::Values(rows) => {
                write!(f, " VALUES {}", comma(rows.iter().map(|row| format!("({})", comma(row)))))?;
            }
            InsertSource::Query(query) => write!(f, " {}", query.text)?,
        }
        if let Some(conflict) = &self.conflict {
            conflict.fmt(f)?;
        }
        f.write_str(if self.returning { " RETURNING *" } else { "" })
    }
}

impl Display for Conflict {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(" ON CONFLICT")?;
        match &self.target {
            ConflictTarget::None => {}
            ConflictTarget::Columns { columns, predicate: None } => write!(f, " ({})", comma(columns))?,
            ConflictTarget::Columns { columns, predicate: Some(it) } => {
                write!(f, " ({}) WHERE {it}", comma(columns))?;
            }
            ConflictTarget::Other(text) => write!(f, " {text}")?,
            ConflictTarget::Constraint(name) => write!(f, " ON CONSTRAINT {name}")?,
        }
        if self.assignments.is_empty() {
            return f.write_str(" DO NOTHING");
        }
        let items = self.assignments.iter().map(|(name, value)| format!("{name} = {value}"));
        write!(f, " DO UPDATE SET {}", comma(items))?;
        match &self.condition {
            Some(condition) => write!(f, " WHERE {condition}"),
            None => Ok(()),
        }
    }
}

fn write_rows(f: &mut Formatter<'_>, it: &RowStatement, delete: bool) -> fmt::Result {
    let only = if it.only { "ONLY " } else { "" };
    write!(f, "{} {only}{}", if delete { "DELETE FROM" } else { "UPDATE" }, it.table)?;
    if let Some(alias) = &it.alias {
        write!(f, " AS {alias}")?;
    }
    if !delete {
        let items = it.assignments.iter().map(|(name, value)| format!("{name} = {value}"));
        write!(f, " SET {}", comma(items))?;
    }
    if !it.from.is_empty() {
        let items = it.from.iter().map(|(name, alias)| match alias {
            _ if name.name.as_str().is_empty() => it.sources.clone().unwrap_or_default(),
            Some(alias) => format!("{name} AS {alias}"),
            None => name.to_string(),
        });
        write!(f, " {} {}", if delete { "USING" } else { "FROM" }, comma(items))?;
    }
    if let Some(condition) = &it.condition {
        write!(f, " WHERE {condition}")?;
    }
    f.write_str(if it.returning { " RETURNING *" } else { "" })
}

impl Display for LockTable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let tables = self.tables.iter().map(|(name, only)| format!("{}{name}", if *only { "ONLY " } else { "" }));
        write!(f, "LOCK TABLE {}", comma(tables))?;
        if let Some(mode) = &self.mode {
            write!(f, " IN {mode} MODE")?;
        }
        f.write_str(if self.nowait { " NOWAIT" } else { "" })
    }
}

impl Display for Set {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Set::Set { local, name, values } => {
                let local = if *local { "LOCAL " } else { "" };
                let values = match values.is_empty() {
                    true => "DEFAULT".to_owned(),
                    false => comma(values.iter().map(|it| quote_literal(it))),
                };
                write!(f, "SET {local}{name} TO {values}")
            }
            Set::Reset { name } => write!(f, "RESET {name}"),
            Set::ResetAll => f.write_str("RESET ALL"),
            Set::Role { local, session: true, role } => {
                let local = if *local { "LOCAL " } else { "" };
                match role {
                    Some(role) => write!(f, "SET {local}SESSION AUTHORIZATION {}", quote_literal(role)),
                    None => write!(f, "SET {local}SESSION AUTHORIZATION DEFAULT"),
                }
            }
            Set::Role { local, role, .. } => {
                let local = if *local { "LOCAL " } else { "" };
                match role {
                    Some(role) => write!(f, "SET {local}ROLE {}", quote_literal(role)),
                    None => write!(f, "SET {local}ROLE NONE"),
                }
            }
            Set::TransactionMode { text, .. } => f.write_str(text),
            Set::Constraints { names, deferred } => {
                let names = if names.is_empty() { "ALL".to_owned() } else { comma(names) };
                write!(f, "SET CONSTRAINTS {names} {}", if *deferred { "DEFERRED" } else { "IMMEDIATE" })
            }
            Set::Show => f.write_str("SHOW ALL"),
        }
    }
}

impl Display for TransactionCommand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let chain = |chain: &bool| if *chain { " AND CHAIN" } else { "" };
        match self {
            TransactionCommand::Begin { read_only: None } => f.write_str("BEGIN"),
            TransactionCommand::Begin { read_only: Some(true) } => f.write_str("BEGIN READ ONLY"),
            TransactionCommand::Begin { read_only: Some(false) } => f.write_str("BEGIN READ WRITE"),
            TransactionCommand::Commit { chain: it } => write!(f, "COMMIT{}", chain(it)),
            TransactionCommand::Rollback { chain: it } => write!(f, "ROLLBACK{}", chain(it)),
            TransactionCommand::Savepoint(name) => write!(f, "SAVEPOINT {name}"),
            TransactionCommand::Release(name) => write!(f, "RELEASE SAVEPOINT {name}"),
            TransactionCommand::RollbackTo(name) => write!(f, "ROLLBACK TO SAVEPOINT {name}"),
            TransactionCommand::Prepare(id) => write!(f, "PREPARE TRANSACTION {}", quote_literal(id)),
            TransactionCommand::CommitPrepared(id) => write!(f, "COMMIT PREPARED {}", quote_literal(id)),
            TransactionCommand::RollbackPrepared(id) => write!(f, "ROLLBACK PREPARED {}", quote_literal(id)),
        }
    }
}
