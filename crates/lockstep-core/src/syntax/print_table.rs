//! `CREATE TABLE` and `ALTER TABLE` as SQL that reads back to the same tree.

use std::fmt::{self, Display, Formatter};

use crate::syntax::print_statement::{comma, options};
use crate::syntax::statement::{
    AlterTable, AlterTableAction, ColumnConstraint, ColumnConstraintKind, ColumnDefinition, ConstraintAttributes,
    CreateTable, FiringState, IndexParameters, PartitionBound, References, ReferentialAction, ReplicaIdentity,
    RowSecurity, SequenceOptions, Subcommand, TableConstraint, TableConstraintKind, TableElement, TriggerSelection,
};

impl Display for CreateTable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let persistence = self.persistence.words();
        if let (Some(at), Some((query, _))) = (self.select_into, &self.query)
            && let Some((results, rest)) = query.text.split_at_checked(at)
        {
            return write!(f, "{results} INTO {persistence}{}{rest}", self.name);
        }
        let guard = if self.if_not_exists { "IF NOT EXISTS " } else { "" };
        write!(f, "CREATE {persistence}TABLE {guard}{}", self.name)?;
        let elements = format!("({})", comma(&self.elements));
        match (&self.partition_of, &self.of_type) {
            (Some((parent, bound)), _) => {
                write!(f, " PARTITION OF {parent}")?;
                if !self.elements.is_empty() {
                    write!(f, " {elements}")?;
                }
                write!(f, " {bound}")?;
            }
            (None, Some(of)) => {
                write!(f, " OF {of}")?;
                if !self.elements.is_empty() {
                    write!(f, " {elements}")?;
                }
            }
            (None, None) if self.query.is_some() => {
                if !self.query_columns.is_empty() {
                    write!(f, " ({})", comma(&self.query_columns))?;
                }
            }
            (None, None) => write!(f, " {elements}")?,
        }
        if !self.inherits.is_empty() {
            write!(f, " INHERITS ({})", comma(&self.inherits))?;
        }
        if let Some(key) = &self.partition_by {
            write!(f, " PARTITION BY {} ({})", key.strategy, comma(&key.keys))?;
        }
        if let Some(method) = &self.access_method {
            write!(f, " USING {method}")?;
        }
        if !self.options.is_empty() {
            write!(f, " WITH {}", options(&self.options))?;
        }
        if let Some(words) = &self.on_commit {
            write!(f, " ON COMMIT {words}")?;
        }
        if let Some(tablespace) = &self.tablespace {
            write!(f, " TABLESPACE {tablespace}")?;
        }
        match &self.query {
            Some((query, true)) => write!(f, " AS {}", query.text),
            Some((query, false)) => write!(f, " AS {} WITH NO DATA", query.text),
            None => Ok(()),
        }
    }
}

impl Display for PartitionBound {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            PartitionBound::Default => f.write_str("DEFAULT"),
            PartitionBound::In(values) => write!(f, "FOR VALUES IN ({})", comma(values)),
            PartitionBound::Range { from, to } => {
                write!(f, "FOR VALUES FROM ({}) TO ({})", comma(from), comma(to))
            }
            PartitionBound::Hash { modulus, remainder } => {
                write!(f, "FOR VALUES WITH (modulus {modulus}, remainder {remainder})")
            }
        }
    }
}

impl Display for TableElement {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            TableElement::Column(column) => column.fmt(f),
            TableElement::Constraint(constraint) => constraint.fmt(f),
            TableElement::Like { table, options } => {
                write!(f, "LIKE {table}")?;
                for (including, what) in options {
                    write!(f, " {} {}", if *including { "INCLUDING" } else { "EXCLUDING" }, what.to_uppercase())?;
                }
                Ok(())
            }
        }
    }
}

impl Display for ColumnDefinition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if let Some(type_name) = &self.type_name {
            write!(f, " {type_name}")?;
        }
        if let Some(storage) = &self.storage {
            write!(f, " STORAGE {storage}")?;
        }
        if let Some(compression) = &self.compression {
            write!(f, " COMPRESSION {compression}")?;
        }
        if let Some(collation) = &self.collation {
            write!(f, " COLLATE {collation}")?;
        }
        for constraint in &self.constraints {
            write!(f, " {constraint}")?;
        }
        Ok(())
    }
}

