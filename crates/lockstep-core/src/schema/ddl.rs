//! The schema as SQL: the statements that make an object again, in the server's own spelling.
//!
//! Names are printed as they are seen with `search_path = public`. Foreign keys, indexes and comments
//! are statements of their own, so that the order of tables does not matter.

use crate::effect::RelationId;
use crate::name::{Ident, quote_literal};
use crate::schema::Schema;
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::schema::definition::print_options;
use crate::schema::relation::{Column, Persistence};
use crate::schema::sequence::{Sequence, SequenceType};
use crate::schema::user_type::{TypeId, UserTypeKind};

/// What a column definition leaves to later statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Without {
    pub not_null: bool,
}

impl Schema {
    /// `CREATE TABLE IF NOT EXISTS`: columns, options, persistence; no constraints but `NOT NULL`.
    pub fn create_table(&self, id: RelationId) -> String {
        let relation = self.relation(id);
        let columns: Vec<String> =
            self.table(id).live().map(|(number, _)| self.column_definition(id, number, Without::default())).collect();
        let words = match relation.persistence {
            Persistence::Permanent => "",
            Persistence::Unlogged => "UNLOGGED ",
            Persistence::Temporary => "TEMPORARY ",
        };
        let mut text = format!("CREATE {words}TABLE IF NOT EXISTS {} (", relation.name);
        if !columns.is_empty() {
            text.push_str(&format!("\n    {}\n", columns.join(",\n    ")));
        }
        text.push(')');
        if !relation.options.is_empty() {
            text.push_str(&format!(" WITH ({})", print_options(&relation.options)));
        }
        if let Some(tablespace) = &relation.tablespace {
            text.push_str(&format!(" TABLESPACE {tablespace}"));
        }
        text
    }

    /// A column as `CREATE TABLE` and `ADD COLUMN` read it.
    pub fn column_definition(&self, table: RelationId, number: u16, without: Without) -> String {
        let Some(column) = self.table(table).attribute(number) else { return String::new() };
        if let Some(word) = self.serial_word(table, number) {
            return format!("{} {word}{}", column.name, self.not_null_clause(table, number, true));
        }
        let mut text = format!("{} {}", column.name, self.format_type(&column.type_));
        if let Some(compression) = &column.compression {
            text.push_str(&format!(" COMPRESSION {compression}"));
        }
        if let Some(collation) = &column.collation {
            text.push_str(&format!(" COLLATE {collation}"));
        }
        if let Some(generated) = &column.generated {
            let kind = if generated.stored { "STORED" } else { "VIRTUAL" };
            let expression = self.print_expression(table, &generated.expression);
            text.push_str(&format!(" GENERATED ALWAYS AS ({expression}) {kind}"));
        } else if let Some(default) = &column.default {
            text.push_str(&format!(" DEFAULT {}", self.print_expression(table, default)));
        }
        if column.not_null && !without.not_null {
            text.push_str(&self.not_null_clause(table, number, false));
        }
        if let Some(identity) = self.identity_clause(table, number) {
            text.push_str(&format!(" {identity}"));
        }
        text
    }

    /// ` [CONSTRAINT name] NOT NULL [NO INHERIT]`; with `implied`, nothing where it says nothing new.
    fn not_null_clause(&self, table: RelationId, number: u16, implied: bool) -> String {
        let Some(constraint) = self.not_null_constraint(table, number) else {
            return if implied { String::new() } else { " NOT NULL".to_owned() };
        };
        if !constraint.validated {
            // Made by a statement of its own.
            return String::new();
        }
        let no_inherit = if constraint.is_no_inherit() { " NO INHERIT" } else { "" };
        let usual = self.relation(table).name.name.as_str().to_owned()
            + "_"
            + self.table(table).column_name(number).as_str()
            + "_not_null";
        match constraint.name == *usual.as_str() && no_inherit.is_empty() {
            true if implied => String::new(),
            true => " NOT NULL".to_owned(),
            false => format!(" CONSTRAINT {} NOT NULL{no_inherit}", constraint.name),
        }
    }

    /// The constraint behind a column's `NOT NULL`, where the server's version has one.
    pub fn not_null_constraint(&self, table: RelationId, number: u16) -> Option<&Constraint> {
        let is_it = |it: &&Constraint| matches!(it.kind, ConstraintKind::NotNull { column, .. } if column == number);
        self.table(table).constraints.iter().find(is_it)
    }

    /// The sequence that an identity or serial column owns.
    pub fn owned_sequence(&self, table: RelationId, number: u16, identity: bool) -> Option<(RelationId, &Sequence)> {
        self.relation(table).table()?.sequences.iter().find_map(|id| {
            let sequence = self.get(*id)?.sequence()?;
            let owner = sequence.owner?;
            (owner.column == number && owner.identity == identity).then_some((*id, sequence))
        })
    }

