//! The index that a query wants: columns compared with one value first, then the order, then a range. What serves it
//! already is said instead.

use crate::effect::RelationId;
use crate::input::annotated::AnnotatedQuery;
use crate::name::Ident;
use crate::report::advice::columns::{Comparison, Shape, Source, shape};
use crate::report::advice::wire::{QueryAdvice, TableAdvice};
use crate::schema::Schema;
use crate::schema::index::{Index, KeyColumn};
use crate::schema::user_type::{TypeId, UserTypeKind};
use crate::simulate::trace::Trace;

pub(super) fn advise(trace: &Trace, query: &AnnotatedQuery) -> QueryAdvice {
    let schema = &trace.end;
    let mut advice = QueryAdvice { name: query.name.clone(), line: query.line, ..QueryAdvice::default() };
    let Some(shape) = shape(&query.text, schema) else {
        advice
            .notes
            .push("Nothing is said: the query is more than is read here, or names what the schema lacks.".into());
        return advice;
    };
    if !shape.has_where && !shape.groups {
        advice.notes.extend(everything(&shape));
    }
    for source in &shape.sources {
        let wanted = Wanted::of(trace, &shape, source);
        if let Some(table) = wanted.advise(trace) {
            advice.tables.push(table);
        }
        advice.notes.extend(wanted.one_by_one(schema, query));
    }
    advice
}

fn everything(shape: &Shape<'_>) -> Option<String> {
    let name = &shape.sources.first()?.relation.name;
    match (shape.command, shape.has_limit) {
        ("SELECT", true) => None,
        ("SELECT", false) if shape.sources.len() == 1 => {
            Some(format!("Without WHERE and LIMIT it reads all of {name}, however large that becomes."))
        }
        ("SELECT", false) => None,
        (command, _) => Some(format!("{command} without WHERE: every row of {name}.")),
    }
}

/// What a query asks of one table.
struct Wanted<'a> {
    source: &'a Source<'a>,
    equal: Vec<u16>,
    any: Vec<u16>,
    /// Column and whether it descends; empty where another table's columns are among them.
    order: Vec<(u16, bool)>,
    range: Vec<u16>,
    joined: bool,
}

