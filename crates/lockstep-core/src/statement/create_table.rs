//! `CREATE TABLE`: `transformCreateStmt` and `DefineRelation`.

use triomphe::Arc;

use crate::effect::{ObjectName, PgError, RelationId, WorkKind};
use crate::expression::{Expression, Volatility};
use crate::name::Ident;
use crate::pg::hierarchy;
use crate::pg::lock_mode::LockMode;
use crate::pg::{behavior, sqlstate};
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::schema::relation::{Body, Columns, Generated, Persistence, RelationDetails, Table, TableKind};
use crate::schema::sequence::SequenceOwner;
use crate::statement::Command;
use crate::statement::alter_table::{parameters, storage};
use crate::statement::check_constraint::{self, NewCheck, add_not_null};
use crate::statement::column::{self, Definition};
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::foreign_key::{self, NewForeignKey};
use crate::statement::inherit::{self, Inheritance, InheritedNotNull};
use crate::statement::like::{self, LikePart};
use crate::statement::scope::{self, Use};
use crate::statement::{create_table_as, end_of_transaction, index_constraint, partition, sequence, typed_table};
use crate::syntax::expression::Expr;
use crate::syntax::statement::{ColumnDefinition, CreateTable, TableConstraint, TableConstraintKind, TableElement};

impl Command for CreateTable {
    fn run(&self, execution: &mut Execution) -> Outcome {
        if let Some((query, with_data)) = &self.query {
            return create_table_as::run(self, query, *with_data, execution);
        }
        execution.writable("CREATE TABLE")?;
        if let Some(what) = self.unmodelled() {
            return unknown(format!("CREATE TABLE with {what} is not modelled"));
        }
        let Some(name) = execution.new_relation(&self.name, self.persistence, self.if_not_exists)? else {
            return Ok(());
        };
        if self.partition_by.is_some() && !self.inherits.is_empty() {
            let message = "cannot create partitioned table as inheritance child";
            return fail(sqlstate::INVALID_OBJECT_DEFINITION, message);
        }
        // Before the table exists, its elements are read in order: errors come in that order too.
        let mut definitions = vec![];
        let mut constraints: Vec<TableConstraint> = vec![];
        let mut like = vec![];
        let mut of_type = None;
        if let Some(type_name) = &self.of_type {
            let (id, columns) = typed_table::open_type(execution, type_name)?;
            definitions = columns.into_iter().map(column::without_options).collect();
            of_type = Some(id);
        }
        let mut given: Vec<&Ident> = vec![];
        for element in &self.elements {
            match element {
                TableElement::Column(definition) if of_type.is_some() => {
                    if given.contains(&&definition.name) {
                        let message = format!("column \"{}\" specified more than once", definition.name.as_str());
                        return fail(sqlstate::DUPLICATE_COLUMN, message);
                    }
                    given.push(&definition.name);
                    typed_table::refuse_computed(definition, "typed tables", true)?;
                    let place = typed_table::place_of(&definitions, &definition.name)?;
                    let column = definitions[place].column.clone();
                    definitions[place] =
                        column::transform_with(execution, name.name.as_str(), definition, column, None)?;
                }
                TableElement::Column(definition) => {
                    if self.partition_of.is_some() {
                        let generated = !behavior::partitions_generate(execution.version);
                        typed_table::refuse_computed(definition, "partitions", generated)?;
                    }
                    let definition = &self.with_type(execution, definition)?;
                    definitions.push(column::transform(execution, name.name.as_str(), definition)?);
                }
                TableElement::Constraint(constraint) => constraints.push(constraint.clone()),
                TableElement::Like { table, options } => {
                    let part = like::read(execution, table, options)?;
                    definitions.extend(part.definitions());
                    like.push(part);
                }
            }
        }
        if execution.schema.find_type(&name).is_some() {
            let message = format!("type \"{}\" already exists", name.name.as_str());
            return fail(sqlstate::DUPLICATE_OBJECT, message);
        }
        let late_not_null = of_type.is_some()
            && !behavior::not_null_is_a_constraint(execution.version)
            && constraints.iter().any(|it| match &it.kind {
                TableConstraintKind::PrimaryKey { columns, .. } => columns.iter().any(|it| !given.contains(&it)),
                _ => false,
            });
        let table = build(execution, self, name, definitions, constraints, like)?;
        if late_not_null {
            // The columns are the type's: they are marked by an `ALTER TABLE` of the key's own.
            let reason = "a column of the primary key is marked NOT NULL once the table is there";
            execution.work(table, WorkKind::Verify, None, reason);
        }
        if of_type.is_some() {
            execution.schema.table_mut(table).of_type = of_type;
        }
        Ok(())
    }
}

