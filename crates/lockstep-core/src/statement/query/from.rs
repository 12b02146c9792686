//! `FROM`: `transformFromClauseItem` of `parse_clause.c`.

use crate::effect::{PgError, RelationId};
use crate::expression::query::{Entry, FromNode, JoinKind, Source, Variable};
use crate::expression::{self, Expression, Kind, Refusal, Scope};
use crate::name::Ident;
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::schema::relation::{Body, Column};
use crate::statement::query::environment::{Environment, Item, Named, Shown};
use crate::statement::query::{ResultColumn, unknown};
use crate::syntax::expression::Expr;
use crate::syntax::select::{Alias, FromItem, JoinCondition, Select, called};

/// The range table of one level while its `FROM` is read.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) entries: Vec<Entry>,
}

fn of_relation(id: RelationId, (number, column): (u16, &Column)) -> ResultColumn {
    ResultColumn {
        name: column.name.clone(),
        type_: column.type_,
        collation: column.collation.clone(),
        origin: Some((id, number)),
    }
}

/// The columns of every sequence (`FormData_pg_sequence_data`).
fn sequence_columns() -> Vec<ResultColumn> {
    let columns = [("last_value", Type::INT8), ("log_cnt", Type::INT8), ("is_called", Type::BOOL)];
    columns.map(|(name, type_)| plain_column(Ident::new(name), type_)).to_vec()
}

