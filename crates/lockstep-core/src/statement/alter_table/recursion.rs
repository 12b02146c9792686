//! Subcommands that go on to the tables below when they are executed.

use crate::effect::{DataChangeKind, RelationId};
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::{behavior, sqlstate};
use crate::schema::constraint::ConstraintKind;
use crate::schema::dependency::Object;
use crate::statement::alter_table::hierarchy::{refuse, refuse_key_column, refuse_without_children};
use crate::statement::alter_table::queue::{Queue, REASON};
use crate::statement::alter_table::{add_column, add_constraint, not_null};
use crate::statement::check_constraint::{add_not_null, find_not_null};
use crate::statement::column::{self, attribute, missing_column};
use crate::statement::deletion::delete;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::inherit;
use crate::statement::scope::{self, Use};
use crate::syntax::statement::{
    ColumnConstraint, ColumnConstraintKind, ColumnDefinition, ConstraintAttributes, TableConstraint,
    TableConstraintKind,
};

/// Locks the children and returns them.
pub(super) fn open_children(execution: &mut Execution, queue: &Queue, table: RelationId) -> Outcome<Vec<RelationId>> {
    let children = execution.schema.children(table);
    for child in &children {
        execution.lock(*child, queue.mode, REASON);
        execution.not_in_use(*child, "ALTER TABLE")?;
    }
    Ok(children)
}

/// `ATExecAddColumn` on a table that stands in a hierarchy.
pub(super) fn add_column(
    execution: &mut Execution,
    queue: &mut Queue,
    table: RelationId,
    definition: &ColumnDefinition,
    if_not_exists: bool,
    recurse: bool,
) -> Outcome {
    if execution.schema.table(table).is_partition() {
        return fail(sqlstate::WRONG_OBJECT_TYPE, "cannot add column to a partition");
    }
    let children = execution.schema.children(table);
    if children.is_empty() {
        return add_column::run(execution, table, queue.altered(table), definition, if_not_exists);
    }
    // The other constraints are subcommands of their own, which recurse for themselves.
    let goes_with_column = |it: &&ColumnConstraint| {
        matches!(
            it.kind,
            ColumnConstraintKind::NotNull { .. }
                | ColumnConstraintKind::Null
                | ColumnConstraintKind::Default(_)
                | ColumnConstraintKind::Generated { .. }
        )
    };
    let own = definition.constraints.iter().filter(goes_with_column).cloned().collect();
    let plain = ColumnDefinition { constraints: own, ..definition.clone() };
    let before = execution.schema.table(table).columns.len();
    let relation = execution.bare_name(table);
    let exists = execution.schema.table(table).column(definition.name.as_str()).is_some();
    let parts = if exists { None } else { Some(column::transform(execution, &relation, definition)?) };
    if parts.as_ref().is_some_and(|it| it.identity.is_some() || it.serial.is_some()) {
        return unknown("a numbered column that is added to several tables is not modelled");
    }
    add_column::run(execution, table, queue.altered(table), &plain, if_not_exists)?;
    if execution.schema.table(table).columns.len() == before {
        return Ok(());
    }
    if !recurse {
        return refuse("column must be added to child tables too");
    }
    let not_null = execution.schema.table(table).column(definition.name.as_str()).and_then(|(number, column)| {
        let name = find_not_null(execution, table, number).map(|it| it.name.clone());
        column.not_null.then_some(name)
    });
    add_to_children(execution, queue, table, &plain, not_null.as_ref())?;
    for constraint in parts.map(|it| it.constraints).unwrap_or_default() {
        add_constraint(execution, queue, table, &constraint, true, false)?;
    }
    Ok(())
}

