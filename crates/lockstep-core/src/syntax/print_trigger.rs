//! Triggers, event triggers and policies as SQL that reads back to the same tree.

use std::fmt::{self, Display, Formatter};

use crate::name::quote_literal;
use crate::syntax::print_statement::comma;
use crate::syntax::statement::{
    AlterEventTrigger, AlterPolicy, CreateEventTrigger, CreatePolicy, CreateTrigger, DropPart, EventTriggerAction,
    FiringState, PartKind, RenamePart, TriggerEvents,
};

impl Display for PartKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PartKind::Trigger => "TRIGGER",
            PartKind::Policy => "POLICY",
        })
    }
}

impl TriggerEvents {
    /// In the order of `pg_get_triggerdef`; `of`: what stands behind `UPDATE`.
    pub fn words(self, of: &str) -> String {
        let update = format!("UPDATE{of}");
        let words = [
            (self.insert, "INSERT"),
            (self.delete, "DELETE"),
            (self.update, update.as_str()),
            (self.truncate, "TRUNCATE"),
        ];
        words.iter().filter(|(set, _)| *set).map(|(_, word)| *word).collect::<Vec<_>>().join(" OR ")
    }
}

impl Display for CreateTrigger {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let replace = if self.replace { "OR REPLACE " } else { "" };
        let constraint = if self.constraint { "CONSTRAINT " } else { "" };
        let of = if self.columns.is_empty() { String::new() } else { format!(" OF {}", comma(&self.columns)) };
        let events = self.events.words(&of);
        let timing = self.timing.words();
        write!(f, "CREATE {replace}{constraint}TRIGGER {} {timing} {events} ON {}", self.name, self.table)?;
        if let Some(from) = &self.from {
            write!(f, " FROM {from}")?;
        }
        write!(f, "{}", self.attributes)?;
        if !self.transitions.is_empty() {
            f.write_str(" REFERENCING")?;
        }
        for it in &self.transitions {
            let (image, what) = (if it.new { "NEW" } else { "OLD" }, if it.table { "TABLE" } else { "ROW" });
            write!(f, " {image} {what} AS {}", it.name)?;
        }
        f.write_str(if self.for_each_row { " FOR EACH ROW" } else { " FOR EACH STATEMENT" })?;
        if let Some(when) = &self.when {
            write!(f, " WHEN ({when})")?;
        }
        let arguments = comma(self.arguments.iter().map(|it| quote_literal(it)));
        write!(f, " EXECUTE FUNCTION {}({arguments})", self.function)
    }
}

impl Display for DropPart {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let guard = if self.if_exists { "IF EXISTS " } else { "" };
        let cascade = if self.cascade { " CASCADE" } else { "" };
        write!(f, "DROP {} {guard}{} ON {}{cascade}", self.kind, self.name, self.table)
    }
}

impl Display for RenamePart {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "ALTER {} {} ON {} RENAME TO {}", self.kind, self.name, self.table, self.to)
    }
}

impl Display for CreatePolicy {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "CREATE POLICY {} ON {}", self.name, self.table)?;
        if !self.permissive {
            f.write_str(" AS RESTRICTIVE")?;
        }
        write!(f, " FOR {}", self.command.as_str().to_uppercase())?;
        rest(f, &self.roles, self.using.as_ref(), self.check.as_ref())
    }
}

fn rest(
    f: &mut Formatter<'_>,
    roles: &[crate::name::Ident],
    using: Option<&crate::syntax::expression::Expr>,
    check: Option<&crate::syntax::expression::Expr>,
) -> fmt::Result {
    if !roles.is_empty() {
        write!(f, " TO {}", comma(roles))?;
    }
    if let Some(using) = using {
        write!(f, " USING ({using})")?;
    }
    match check {
        Some(check) => write!(f, " WITH CHECK ({check})"),
        None => Ok(()),
    }
}

impl Display for AlterPolicy {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "ALTER POLICY {} ON {}", self.name, self.table)?;
        rest(f, &self.roles, self.using.as_ref(), self.check.as_ref())
    }
}

impl Display for CreateEventTrigger {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "CREATE EVENT TRIGGER {} ON {}", self.name, self.event)?;
        for (place, (filter, values)) in self.filters.iter().enumerate() {
            let word = if place == 0 { "WHEN" } else { "AND" };
            write!(f, " {word} {filter} IN ({})", comma(values.iter().map(|it| quote_literal(it))))?;
        }
        write!(f, " EXECUTE FUNCTION {}()", self.function)
    }
}

impl Display for AlterEventTrigger {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "ALTER EVENT TRIGGER {} ", self.name)?;
        match &self.action {
            EventTriggerAction::RenameTo(name) => write!(f, "RENAME TO {name}"),
            EventTriggerAction::OwnerTo(name) => write!(f, "OWNER TO {name}"),
            EventTriggerAction::Enable(state) => f.write_str(match state {
                FiringState::Enabled => "ENABLE",
                FiringState::Disabled => "DISABLE",
                FiringState::Replica => "ENABLE REPLICA",
                FiringState::Always => "ENABLE ALWAYS",
            }),
        }
    }
}