impl CreateTable {
    fn unmodelled(&self) -> Option<&'static str> {
        if self.query.is_some() {
            return Some("AS");
        }
        if self.access_method.is_some() {
            return Some("USING");
        }
        None
    }

    /// A column of a partition has the type that its table gives it.
    fn with_type(&self, execution: &Execution, written: &ColumnDefinition) -> Outcome<ColumnDefinition> {
        let Some((parent, _)) = self.partition_of.as_ref().filter(|_| written.type_name.is_none()) else {
            return Ok(written.clone());
        };
        let parent = execution.resolve(parent)?;
        let Some((_, column)) = execution.schema.relation(parent).columns().find(written.name.as_str()) else {
            let message = format!("column \"{}\" does not exist", written.name.as_str());
            return fail(sqlstate::UNDEFINED_COLUMN, message);
        };
        let text = format!("NULL::{}", execution.schema.format_type(&column.type_));
        match crate::syntax::parse_expression(&text) {
            Ok(Expr::Cast { type_name, .. }) => {
                Ok(ColumnDefinition { type_name: Some(type_name.clone()), ..written.clone() })
            }
            _ => unknown("the type of a column cannot be read back"),
        }
    }
}

/// What is wrong with the whole before its parents are looked at (`DefineRelation`).
fn check_kind(execution: &Execution, statement: &CreateTable) -> Outcome {
    let Some(key) = &statement.partition_by else { return Ok(()) };
    if statement.persistence == Persistence::Unlogged
        && hierarchy::partitioned_tables_refuse_unlogged(execution.version)
    {
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, "partitioned tables cannot be unlogged");
    }
    partition::key::strategy(key)?;
    Ok(())
}