/// `not_null`: the name of its constraint on the table above, where it has one.
fn add_to_children(
    execution: &mut Execution,
    queue: &mut Queue,
    table: RelationId,
    definition: &ColumnDefinition,
    not_null: Option<&Option<Ident>>,
) -> Outcome {
    for child in open_children(execution, queue, table)? {
        let (type_, collation) = match execution.schema.table(table).column(definition.name.as_str()) {
            Some((_, column)) => (column.type_, column.collation.clone()),
            None => continue,
        };
        let name = definition.name.as_str();
        let relation = execution.bare_name(child);
        if let Some((number, existing)) = execution.schema.table(child).column(name) {
            if existing.type_ != type_ {
                let message = format!("child table \"{relation}\" has different type for column \"{name}\"");
                return fail(sqlstate::DATATYPE_MISMATCH, message);
            }
            if existing.collation != collation {
                let message = format!("child table \"{relation}\" has different collation for column \"{name}\"");
                return fail(sqlstate::COLLATION_MISMATCH, message);
            }
            execution.notice(format!("merging definition of column \"{name}\" for child \"{relation}\""));
            if let Some(column) = execution.schema.table_mut(child).attribute_mut(number) {
                column.inherited += 1;
            }
            if not_null.is_some() {
                return unknown("NOT NULL of a column that a child has already is not modelled");
            }
            continue;
        }
        let mut copy = definition.clone();
        for constraint in &mut copy.constraints {
            if matches!(constraint.kind, ColumnConstraintKind::NotNull { .. }) {
                constraint.name = not_null.cloned().flatten();
            }
        }
        add_column::run(execution, child, queue.altered(child), &copy, false)?;
        let number = attribute(execution, child, &definition.name)?;
        if let Some(column) = execution.schema.table_mut(child).attribute_mut(number) {
            (column.inherited, column.local) = (1, false);
        }
        mark_inherited(execution, child, number);
        add_to_children(execution, queue, child, definition, not_null)?;
    }
    Ok(())
}

/// The column's `NOT NULL` came from above.
fn mark_inherited(execution: &mut Execution, table: RelationId, number: u16) {
    let constraints = &mut execution.schema.table_mut(table).constraints;
    let is_it = |it: &&mut crate::schema::constraint::Constraint| matches!(it.kind, ConstraintKind::NotNull { column, .. } if column == number);
    if let Some(constraint) = constraints.iter_mut().find(is_it) {
        (constraint.inherited, constraint.local) = (1, false);
    }
}

/// `ATExecDropColumn`.
pub(super) fn drop_column(
    execution: &mut Execution,
    queue: &Queue,
    table: RelationId,
    name: &Ident,
    guards: (bool, bool),
    recurse: bool,
) -> Outcome {
    let (if_exists, cascade) = guards;
    let relation = execution.bare_name(table);
    let Some((number, column)) = execution.schema.table(table).column(name.as_str()) else {
        if column::check_name(name).is_err() {
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, format!("cannot drop system column \"{}\"", name.as_str()));
        }
        if if_exists {
            let name = name.as_str();
            execution.notice(format!("column \"{name}\" of relation \"{relation}\" does not exist, skipping"));
            return Ok(());
        }
        return Err(missing_column(name, &relation).into());
    };
    if column.inherited > 0 {
        return refuse(format!("cannot drop inherited column \"{}\"", name.as_str()));
    }
    let mut doomed = vec![];
    doom_column(execution, queue, table, name, number, recurse, &mut doomed)?;
    for object in &doomed {
        if let Object::Column(table, number) = object {
            execution.data_change(*table, Some(*number), DataChangeKind::Dropped);
        }
    }
    delete(execution, &doomed, cascade)
}

fn doom_column(
    execution: &mut Execution,
    queue: &Queue,
    table: RelationId,
    name: &Ident,
    number: u16,
    recurse: bool,
    doomed: &mut Vec<Object>,
) -> Outcome {
    refuse_key_column(execution, table, name, "drop")?;
    let children = open_children(execution, queue, table)?;
    if !recurse && !children.is_empty() && execution.schema.table(table).is_partitioned() {
        return refuse("cannot drop column from only the partitioned table when partitions exist");
    }
    doomed.push(Object::Column(table, number));
    for child in children {
        let number = attribute(execution, child, name)?;
        let Some(column) = execution.schema.table_mut(child).attribute_mut(number) else { continue };
        if recurse && column.inherited == 1 && !column.local {
            doom_column(execution, queue, child, name, number, true, doomed)?;
            continue;
        }
        column.inherited = column.inherited.saturating_sub(1);
        column.local |= !recurse;
    }
    Ok(())
}