impl Display for ColumnConstraint {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "CONSTRAINT {name} ")?;
        }
        match &self.kind {
            ColumnConstraintKind::NotNull { no_inherit } => write!(f, "NOT NULL{}", inherit(*no_inherit))?,
            ColumnConstraintKind::Null => f.write_str("NULL")?,
            ColumnConstraintKind::Default(value) => write!(f, "DEFAULT ({value})")?,
            ColumnConstraintKind::Check { expression, no_inherit } => {
                write!(f, "CHECK ({expression}){}", inherit(*no_inherit))?;
            }
            ColumnConstraintKind::Unique { nulls_not_distinct, index } => {
                let nulls = if *nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
                write!(f, "UNIQUE{nulls}{index}")?;
            }
            ColumnConstraintKind::PrimaryKey { index } => write!(f, "PRIMARY KEY{index}")?,
            ColumnConstraintKind::References(references) => write!(f, "REFERENCES {references}")?,
            ColumnConstraintKind::Generated { expression, stored } => {
                let stored = match stored {
                    Some(true) => " STORED",
                    Some(false) => " VIRTUAL",
                    None => "",
                };
                write!(f, "GENERATED ALWAYS AS ({expression}){stored}")?;
            }
            ColumnConstraintKind::Identity { always, options } => {
                write!(f, "GENERATED {} AS IDENTITY{}", generated(*always), in_parentheses(options))?;
            }
        }
        self.attributes.fmt(f)
    }
}

fn inherit(no_inherit: bool) -> &'static str {
    if no_inherit { " NO INHERIT" } else { "" }
}

fn generated(always: bool) -> &'static str {
    if always { "ALWAYS" } else { "BY DEFAULT" }
}

fn in_parentheses(options: &SequenceOptions) -> String {
    let text = options.to_string();
    if text.is_empty() { text } else { format!(" ({})", text.trim_start()) }
}

impl Display for SequenceOptions {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, " SEQUENCE NAME {name}")?;
        }
        if let Some(data_type) = &self.data_type {
            write!(f, " AS {data_type}")?;
        }
        if let Some(value) = self.increment {
            write!(f, " INCREMENT BY {value}")?;
        }
        for (word, limit) in [("MINVALUE", self.min_value), ("MAXVALUE", self.max_value)] {
            match limit {
                Some(Some(value)) => write!(f, " {word} {value}")?,
                Some(None) => write!(f, " NO {word}")?,
                None => {}
            }
        }
        if let Some(value) = self.start {
            write!(f, " START WITH {value}")?;
        }
        match self.restart {
            Some(Some(value)) => write!(f, " RESTART WITH {value}")?,
            Some(None) => f.write_str(" RESTART")?,
            None => {}
        }
        if let Some(value) = self.cache {
            write!(f, " CACHE {value}")?;
        }
        match self.cycle {
            Some(true) => f.write_str(" CYCLE")?,
            Some(false) => f.write_str(" NO CYCLE")?,
            None => {}
        }
        match self.owned_by.as_deref() {
            Some([]) => f.write_str(" OWNED BY NONE"),
            Some(parts) => {
                write!(f, " OWNED BY {}", parts.iter().map(ToString::to_string).collect::<Vec<_>>().join("."))
            }
            None => Ok(()),
        }
    }
}