fn build(
    execution: &mut Execution,
    statement: &CreateTable,
    name: ObjectName,
    definitions: Vec<Definition>,
    table_constraints: Vec<TableConstraint>,
    like: Vec<LikePart>,
) -> Outcome<RelationId> {
    column::check_count(definitions.len())?;
    for (place, definition) in definitions.iter().enumerate() {
        if definitions[..place].iter().any(|other| other.column.name == definition.column.name) {
            return fail(
                sqlstate::DUPLICATE_COLUMN,
                format!("column \"{}\" specified more than once", definition.column.name.as_str()),
            );
        }
    }
    if statement.on_commit.is_some() && statement.persistence != Persistence::Temporary {
        let message = "ON COMMIT can only be used on temporary tables";
        return fail(sqlstate::INVALID_TABLE_DEFINITION, message);
    }
    check_kind(execution, statement)?;
    let mut inheritance = inherit::open(execution, statement)?;
    let mut definitions = inherit::merge(execution, &mut inheritance, definitions)?;
    let columns = Columns(definitions.iter().map(|definition| definition.column.clone()).collect());
    column::check_columns(execution, &columns.0)?;
    // Sequences come before the table, as `generateSerialExtraStmts` puts them.
    let mut sequences: Vec<Option<RelationId>> = vec![];
    for definition in &definitions {
        sequences.push(make_sequence(execution, &name, definition, statement.persistence)?);
    }
    if let Some(tablespace) = &statement.tablespace {
        storage::find_tablespace(execution, tablespace)?;
    }
    let kind = match statement.partition_by.is_some() {
        true => TableKind::Partitioned,
        false => TableKind::Ordinary,
    };
    let (options, toast_options) = parameters::of_new_table(execution, &statement.options, &kind)?;
    let table = Table { kind, columns, ..Table::default() };
    let id = execution.schema.add_relation(name.clone(), statement.persistence, Body::Table(table));
    end_of_transaction::register(execution, id, statement.on_commit.as_deref());
    execution.lock(id, LockMode::AccessExclusive, "a new relation is locked by the statement that makes it");
    let tablespace = statement.tablespace.clone().filter(|it| it != "pg_default");
    execution.schema.relation_mut(id).details = RelationDetails { options, tablespace, comment: None }.into();
    for parent in &inheritance.parents {
        execution.schema.adopt(id, *parent);
    }
    for (number, (definition, sequence)) in (1u16..).zip(definitions.iter().zip(&sequences)) {
        finish_column(execution, id, number, definition, *sequence)?;
    }
    let columns = execution.schema.table(id);
    for column in columns.columns.iter() {
        let used = column.generated.iter().flat_map(|it| it.expression.columns());
        let nested = used.into_iter().find(|it| columns.attribute(*it).is_some_and(|it| it.generated.is_some()));
        if let Some(nested) = nested {
            return scope::refuse_generated(&columns.column_name(nested));
        }
    }
    column::create_toast(execution, id);
    let table = execution.schema.table_mut(id);
    if table.toast && !toast_options.is_empty() {
        table.toast_options = toast_options;
    }
    inheritance.add_checks(execution, id)?;
    become_partition(execution, statement, id, &inheritance)?;
    let mut constraints: Vec<TableConstraint> =
        definitions.iter_mut().flat_map(|it| std::mem::take(&mut it.constraints)).collect();
    constraints.extend(table_constraints);
    // `CHECK`s come with the table, then indexes (the primary key first), then foreign keys.
    for constraint in &constraints {
        if let TableConstraintKind::Check { expression, no_inherit } = &constraint.kind {
            let mut attributes = constraint.attributes;
            // On a table without rows there is nothing that could be invalid (`transformCheckConstraints`).
            attributes.not_valid = false;
            let check = NewCheck { name: constraint.name.as_ref(), expression, no_inherit: *no_inherit, attributes };
            check_constraint::add_check(execution, id, &check, true)?;
        }
    }
    for part in &like {
        part.add_checks(execution, id)?;
    }
    not_nulls(execution, id, &definitions, &constraints, &inheritance.not_nulls)?;
    if let (true, Some(parent)) = (inheritance.is_partition, inheritance.parents.first()) {
        partition::indexes::ensure(execution, *parent, id)?;
        partition::triggers::clone_to_partition(execution, *parent, id)?;
        partition::keys::clone_to_partition(execution, *parent, id, false)?;
    }
    indexes(execution, id, &constraints)?;
    for part in &like {
        part.add_indexes(execution, id)?;
    }
    for constraint in &constraints {
        if let TableConstraintKind::ForeignKey { columns, references, period } = &constraint.kind {
            let mut attributes = constraint.attributes;
            attributes.not_valid = false;
            let new = NewForeignKey {
                name: constraint.name.as_ref(),
                columns,
                period: *period,
                references,
                attributes,
                skip_validation: true,
            };
            foreign_key::add(execution, id, &new, LockMode::AccessExclusive)?;
        }
    }
    Ok(id)
}

/// The bound of a partition and the key of a partitioned table, as `DefineRelation` sets them.
fn become_partition(
    execution: &mut Execution,
    statement: &CreateTable,
    id: RelationId,
    inheritance: &Inheritance,
) -> Outcome {
    if let (Some((_, written)), Some(parent)) = (&statement.partition_of, inheritance.parents.first().copied()) {
        let default = execution.schema.default_partition(parent);
        if let Some(default) = default {
            let reason = "a new partition changes which rows the default partition may hold";
            execution.lock(default, LockMode::AccessExclusive, reason);
        }
        let bound = partition::bound::transform(execution, parent, written)?;
        let name = execution.bare_name(id);
        partition::overlap::check(execution, parent, &name, &bound)?;
        if let Some(default) = default {
            partition::attach::check_default(execution, parent, default, &bound)?;
        }
        execution.schema.table_mut(id).bound = Some(Arc::new(bound));
    }
    if let Some(written) = &statement.partition_by {
        let key = partition::key::compute(execution, id, written)?;
        execution.schema.table_mut(id).partition_key = Some(Arc::new(key));
    }
    Ok(())
}