    /// `serial` and its like, where that word makes exactly this column and its sequence.
    pub fn serial_word(&self, table: RelationId, number: u16) -> Option<&'static str> {
        let column = self.table(table).attribute(number)?;
        let (id, sequence) = self.owned_sequence(table, number, false)?;
        let word = match (self.format_type(&column.type_).as_str(), sequence.data_type) {
            ("smallint", SequenceType::SmallInt) => "smallserial",
            ("integer", SequenceType::Integer) => "serial",
            ("bigint", SequenceType::BigInt) => "bigserial",
            _ => return None,
        };
        let plain =
            Sequence { owner: sequence.owner, last_value: sequence.last_value, ..Sequence::new(sequence.data_type) };
        let default = column.default.as_ref()?;
        let usual = column.not_null
            && *sequence == plain
            && default.relations().contains(&id.0)
            && self.is_usual_sequence_name(table, column, id);
        usual.then_some(word)
    }

    /// Whether the sequence has the name that the server makes up for it.
    fn is_usual_sequence_name(&self, table: RelationId, column: &Column, sequence: RelationId) -> bool {
        let (table, sequence) = (&self.relation(table).name, &self.relation(sequence).name);
        let usual = format!("{}_{}_seq", table.name.as_str(), column.name.as_str());
        sequence.schema == table.schema && sequence.name == *usual.as_str()
    }

    /// `GENERATED … AS IDENTITY (…)`.
    pub fn identity_clause(&self, table: RelationId, number: u16) -> Option<String> {
        let column = self.table(table).attribute(number)?;
        let when = if column.identity? { "ALWAYS" } else { "BY DEFAULT" };
        let mut text = format!("GENERATED {when} AS IDENTITY");
        if let Some((id, sequence)) = self.owned_sequence(table, number, true) {
            let mut options = vec![];
            if !self.is_usual_sequence_name(table, column, id) {
                options.push(format!("SEQUENCE NAME {}", self.relation(id).name));
            }
            options.extend(sequence_options(sequence));
            if !options.is_empty() {
                text.push_str(&format!(" ({})", options.join(" ")));
            }
        }
        Some(text)
    }

    /// `CREATE SEQUENCE IF NOT EXISTS`, without its owner.
    pub fn create_sequence(&self, id: RelationId) -> String {
        let relation = self.relation(id);
        let mut text = match relation.persistence {
            Persistence::Unlogged => format!("CREATE UNLOGGED SEQUENCE IF NOT EXISTS {}", relation.name),
            _ => format!("CREATE SEQUENCE IF NOT EXISTS {}", relation.name),
        };
        if let Some(sequence) = relation.sequence() {
            if sequence.data_type != SequenceType::BigInt {
                text.push_str(&format!(" AS {}", sequence.data_type.name()));
            }
            for option in sequence_options(sequence) {
                text.push_str(&format!(" {option}"));
            }
        }
        text
    }

    /// `CREATE TYPE` or `CREATE DOMAIN`.
    pub fn create_type(&self, id: TypeId) -> Option<String> {
        let it = self.user_type(id)?;
        Some(match &it.kind {
            UserTypeKind::Composite { relation } => {
                let attributes = self.get(*relation)?.columns().live().map(|(_, attribute)| {
                    let collation = attribute.collation.as_ref().map(|it| format!(" COLLATE {it}")).unwrap_or_default();
                    format!("{} {}{collation}", attribute.name, self.format_type(&attribute.type_))
                });
                format!("CREATE TYPE {} AS ({})", it.name, attributes.collect::<Vec<_>>().join(", "))
            }
            UserTypeKind::Enum { labels } => {
                let labels: Vec<String> = labels.iter().map(|label| quote_literal(label)).collect();
                format!("CREATE TYPE {} AS ENUM ({})", it.name, labels.join(", "))
            }
            UserTypeKind::Domain { base, collation, not_null, default, checks, not_null_name } => {
                let mut text = format!("CREATE DOMAIN {} AS {}", it.name, self.format_type(base));
                if let Some(collation) = collation {
                    text.push_str(&format!(" COLLATE {collation}"));
                }
                if let Some(default) = default {
                    text.push_str(&format!(" DEFAULT {}", self.print_domain_expression(default)));
                }
                if *not_null {
                    if let Some(name) = not_null_name {
                        text.push_str(&format!(" CONSTRAINT {name}"));
                    }
                    text.push_str(" NOT NULL");
                }
                for check in checks {
                    let expression = self.print_domain_expression(&check.expression);
                    text.push_str(&format!(" CONSTRAINT {} CHECK ({expression})", check.name));
                }
                text
            }
        })
    }

    /// `ADD CONSTRAINT name …`, a subcommand of `ALTER TABLE`.
    pub fn add_constraint_clause(&self, table: RelationId, constraint: &Constraint) -> String {
        format!("ADD CONSTRAINT {} {}", constraint.name, self.constraint_definition(table, constraint))
    }
}

/// Options that differ from those of a new sequence of that type and direction.
pub fn sequence_options(sequence: &Sequence) -> Vec<String> {
    let ascending = sequence.increment > 0;
    let (min, max) = match ascending {
        true => (1, sequence.data_type.max()),
        false => (sequence.data_type.min(), -1),
    };
    let start = if ascending { sequence.min } else { sequence.max };
    let mut options = vec![];
    if sequence.increment != 1 {
        options.push(format!("INCREMENT BY {}", sequence.increment));
    }
    if sequence.min != min {
        options.push(format!("MINVALUE {}", sequence.min));
    }
    if sequence.max != max {
        options.push(format!("MAXVALUE {}", sequence.max));
    }
    if sequence.start != start {
        options.push(format!("START WITH {}", sequence.start));
    }
    if sequence.cache != 1 {
        options.push(format!("CACHE {}", sequence.cache));
    }
    if sequence.cycle {
        options.push("CYCLE".to_owned());
    }
    options
}

/// `COMMENT ON what IS …`.
pub fn comment_on(what: &str, comment: Option<&str>) -> String {
    let text = comment.map_or_else(|| "NULL".to_owned(), quote_literal);
    format!("COMMENT ON {what} IS {text}")
}

/// `option = value, …`, for `SET (…)`.
pub fn option_names(options: &[String]) -> String {
    let names = options.iter().map(|it| Ident::new(it.split_once('=').map_or(it.as_str(), |(name, _)| name)));
    names.map(|it| it.to_string()).collect::<Vec<_>>().join(", ")
}
