//! Why nothing replaces a statement that holds others up, and what is left to do: a sentence without its full stop.

use crate::effect::WorkKind;
use crate::rewrite::Site;
use crate::syntax::statement::Statement;
use crate::syntax::user_type::DomainAction;

pub(super) const WINDOW: &str = "run it in a window with few queries, with lock_timeout and statement_timeout set";

pub(super) fn why(site: &Site<'_>) -> Option<String> {
    if let Some(Statement::AlterDomain(domain)) = site.statement() {
        return of_domain(site, &domain.action);
    }
    let kinds = [WorkKind::Rewrite, WorkKind::BuildIndex, WorkKind::Verify, WorkKind::ValidateForeignKey];
    let kind = kinds.into_iter().find(|it| site.blocks(*it))?;
    let why = match kind {
        WorkKind::Rewrite => format!(
            "PostgreSQL has no form of it that rewrites the table beside its users: {WINDOW}, or copy the rows to a new table \
             in batches"
        ),
        WorkKind::BuildIndex => format!("PostgreSQL has no concurrent form of it: {WINDOW}"),
        _ => format!("PostgreSQL has no form of it that reads the rows while they are written: {WINDOW}"),
    };
    Some(why)
}

/// `validateDomainCheckConstraint` reads the tables under `SHARE`, for `VALIDATE CONSTRAINT` too.
fn of_domain(site: &Site<'_>, action: &DomainAction) -> Option<String> {
    let locks = site.step.locks.iter().any(|it| !it.new && it.mode.blocks_writes());
    let why = match action {
        DomainAction::AddConstraint(it) if it.check.is_some() && !it.attributes.not_valid => {
            "A domain's values are read under a SHARE lock in every table, by VALIDATE CONSTRAINT as well: add it NOT VALID, \
             so that it holds for new values at once, and validate it in a window with few writes, with lock_timeout and \
             statement_timeout set"
                .to_owned()
        }
        _ => {
            format!("A domain's values are read under a SHARE lock in every table, and there is no other way: {WINDOW}")
        }
    };
    locks.then_some(why)
}