/// The sequence of a serial or identity column, if the definition asks for one.
pub(super) fn make_sequence(
    execution: &mut Execution,
    table: &ObjectName,
    definition: &Definition,
    persistence: Persistence,
) -> Outcome<Option<RelationId>> {
    let column = &definition.column.name;
    let (data_type, options) = match (&definition.identity, definition.serial) {
        (Some((_, options)), _) => (sequence::type_for_identity(execution, &definition.column.type_)?, options.clone()),
        (None, Some(serial)) => (serial, Default::default()),
        (None, None) => return Ok(None),
    };
    sequence::create_for_column(execution, table, column, data_type, &options, persistence).map(Some)
}

/// `check_nested_generated`: neither the column itself nor another one that is generated.
fn refuse_nested_generation(execution: &Execution, table: RelationId, number: u16, expression: &Expression) -> Outcome {
    for used in expression.columns() {
        let Some(column) = execution.schema.table(table).attribute(used) else { continue };
        if used == number || column.generated.is_some() {
            let name = column.name.as_str();
            let message = format!("cannot use generated column \"{name}\" in column generation expression");
            let detail = "A generated column cannot reference another generated column.";
            return Err(PgError::new(sqlstate::INVALID_OBJECT_DEFINITION, message).detail(detail).into());
        }
    }
    Ok(())
}

/// Default, generation expression, identity and sequence of a column that is in the table by now.
pub(super) fn finish_column(
    execution: &mut Execution,
    table: RelationId,
    number: u16,
    definition: &Definition,
    sequence: Option<RelationId>,
) -> Outcome {
    let mut default: Option<Arc<Expression>> = None;
    let mut generated = None;
    if let Some(expression) = &definition.default {
        default = scope::analyze_default(execution, table, number, expression)?;
    }
    if let Some((expression, stored)) = &definition.generated {
        let expression = scope::analyze_as(execution, table, number, expression, Use::Generated)?;
        refuse_nested_generation(execution, table, number, &expression)?;
        if scope::stored_volatility(execution, &expression) != Volatility::Immutable {
            return fail(sqlstate::INVALID_OBJECT_DEFINITION, "generation expression is not immutable");
        }
        generated = Some(Generated { expression, stored: *stored == Some(true) });
    }
    if let Some(sequence) = sequence {
        let identity = definition.identity.is_some();
        if !identity {
            default = Some(Arc::new(Expression::nextval(sequence.0, &definition.column.type_)));
        }
        if let Some(sequence) = execution.schema.sequence_mut(sequence) {
            sequence.owner = Some(SequenceOwner { table, column: number, identity });
        }
        execution.schema.table_mut(table).sequences.push(sequence);
    }
    if let Some(column) = execution.schema.table_mut(table).attribute_mut(number) {
        column.default = default;
        column.generated = generated;
        column.identity = definition.identity.as_ref().map(|(always, _)| *always);
    }
    Ok(())
}

/// `NOT NULL`s of columns, of table constraints and of the primary key, in attribute order
/// (`AddRelationNotNullConstraints` sorts them so).
fn not_nulls(
    execution: &mut Execution,
    table: RelationId,
    definitions: &[Definition],
    constraints: &[TableConstraint],
    inherited: &[InheritedNotNull],
) -> Outcome {
    let mut wanted: Vec<Option<(Option<Ident>, bool)>> =
        definitions.iter().map(|definition| definition.not_null.clone()).collect();
    for constraint in constraints {
        match &constraint.kind {
            TableConstraintKind::NotNull { column, no_inherit } => {
                let Some((number, _)) = execution.schema.table(table).column(column.as_str()) else {
                    return fail(
                        sqlstate::UNDEFINED_COLUMN,
                        format!(
                            "column \"{}\" of relation \"{}\" does not exist",
                            column.as_str(),
                            execution.bare_name(table)
                        ),
                    );
                };
                let slot = &mut wanted[usize::from(number) - 1];
                *slot = Some(merge(slot.take(), (constraint.name.clone(), *no_inherit), column)?);
            }
            TableConstraintKind::PrimaryKey { columns, .. } => {
                for column in columns {
                    if let Some((number, _)) = execution.schema.table(table).column(column.as_str()) {
                        let slot = &mut wanted[usize::from(number) - 1];
                        if behavior::not_null_is_a_constraint(execution.version) {
                            *slot = Some(merge(slot.take(), (None, false), column)?);
                        } else {
                            *slot = slot.take().or(Some((None, false)));
                        }
                    }
                }
            }
            _ => {}
        }
    }
    // Given names are taken first, so that a made-up one steps aside.
    let numbered = (1u16..).zip(&wanted);
    for (number, wanted) in numbered.clone() {
        if let Some((Some(name), no_inherit)) = wanted {
            add_not_null(execution, table, number, Some(name), *no_inherit, true)?;
        }
    }
    for (number, wanted) in numbered {
        if let Some((None, no_inherit)) = wanted {
            add_not_null(execution, table, number, None, *no_inherit, true)?;
        }
    }
    for from_parents in inherited {
        let Some((number, column)) = execution.schema.table(table).column(from_parents.column.as_str()) else {
            continue;
        };
        let own = column.not_null;
        if !own {
            // The parent's name, unless the table has something else of that name by now.
            let name = from_parents.name.as_ref().filter(|name| !execution.schema.constraint_is_used(table, name));
            add_not_null(execution, table, number, name, false, true)?;
        }
        let constraints = &mut execution.schema.table_mut(table).constraints;
        let is_it =
            |it: &&mut Constraint| matches!(it.kind, ConstraintKind::NotNull { column, .. } if column == number);
        if let Some(constraint) = constraints.iter_mut().find(is_it) {
            constraint.inherited = from_parents.count;
            constraint.local = own;
        }
    }
    Ok(())
}

