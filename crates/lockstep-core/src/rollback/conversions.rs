//! Types that changed on the way: which old values all come back, and how.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::time_zone::is_fixed;
use crate::pg::types::{Type, TypeRef};
use crate::rollback::Work;
use crate::rollback::recovery::Gone;
use crate::rollback::relations::column_path;
use crate::rollback::state::{State, find};
use crate::schema::Schema;
use crate::simulate::trace::Step;
use crate::syntax::expression::{Expr, Literal};
use crate::syntax::statement::{AlterTableAction, Statement, Subcommand};

/// What a value goes through when its column gets another type.
enum Way {
    /// As it is assigned: what does not fit is refused.
    Assigned,
    /// `USING column::type`: what does not fit may be cut off.
    Cast,
    /// `USING column AT TIME ZONE 'zone'`.
    Zone(String),
    Other,
}

impl Work<'_> {
    /// The time zones by which columns became timestamps with one, or without.
    pub(super) fn read_zones(&mut self, state: &State<'_>) {
        for pair in &self.diff.tables {
            for column in pair.columns.iter().filter(|it| it.same) {
                let mut ways = state.steps.iter().filter_map(|it| retyped_by(it, pair.was, column.was, self.start));
                if let Some(Way::Zone(zone)) = ways.next_back() {
                    self.zones.insert((pair.was, column.was), zone);
                }
            }
        }
    }

    /// `AT TIME ZONE` of the way back between these types, where the way there said one; else a note that it counts.
    pub(super) fn zone_back(&mut self, key: (RelationId, u16), from: &Type, to: &Type) -> Option<String> {
        if !is_between_zones(from, to) {
            return None;
        }
        let zone = self.zones.get(&key).cloned();
        if zone.is_none() {
            let path = column_path(self.start, key.0, key.1);
            self.note(format!(
                "{path} is converted back by the TimeZone of the session: set the one that the migration ran with."
            ));
        }
        zone
    }

    /// Types that changed on the way: whether the old values could all be kept.
    pub(super) fn conversions(&mut self, state: &State<'_>) {
        let start = self.start;
        for pair in self.diff.tables.clone() {
            for column in pair.columns.iter().filter(|it| it.same) {
                let path = column_path(start, pair.was, column.was);
                for step in &state.steps {
                    let Some(way) = retyped_by(step, pair.was, column.was, start) else { continue };
                    let before = previous(state, step, start);
                    let types = (type_of(before, pair.was, column.was), type_of(&step.after, pair.was, column.was));
                    let (Some(from), Some(to)) = types else { continue };
                    if !way.keeps_all(&from, &to) {
                        self.gone.push(Gone { step: step.index, table: pair.was, column: Some(column.was) });
                        let (from, to) = (before.format_type(&from), step.after.format_type(&to));
                        self.lose(format!(
                            "What {to} cannot hold of the {from} values of {path}, converted by step {}.",
                            step.index
                        ));
                    }
                }
            }
        }
    }
}

fn previous<'s>(state: &'s State<'_>, step: &Step, start: &'s Schema) -> &'s Schema {
    let at = state.steps.iter().position(|it| it.index == step.index).unwrap_or(0);
    at.checked_sub(1).map_or(start, |at| &state.steps[at].after)
}

fn type_of(schema: &Schema, table: RelationId, column: u16) -> Option<Type> {
    schema.get(table)?.table()?.attribute(column).map(|it| it.type_)
}

/// How the step changes the column's type; `None` where it does not.
fn retyped_by(step: &Step, table: RelationId, column: u16, start: &Schema) -> Option<Way> {
    let Some(Statement::AlterTable(statement)) = step.statement.as_deref() else { return None };
    let AlterTableAction::Subcommands(subcommands) = &statement.action else { return None };
    let schema = if step.after.get(table).is_some() { &step.after } else { start };
    if find(schema, &step.session, &statement.name) != Some(table) {
        return None;
    }
    let name = schema.get(table)?.table()?.column_name(column);
    subcommands.iter().find_map(|it| match it {
        Subcommand::SetType { column, using, .. } if *column == name => {
            Some(using.as_ref().map_or(Way::Assigned, |it| way_of(it, &name)))
        }
        _ => None,
    })
}

