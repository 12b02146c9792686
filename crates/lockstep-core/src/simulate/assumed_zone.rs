//! A statement whose texts mean moments only in a session's time zone, which is not known.

use crate::expression::ZONE;
use crate::session::Setting;
use crate::simulate::Simulator;
use crate::statement::execution::{Execution, Stop};
use crate::syntax::statement::Statement;

impl Simulator {
    /// In another zone only the moments would be others: the statement is run as if the session's were UTC, and
    /// its outcome left open.
    pub(super) fn run_in_utc(
        &self,
        statement: &Statement,
        first_id: u32,
        in_block: bool,
    ) -> (Execution, std::result::Result<(), Stop>) {
        let mut session = self.session.clone();
        let utc = Setting { value: "UTC".to_owned(), local: false, outer: None };
        session.settings.insert("timezone".to_owned(), utc.clone());
        let mut execution = Execution::new(self.version, self.schema.clone(), session, in_block, first_id);
        if let Some(block) = &self.block {
            execution.uncommitted_enum_values = block.uncommitted_enum_values(self.version);
            execution.pending = block.pending.clone();
        }
        let result = crate::statement::run(statement, &mut execution);
        if execution.session.settings.get("timezone") == Some(&utc) {
            execution.session.settings.remove("timezone");
        }
        // A failure may as well come from the zone.
        let result = match result {
            Err(Stop::Error(_)) => Err(Stop::Unknown(ZONE.to_owned())),
            other => other,
        };
        execution.doubt(ZONE);
        (execution, result)
    }
}