impl<'a> Wanted<'a> {
    fn of(trace: &Trace, shape: &'a Shape<'a>, source: &'a Source<'a>) -> Wanted<'a> {
        let mut wanted = Wanted { source, equal: vec![], any: vec![], order: vec![], range: vec![], joined: false };
        let mut join = vec![];
        for (number, comparison) in shape.conditions.iter().filter_map(|it| shape.compared(source, it)) {
            let of = match comparison {
                Comparison::Equal => &mut wanted.equal,
                Comparison::Any => &mut wanted.any,
                Comparison::Range => &mut wanted.range,
                Comparison::Join => &mut join,
            };
            if !of.contains(&number) {
                of.push(number);
            }
        }
        // With conditions of its own it is where the search begins; otherwise it is looked up from the other table.
        if wanted.equal.is_empty() && wanted.any.is_empty() && wanted.range.is_empty() && !join.is_empty() {
            wanted.joined = true;
            wanted.equal = join;
        }
        if !wanted.joined {
            let order: Option<Vec<(u16, bool)>> =
                shape.order.iter().map(|key| Some((shape.column(source, &key.value)?, key.descending))).collect();
            let usual = shape
                .order
                .iter()
                .all(|it| it.nulls_first.is_none_or(|first| first == it.descending) && it.using.is_none());
            wanted.order = order.filter(|_| usual && !shape.groups).unwrap_or_default();
        }
        let fixed = wanted.equal.clone();
        wanted.order.retain(|(number, _)| !fixed.contains(number));
        wanted.any.retain(|it| !fixed.contains(it));
        wanted.range.retain(|it| !fixed.contains(it));
        wanted.sort_by_values(trace);
        wanted
    }

    /// Most values first, where that is known of both.
    fn sort_by_values(&mut self, trace: &Trace) {
        let table = self.source.relation.id;
        let mut counted: Vec<(usize, u16, Option<f64>)> =
            self.equal.iter().enumerate().map(|(place, it)| (place, *it, values(trace, table, *it))).collect();
        // What is not known keeps its place behind what has many values and before what has few.
        const MANY: f64 = 100.0;
        let rank = |it: &Option<f64>| it.unwrap_or(MANY);
        counted.sort_by(|a, b| rank(&b.2).total_cmp(&rank(&a.2)).then(a.0.cmp(&b.0)));
        self.equal = counted.into_iter().map(|(_, number, _)| number).collect();
    }

    fn name(&self, number: u16) -> Ident {
        self.source.relation.columns().column_name(number)
    }

    fn names(&self, numbers: &[u16]) -> String {
        numbers.iter().map(|it| self.name(*it).to_string()).collect::<Vec<_>>().join(", ")
    }

    /// Columns of the index in their order, each with whether it descends. With one of several values the order is lost,
    /// and of ranges one alone narrows the search.
    fn keys(&self) -> Vec<(u16, bool)> {
        let mut keys: Vec<(u16, bool)> = self.equal.iter().map(|it| (*it, false)).collect();
        let sorts = self.any.is_empty();
        if sorts {
            // All one way: a scan backwards does as well.
            let mixed = self.order.iter().any(|(_, down)| *down) && self.order.iter().any(|(_, down)| !*down);
            keys.extend(self.order.iter().map(|(number, down)| (*number, *down && mixed)));
        }
        keys.extend(self.any.iter().map(|it| (*it, false)));
        let sorted: Vec<u16> = keys.iter().map(|(number, _)| *number).collect();
        keys.extend(self.range.iter().find(|it| !sorted.contains(it)).map(|it| (*it, false)));
        keys
    }

    fn advise(&self, trace: &Trace) -> Option<TableAdvice> {
        let schema = &trace.end;
        let table = self.source.relation.table()?;
        let keys = self.keys();
        if keys.is_empty() {
            return None;
        }
        let name = &self.source.relation.name;
        let mut advice = TableAdvice { table: name.to_string(), ..TableAdvice::default() };
        let indexes = table.indexes.iter().filter_map(|id| Some((schema.get(*id)?, schema.get(*id)?.index()?)));
        for (relation, index) in indexes {
            if let Some(why) = self.serves(index, &keys) {
                advice.served_by = Some(relation.name.to_string());
                advice.reasons.push(why);
                return Some(advice);
            }
        }
        let columns: Vec<String> =
            keys.iter().map(|(it, down)| format!("{}{}", self.name(*it), if *down { " DESC" } else { "" })).collect();
        let suffix = keys.iter().map(|(it, _)| self.name(*it).as_str().to_owned()).collect::<Vec<_>>().join("_");
        let index = Ident::new(&format!("ix_{}_{suffix}", name.name.as_str()));
        advice.create = Some(format!("CREATE INDEX CONCURRENTLY {index} ON {name} ({})", columns.join(", ")));
        advice.reasons = self.reasons(trace);
        Some(advice)
    }

    fn reasons(&self, trace: &Trace) -> Vec<String> {
        let mut reasons = vec![];
        if !self.equal.is_empty() {
            let how = if self.joined { "looked up by the join" } else { "compared with one value" };
            reasons.push(format!("First what is {how}: {}.", self.names(&self.equal)));
        }
        if self.equal.len() > 1 {
            let known = |it: &u16| values(trace, self.source.relation.id, *it).is_some();
            let words = match self.equal.iter().any(known) {
                true => {
                    "of those with more different values before those with few, as far as the schema and facts tell"
                }
                false => {
                    "in any order among themselves, as far as this query goes; the one that other queries use goes first"
                }
            };
            reasons.push(format!("They stand {words}."));
        }
        let order: Vec<u16> = self.order.iter().map(|(number, _)| *number).collect();
        match (order.is_empty(), self.any.is_empty()) {
            (false, true) => {
                reasons.push(format!("Then the order, so that nothing is sorted: {}.", self.names(&order)))
            }
            (false, false) => reasons.push(format!(
                "{} takes several values, so rows do not come in the order of {}: they are sorted.",
                self.names(&self.any),
                self.names(&order)
            )),
            _ => {}
        }
        if let Some(range) = self.range.first().filter(|it| !order.contains(it)) {
            reasons
                .push(format!("Last the range: {}; columns behind it would not narrow the search.", self.name(*range)));
        }
        reasons
    }

    /// Why the index answers the query; `None` where it does not, or not as well.
    fn serves(&self, index: &Index, keys: &[(u16, bool)]) -> Option<String> {
        if !index.valid || index.method.as_str() != "btree" || index.predicate.is_some() {
            return None;
        }
        let theirs: Vec<Option<(u16, bool)>> = index
            .keys
            .iter()
            .map(|key| match key.column {
                // Another class or nulls elsewhere: another order.
                KeyColumn::Attribute(number) if key.operator_class.is_none() && key.nulls_first == key.descending => {
                    Some((number, key.descending))
                }
                _ => None,
            })
            .collect();
        let columns: Option<Vec<u16>> = theirs.iter().map(|it| it.map(|it| it.0)).collect();
        if index.unique && columns.is_some_and(|it| it.iter().all(|it| self.equal.contains(it))) {
            return Some("At most one row has these values: the unique index finds it.".into());
        }
        let fixed = self.equal.len();
        let head = theirs.get(..fixed)?;
        if !self.equal.iter().all(|it| head.iter().any(|their| their.is_some_and(|their| their.0 == *it))) {
            return None;
        }
        let (rest, own) = (theirs.get(fixed..keys.len())?, &keys[fixed..]);
        let same = |flip: bool| {
            rest.iter().zip(own).enumerate().all(|(place, (their, own))| match their {
                Some((number, down)) if *number == own.0 => {
                    place >= self.order.len() || !self.any.is_empty() || *down == (self.order[place].1 != flip)
                }
                _ => false,
            })
        };
        (same(false) || same(true)).then(|| "It begins with the same columns.".into())
    }

    /// One query a row of another table: N + 1 of them.
    fn one_by_one(&self, schema: &Schema, query: &AnnotatedQuery) -> Option<String> {
        let [number] = self.equal.as_slice() else { return None };
        if self.joined || !matches!(query.command.as_str(), "one" | "many") {
            return None;
        }
        let table = self.source.relation.table()?;
        let key = table.constraints.iter().filter_map(|it| it.foreign_key()).find(|it| it.columns == [*number])?;
        let parent = &schema.get(key.references)?.name;
        let column = self.name(*number);
        Some(format!(
            "Called once for each row of {parent} it is N + 1 queries: ask for all at once, WHERE {column} = ANY ($1), or join."
        ))
    }
}

/// How many different values a column has, where its type, a key or facts tell.
fn values(trace: &Trace, table: RelationId, number: u16) -> Option<f64> {
    let schema = &trace.end;
    let relation = schema.get(table)?;
    let column = relation.columns().attribute(number)?;
    let rows = |id: RelationId| {
        let name = &schema.get(id)?.name;
        trace.plan.facts.of(name.schema.as_str(), name.name.as_str())?.rows
    };
    if column.type_.is(crate::pg::types::Type::BOOL) {
        return Some(2.0);
    }
    if let crate::pg::types::TypeRef::User(id) = column.type_.base
        && let Some(UserTypeKind::Enum { labels }) = schema.user_type(TypeId(id)).map(|it| &it.kind)
    {
        return Some(labels.len() as f64);
    }
    let table = relation.table()?;
    let unique = table
        .indexes
        .iter()
        .filter_map(|id| schema.get(*id)?.index())
        .any(|it| it.unique && it.predicate.is_none() && it.key_columns().is_some_and(|it| it == [number]));
    if unique {
        return Some(rows(relation.id).unwrap_or(f64::MAX));
    }
    let key = table.constraints.iter().filter_map(|it| it.foreign_key()).find(|it| it.columns == [number])?;
    rows(key.references)
}
