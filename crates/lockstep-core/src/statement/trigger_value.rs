//! Expressions of trigger functions: whether computing one raises nothing, whatever the rows are.

use smol_str::SmolStr;

use crate::effect::RelationId;
use crate::expression::{self, Callable, Context, Expression, Kind, Raises, Refusal, Scope, UserTypeInfo};
use crate::name::{Ident, QualifiedName};
use crate::pg::catalog::extension::Installed;
use crate::pg::types::Type;
use crate::pg::version::PgVersion;
use crate::plpgsql::Variable;
use crate::schema::constraint::ConstraintKind;
use crate::schema::trigger::OLD_ROW;
use crate::statement::execution::Execution;
use crate::statement::firing::RowEvent;
use crate::statement::scope::{TableScope, missing};
use crate::statement::trigger_body::Call;
use crate::syntax;
use crate::syntax::expression::{Expr, QueryText, TypeName};
use crate::syntax::lexer::{self, Kind as Token};

pub(super) struct Surroundings<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) declared: &'a [Variable],
}

/// Aggregates that put rows together, of values of any kind.
const GATHERING: [&str; 3] = ["string_agg", "count", "array_agg"];

impl Surroundings<'_> {
    /// A value that `RAISE` prints.
    pub(super) fn prints(&self, text: &str) -> Option<()> {
        let lower = text.trim().to_lowercase();
        let row = lower.strip_suffix("::text").unwrap_or(&lower);
        let row = row.strip_suffix(".*").unwrap_or(row);
        if matches!(row, "new" | "old") || self.argument(&lower).is_some() {
            return Some(());
        }
        match syntax::parse_expression(text).ok()? {
            Expr::Query(query) => self.gathers(&query),
            _ => self.computes(text),
        }
    }

    pub(super) fn computes(&self, text: &str) -> Option<()> {
        self.analyzed(text).filter(|it| self.raises_nothing(it)).map(|_| ())
    }

    /// A value that is assigned to a variable of that type.
    pub(super) fn fits(&self, text: &str, type_name: &str) -> Option<()> {
        let type_ = self.type_of(type_name)?;
        match self.argument(&text.trim().to_lowercase()) {
            // An argument of the trigger is text that stands there.
            Some(argument) if type_.is(Type::INT4) => {
                argument.map_or(Some(()), |it| it.parse::<i32>().ok().map(|_| ()))
            }
            Some(_) if type_.is(Type::TEXT) => Some(()),
            Some(_) => None,
            None => self.assignable(text, type_),
        }
    }

    /// A value that is assigned to a column of the new row, which no rule of the table looks at; whether it
    /// changes more than the time in it.
    pub(super) fn fits_column(&self, place: &str, value: &str) -> Option<bool> {
        let Call { execution, table, event, .. } = *self.call;
        let name = Ident::folded(place.trim().strip_prefix('.')?.trim());
        let (number, column) = execution.schema.relation(table).columns().find(name.as_str())?;
        let is_time = column.type_.row().is_some_and(|row| row.name.starts_with("timestamp"));
        if event == RowEvent::Update && is_time && column.generated.is_none() && is_now(value) {
            return Some(false);
        }
        self.assignable(value, column.type_)?;
        is_free(execution, table, number).then_some(true)
    }

    fn assignable(&self, text: &str, type_: Type) -> Option<()> {
        let made = self.analyzed(text)?;
        let made = expression::coerce_to_target(made, &type_, Context::Assignment, self).ok()??;
        self.raises_nothing(&made).then_some(())
    }

    fn analyzed(&self, text: &str) -> Option<Expression> {
        expression::analyze(&syntax::parse_expression(text).ok()?, self, Kind::Value).ok()
    }

    fn raises_nothing(&self, expression: &Expression) -> bool {
        let mut raises = Raises::new(self);
        raises.expression(expression).is_ok() && raises.states.is_empty() && raises.functions.is_empty()
    }

    /// `TG_ARGV[n]`: the argument, a null where there are not so many.
    fn argument(&self, lower: &str) -> Option<Option<&str>> {
        let place: usize = lower.strip_prefix("tg_argv[")?.strip_suffix(']')?.trim().parse().ok()?;
        Some(self.call.trigger.arguments.get(place).map(String::as_str))
    }

    /// A query that does no more than gather the rows of transition tables.
    fn gathers(&self, query: &QueryText) -> Option<()> {
        let (trigger, text) = (self.call.trigger, query.text.as_str());
        let is_own = |it: &QualifiedName| {
            let tables = [&trigger.old_table, &trigger.new_table];
            it.schema.is_none() && tables.into_iter().flatten().any(|own| *own == it.name)
        };
        let gathering = |it: &QualifiedName| it.schema.is_none() && GATHERING.contains(&it.name.as_str());
        let plain = !query.writes && query.reads.iter().all(is_own) && query.functions.iter().all(gathering);
        // Nothing but names, commas and casts to text.
        let (mut at, mut cast) = (0, false);
        while let Some(token) = lexer::next(text, at) {
            at = token.end;
            let raw = &text[token.start..token.end];
            if std::mem::replace(&mut cast, raw == "::") && !raw.eq_ignore_ascii_case("text") {
                return None;
            }
            let known = match token.kind {
                Token::Word | Token::QuotedWord | Token::String => true,
                _ => ["(", ")", ",", ".", "::", "*"].contains(&raw),
            };
            if !known {
                return None;
            }
        }
        plain.then_some(())
    }

    fn type_of(&self, name: &str) -> Option<Type> {
        match syntax::parse_expression(&format!("NULL::{name}")).ok()? {
            Expr::Cast { type_name, .. } => self.resolve_type(&type_name).ok(),
            _ => None,
        }
    }

    fn outer(&self) -> TableScope<'_> {
        TableScope { execution: self.call.execution, table: None, alias: None }
    }
}