/// `ATExecAddConstraint`.
pub(super) fn add_constraint(
    execution: &mut Execution,
    queue: &mut Queue,
    table: RelationId,
    constraint: &TableConstraint,
    recurse: bool,
    skip_validation: bool,
) -> Outcome {
    match &constraint.kind {
        TableConstraintKind::Check { no_inherit, .. } => {
            if *no_inherit && execution.schema.table(table).is_partitioned() {
                let name = execution.bare_name(table);
                return refuse(format!("cannot add NO INHERIT constraint to partitioned table \"{name}\""));
            }
            let before = execution.schema.table(table).constraints.len();
            add_constraint::add(execution, table, queue.altered(table), constraint, skip_validation)?;
            let made = execution.schema.table(table).constraints.last().map(|it| it.name.clone());
            // Merged into one that came from above: the tables below have it as well.
            let merged = execution.schema.table(table).constraints.len() == before;
            let Some(made) = made.filter(|_| !merged && !no_inherit) else { return Ok(()) };
            let named = TableConstraint { name: Some(made), ..constraint.clone() };
            check_children(execution, queue, table, &named, recurse)
        }
        // Their grammar has none (`ConstraintElem`).
        TableConstraintKind::NotNull { .. } if !behavior::not_null_is_a_constraint(execution.version) => {
            add_constraint::add(execution, table, queue.altered(table), constraint, false)
        }
        TableConstraintKind::NotNull { column, no_inherit } => {
            let children = execution.schema.children(table);
            if children.is_empty() || *no_inherit {
                if *no_inherit && execution.schema.table(table).is_partitioned() {
                    let message = "not-null constraints on partitioned tables cannot be NO INHERIT";
                    return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
                }
                return add_constraint::add(execution, table, queue.altered(table), constraint, false);
            }
            let not_valid = constraint.attributes.not_valid;
            if constraint.attributes != (ConstraintAttributes { not_valid, ..ConstraintAttributes::default() }) {
                return unknown("a NOT NULL constraint with attributes for several tables is not modelled");
            }
            let number = attribute(execution, table, column)?;
            if find_not_null(execution, table, number).is_some() {
                return unknown("a second NOT NULL constraint on a column is not modelled");
            }
            let wanted = NewNotNull { name: constraint.name.as_ref(), valid: !not_valid, recurse };
            not_null_on(execution, queue, table, column, wanted, false)
        }
        TableConstraintKind::PrimaryKey { columns, .. } => {
            if execution.schema.table(table).primary_key().is_none() {
                key_not_null(execution, queue, table, columns, recurse)?;
            }
            queue.altered(table).only = !recurse;
            add_constraint::add(execution, table, queue.altered(table), constraint, false)
        }
        TableConstraintKind::ForeignKey { references, .. } if !recurse && is_partitioned(execution, table) => {
            let reason = "a foreign key installs triggers on both tables, so writers of both must wait";
            let referenced = execution.open(&references.table, LockMode::ShareRowExclusive, reason)?;
            let (ours, theirs) = (execution.bare_name(table), execution.bare_name(referenced));
            let message = format!(
                "cannot use ONLY for foreign key on partitioned table \"{ours}\" referencing relation \"{theirs}\""
            );
            fail(sqlstate::WRONG_OBJECT_TYPE, message)
        }
        _ => {
            queue.altered(table).only = !recurse;
            add_constraint::add(execution, table, queue.altered(table), constraint, skip_validation)
        }
    }
}

fn is_partitioned(execution: &Execution, table: RelationId) -> bool {
    execution.schema.table(table).is_partitioned()
}

fn check_children(
    execution: &mut Execution,
    queue: &mut Queue,
    table: RelationId,
    constraint: &TableConstraint,
    recurse: bool,
) -> Outcome {
    let children = open_children(execution, queue, table)?;
    if !recurse && !children.is_empty() {
        return refuse_without_children();
    }
    let (Some(name), TableConstraintKind::Check { expression, .. }) = (&constraint.name, &constraint.kind) else {
        return Ok(());
    };
    for child in children {
        let expression = scope::analyze(execution, child, expression, Use::Check)?;
        if inherit::merge_check(execution, child, name, &expression, false, (false, false))? {
            continue;
        }
        add_constraint::add(execution, child, queue.altered(child), constraint, false)?;
        if let Some(made) = execution.schema.table_mut(child).constraints.last_mut() {
            (made.inherited, made.local) = (1, false);
        }
        check_children(execution, queue, child, constraint, true)?;
    }
    Ok(())
}

