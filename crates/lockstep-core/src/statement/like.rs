//! `CREATE TABLE (… LIKE other …)`: `transformTableLikeClause` and `expandTableLikeClause`.

use crate::effect::RelationId;
use crate::name::{Ident, QualifiedName};
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::schema::index::{Index, KeyColumn};
use crate::schema::relation::{Column, ColumnDetails, Relation};
use crate::schema::sequence::Sequence;
use crate::statement::check_constraint::{NewCheck, add_check};
use crate::statement::column::{Definition, empty_column};
use crate::statement::define_index::{NewIndex, column_key, define_index};
use crate::statement::execution::{Execution, Outcome, fail};
use crate::statement::scope::read_back;
use crate::syntax::expression::Expr;
use crate::syntax::statement::{ConstraintAttributes, IndexKey, SequenceOptions};

/// What one `LIKE` clause brings along, taken from the other table as it is now.
pub(super) struct LikePart {
    columns: Vec<CopiedColumn>,
    checks: Vec<(Ident, Expr, bool, Option<String>)>,
    indexes: Vec<CopiedIndex>,
}

struct CopiedColumn {
    column: Column,
    default: Option<Expr>,
    generated: Option<(Expr, Option<bool>)>,
    identity: Option<(bool, SequenceOptions)>,
    not_null_name: Option<Ident>,
}

struct CopiedIndex {
    index: Index,
    keys: Vec<IndexKey>,
    include: Vec<Ident>,
    predicate: Option<Expr>,
    options: Vec<(Ident, Option<String>)>,
    constraint: Option<Constraint>,
    comment: Option<String>,
}

#[derive(Default)]
struct Including {
    comments: bool,
    compression: bool,
    constraints: bool,
    defaults: bool,
    generated: bool,
    identity: bool,
    indexes: bool,
    storage: bool,
}

impl Including {
    fn read(options: &[(bool, String)]) -> Self {
        let mut made = Including::default();
        for (including, what) in options {
            let mut set = |field: fn(&mut Including) -> &mut bool| *field(&mut made) = *including;
            match what.to_ascii_lowercase().as_str() {
                "comments" => set(|it| &mut it.comments),
                "compression" => set(|it| &mut it.compression),
                "constraints" => set(|it| &mut it.constraints),
                "defaults" => set(|it| &mut it.defaults),
                "generated" => set(|it| &mut it.generated),
                "identity" => set(|it| &mut it.identity),
                "indexes" => set(|it| &mut it.indexes),
                "storage" => set(|it| &mut it.storage),
                "all" => {
                    let fields: [fn(&mut Including) -> &mut bool; 8] = [
                        |it| &mut it.comments,
                        |it| &mut it.compression,
                        |it| &mut it.constraints,
                        |it| &mut it.defaults,
                        |it| &mut it.generated,
                        |it| &mut it.identity,
                        |it| &mut it.indexes,
                        |it| &mut it.storage,
                    ];
                    for field in fields {
                        set(field);
                    }
                }
                _ => {}
            }
        }
        made
    }
}

/// Views and composite types have columns, and nothing else that `LIKE` takes.
fn of_other_kind(relation: &Relation, options: &[(bool, String)]) -> LikePart {
    let including = Including::read(options);
    let copied = |column: &Column| {
        let mut details = ColumnDetails::clone(&column.details);
        details.comment = details.comment.filter(|_| including.comments);
        details.storage = details.storage.filter(|_| including.storage);
        let column = Column { default: None, inherited: 0, local: true, details: details.into(), ..column.clone() };
        CopiedColumn { column, default: None, generated: None, identity: None, not_null_name: None }
    };
    let columns = relation.columns().live().map(|(_, column)| copied(column)).collect();
    LikePart { columns, checks: vec![], indexes: vec![] }
}

pub(super) fn read(execution: &mut Execution, name: &QualifiedName, options: &[(bool, String)]) -> Outcome<LikePart> {
    let id = execution.open(name, LockMode::AccessShare, "the table's definition is copied")?;
    let relation = execution.schema.relation(id);
    if relation.table().is_none() && (relation.view().is_some() || relation.kind() == 'c') {
        return Ok(of_other_kind(relation, options));
    }
    let Some(table) = relation.table().cloned() else {
        let name = relation.name.name.as_str();
        let message = format!("relation \"{name}\" is invalid in LIKE clause");
        return fail(sqlstate::WRONG_OBJECT_TYPE, message);
    };
    let including = Including::read(options);
    let mut part = LikePart { columns: vec![], checks: vec![], indexes: vec![] };
    for (number, column) in table.live() {
        let mut copy = empty_column(column.name.clone(), column.type_);
        let details = ColumnDetails {
            collation: column.collation.clone(),
            storage: column.storage.clone().filter(|_| including.storage),
            compression: column.compression.clone().filter(|_| including.compression),
            comment: column.comment.clone().filter(|_| including.comments),
            ..ColumnDetails::default()
        };
        copy.details = details.into();
        copy.not_null = column.not_null;
        let default = match &column.default {
            Some(default) if including.defaults => Some(read_back(execution, id, default)?),
            _ => None,
        };
        let generated = match &column.generated {
            Some(it) if including.generated => Some((read_back(execution, id, &it.expression)?, Some(it.stored))),
            _ => None,
        };
        let identity = match column.identity {
            Some(always) if including.identity => Some((always, identity_options(execution, &table.sequences, number))),
            _ => None,
        };
        let not_null_name = table.constraints.iter().find_map(|it| match it.kind {
            ConstraintKind::NotNull { column, .. } if column == number => Some(it.name.clone()),
            _ => None,
        });
        part.columns.push(CopiedColumn { column: copy, default, generated, identity, not_null_name });
    }
    if including.constraints {
        for constraint in &table.constraints {
            if let ConstraintKind::Check { expression, no_inherit } = &constraint.kind {
                let expression = read_back(execution, id, expression)?;
                let comment = constraint.comment.clone().filter(|_| including.comments);
                part.checks.push((constraint.name.clone(), expression, *no_inherit, comment));
            }
        }
    }
    if including.indexes {
        for index_id in &table.indexes {
            let copied = copy_index(execution, id, *index_id, including.comments)?;
            part.indexes.push(copied);
        }
    }
    Ok(part)
}

