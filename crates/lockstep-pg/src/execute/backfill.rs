//! Batches of a backfill: as large as takes some 50 ms, with a vacuum after each tenth of the way.

use std::time::{Duration, Instant};

use lockstep_core::report::safe_plan::wire::Backfill;
use postgres::Client;
use postgres::error::SqlState;

use crate::session::{Failure, failure};

/// No row is locked for longer than a batch takes.
const TARGET: Duration = Duration::from_millis(40);
/// Between two batches, so that others and replicas come along.
const PAUSE: Duration = Duration::from_millis(2);
/// A batch waits no longer for a row that somebody else has locked: the rows it has locked itself wait with it, and a
/// deadlock is looked for after a second only (`deadlock_timeout`), so that it never ends somebody else's transaction.
const LOCK_TIMEOUT: &str = "SET lock_timeout = 50";
const AGAIN: Duration = Duration::from_millis(500);
/// A table of fewer batches is not worth a vacuum.
const WORTH_A_VACUUM: i64 = 100;

/// `patience`: how long one batch may be tried again. `tell` gets the share of the way that is behind, and the rows changed so far.
pub(super) fn run(
    client: &mut Client,
    backfill: &Backfill,
    patience: Duration,
    tell: &mut dyn FnMut(f64, u64),
) -> Result<(), Failure> {
    client.batch_execute(LOCK_TIMEOUT).map_err(|error| failure(&error))?;
    let batch = client.prepare(&backfill.batch).map_err(|error| failure(&error))?;
    let mut rows = 0;
    loop {
        let bounds = client.query_one(&backfill.bounds, &[]).map_err(|error| failure(&error))?;
        let (Some(first), Some(last)) = (bounds.get::<_, Option<i64>>(0), bounds.get::<_, Option<i64>>(1)) else {
            return Ok(());
        };
        let way = last.saturating_sub(first).saturating_add(1);
        let tenth = (way / 10).max(1);
        let is_long = way / i64::from(backfill.stride.max(1)) >= WORTH_A_VACUUM;
        let (mut low, mut stride, mut found) = (first, i64::from(backfill.stride), 0);
        let mut next_vacuum = first.saturating_add(tenth);
        let mut blocked: Option<Instant> = None;
        while low <= last {
            let high = low.saturating_add(stride);
            let start = Instant::now();
            match client.execute(&batch, &[&low, &high]) {
                Ok(changed) => (found, blocked) = (found + changed, None),
                Err(error) if meets_another(&error) && blocked.get_or_insert(start).elapsed() < patience => {
                    std::thread::sleep(AGAIN);
                    continue;
                }
                Err(error) => return Err(failure(&error)),
            }
            stride = adapted(stride, start.elapsed(), i64::from(backfill.stride));
            low = high;
            tell(low.saturating_sub(first) as f64 / way as f64, rows + found);
            if is_long && low >= next_vacuum {
                next_vacuum = low.saturating_add(tenth);
                for sql in ["SET lock_timeout = 0", &backfill.vacuum, LOCK_TIMEOUT] {
                    client.batch_execute(sql).map_err(|error| failure(&error))?;
                }
            }
            std::thread::sleep(PAUSE);
        }
        rows += found;
        if !backfill.until_nothing_is_left || found == 0 {
            return Ok(());
        }
    }
}

/// A row was locked for too long, or the two waited for each other.
fn meets_another(error: &postgres::Error) -> bool {
    error.code().is_some_and(|it| [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED].contains(it))
}

/// Larger where batches are quick, smaller where they are slow, within a few times of what was planned.
fn adapted(stride: i64, took: Duration, planned: i64) -> i64 {
    let factor = TARGET.as_secs_f64() / took.as_secs_f64().max(0.001);
    let wanted = stride as f64 * factor.clamp(0.5, 1.5);
    (wanted as i64).clamp((planned / 10).max(1), planned * 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_grow_and_shrink_with_the_time_they_take() {
        assert_eq!(adapted(5_000, Duration::from_millis(40), 5_000), 5_000);
        assert_eq!(adapted(5_000, Duration::from_millis(400), 5_000), 2_500);
        assert_eq!(adapted(5_000, Duration::from_millis(4), 5_000), 7_500);
        assert_eq!(adapted(10_000, Duration::from_millis(4), 5_000), 10_000);
        assert_eq!(adapted(500, Duration::from_secs(4), 5_000), 500);
    }
}