impl Display for TableConstraint {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "CONSTRAINT {name} ")?;
        }
        let overlaps = |on: bool| if on { " WITHOUT OVERLAPS" } else { "" };
        match &self.kind {
            TableConstraintKind::Check { expression, no_inherit } => {
                write!(f, "CHECK ({expression}){}", inherit(*no_inherit))?;
            }
            TableConstraintKind::NotNull { column, no_inherit } => {
                write!(f, "NOT NULL {column}{}", inherit(*no_inherit))?;
            }
            TableConstraintKind::Unique { columns, nulls_not_distinct, without_overlaps, index } => {
                let nulls = if *nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
                write!(f, "UNIQUE{nulls} ({}{}){index}", comma(columns), overlaps(*without_overlaps))?;
            }
            TableConstraintKind::PrimaryKey { columns, without_overlaps, index } => {
                write!(f, "PRIMARY KEY ({}{}){index}", comma(columns), overlaps(*without_overlaps))?;
            }
            TableConstraintKind::UniqueUsingIndex { index } => write!(f, "UNIQUE USING INDEX {index}")?,
            TableConstraintKind::PrimaryKeyUsingIndex { index } => write!(f, "PRIMARY KEY USING INDEX {index}")?,
            TableConstraintKind::ForeignKey { columns, period, references } => {
                write!(f, "FOREIGN KEY ({}) REFERENCES {references}", periods(columns, *period))?;
            }
            TableConstraintKind::Exclude { method, elements, index, predicate } => {
                f.write_str("EXCLUDE")?;
                if let Some(method) = method {
                    write!(f, " USING {method}")?;
                }
                let elements = elements.iter().map(|(key, operator)| format!("{key} WITH {operator}"));
                write!(f, " ({}){index}", comma(elements))?;
                if let Some(predicate) = predicate {
                    write!(f, " WHERE ({predicate})")?;
                }
            }
        }
        self.attributes.fmt(f)
    }
}

/// The last column of a temporal key is marked.
fn periods(columns: &[crate::name::Ident], period: bool) -> String {
    let last = columns.len().saturating_sub(1);
    comma(columns.iter().enumerate().map(|(place, column)| match period && place == last {
        true => format!("PERIOD {column}"),
        false => column.to_string(),
    }))
}

impl Display for References {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.table)?;
        if !self.columns.is_empty() {
            write!(f, " ({})", periods(&self.columns, self.period))?;
        }
        if let Some(word) = &self.match_type {
            write!(f, " MATCH {}", word.to_uppercase())?;
        }
        if self.on_delete != ReferentialAction::NoAction {
            write!(f, " ON DELETE {}", self.on_delete)?;
            if !self.on_delete_columns.is_empty() {
                write!(f, " ({})", comma(&self.on_delete_columns))?;
            }
        }
        if self.on_update != ReferentialAction::NoAction {
            write!(f, " ON UPDATE {}", self.on_update)?;
            if !self.on_update_columns.is_empty() {
                write!(f, " ({})", comma(&self.on_update_columns))?;
            }
        }
        Ok(())
    }
}

impl Display for ReferentialAction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ReferentialAction::NoAction => "NO ACTION",
            ReferentialAction::Restrict => "RESTRICT",
            ReferentialAction::Cascade => "CASCADE",
            ReferentialAction::SetNull => "SET NULL",
            ReferentialAction::SetDefault => "SET DEFAULT",
        })
    }
}

impl Display for IndexParameters {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !self.include.is_empty() {
            write!(f, " INCLUDE ({})", comma(&self.include))?;
        }
        if !self.options.is_empty() {
            write!(f, " WITH {}", options(&self.options))?;
        }
        match &self.tablespace {
            Some(tablespace) => write!(f, " USING INDEX TABLESPACE {tablespace}"),
            None => Ok(()),
        }
    }
}

impl Display for ConstraintAttributes {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.deferrable {
            Some(true) => f.write_str(" DEFERRABLE")?,
            Some(false) => f.write_str(" NOT DEFERRABLE")?,
            None => {}
        }
        match self.initially_deferred {
            Some(true) => f.write_str(" INITIALLY DEFERRED")?,
            Some(false) => f.write_str(" INITIALLY IMMEDIATE")?,
            None => {}
        }
        if self.not_valid {
            f.write_str(" NOT VALID")?;
        }
        match self.enforced {
            Some(true) => f.write_str(" ENFORCED"),
            Some(false) => f.write_str(" NOT ENFORCED"),
            None => Ok(()),
        }
    }
}

