//! Commands that look after tables and indexes, as SQL that reads back to the same tree.

use std::fmt::{self, Display, Formatter};

use crate::name::{QualifiedName, quote_literal};
use crate::syntax::maintenance::{Cluster, Reindex, Truncate, UtilityOption, Vacuum, VacuumTarget};
use crate::syntax::print_statement::comma;

fn relation(name: &QualifiedName, only: bool) -> String {
    format!("{}{name}", if only { "ONLY " } else { "" })
}

impl Display for UtilityOption {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{} {}", self.name, quote_literal(value)),
            None => self.name.fmt(f),
        }
    }
}

/// ` (a, b 'c')`, nothing where there are none.
pub(super) fn utility_options(options: &[UtilityOption]) -> String {
    if options.is_empty() { String::new() } else { format!(" ({})", comma(options)) }
}

impl Display for Truncate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "TRUNCATE TABLE {}", comma(self.tables.iter().map(|(name, only)| relation(name, *only))))?;
        f.write_str(if self.restart_identity { " RESTART IDENTITY" } else { "" })?;
        f.write_str(if self.cascade { " CASCADE" } else { "" })
    }
}

impl Display for VacuumTarget {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&relation(&self.table, self.only))?;
        if self.columns.is_empty() { Ok(()) } else { write!(f, " ({})", comma(&self.columns)) }
    }
}

impl Display for Vacuum {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_vacuum { "VACUUM" } else { "ANALYZE" })?;
        f.write_str(&utility_options(&self.options))?;
        if self.targets.is_empty() { Ok(()) } else { write!(f, " {}", comma(&self.targets)) }
    }
}

impl Display for Cluster {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "CLUSTER{}", utility_options(&self.options))?;
        if let Some(table) = &self.table {
            write!(f, " {table}")?;
        }
        match &self.index {
            Some(index) => write!(f, " USING {index}"),
            None => Ok(()),
        }
    }
}

impl Display for Reindex {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let concurrently = if self.concurrently { " CONCURRENTLY" } else { "" };
        write!(f, "REINDEX{} {}{concurrently}", utility_options(&self.options), self.kind.word())?;
        match &self.name {
            Some(name) => write!(f, " {name}"),
            None => Ok(()),
        }
    }
}
