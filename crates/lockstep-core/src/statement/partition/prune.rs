//! Which partitions a query opens: `prune_append_rel_partitions`, with the steps of `partprune.c`.

use triomphe::Arc;

use crate::effect::RelationId;
use crate::expression::query::QueryTree;
use crate::expression::{self, Expression, Restriction, number_of};
use crate::name::Ident;
use crate::pg::types::Type;
use crate::schema::index::KeyColumn;
use crate::schema::object::{CatalogObject, ObjectClass};
use crate::schema::partition::{Bound, Limit, PartitionKey, Strategy};
use crate::statement::column::base_type;
use crate::statement::execution::Execution;
use crate::statement::partition::bounds::{Bounds, KeyType, Met};
use crate::statement::partition::refute;
use crate::statement::scope::TableScope;

/// The columns of the table that the query names, as the query numbers them.
pub(in crate::statement) struct Entry<'a> {
    pub(in crate::statement) execution: &'a Execution,
    pub(in crate::statement) tree: &'a QueryTree,
    pub(in crate::statement) id: u16,
    pub(in crate::statement) table: RelationId,
}

/// Numbers of columns that the query does not name.
const UNNAMED: u16 = 50_000;

impl Entry<'_> {
    /// All partitions that are opened, however deep; `None` where that is not known.
    pub(in crate::statement) fn opened(&self, restrictions: &[Restriction]) -> Option<Vec<RelationId>> {
        let mut found = vec![];
        self.below(self.table, restrictions, &mut found)?;
        Some(found)
    }

    fn below(&self, table: RelationId, restrictions: &[Restriction], found: &mut Vec<RelationId>) -> Option<()> {
        for id in self.kept(table, restrictions)? {
            found.push(id);
            if self.execution.schema.table(id).is_partitioned() {
                self.below(id, restrictions, found)?;
            }
        }
        Some(())
    }

    fn kept(&self, table: RelationId, restrictions: &[Restriction]) -> Option<Vec<RelationId>> {
        let own = self.execution.schema.table(table);
        let key = own.partition_key.as_ref()?;
        if restrictions.is_empty() {
            return Some(self.execution.schema.children(table));
        }
        let keys: Option<Vec<Key>> = (0..key.keys.len()).map(|place| self.key(table, key, place)).collect();
        let keys = keys?;
        let types = keys.iter().map(|it| it.type_.clone()).collect();
        let Some(bounds) = Bounds::of(self.execution, table, key.strategy, types) else {
            // Whatever their order: nothing about the key is asked.
            let asked = restrictions.iter().any(|it| concerns(it, &keys));
            return (!asked).then(|| self.execution.schema.children(table));
        };
        let mut clauses = restrictions.to_vec();
        let (own, above) = match bounds.default.is_some() {
            true => self.own_bounds(table, restrictions),
            false => (vec![], vec![]),
        };
        clauses.extend(own.iter().cloned());
        let level = Level { keys, bounds: &bounds, own, above };
        match level.steps(&clauses)? {
            Found::Nothing => Some(bounds.all.clone()),
            Found::Never => Some(vec![]),
            Found::Met(met) => Some(bounds.partitions(&met)),
        }
    }

    /// A column of one of the tables below, as the query numbers that of the table which it names.
    fn number(&self, table: RelationId, column: u16) -> u16 {
        let name = self.execution.schema.table(table).column_name(column);
        let root = self.execution.schema.table(self.table);
        let root = root.column(name.as_str()).map_or(column, |(number, _)| number);
        number_of(self.tree, self.id, root).unwrap_or(UNNAMED + root)
    }

    /// What a condition on the table's own columns says.
    pub(in crate::statement) fn restriction(&self, condition: &Expression) -> Restriction {
        let scope = TableScope { execution: self.execution, table: None, alias: None };
        expression::restriction(&condition.remap_columns(&|number| self.number(self.table, number)), &scope)
    }

    fn key(&self, table: RelationId, key: &PartitionKey, place: usize) -> Option<Key> {
        let own = key.keys.get(place)?;
        let columns = self.execution.schema.table(table);
        let (operand, collation) = match &own.column {
            KeyColumn::Attribute(number) => {
                let column = columns.attribute(*number)?;
                let operand = Expression::column(self.number(table, *number), column.type_);
                (operand, column.collation.clone())
            }
            KeyColumn::Expression(expression) => (expression.remap_columns(&|number| self.number(table, number)), None),
        };
        let written = operand.explicit_collation().cloned();
        let operand = operand.without_relabels();
        // A key `NOT a` is met by what is said of `a` alone.
        let (operand, negated) = match operand.after_not().cloned() {
            Some(inner) => (inner.without_relabels(), true),
            None => (operand, false),
        };
        let name = |it: Option<&crate::name::QualifiedName>| it.map(|it| it.name.clone()).filter(|it| *it != "default");
        let theirs = name(collation.as_ref());
        let collation = name(own.collation.as_ref()).or(written).or_else(|| theirs.clone());
        let base = base_type(self.execution, &own.type_);
        let by_bytes = collation.as_ref().is_some_and(|it| *it == "C" || *it == "POSIX")
            && [Type::TEXT, Type::VARCHAR].iter().any(|it| it.is(base));
        let type_ = KeyType { type_: Type { modifier: -1, ..base }, by_bytes };
        // A class of the server's own in the family of the default one.
        let alias = |name: &crate::name::QualifiedName| {
            let made = |it: &CatalogObject| it.class() == ObjectClass::OperatorClass && *it.name() == name.name;
            name.name == "varchar_ops" && !self.execution.schema.objects().any(|it| made(it))
        };
        let is_plain = own.operator_class.as_ref().is_none_or(alias);
        Some(Key { operand, negated, type_, collation, column_collation: theirs, is_plain })
    }

    /// `RelOptInfo.partition_qual`: what the bounds of the table itself, and of those above it, say; and their keys.
    fn own_bounds(&self, table: RelationId, asked: &[Restriction]) -> (Vec<Restriction>, Vec<Key>) {
        let (mut found, mut keys) = (vec![], vec![]);
        let mut current = table;
        while let Some(parent) = self.execution.schema.partition_parent(current) {
            found.extend(self.own_bound(current, parent, asked, &mut keys));
            current = parent;
        }
        (found, keys)
    }

    fn own_bound(
        &self,
        table: RelationId,
        parent: RelationId,
        asked: &[Restriction],
        keys: &mut Vec<Key>,
    ) -> Vec<Restriction> {
        let above = self.execution.schema.table(parent);
        let (Some(key), Some(bound)) = (&above.partition_key, self.execution.schema.table(table).bound.clone()) else {
            return vec![Restriction::Unknown];
        };
        let made: Option<Vec<Key>> = (0..key.keys.len()).map(|place| self.key(parent, key, place)).collect();
        let Some(above) = made else { return vec![Restriction::Unknown] };
        // What nobody asks for is not contradicted.
        if !asked.iter().any(|it| concerns(it, &above)) {
            return vec![];
        }
        let made = self.said(table, parent, &bound, &above);
        keys.extend(above);
        made
    }

    fn said(&self, table: RelationId, parent: RelationId, bound: &Bound, above: &[Key]) -> Vec<Restriction> {
        match (bound, above) {
            (Bound::Hash { .. }, _) => vec![],
            // `get_qual_for_list` and `get_qual_for_range` of a default partition.
            (Bound::Default, [only]) => {
                let others = self.execution.schema.children(parent).into_iter().filter(|it| *it != table);
                let others = others.filter_map(|it| self.execution.schema.table(it).bound.clone());
                let inside = others.map(|it| Restriction::And(of_bound(&it, only))).collect();
                vec![Restriction::Not(Box::new(Restriction::Or(inside)))]
            }
            (bound, [only]) => of_bound(bound, only),
            _ => vec![Restriction::Unknown],
        }
    }
}