impl Environment<'_> {
    /// Adds an item; `beside` are those that a lateral one sees.
    pub(super) fn source(
        &self,
        item: &FromItem,
        beside: &[Item],
        tables: &mut Tables,
    ) -> Result<(FromNode, Vec<Item>), Refusal> {
        match item {
            FromItem::Table { name, only, alias } => {
                let mut is_catalog = false;
                let (source, columns, relation, schema) = match self.find_table(name)? {
                    Named::System(columns) => {
                        is_catalog = true;
                        let schema = name.schema.clone().unwrap_or_else(|| Ident::new("pg_catalog"));
                        (Source::System(name.name.clone()), columns, None, Some(schema))
                    }
                    Named::Common(columns) => (Source::Common(name.name.clone()), columns, None, None),
                    Named::Relation(id) => {
                        let relation = self.execution.schema.relation(id);
                        let columns = match relation.body {
                            Body::Table(_) | Body::View(_) => {
                                relation.columns().live().map(|it| of_relation(id, it)).collect()
                            }
                            Body::Sequence(_) => {
                                // The names of its columns stand nowhere but here.
                                self.not_printable();
                                sequence_columns()
                            }
                            Body::Index(_) | Body::Composite(_) => {
                                return unknown(format!("reading {name} is not modelled"));
                            }
                        };
                        let schema = Some(relation.name.schema.clone());
                        (Source::Relation { id: id.0, only: *only }, columns, Some(id), schema)
                    }
                };
                let mut item = self.entry(tables, source, alias.as_ref(), name.name.clone(), columns, false)?;
                item.1.relation = relation;
                item.1.is_catalog = is_catalog;
                item.1.schema = schema.filter(|_| alias.is_none());
                Ok((item.0, vec![item.1]))
            }
            FromItem::Query { query, lateral, alias } => {
                self.query_source(query, *lateral, alias.as_ref(), beside, tables)
            }
            FromItem::Function { call, lateral, ordinality, alias, definitions } => {
                let name = match called(call) {
                    Some(call) => call.name.name.clone(),
                    None => return unknown("this item of FROM is not modelled"),
                };
                let made = expression::analyze(call, &self.inside(beside.to_vec()), Kind::FromFunction)?;
                let table = alias.as_ref().map_or_else(|| name.clone(), |it| it.name.clone());
                let mut typed = vec![];
                for (name, type_name) in definitions {
                    typed.push((name.clone(), self.resolve_type(type_name)?));
                }
                let mut columns: Vec<ResultColumn> =
                    typed.iter().map(|(name, type_)| plain_column(name.clone(), *type_)).collect();
                if columns.is_empty()
                    && let Some(outputs) = made.output_columns(self.execution.version)
                {
                    columns = match outputs.as_slice() {
                        [(_, type_)] => vec![plain_column(table, *type_)],
                        several => several.iter().map(|(name, type_)| plain_column(Ident::new(name), *type_)).collect(),
                    };
                } else if columns.is_empty() {
                    if made.type_().is(Type::RECORD) || made.type_().row().is_none_or(|row| row.category == 'P') {
                        return unknown(format!("the columns of the function {name} are not modelled"));
                    }
                    columns.push(plain_column(table, *made.type_()));
                } else if *ordinality {
                    self.not_printable();
                }
                if *ordinality {
                    columns.push(plain_column(Ident::new("ordinality"), Type::INT8));
                }
                // `contain_vars_of_level`: what a function takes from beside it makes it lateral.
                let lateral = *lateral || self.takes_from(&made, beside);
                let source = Source::Function { call: made, ordinality: *ordinality, definitions: typed };
                let (node, mut item) = self.entry(tables, source, alias.as_ref(), name, columns, lateral)?;
                item.is_function = true;
                Ok((node, vec![item]))
            }
            FromItem::Join { left, right, kind, condition, alias } => {
                if alias.is_some() {
                    return unknown("an alias of a join is not modelled");
                }
                self.join(left, right, *kind, condition, beside, tables)
            }
        }
    }

    /// Whether the expression names a column of one of the items; what an outer query shows is another level's.
    fn takes_from(&self, made: &Expression, items: &[Item]) -> bool {
        let entries: Vec<u16> = items.iter().flat_map(|it| &it.columns).map(|it| it.variable.entry).collect();
        let variables = made.columns().into_iter().filter_map(|number| self.variable(number));
        variables.into_iter().any(|it| entries.contains(&it.entry))
    }

    fn query_source(
        &self,
        query: &Select,
        lateral: bool,
        alias: Option<&Alias>,
        beside: &[Item],
        tables: &mut Tables,
    ) -> Result<(FromNode, Vec<Item>), Refusal> {
        let around = if lateral { self.inside(beside.to_vec()) } else { self.clone() };
        let (query, columns) = around.nested_query(query, true)?;
        let name = match alias {
            Some(alias) => alias.name.clone(),
            None if crate::pg::behavior::subquery_needs_alias(self.execution.version) => {
                let message = "subquery in FROM must have an alias";
                return Err(PgError::new(sqlstate::SYNTAX_ERROR, message).into());
            }
            None => Ident::new("unnamed_subquery"),
        };
        let columns = columns.into_iter().map(|it| ResultColumn { origin: None, ..it }).collect();
        let source = Source::Query(Box::new(query));
        let (node, item) = self.entry(tables, source, alias, name, columns, lateral)?;
        Ok((node, vec![item]))
    }

    /// `addRangeTableEntry…` with the names that the alias gives (`buildRelationAliases`).
    pub(super) fn entry(
        &self,
        tables: &mut Tables,
        source: Source,
        alias: Option<&Alias>,
        name: Ident,
        columns: Vec<ResultColumn>,
        lateral: bool,
    ) -> Result<(FromNode, Item), Refusal> {
        let id = self.new_entry();
        let given: &[Ident] = alias.map_or(&[], |it| &it.columns);
        let table = alias.map_or(&name, |it| &it.name).clone();
        if given.len() > columns.len() {
            let message = format!(
                "table \"{}\" has {} columns available but {} columns specified",
                table.as_str(),
                columns.len(),
                given.len()
            );
            return Err(PgError::new(sqlstate::INVALID_COLUMN_REFERENCE, message).into());
        }
        let unnamed = alias.is_none() && matches!(source, Source::Query(_) | Source::Values(_));
        let duplicate = !unnamed && tables.entries.iter().any(|it| it.alias.as_ref().unwrap_or(&it.name) == &table);
        if duplicate {
            // Two tables of one name of different schemas may stand side by side.
            let relations = matches!(source, Source::Relation { .. }) && alias.is_none();
            return match relations {
                true => unknown(format!("the table name {table} stands twice")),
                false => {
                    let message = format!("table name \"{}\" specified more than once", table.as_str());
                    Err(PgError::new(sqlstate::DUPLICATE_ALIAS, message).into())
                }
            };
        }
        // Attribute numbers of relations count dropped columns; those of others do not have any.
        let shown: Vec<Shown> = (1u16..)
            .zip(columns)
            .map(|(place, column)| {
                let number = column.origin.map_or(place, |(_, number)| number);
                let name = given.get(usize::from(place) - 1).unwrap_or(&column.name).clone();
                Shown { column: ResultColumn { name, ..column }, variable: Variable { entry: id, column: number } }
            })
            .collect();
        let names = shown.iter().map(|it| it.column.name.clone()).collect();
        tables.entries.push(Entry {
            id,
            source,
            alias: alias.map(|it| it.name.clone()),
            column_aliases: given.to_vec(),
            name,
            columns: names,
            lateral,
        });
        let item = Item {
            name: Some(table),
            schema: None,
            relation: None,
            is_catalog: false,
            is_function: false,
            columns: shown,
            shows_columns: true,
        };
        Ok((FromNode::Entry(id), item))
    }

    fn join(
        &self,
        left: &FromItem,
        right: &FromItem,
        kind: JoinKind,
        condition: &JoinCondition,
        beside: &[Item],
        tables: &mut Tables,
    ) -> Result<(FromNode, Vec<Item>), Refusal> {
        let (left, mut items) = self.source(left, beside, tables)?;
        let mut visible = beside.to_vec();
        visible.extend(items.iter().cloned());
        let (right, theirs) = self.source(right, &visible, tables)?;
        let columns = |items: &[Item]| -> Vec<Shown> {
            items.iter().filter(|it| it.shows_columns).flat_map(|it| it.columns.clone()).collect()
        };
        let (ours, others) = (columns(&items), columns(&theirs));
        let using = match condition {
            JoinCondition::Using(names) => names.clone(),
            JoinCondition::Natural => {
                let common = ours.iter().filter(|it| others.iter().any(|other| other.column.name == it.column.name));
                common.map(|it| it.column.name.clone()).collect()
            }
            JoinCondition::None | JoinCondition::On(_) => vec![],
        };
        if using.is_empty() {
            items.extend(theirs);
            let condition = match condition {
                JoinCondition::On(condition) => {
                    let inside = self.inside(items.clone());
                    Some(expression::analyze_boolean(condition, &inside, Kind::JoinOn)?)
                }
                _ => None,
            };
            let node = FromNode::Join { left: Box::new(left), right: Box::new(right), kind, using, condition };
            return Ok((node, items));
        }
        let mut conditions = vec![];
        let mut merged = vec![];
        for name in &using {
            let (a, b) = (side(&ours, name, "left")?, side(&others, name, "right")?);
            let computes = kind == JoinKind::Full && !self.builder.borrow().runs;
            if !a.column.type_.is(b.column.type_) || computes {
                return unknown("a merged column that is neither side's is not modelled");
            }
            conditions.push(expression::equal(self.column_of(&a), self.column_of(&b), self)?);
            merged.push(match kind {
                JoinKind::Right => b,
                // `COALESCE` of both sides.
                JoinKind::Full => {
                    let variable = Variable { entry: self.new_entry(), column: 1 };
                    Shown { column: ResultColumn { origin: None, ..a.column }, variable }
                }
                _ => a,
            });
        }
        let rest = ours.into_iter().chain(others).filter(|it| !using.contains(&it.column.name));
        let shown = merged.into_iter().chain(rest).collect();
        let hidden = |mut item: Item| {
            item.shows_columns = false;
            item
        };
        let mut all: Vec<Item> = items.into_iter().chain(theirs).map(hidden).collect();
        all.push(Item {
            name: None,
            schema: None,
            relation: None,
            is_catalog: false,
            is_function: false,
            columns: shown,
            shows_columns: true,
        });
        let condition = expression::all_of(conditions);
        let node = FromNode::Join { left: Box::new(left), right: Box::new(right), kind, using, condition };
        Ok((node, all))
    }

    /// Rows as they stand, for `VALUES`.
    pub(super) fn row(&self, row: &[Expr]) -> Result<Vec<Expression>, Refusal> {
        row.iter().map(|it| expression::analyze(it, self, Kind::Value)).collect()
    }
}

fn plain_column(name: Ident, type_: Type) -> ResultColumn {
    ResultColumn { name, type_, collation: None, origin: None }
}

/// The column of one side that `USING` names.
fn side(shown: &[Shown], name: &Ident, which: &str) -> Result<Shown, Refusal> {
    let mut found = shown.iter().filter(|it| it.column.name == *name);
    let name = name.as_str();
    match (found.next(), found.next()) {
        (Some(it), None) => Ok(it.clone()),
        (Some(_), Some(_)) => {
            let message = format!("common column name \"{name}\" appears more than once in {which} table");
            Err(PgError::new(sqlstate::AMBIGUOUS_COLUMN, message).into())
        }
        (None, _) => {
            let message = format!("column \"{name}\" specified in USING clause does not exist in {which} table");
            Err(PgError::new(sqlstate::UNDEFINED_COLUMN, message).into())
        }
    }
}