/// `AddRelationNotNullConstraints`: two that name one column must agree.
fn merge(
    first: Option<(Option<Ident>, bool)>,
    second: (Option<Ident>, bool),
    column: &Ident,
) -> Outcome<(Option<Ident>, bool)> {
    let Some((name, no_inherit)) = first else { return Ok(second) };
    if no_inherit != second.1 {
        let message =
            format!("conflicting NO INHERIT declarations for not-null constraints on column \"{}\"", column.as_str());
        return fail(sqlstate::SYNTAX_ERROR, message);
    }
    match (name, second.0) {
        (Some(a), Some(b)) if a != b => {
            let (a, b) = (a.as_str(), b.as_str());
            fail(sqlstate::SYNTAX_ERROR, format!("conflicting not-null constraint names \"{a}\" and \"{b}\""))
        }
        (a, b) => Ok((a.or(b), no_inherit)),
    }
}

/// `transformIndexConstraints`: the primary key first, duplicates made once.
fn indexes(execution: &mut Execution, table: RelationId, constraints: &[TableConstraint]) -> Outcome {
    let primary = |constraint: &&TableConstraint| matches!(constraint.kind, TableConstraintKind::PrimaryKey { .. });
    if constraints.iter().filter(primary).count() > 1 {
        return index_constraint::second_primary_key(&execution.bare_name(table));
    }
    let mut made: Vec<TableConstraint> = vec![];
    let others = constraints
        .iter()
        .filter(|it| matches!(it.kind, TableConstraintKind::Unique { .. } | TableConstraintKind::Exclude { .. }));
    for constraint in constraints.iter().filter(primary).chain(others) {
        match made.iter_mut().find(|other| same_index(other, constraint)) {
            // A name that one of them has is the index's.
            Some(other) if other.name.is_none() => other.name.clone_from(&constraint.name),
            Some(_) => {}
            None => made.push(constraint.clone()),
        }
    }
    for constraint in &made {
        index_constraint::add(execution, table, constraint, false, false)?;
    }
    for constraint in constraints {
        if let TableConstraintKind::UniqueUsingIndex { .. } | TableConstraintKind::PrimaryKeyUsingIndex { .. } =
            &constraint.kind
        {
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, "cannot use an existing index in CREATE TABLE");
        }
    }
    Ok(())
}

/// Redundant when columns and properties agree.
fn same_index(first: &TableConstraint, second: &TableConstraint) -> bool {
    let key = |constraint: &TableConstraint| match &constraint.kind {
        TableConstraintKind::PrimaryKey { columns, index, without_overlaps } => {
            Some((columns.clone(), index.clone(), false, *without_overlaps))
        }
        TableConstraintKind::Unique { columns, index, nulls_not_distinct, without_overlaps } => {
            Some((columns.clone(), index.clone(), *nulls_not_distinct, *without_overlaps))
        }
        _ => None,
    };
    key(first).is_some() && key(first) == key(second) && first.attributes == second.attributes
}