/// What a bound says of a key of one column.
fn of_bound(bound: &Bound, key: &Key) -> Vec<Restriction> {
    let compare = |operator: &'static str, value: &Arc<str>| Restriction::Compare {
        operand: key.operand.clone(),
        operator,
        value: value.clone(),
        type_: key.type_.type_,
        collation: key.collation.clone(),
    };
    let is_null = |negated: bool| Restriction::Null { operand: key.operand.clone(), negated };
    match bound {
        Bound::List(values) => {
            let any = Restriction::Or(values.iter().flatten().map(|it| compare("=", it)).collect());
            match values.contains(&None) {
                true => vec![Restriction::Or(vec![is_null(false), any])],
                false => vec![is_null(true), any],
            }
        }
        Bound::Range { from, to } => {
            let mut made = vec![is_null(true)];
            if let Some(Limit::Value(value)) = from.first() {
                made.push(compare(">=", value));
            }
            if let Some(Limit::Value(value)) = to.first() {
                made.push(compare("<", value));
            }
            made
        }
        Bound::Hash { .. } | Bound::Default => vec![],
    }
}

struct Key {
    operand: Expression,
    negated: bool,
    type_: KeyType,
    collation: Option<Ident>,
    column_collation: Option<Ident>,
    /// Of the default operator class.
    is_plain: bool,
}

/// Whether it says something of a column of the key.
fn concerns(it: &Restriction, keys: &[Key]) -> bool {
    let is_key = |operand: &Expression| keys.iter().any(|key| key.operand == *operand);
    match it {
        Restriction::Compare { operand, .. }
        | Restriction::Several { operand, .. }
        | Restriction::Null { operand, .. }
        | Restriction::Truth { operand, .. }
        | Restriction::NotTruth { operand, .. } => is_key(operand),
        Restriction::And(items) | Restriction::Or(items) => items.iter().any(|it| concerns(it, keys)),
        Restriction::Not(inner) => concerns(inner, keys),
        Restriction::False | Restriction::Unknown => true,
        Restriction::True | Restriction::Other => false,
    }
}