fn identity_options(execution: &Execution, sequences: &[RelationId], number: u16) -> SequenceOptions {
    let sequence = sequences.iter().find_map(|id| {
        let sequence: &Sequence = execution.schema.get(*id)?.sequence()?;
        sequence.owner.filter(|owner| owner.column == number).map(|_| sequence.clone())
    });
    match sequence {
        Some(it) => SequenceOptions {
            increment: Some(it.increment),
            min_value: Some(Some(it.min)),
            max_value: Some(Some(it.max)),
            start: Some(it.start),
            cache: Some(it.cache),
            cycle: Some(it.cycle),
            ..SequenceOptions::default()
        },
        None => SequenceOptions::default(),
    }
}

/// `generateClonedIndexStmt`.
fn copy_index(execution: &Execution, table: RelationId, id: RelationId, comments: bool) -> Outcome<CopiedIndex> {
    let relation = execution.schema.relation(id);
    let index = execution.schema.index(id).clone();
    let columns = execution.schema.table(table);
    let mut keys = vec![];
    for key in &index.keys {
        let mut copy = match &key.column {
            KeyColumn::Attribute(number) => column_key(&columns.column_name(*number)),
            KeyColumn::Expression(expression) => {
                let mut copy = column_key(&Ident::new(""));
                copy.expression = read_back(execution, table, expression)?;
                copy
            }
        };
        copy.collation = key.collation.clone();
        copy.operator_class = key.operator_class.clone();
        copy.operator_class_options = key.written_options();
        copy.descending = index.method.as_str().eq("btree").then_some(key.descending).filter(|it| *it);
        copy.nulls_first = (key.nulls_first != key.descending).then_some(key.nulls_first);
        keys.push(copy);
    }
    let predicate = match &index.predicate {
        Some(predicate) => Some(read_back(execution, table, predicate)?),
        None => None,
    };
    let options = relation.options.iter().filter_map(|option| option.split_once('='));
    let options = options.map(|(name, value)| (Ident::new(name), Some(value.to_owned()))).collect();
    let constraint = columns.constraints.iter().find(|it| it.index() == Some(id)).cloned();
    Ok(CopiedIndex {
        keys,
        include: index.include.iter().map(|number| columns.column_name(*number)).collect(),
        predicate,
        options,
        constraint,
        comment: relation.comment.clone().filter(|_| comments),
        index,
    })
}

impl LikePart {
    pub(super) fn definitions(&self) -> Vec<Definition> {
        let made = self.columns.iter().map(|it| {
            let mut column = it.column.clone();
            let not_null = column.not_null.then(|| (it.not_null_name.clone(), false));
            column.not_null = false;
            Definition {
                column,
                default: it.default.clone(),
                serial: None,
                identity: it.identity.clone(),
                generated: it.generated.clone(),
                not_null,
                constraints: vec![],
            }
        });
        made.collect()
    }

    pub(super) fn add_checks(&self, execution: &mut Execution, table: RelationId) -> Outcome {
        for (name, expression, no_inherit, comment) in &self.checks {
            let check = NewCheck {
                name: Some(name),
                expression,
                no_inherit: *no_inherit,
                attributes: ConstraintAttributes::default(),
            };
            add_check(execution, table, &check, true)?;
            if let Some(made) = execution.schema.table_mut(table).constraints.last_mut() {
                made.comment = comment.clone();
            }
        }
        Ok(())
    }

    pub(super) fn add_indexes(&self, execution: &mut Execution, table: RelationId) -> Outcome {
        for copied in &self.indexes {
            let index = &copied.index;
            let new = NewIndex {
                table,
                name: None,
                method: Some(&index.method),
                keys: &copied.keys,
                include: &copied.include,
                predicate: copied.predicate.as_ref(),
                options: &copied.options,
                tablespace: None,
                unique: index.unique,
                primary: index.primary,
                nulls_not_distinct: index.nulls_not_distinct,
                is_constraint: copied.constraint.is_some(),
                deferrable: !index.immediate,
                exclusion: index.exclusion,
                concurrently: false,
                skip_build: false,
                only: false,
            };
            let id = define_index(execution, &new)?;
            let relation = execution.schema.relation_mut(id);
            relation.comment = copied.comment.clone();
            let name = relation.name.name.clone();
            if let Some(constraint) = &copied.constraint {
                let mut constraint = constraint.clone();
                constraint.name = name;
                constraint.comment = None;
                match &mut constraint.kind {
                    ConstraintKind::PrimaryKey { index }
                    | ConstraintKind::Unique { index }
                    | ConstraintKind::Exclude { index, .. } => *index = id,
                    _ => {}
                }
                execution.schema.add_constraint(table, constraint);
            }
        }
        Ok(())
    }
}
