//! Zero-downtime plans: a statement that would hold others up is replaced by steps that do not, in phases that say
//! what the application must do between them.
//!
//! Every replacement is tried on the model before it is taken: its steps must run, none may read or rewrite a table
//! under a lock that holds up the application, and they must lead to the schema that the statement leads to. What no
//! recipe can replace stays as it is, and the plan says so.
//!
//! To add a recipe, add its file and its line in `recipes!`.

pub mod backfill;
pub mod draft;

mod answer;
mod carry;
mod planner;
mod proof;
mod refused;
mod settled;
mod shadow;
mod site;
mod split;
mod trial;
mod undo;

#[cfg(test)]
mod tests;

use std::fmt;

pub use answer::answer;
pub use draft::{Action, Draft, Phase, Rewrite};
pub use planner::{PlannedStep, SafePlan, Verdict, VerdictKind, safe_plan};
pub use proof::Proof;
pub use site::Site;
pub use undo::undo;

/// A way to replace one kind of dangerous statement.
pub struct Recipe {
    /// The name of its file.
    pub id: &'static str,
    /// What it is for, in the words of a list.
    pub title: &'static str,
    /// What it does and why that is safe, in one sentence.
    pub about: &'static str,
    /// `None`: the statement is none of its kind, or harmless.
    pub rewrite: fn(&Site<'_>) -> Option<Rewrite>,
}

macro_rules! recipes {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*

        /// Every recipe, in the order in which they are tried.
        static ALL: &[&Recipe] = &[$(&$module::RECIPE),*];

        #[cfg(test)]
        static FILES: &[&str] = &[$(stringify!($module)),*];
    };
}

recipes! {
    add_check,
    add_foreign_key,
    add_not_null_constraint,
    add_primary_key,
    add_required_column,
    add_unique,
    attach_partition,
    derive_columns,
    backfill_rows,
    change_type,
    concurrently,
    create_index,
    drop_column,
    drop_constraint,
    drop_index,
    drop_table,
    fill_new_column,
    move_rows,
    number_rows,
    rename_column,
    rename_enum_value,
    replace_table,
    rename_table,
    row_security,
    set_not_null,
    rebuild_table,
}

impl fmt::Debug for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recipe").field("id", &self.id).finish_non_exhaustive()
    }
}

pub fn all() -> &'static [&'static Recipe] {
    ALL
}

pub fn find(id: &str) -> Option<&'static Recipe> {
    ALL.iter().copied().find(|it| it.id == id)
}
