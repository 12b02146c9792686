//! A script run as psql runs it.

use std::time::Duration;

use lockstep_core::input::sql::split::{PieceKind, split};
use lockstep_pg::session::{Session, Target};

/// The whole text, with ON_ERROR_STOP.
pub fn run(target: &Target, sql: &str) -> Result<(), String> {
    let mut session = Session::open(target).map_err(|error| error.to_string())?;
    // Under load a statement may take minutes; what hangs ends all the same.
    session.limit = Duration::from_secs(900);
    for piece in split(sql).value.iter().filter(|it| it.kind == PieceKind::Statement) {
        let statement = sql.get(piece.span.start as usize..piece.span.end as usize).unwrap_or("");
        if let Err(failure) = session.run(statement).outcome {
            return Err(format!("{} ({}): {statement}", failure.message, failure.sqlstate));
        }
    }
    Ok(())
}
