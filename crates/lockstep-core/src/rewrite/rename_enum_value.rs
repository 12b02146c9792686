//! `ALTER TYPE … RENAME VALUE` of a label that the application knows.

use crate::name::quote_literal;
use crate::rewrite::{Phase, Recipe, Rewrite, Site};
use crate::syntax::statement::Statement;
use crate::syntax::user_type::TypeAction;

pub(super) static RECIPE: Recipe = Recipe {
    id: "rename_enum_value",
    title: "Rename an enum value",
    about: "The server knows but one of the two labels at a time: the application is taught both first, then the value is \
            renamed in a moment, for all rows at once.",
    rewrite,
};

fn rewrite(site: &Site<'_>) -> Option<Rewrite> {
    let statement = site.statement()?;
    let Statement::AlterType(alter) = statement else { return None };
    let TypeAction::RenameValue { from, to } = &alter.action else { return None };
    // Nobody knows a type that the migration made.
    site.trace.start.types().find(|it| it.name.name == alter.name.name)?;
    let (from, to) = (quote_literal(from), quote_literal(to));
    let needs = format!(
        "The application reads both {from} and {to} as the same value of {0}, and where the server refuses the one that it \
         writes or asks for (22P02), it takes the other.",
        alter.name
    );
    let rewrite = Rewrite::new(format!("The value is called {to} once every running application knows both labels."))
        .run(Phase::Contract, statement.to_string(), "Takes a moment: rows hold the value, not its label.")
        .needs(needs)
        .settles(&["enum_value_renamed"]);
    Some(rewrite)
}
