//! `SELECT … FROM …`: `transformSelectStmt` of `analyze.c`.

use crate::effect::PgError;
use crate::expression::query::{Distinct, FromNode, Limit, Query, Sort, Source, TargetEntry};
use crate::expression::{self, Context, Expression, Kind, Refusal};
use crate::name::Ident;
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::statement::query::environment::{Environment, Item};
use crate::statement::query::from::Tables;
use crate::statement::query::{ResultColumn, label, unknown};
use crate::syntax::expression::{Expr, Literal};
use crate::syntax::select::{self, Body, Plain, Select, SortKey, Target};

pub(super) type Made = (Query, Vec<ResultColumn>);

impl Environment<'_> {
    /// Any query. `resolves`: constants without a type become text, as in every query but a branch of
    /// a set operation.
    pub(super) fn query(&self, select: &Select, resolves: bool) -> Result<Made, Refusal> {
        if select.locks_rows {
            self.not_printable();
        }
        let (inside, with) = self.with_clause(select)?;
        let (mut query, results) = match &select.body {
            Body::Plain(plain) => inside.plain(plain, select, resolves)?,
            Body::Values(rows) => inside.values(rows, select)?,
            Body::Set { .. } => inside.set_operation(select)?,
        };
        if let Some(offset) = &select.offset {
            query.offset = Some(inside.count(offset, Kind::Offset)?);
        }
        query.limit = match &select.limit {
            None => None,
            Some(select::Limit::All) => Some(Limit::All),
            Some(select::Limit::Count(count)) => match count {
                Expr::Literal(Literal::Null) => Some(Limit::All),
                count => Some(Limit::Count(inside.count(count, Kind::Limit)?)),
            },
            Some(select::Limit::WithTies(count)) => {
                self.not_printable();
                Some(Limit::WithTies(inside.count(count, Kind::Limit)?))
            }
        };
        query.with = with;
        query.recursive = select.recursive;
        Ok((query, results))
    }

    /// `transformLimitClause`.
    fn count(&self, count: &Expr, kind: Kind) -> Result<Expression, Refusal> {
        let made = expression::analyze(count, self, kind)?;
        let from = *made.type_();
        let word = if kind == Kind::Limit { "LIMIT" } else { "OFFSET" };
        expression::coerce_to_target(made, &Type::INT8, Context::Assignment, self)?.ok_or_else(|| {
            let from = self.execution.schema.format_type(&from);
            let message = format!("argument of {word} must be type bigint, not type {from}");
            PgError::new(sqlstate::DATATYPE_MISMATCH, message).into()
        })
    }

    fn plain(&self, plain: &Plain, select: &Select, resolves: bool) -> Result<Made, Refusal> {
        let mut tables = Tables::default();
        let mut from: Vec<FromNode> = vec![];
        let mut items: Vec<Item> = vec![];
        for item in &plain.from {
            let (node, shown) = self.source(item, &items, &mut tables)?;
            from.push(node);
            items.extend(shown);
        }
        let mut inside = self.inside(items);
        inside.windows = plain.windows.iter().map(|(name, _)| name.clone()).collect();
        let mut targets = inside.targets(&plain.targets)?;
        let condition = match &plain.condition {
            Some(condition) => Some(expression::analyze_boolean(condition, &inside, Kind::Where)?),
            None => None,
        };
        let having = match &plain.having {
            Some(having) => Some(expression::analyze_boolean(having, &inside, Kind::Having)?),
            None => None,
        };
        let written: Vec<Option<&Expr>> = inside.written(&plain.targets)?;
        let order = inside.order(&select.order, &mut targets, &written)?;
        let mut group = vec![];
        for key in &plain.group {
            group.push(inside.group_key(key, &mut targets)?);
        }
        let distinct = inside.distinct(&plain.distinct, &mut targets, &order)?;
        if resolves {
            inside.resolve_unknown(&mut targets)?;
        }
        inside.refuse_unordered(&targets, &order, &group, &distinct)?;
        let mut windows = vec![];
        for (name, window) in &plain.windows {
            windows.push((name.clone(), expression::window(window, &inside)?));
        }
        let query = Query {
            entries: tables.entries,
            from,
            targets,
            condition,
            group,
            having,
            windows,
            distinct,
            order,
            ..Query::default()
        };
        inside.check_groups(&query)?;
        let results = query.targets.iter().map(|it| inside.result(it)).collect::<Result<_, _>>()?;
        Ok((query, results))
    }

    /// `transformTargetList`.
    fn targets(&self, targets: &[Target]) -> Result<Vec<TargetEntry>, Refusal> {
        let mut made = vec![];
        let star = |item: &Item, made: &mut Vec<TargetEntry>| {
            made.extend(
                item.columns.iter().map(|it| TargetEntry { value: self.column_of(it), name: it.column.name.clone() }),
            );
        };
        for target in targets {
            match target {
                Target::Star => {
                    let Some(level) = self.levels.last().filter(|it| !it.is_empty()) else {
                        let message = "SELECT * with no tables specified is not valid";
                        return Err(PgError::new(sqlstate::SYNTAX_ERROR, message).into());
                    };
                    level.iter().filter(|it| it.shows_columns).for_each(|item| star(item, &mut made));
                }
                Target::StarOf(parts) => match self.find_item(parts) {
                    Some(item) => star(&item, &mut made),
                    None => match parts.last() {
                        Some(name) => return Err(crate::statement::scope::missing_table(name).into()),
                        None => return unknown("a star of nothing"),
                    },
                },
                Target::Value { value, label } => {
                    let name = label.clone().unwrap_or_else(|| label::of(value));
                    made.push(TargetEntry { value: expression::analyze(value, self, Kind::Select)?, name });
                }
            }
        }
        Ok(made)
    }

    /// The results as written, in step with [`Environment::targets`].
    fn written<'b>(&self, targets: &'b [Target]) -> Result<Vec<Option<&'b Expr>>, Refusal> {
        let mut made = vec![];
        for target in targets {
            match target {
                Target::Value { value, .. } => made.push(Some(value)),
                other => made.resize(made.len() + self.targets(std::slice::from_ref(other))?.len(), None),
            }
        }
        Ok(made)
    }

    /// `findTargetlistEntrySQL92` for a name or a number: the place of the result that is meant.
    fn by_name_or_number(&self, key: &Expr, targets: &[TargetEntry], clause: &str) -> Result<Option<usize>, Refusal> {
        match key {
            Expr::Column(parts) => {
                let [name] = parts.as_slice() else { return Ok(None) };
                if clause == "GROUP BY" && self.find_column(name, true)?.is_some() {
                    return Ok(None);
                }
                let mut found = targets.iter().enumerate().filter(|(_, it)| it.name == *name);
                let Some((place, first)) = found.next() else { return Ok(None) };
                if found.any(|(_, it)| it.value != first.value) {
                    let message = format!("{clause} \"{}\" is ambiguous", name.as_str());
                    return Err(PgError::new(sqlstate::AMBIGUOUS_COLUMN, message).into());
                }
                Ok(Some(place))
            }
            Expr::Literal(Literal::Integer(digits)) => {
                let place = digits.parse::<usize>().ok().and_then(|it| it.checked_sub(1));
                match place.filter(|it| *it < targets.len()) {
                    Some(place) => Ok(Some(place)),
                    None => {
                        let message = format!("{clause} position {digits} is not in select list");
                        Err(PgError::new(sqlstate::INVALID_COLUMN_REFERENCE, message).into())
                    }
                }
            }
            Expr::Literal(Literal::String(_) | Literal::Decimal(_) | Literal::Bits(_)) => {
                let message = format!("non-integer constant in {clause}");
                Err(PgError::new(sqlstate::SYNTAX_ERROR, message).into())
            }
            _ => Ok(None),
        }
    }

    /// `transformSortClause`.
    fn order(
        &self,
        keys: &[SortKey],
        targets: &mut [TargetEntry],
        written: &[Option<&Expr>],
    ) -> Result<Vec<Sort>, Refusal> {
        let mut made = vec![];
        for key in keys {
            if key.using.is_some() {
                return unknown("ORDER BY … USING is not modelled");
            }
            let place = self.by_name_or_number(&key.value, targets, "ORDER BY")?;
            let (value, target) = match place {
                Some(place) => {
                    self.resolve_unknown(&mut targets[place..=place])?;
                    (targets[place].value.clone(), Some(place + 1))
                }
                None => {
                    let value = expression::analyze(&key.value, self, Kind::OrderBy)?;
                    let same = written.iter().zip(targets.iter()).position(|(_, it)| it.value == value);
                    (value, same.map(|place| place + 1))
                }
            };
            let value = self.as_text(value)?;
            let nulls_first = key.nulls_first.unwrap_or(key.descending);
            made.push(Sort { value, descending: key.descending, nulls_first, target });
        }
        Ok(made)
    }

    fn group_key(&self, key: &Expr, targets: &mut [TargetEntry]) -> Result<Expression, Refusal> {
        if matches!(key, Expr::Row(_)) {
            return unknown("GROUP BY of a row is not modelled");
        }
        match self.by_name_or_number(key, targets, "GROUP BY")? {
            Some(place) => {
                self.resolve_unknown(&mut targets[place..=place])?;
                let value = targets[place].value.clone();
                if expression::calls_aggregate(&value) {
                    let message = "aggregate functions are not allowed in GROUP BY";
                    return Err(PgError::new(sqlstate::GROUPING_ERROR, message).into());
                }
                Ok(value)
            }
            None => self.as_text(expression::analyze(key, self, Kind::GroupBy)?),
        }
    }

    /// `transformDistinctClause` and `transformDistinctOnClause`.
    fn distinct(
        &self,
        distinct: &select::Distinct,
        targets: &mut [TargetEntry],
        order: &[Sort],
    ) -> Result<Distinct, Refusal> {
        match distinct {
            select::Distinct::None => Ok(Distinct::None),
            select::Distinct::All => {
                if order.iter().any(|it| it.target.is_none()) {
                    let message = "for SELECT DISTINCT, ORDER BY expressions must appear in select list";
                    return Err(PgError::new(sqlstate::INVALID_COLUMN_REFERENCE, message).into());
                }
                Ok(Distinct::All)
            }
            select::Distinct::On(keys) => {
                let mut made: Vec<Expression> = vec![];
                for key in keys {
                    let value = match self.by_name_or_number(key, targets, "DISTINCT ON")? {
                        Some(place) => targets[place].value.clone(),
                        None => expression::analyze(key, self, Kind::Select)?,
                    };
                    if !made.contains(&value) {
                        made.push(value);
                    }
                }
                let (mut sorted, mut skipped) = (vec![], false);
                for sort in order {
                    match made.contains(&sort.value) {
                        true if skipped => {
                            let message = "SELECT DISTINCT ON expressions must match initial ORDER BY expressions";
                            return Err(PgError::new(sqlstate::INVALID_COLUMN_REFERENCE, message).into());
                        }
                        true if !sorted.contains(&sort.value) => sorted.push(sort.value.clone()),
                        true => {}
                        false => skipped = true,
                    }
                }
                if skipped && sorted.len() < made.len() {
                    let message = "SELECT DISTINCT ON expressions must match initial ORDER BY expressions";
                    return Err(PgError::new(sqlstate::INVALID_COLUMN_REFERENCE, message).into());
                }
                // They are kept in the order of the sort.
                made.retain(|it| !sorted.contains(it));
                sorted.extend(made);
                Ok(Distinct::On(sorted))
            }
        }
    }

    fn as_text(&self, value: Expression) -> Result<Expression, Refusal> {
        match value.type_().is(Type::UNKNOWN) {
            true => {
                let made = expression::coerce_to_target(value, &Type::TEXT, Context::Implicit, self)?;
                made.ok_or_else(|| Refusal::Unknown("a constant without a type".to_owned()))
            }
            false => Ok(value),
        }
    }

    /// `resolveTargetListUnknowns`.
    pub(super) fn resolve_unknown(&self, targets: &mut [TargetEntry]) -> Result<(), Refusal> {
        for target in targets {
            if target.value.type_().is(Type::UNKNOWN) {
                target.value = self.as_text(target.value.clone())?;
            }
        }
        Ok(())
    }

    /// Types without an order or an equality: `json` is the one that people meet.
    fn refuse_unordered(
        &self,
        targets: &[TargetEntry],
        order: &[Sort],
        group: &[Expression],
        distinct: &Distinct,
    ) -> Result<(), Refusal> {
        let unordered = |it: &Expression| {
            let type_ = *it.type_();
            type_.row().is_some_and(|row| matches!(row.name, "json" | "xml" | "point")) && !type_.array
        };
        let name = |it: &Expression| self.execution.schema.format_type(&it.type_().bare());
        let compared: Vec<&Expression> = match distinct {
            Distinct::None => group.iter().collect(),
            Distinct::All => targets.iter().map(|it| &it.value).chain(group).collect(),
            Distinct::On(keys) => keys.iter().chain(group).collect(),
        };
        let (found, what) = match order.iter().map(|it| &it.value).find(|it| unordered(it)) {
            Some(it) => (it, "an ordering"),
            None => match compared.into_iter().find(|it| unordered(it)) {
                Some(it) => (it, "an equality"),
                None => return Ok(()),
            },
        };
        let message = format!("could not identify {what} operator for type {}", name(found));
        Err(PgError::new(sqlstate::UNDEFINED_FUNCTION, message).into())
    }

    /// `parseCheckAggregates`.
    fn check_groups(&self, query: &Query) -> Result<(), Refusal> {
        let results = query.targets.iter().map(|it| &it.value);
        let sorts = query.order.iter().map(|it| &it.value);
        let checked: Vec<&Expression> = results.chain(sorts).chain(&query.having).collect();
        let grouped = !query.group.is_empty() || query.having.is_some();
        if !grouped && !checked.iter().any(|it| expression::calls_aggregate(it)) {
            return Ok(());
        }
        let own = |number: u16| {
            let variable = self.variable(number);
            variable.and_then(|it| query.entries.iter().find(|entry| entry.id == it.entry).map(|entry| (it, entry)))
        };
        for expression in checked {
            let is_own = |number: u16| own(number).is_some_and(|(_, entry)| !self.is_determined(entry.id, query));
            if let Some(number) = expression::first_ungrouped(expression, &query.group, &is_own) {
                let Some((variable, entry)) = own(number) else { return unknown("a column of no table") };
                let shown = self.levels.last().into_iter().flat_map(|it| it.iter()).flat_map(|it| &it.columns);
                let mut shown = shown.filter(|it| it.variable == variable);
                let column = shown.next().map_or_else(|| Ident::new("?"), |it| it.column.name.clone());
                let table = entry.alias.as_ref().unwrap_or(&entry.name).as_str().to_owned();
                let message = format!(
                    "column \"{table}.{}\" must appear in the GROUP BY clause or be used in an aggregate function",
                    column.as_str()
                );
                return Err(PgError::new(sqlstate::GROUPING_ERROR, message).into());
            }
        }
        Ok(())
    }

    /// `check_functional_grouping`: all columns of the table's primary key are among the groups.
    fn is_determined(&self, entry: u16, query: &Query) -> bool {
        let source = query.entries.iter().find(|it| it.id == entry).map(|it| &it.source);
        let Some(Source::Relation { id, .. }) = source else { return false };
        let id = crate::effect::RelationId(*id);
        let Some(table) = self.execution.schema.get(id).and_then(|it| it.table()) else { return false };
        let Some(key) = table.primary_key().filter(|it| !it.deferrable) else { return false };
        let Some(index) = key.index() else { return false };
        let columns = self.execution.schema.index(index).key_columns().unwrap_or_default();
        let grouped = |column: &u16| {
            query.group.iter().any(|it| {
                let variable = it.as_column().and_then(|number| self.variable(number));
                variable.is_some_and(|it| (it.entry, it.column) == (entry, *column))
            })
        };
        let determined = !columns.is_empty() && columns.iter().all(grouped);
        if determined {
            let mut builder = self.builder.borrow_mut();
            let key = (id, key.name.clone());
            if !builder.keys.contains(&key) {
                builder.keys.push(key);
            }
        }
        determined
    }

    /// Name, type and collation of a result.
    fn result(&self, target: &TargetEntry) -> Result<ResultColumn, Refusal> {
        let (name, type_) = (target.name.clone(), *target.value.type_());
        if let Some(shown) = self.shown(&target.value) {
            return Ok(ResultColumn { name, ..shown.column });
        }
        let collation = target
            .value
            .explicit_collation()
            .map(|name| crate::name::QualifiedName { schema: None, name: name.clone() });
        let mut odd = false;
        for number in target.value.columns() {
            let shown = self.shown(&Expression::column(number, type_));
            odd |= shown.is_some_and(|it| it.column.collation.is_some());
        }
        let collatable = type_.row().is_none_or(|row| row.collatable);
        if odd && collatable && collation.is_none() {
            return unknown("which collation a result has is not modelled");
        }
        Ok(ResultColumn { name, type_, collation, origin: None })
    }

    /// `VALUES`: `transformValuesClause`.
    fn values(&self, rows: &[Vec<Expr>], select: &Select) -> Result<Made, Refusal> {
        let width = rows.first().map_or(0, Vec::len);
        if rows.iter().any(|row| row.len() != width) {
            let message = "VALUES lists must all be the same length";
            return Err(PgError::new(sqlstate::SYNTAX_ERROR, message).into());
        }
        if !select.order.is_empty() {
            return unknown("VALUES with an order is not modelled");
        }
        let mut made: Vec<Vec<Expression>> = vec![];
        for row in rows {
            made.push(self.row(row)?);
        }
        let mut columns = vec![];
        for place in 0..width {
            let types: Vec<Type> = made.iter().map(|row| *row[place].type_()).collect();
            let common = self.common_type(&types, "VALUES")?;
            for row in &mut made {
                let value = row[place].clone();
                let value = expression::coerce_to_target(value, &common, Context::Implicit, self)?;
                row[place] = value.ok_or_else(|| Refusal::Unknown("VALUES of types that do not fit".to_owned()))?;
            }
            let name = Ident::new(&format!("column{}", place + 1));
            columns.push(ResultColumn { name, type_: common, collation: None, origin: None });
        }
        let mut tables = Tables::default();
        let name = Ident::new("*VALUES*");
        let (node, item) = self.entry(&mut tables, Source::Values(made), None, name, columns.clone(), false)?;
        let targets =
            item.columns.iter().map(|it| TargetEntry { value: self.column_of(it), name: it.column.name.clone() });
        let targets = targets.collect();
        let query = Query { entries: tables.entries, from: vec![node], targets, is_values: true, ..Query::default() };
        Ok((query, columns))
    }

    pub(super) fn common_type(&self, types: &[Type], construct: &str) -> Result<Type, Refusal> {
        let common = expression::common_type(types, self).map_err(|(first, second)| {
            let message = format!("{construct} types {first} and {second} cannot be matched");
            PgError::new(sqlstate::DATATYPE_MISMATCH, message)
        })?;
        let same = types.iter().all(|it| it.is(common)) && types.iter().all(|it| it.modifier == types[0].modifier);
        Ok(if same { common.with_modifier(types[0].modifier) } else { common.bare() })
    }
}