/// `now()`, `clock_timestamp()`.
fn is_now(value: &str) -> bool {
    match syntax::parse_expression(value.trim()) {
        Ok(Expr::Value { keyword, .. }) => matches!(keyword.as_str(), "current_timestamp" | "localtimestamp"),
        Ok(Expr::Function(call)) => {
            call.arguments.is_empty() && matches!(call.name.name.as_str(), "now" | "clock_timestamp")
        }
        _ => false,
    }
}

/// Whether no constraint, index, partition or other column depends on what the column holds.
fn is_free(execution: &Execution, table: RelationId, number: u16) -> bool {
    let schema = &execution.schema;
    let own = schema.table(table);
    let Some(column) = own.attribute(number) else { return false };
    let in_constraint = own.constraints.iter().any(|it| match &it.kind {
        ConstraintKind::Check { expression, .. } => {
            let columns = expression.columns();
            columns.contains(&number) || columns.contains(&0)
        }
        _ => it.foreign_key().is_some_and(|key| key.columns.contains(&number)),
    });
    let indexes = || own.indexes.iter().map(|id| schema.index(*id));
    let in_index = indexes().any(|it| it.predicate.is_some() || it.columns().contains(&number));
    let computed = own.live().any(|(_, it)| it.generated.is_some());
    let in_key = schema.ancestors(table).iter().any(|above| {
        let above = schema.table(*above);
        let key = above.partition_key.as_ref().map(|it| it.columns()).unwrap_or_default();
        key.iter().any(|it| above.column_name(*it) == column.name)
    });
    let guarded = own.row_security || computed || column.not_null || column.generated.is_some();
    !(in_constraint || in_index || in_key || guarded)
}

/// Numbers of variables, which no expression here is computed by.
const VARIABLE: u16 = 0;

impl Scope for Surroundings<'_> {
    fn version(&self) -> PgVersion {
        self.outer().version()
    }

    fn column(&self, parts: &[Ident]) -> Result<(u16, Type), Refusal> {
        let refused = || Refusal::from(missing(parts));
        match parts {
            [row, column] if *row == "new" || *row == "old" => {
                let base = if *row == "old" { OLD_ROW } else { 0 };
                let columns = self.call.execution.schema.relation(self.call.table).columns();
                columns.find(column.as_str()).map(|(number, it)| (base + number, it.type_)).ok_or_else(refused)
            }
            [name] => {
                let type_ = match name.as_str() {
                    "tg_name" | "tg_relname" | "tg_table_name" | "tg_table_schema" => Some(Type::NAME),
                    "tg_when" | "tg_level" | "tg_op" => Some(Type::TEXT),
                    "tg_nargs" => Some(Type::INT4),
                    "tg_relid" => Some(Type::OID),
                    _ => None,
                };
                let declared = || self.declared.iter().rfind(|it| it.name == *name);
                let type_ = type_.or_else(|| self.type_of(&declared()?.type_name));
                type_.map(|it| (VARIABLE, it)).ok_or_else(refused)
            }
            _ => Err(refused()),
        }
    }

    fn resolve_type(&self, name: &TypeName) -> Result<Type, Refusal> {
        self.outer().resolve_type(name)
    }

    fn user_type(&self, id: u32) -> Option<UserTypeInfo> {
        self.outer().user_type(id)
    }

    fn extensions(&self) -> Installed {
        self.outer().extensions()
    }

    fn may_bring_operator(&self, symbol: &str) -> bool {
        self.outer().may_bring_operator(symbol)
    }

    fn user_type_name(&self, id: u32) -> SmolStr {
        self.outer().user_type_name(id)
    }

    fn relation(&self, name: &str) -> Result<u32, Refusal> {
        self.outer().relation(name)
    }

    fn functions(&self, name: &QualifiedName) -> Result<Option<Vec<Callable>>, Refusal> {
        self.outer().functions(name)
    }
}