impl Display for AlterTable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let guard = if self.if_exists { "IF EXISTS " } else { "" };
        let only = if self.only { "ONLY " } else { "" };
        write!(f, "ALTER {} {guard}{only}{} ", self.object, self.name)?;
        match &self.action {
            AlterTableAction::Subcommands(subcommands) => f.write_str(&comma(subcommands)),
            AlterTableAction::RenameTo(name) => write!(f, "RENAME TO {name}"),
            AlterTableAction::RenameColumn { from, to } => write!(f, "RENAME COLUMN {from} TO {to}"),
            AlterTableAction::RenameConstraint { from, to } => write!(f, "RENAME CONSTRAINT {from} TO {to}"),
            AlterTableAction::SetSchema(name) => write!(f, "SET SCHEMA {name}"),
        }
    }
}

fn dropping(what: &str, name: &crate::name::Ident, if_exists: bool, cascade: bool) -> String {
    let guard = if if_exists { "IF EXISTS " } else { "" };
    format!("DROP {what} {guard}{name}{}", if cascade { " CASCADE" } else { "" })
}

impl Display for Subcommand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Subcommand::AddColumn { column, if_not_exists } => {
                write!(f, "ADD COLUMN {}{column}", if *if_not_exists { "IF NOT EXISTS " } else { "" })
            }
            Subcommand::DropColumn { name, if_exists, cascade } => {
                f.write_str(&dropping("COLUMN", name, *if_exists, *cascade))
            }
            Subcommand::SetDefault { column, default } => write!(f, "ALTER COLUMN {column} SET DEFAULT {default}"),
            Subcommand::DropDefault { column } => write!(f, "ALTER COLUMN {column} DROP DEFAULT"),
            Subcommand::SetNotNull { column } => write!(f, "ALTER COLUMN {column} SET NOT NULL"),
            Subcommand::DropNotNull { column } => write!(f, "ALTER COLUMN {column} DROP NOT NULL"),
            Subcommand::SetType { column, type_name, collation, using } => {
                write!(f, "ALTER COLUMN {column} TYPE {type_name}")?;
                if let Some(collation) = collation {
                    write!(f, " COLLATE {collation}")?;
                }
                match using {
                    Some(using) => write!(f, " USING {using}"),
                    None => Ok(()),
                }
            }
            Subcommand::AddConstraint(constraint) => write!(f, "ADD {constraint}"),
            Subcommand::ValidateConstraint { name } => write!(f, "VALIDATE CONSTRAINT {name}"),
            Subcommand::DropConstraint { name, if_exists, cascade } => {
                f.write_str(&dropping("CONSTRAINT", name, *if_exists, *cascade))
            }
            Subcommand::AlterConstraint { name, attributes, no_inherit } => {
                let inherit = match no_inherit {
                    Some(true) => " NO INHERIT",
                    Some(false) => " INHERIT",
                    None => "",
                };
                write!(f, "ALTER CONSTRAINT {name}{inherit}{attributes}")
            }
            Subcommand::SetStatistics { column, target } => match target {
                Some(target) => write!(f, "ALTER COLUMN {column} SET STATISTICS {target}"),
                None => write!(f, "ALTER COLUMN {column} SET STATISTICS DEFAULT"),
            },
            Subcommand::SetStorage { column, storage } => write!(f, "ALTER COLUMN {column} SET STORAGE {storage}"),
            Subcommand::SetCompression { column, method } => {
                write!(f, "ALTER COLUMN {column} SET COMPRESSION {method}")
            }
            Subcommand::SetColumnOptions { column, options: items, reset } => {
                write!(f, "ALTER COLUMN {column} {} {}", if *reset { "RESET" } else { "SET" }, options(items))
            }
            Subcommand::AddIdentity { column, always, options } => {
                let options = in_parentheses(options);
                write!(f, "ALTER COLUMN {column} ADD GENERATED {} AS IDENTITY{options}", generated(*always))
            }
            Subcommand::AlterIdentity { column, always, options } => {
                write!(f, "ALTER COLUMN {column}")?;
                if let Some(always) = always {
                    write!(f, " SET GENERATED {}", generated(*always))?;
                }
                let restart = SequenceOptions { restart: options.restart, ..SequenceOptions::default() };
                let others = SequenceOptions { restart: None, ..options.clone() };
                let (restart, others) = (restart.to_string(), others.to_string());
                if !others.is_empty() {
                    write!(f, " SET{others}")?;
                }
                f.write_str(&restart)
            }
            Subcommand::DropIdentity { column, if_exists } => {
                write!(f, "ALTER COLUMN {column} DROP IDENTITY{}", if *if_exists { " IF EXISTS" } else { "" })
            }
            Subcommand::SetExpression { column, expression } => {
                write!(f, "ALTER COLUMN {column} SET EXPRESSION AS ({expression})")
            }
            Subcommand::DropExpression { column, if_exists } => {
                write!(f, "ALTER COLUMN {column} DROP EXPRESSION{}", if *if_exists { " IF EXISTS" } else { "" })
            }
            Subcommand::EnableTrigger { what, state } => match what {
                TriggerSelection::Named(name) => write!(f, "{state} TRIGGER {name}"),
                TriggerSelection::All => write!(f, "{state} TRIGGER ALL"),
                TriggerSelection::User => write!(f, "{state} TRIGGER USER"),
            },
            Subcommand::EnableRule { name, state } => write!(f, "{state} RULE {name}"),
            Subcommand::RowSecurity(state) => f.write_str(match state {
                RowSecurity::Enable => "ENABLE ROW LEVEL SECURITY",
                RowSecurity::Disable => "DISABLE ROW LEVEL SECURITY",
                RowSecurity::Force => "FORCE ROW LEVEL SECURITY",
                RowSecurity::NoForce => "NO FORCE ROW LEVEL SECURITY",
            }),
            Subcommand::ClusterOn(index) => write!(f, "CLUSTER ON {index}"),
            Subcommand::SetWithoutCluster => f.write_str("SET WITHOUT CLUSTER"),
            Subcommand::SetWithoutOids => f.write_str("SET WITHOUT OIDS"),
            Subcommand::SetAccessMethod(Some(method)) => write!(f, "SET ACCESS METHOD {method}"),
            Subcommand::SetAccessMethod(None) => f.write_str("SET ACCESS METHOD DEFAULT"),
            Subcommand::SetTablespace(name) => write!(f, "SET TABLESPACE {name}"),
            Subcommand::SetLogged(logged) => f.write_str(if *logged { "SET LOGGED" } else { "SET UNLOGGED" }),
            Subcommand::SetOptions { options: items, reset } => {
                write!(f, "{} {}", if *reset { "RESET" } else { "SET" }, options(items))
            }
            Subcommand::Inherit(parent) => write!(f, "INHERIT {parent}"),
            Subcommand::NoInherit(parent) => write!(f, "NO INHERIT {parent}"),
            Subcommand::OfType(name) => write!(f, "OF {name}"),
            Subcommand::NotOf => f.write_str("NOT OF"),
            Subcommand::OwnerTo(role) => write!(f, "OWNER TO {}", crate::syntax::address::role(role)),
            Subcommand::ReplicaIdentity(identity) => match identity {
                ReplicaIdentity::Default => f.write_str("REPLICA IDENTITY DEFAULT"),
                ReplicaIdentity::Full => f.write_str("REPLICA IDENTITY FULL"),
                ReplicaIdentity::Nothing => f.write_str("REPLICA IDENTITY NOTHING"),
                ReplicaIdentity::Index(index) => write!(f, "REPLICA IDENTITY USING INDEX {index}"),
            },
            Subcommand::AttachPartition { partition, bound } => match bound {
                Some(bound) => write!(f, "ATTACH PARTITION {partition} {bound}"),
                None => write!(f, "ATTACH PARTITION {partition}"),
            },
            Subcommand::DetachPartition { partition, concurrently, finalize } => {
                let word = if *concurrently {
                    " CONCURRENTLY"
                } else if *finalize {
                    " FINALIZE"
                } else {
                    ""
                };
                write!(f, "DETACH PARTITION {partition}{word}")
            }
        }
    }
}

impl Display for FiringState {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FiringState::Enabled => "ENABLE",
            FiringState::Disabled => "DISABLE",
            FiringState::Replica => "ENABLE REPLICA",
            FiringState::Always => "ENABLE ALWAYS",
        })
    }
}