/// What `gen_partprune_steps_internal` makes.
enum Found {
    Nothing,
    Met(Met),
    /// The conditions contradict each other.
    Never,
}

/// `PartClauseInfo`
#[derive(Clone)]
struct Clause {
    key: usize,
    operator: &'static str,
    value: Arc<str>,
}

struct Level<'a> {
    keys: Vec<Key>,
    bounds: &'a Bounds,
    /// What the table's own bounds say, where it has a default partition.
    own: Vec<Restriction>,
    /// The keys of the tables above.
    above: Vec<Key>,
}

impl Level<'_> {
    fn steps(&self, clauses: &[Restriction]) -> Option<Found> {
        // `predicate_refuted_by` of the table's own bounds.
        for own in &self.own {
            for clause in clauses {
                if refute::refutes(own, clause, &self.key_types())? {
                    return Some(Found::Never);
                }
            }
        }
        let mut results: Vec<Met> = vec![];
        let mut compared: Vec<Vec<Clause>> = vec![vec![]; self.keys.len()];
        let (mut null, mut not_null) = (vec![false; self.keys.len()], vec![false; self.keys.len()]);
        for clause in clauses {
            match clause {
                Restriction::False => return Some(Found::Never),
                Restriction::Unknown => return None,
                Restriction::True | Restriction::Other | Restriction::Not(_) => {}
                Restriction::Or(arms) => match self.any(arms)? {
                    Found::Never => return Some(Found::Never),
                    Found::Met(met) => results.push(met),
                    Found::Nothing => {}
                },
                Restriction::And(items) => match self.steps(items)? {
                    Found::Never => return Some(Found::Never),
                    Found::Met(met) => results.push(met),
                    Found::Nothing => {}
                },
                Restriction::NotTruth { operand, value } => {
                    if self.place(operand).is_none() {
                        continue;
                    }
                    let arms = vec![
                        Restriction::Truth { operand: operand.clone(), value: !value, tested: true },
                        Restriction::Null { operand: operand.clone(), negated: false },
                    ];
                    match self.any(&arms)? {
                        Found::Never => return Some(Found::Never),
                        Found::Met(met) => results.push(met),
                        Found::Nothing => {}
                    }
                }
                Restriction::Several { .. } => match self.several(clause)? {
                    Found::Never => return Some(Found::Never),
                    Found::Met(met) => results.push(met),
                    Found::Nothing => {}
                },
                Restriction::Null { operand, negated } => {
                    let Some(place) = self.place(operand) else { continue };
                    match negated {
                        true if null[place] => return Some(Found::Never),
                        true => not_null[place] = true,
                        false if not_null[place] || !compared[place].is_empty() => return Some(Found::Never),
                        false => null[place] = true,
                    }
                }
                Restriction::Compare { .. } | Restriction::Truth { .. } => {
                    let Some(made) = self.clause(clause)? else { continue };
                    if null[made.key] {
                        return Some(Found::Never);
                    }
                    compared[made.key].push(made);
                }
            }
        }
        let is_hash = self.bounds.strategy == Strategy::Hash;
        if null.contains(&true) && (!is_hash || !null.contains(&false)) {
            // Which partition of a hash takes nothing but nulls is not computed here.
            results.push(if is_hash { return None } else { self.bounds.nulls() });
        } else if compared.iter().any(|it| !it.is_empty()) {
            results.extend(self.of_operators(&compared, &null)?);
        } else if !not_null.contains(&false) {
            results.push(self.bounds.not_null());
        }
        let mut results = results.into_iter();
        Some(match results.next() {
            None => Found::Nothing,
            Some(first) => Found::Met(results.fold(first, |a, b| Met {
                offsets: a.offsets.intersection(&b.offsets).copied().collect(),
                default: a.default && b.default,
                null: a.null && b.null,
            })),
        })
    }

    fn any(&self, arms: &[Restriction]) -> Option<Found> {
        let mut made: Option<Met> = None;
        let mut only_never = true;
        for arm in arms {
            let met = match self.steps(std::slice::from_ref(arm))? {
                Found::Never => continue,
                Found::Nothing => self.bounds.everything(),
                Found::Met(met) => met,
            };
            only_never = false;
            made = Some(match made {
                None => met,
                Some(before) => Met {
                    offsets: before.offsets.union(&met.offsets).copied().collect(),
                    default: before.default || met.default,
                    null: before.null || met.null,
                },
            });
        }
        Some(match made {
            Some(met) => Found::Met(met),
            None if only_never => Found::Never,
            None => Found::Nothing,
        })
    }

    fn key_types(&self) -> Vec<(&Expression, &KeyType)> {
        self.keys.iter().chain(&self.above).map(|it| (&it.operand, &it.type_)).collect()
    }

    fn place(&self, operand: &Expression) -> Option<usize> {
        self.keys.iter().position(|key| key.operand == *operand && !key.negated)
    }

    /// `match_clause_to_partition_key` of an operator, or of a truth value. `None` inside: it says nothing.
    fn clause(&self, it: &Restriction) -> Option<Option<Clause>> {
        let (operand, operator, value, type_, collation) = match it {
            Restriction::Compare { operand, operator, value, type_, collation } => {
                (operand, *operator, value.clone(), *type_, collation.as_ref())
            }
            Restriction::Truth { operand, value, tested } => {
                let negated = !tested && self.keys.iter().any(|key| key.operand == *operand && key.negated);
                (operand, "=", Arc::from(if *value != negated { "t" } else { "f" }), Type::BOOL, None)
            }
            _ => return Some(None),
        };
        let untested = matches!(it, Restriction::Truth { tested: false, .. });
        // The same expression may be a key in several collations.
        let place = self.keys.iter().position(|key| {
            key.operand == *operand
                && (!key.negated || untested)
                && collation.or(key.column_collation.as_ref()) == key.collation.as_ref()
        });
        let Some(place) = place else { return Some(None) };
        let key = &self.keys[place];
        let matches = match self.bounds.strategy {
            Strategy::List => true,
            Strategy::Range => operator != "<>",
            Strategy::Hash => operator == "=",
        };
        if !matches {
            return Some(None);
        }
        (key.is_plain && is_comparable(key.type_.type_, type_)).then_some(Some(Clause { key: place, operator, value }))
    }

    fn several(&self, it: &Restriction) -> Option<Found> {
        let Restriction::Several { operand, operator, any, values, type_, collation } = it else {
            return Some(Found::Nothing);
        };
        if self.place(operand).is_none() || *operator == "<>" && self.bounds.strategy != Strategy::List {
            return Some(Found::Nothing);
        }
        let mut made = vec![];
        for value in values {
            match value {
                Some(value) => made.push(Restriction::Compare {
                    operand: operand.clone(),
                    operator,
                    value: value.clone(),
                    type_: *type_,
                    collation: collation.clone(),
                }),
                None if *any => {}
                None => return Some(Found::Never),
            }
        }
        match *any && made.len() > 1 {
            true => self.any(&made),
            false => self.steps(&made),
        }
    }

    /// `gen_prune_steps_from_opexps`
    fn of_operators(&self, compared: &[Vec<Clause>], null: &[bool]) -> Option<Vec<Met>> {
        if self.bounds.strategy == Strategy::Hash {
            let whole = compared.iter().zip(null).all(|(it, null)| !it.is_empty() || *null);
            // Which remainder a value has is not computed here.
            return if whole { None } else { Some(vec![]) };
        }
        let mut used: Vec<&Clause> = vec![];
        for clauses in compared {
            if clauses.is_empty() && self.bounds.strategy == Strategy::Range {
                break;
            }
            used.extend(clauses);
            if clauses.iter().any(|it| matches!(it.operator, "<" | ">")) {
                break;
            }
        }
        let mut made = vec![];
        for operator in ["<", "<=", "=", ">=", ">", "<>"] {
            let of_it = used.iter().filter(|it| it.operator == operator);
            for clause in of_it {
                let mut rows: Vec<Vec<Arc<str>>> = vec![vec![]];
                for key in 0..clause.key {
                    let inclusive = |it: &&&Clause| {
                        let allowed = match operator {
                            "<" | "<=" => it.operator == "<=",
                            ">" | ">=" => it.operator == ">=",
                            _ => false,
                        };
                        it.key == key && (it.operator == "=" || allowed)
                    };
                    let before: Vec<&&Clause> = used.iter().filter(inclusive).collect();
                    rows = rows
                        .iter()
                        .flat_map(|row| {
                            before.iter().map(|it| {
                                let mut row = row.clone();
                                row.push(it.value.clone());
                                row
                            })
                        })
                        .collect();
                }
                if rows.is_empty() {
                    break;
                }
                for mut row in rows {
                    row.push(clause.value.clone());
                    made.push(self.bounds.meet(operator, &row)?);
                }
            }
        }
        Some(made)
    }
}

/// Constants of the second type are read as those of the first.
fn is_comparable(key: Type, value: Type) -> bool {
    let within = |kinds: &[Type]| kinds.iter().any(|it| it.is(key)) && kinds.iter().any(|it| it.is(value));
    key.is(value) || within(&[Type::INT2, Type::INT4, Type::INT8]) || within(&[Type::TEXT, Type::VARCHAR])
}