/// `ATPrepAddPrimaryKey`, and before 18 the `SET NOT NULL`s that come with the key.
fn key_not_null(
    execution: &mut Execution,
    queue: &mut Queue,
    table: RelationId,
    columns: &[Ident],
    recurse: bool,
) -> Outcome {
    for name in columns {
        let Some((_, column)) = execution.schema.table(table).column(name.as_str()) else { continue };
        if column.not_null {
            continue;
        }
        let constraints = behavior::not_null_is_a_constraint(execution.version);
        if !recurse && !execution.schema.children(table).is_empty() && constraints {
            return unknown("a primary key for one table of several is not modelled where it may hold nulls");
        }
        if !recurse && execution.schema.table(table).is_partitioned() {
            super::hierarchy::children_are_not_null(execution, table, name, queue.mode)?;
        }
        not_null_on(execution, queue, table, name, NewNotNull { name: None, valid: true, recurse }, false)?;
    }
    Ok(())
}

/// A `NOT NULL` for a table and those below.
#[derive(Clone, Copy)]
pub(super) struct NewNotNull<'a> {
    /// `None`: the server chooses one.
    pub(super) name: Option<&'a Ident>,
    pub(super) valid: bool,
    pub(super) recurse: bool,
}

/// `ATExecSetNotNull`, and `ATExecAddConstraint` of a `NOT NULL`: on the table and on those below, under one name.
pub(super) fn not_null_on(
    execution: &mut Execution,
    queue: &mut Queue,
    table: RelationId,
    column: &Ident,
    wanted: NewNotNull<'_>,
    recursing: bool,
) -> Outcome {
    let NewNotNull { name, valid: wants_valid, recurse } = wanted;
    let number = attribute(execution, table, column)?;
    let constraints = behavior::not_null_is_a_constraint(execution.version);
    if let Some(existing) = find_not_null(execution, table, number) {
        let (existing, valid) = (existing.clone(), existing.validated);
        if existing.is_no_inherit() && recurse {
            let relation = execution.bare_name(table);
            let message = format!(
                "cannot change NO INHERIT status of NOT NULL constraint \"{}\" on relation \"{relation}\"",
                existing.name.as_str()
            );
            return fail(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, message);
        }
        let own = &mut execution.schema.table_mut(table).constraints;
        if let Some(it) = own.iter_mut().find(|it| it.name == existing.name) {
            match recursing {
                true => it.inherited += 1,
                false => it.local = true,
            }
        }
        // One that is asked for NOT VALID takes whatever is there.
        if !valid && wants_valid {
            return unknown("validating a constraint of several tables by SET NOT NULL is not modelled");
        }
        return Ok(());
    }
    let children = execution.schema.children(table);
    let mut no_inherit = false;
    if !recurse && !children.is_empty() && constraints {
        if execution.schema.table(table).is_partitioned() {
            return refuse_without_children();
        }
        // `ONLY` on a plain parent stands for NO INHERIT.
        no_inherit = true;
    }
    let marked = execution.schema.table(table).attribute(number).is_some_and(|it| it.not_null);
    if !marked {
        match wants_valid {
            true => not_null::require(execution, table, queue.altered(table), number, name, no_inherit)?,
            false => add_not_null(execution, table, number, name, no_inherit, false)?,
        }
    }
    if recursing {
        mark_inherited(execution, table, number);
    }
    if !recurse {
        return Ok(());
    }
    let name = find_not_null(execution, table, number).map(|it| it.name.clone());
    for child in open_children(execution, queue, table)? {
        not_null_on(execution, queue, child, column, NewNotNull { name: name.as_ref(), ..wanted }, true)?;
    }
    Ok(())
}