fn way_of(using: &Expr, column: &Ident) -> Way {
    match using {
        Expr::AtTimeZone { operand, zone }
            if is_plain_cast(operand, column) && !matches!(**operand, Expr::Cast { .. }) =>
        {
            match &**zone {
                Expr::Literal(Literal::String(zone)) => Way::Zone(zone.clone()),
                _ => Way::Other,
            }
        }
        it if is_plain_cast(it, column) => Way::Cast,
        _ => Way::Other,
    }
}

fn is_plain_cast(expression: &Expr, column: &Ident) -> bool {
    match expression {
        Expr::Cast { operand, .. } => is_plain_cast(operand, column),
        Expr::Column(parts) => parts.last() == Some(column),
        _ => false,
    }
}

fn is_between_zones(from: &Type, to: &Type) -> bool {
    let is = |it: &Type, other: Type| !it.array && it.base == other.base;
    is(from, Type::TIMESTAMP) && is(to, Type::TIMESTAMPTZ) || is(from, Type::TIMESTAMPTZ) && is(to, Type::TIMESTAMP)
}

impl Way {
    /// Every value of the one type comes back from the other as it was.
    fn keeps_all(&self, from: &Type, to: &Type) -> bool {
        match self {
            Way::Zone(zone) => {
                let loses_digits = to.modifier >= 0 && (from.modifier < 0 || to.modifier < from.modifier);
                is_between_zones(from, to) && is_fixed(zone) && !loses_digits
            }
            // As text it is whole, or it was refused.
            Way::Assigned => {
                keeps_all(from, to) || is_whole_as_text(from) && !to.array && to.base == Type::VARCHAR.base
            }
            Way::Cast => keeps_all(from, to),
            Way::Other => false,
        }
    }
}

/// Its text is read back as the same value.
fn is_whole_as_text(from: &Type) -> bool {
    let readable = [
        Type::UUID,
        Type::BOOL,
        Type::INT2,
        Type::INT4,
        Type::INT8,
        Type::DATE,
        Type::NUMERIC,
        Type::FLOAT4,
        Type::FLOAT8,
    ];
    !from.array && (readable.iter().any(|it| from.base == it.base) || matches!(from.base, TypeRef::User(_)))
}

/// Every value of the one type is a value of the other, and comes back as it was.
fn keeps_all(from: &Type, to: &Type) -> bool {
    if from == to {
        return true;
    }
    if from.array != to.array {
        return false;
    }
    let (TypeRef::Builtin(_), TypeRef::Builtin(_)) = (from.base, to.base) else {
        // An enum's or domain's values as text; anything else is not known to be kept.
        return to.is(Type::TEXT) || (to.is(Type::VARCHAR) && to.modifier < 0);
    };
    let integers = [Type::INT2, Type::INT4, Type::INT8];
    let rank = |it: &Type| integers.iter().position(|integer| integer.bare().base == it.base);
    let is = |it: &Type, other: Type| it.base == other.base;
    if let (Some(from), Some(to)) = (rank(from), rank(to)) {
        return from <= to;
    }
    if rank(from).is_some() {
        return (is(to, Type::NUMERIC) && to.modifier < 0)
            || is_text(to)
            || (!is(from, Type::INT8) && is(to, Type::FLOAT8));
    }
    // Too long a value is refused, not cut: what was converted was kept.
    if is(from, Type::TEXT) || is(from, Type::VARCHAR) {
        return is(to, Type::TEXT)
            || is(to, Type::VARCHAR) && (to.modifier < 0 || (from.modifier >= 0 && to.modifier >= from.modifier));
    }
    if is(from, Type::NUMERIC) && is(to, Type::NUMERIC) {
        let parts = |it: &Type| crate::pg::types::format::numeric_parts(it.modifier);
        return match (parts(from), parts(to)) {
            (_, None) => true,
            (Some((_, from)), Some((_, to))) => from <= to,
            (None, Some(_)) => false,
        };
    }
    if is(from, Type::FLOAT4) && is(to, Type::FLOAT8) || is(from, Type::DATE) && is(to, Type::TIMESTAMP) {
        return to.modifier < 0;
    }
    // Read back, it is the same document.
    if is(from, Type::JSONB) && is(to, Type::JSON) {
        return true;
    }
    is_whole_as_text(from) && is_text(to)
}

fn is_text(type_: &Type) -> bool {
    type_.base == Type::TEXT.base || (type_.base == Type::VARCHAR.base && type_.modifier < 0)
}
