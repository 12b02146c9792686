//! The lock lanes: which relation is locked how, from which step to which. Pure layout; the panel draws it.

use std::collections::BTreeMap;

use lockstep_core::pg::lock_mode::LockMode;
use lockstep_core::report::wire::{Step, Trace};
use lockstep_core::report::words::lock_mode;

/// What a lock keeps from the application, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Blocks {
    Neither,
    Writes,
    ReadsAndWrites,
}

impl Blocks {
    pub(crate) fn of(reads: bool, writes: bool) -> Blocks {
        match (reads, writes) {
            (true, _) => Blocks::ReadsAndWrites,
            (false, true) => Blocks::Writes,
            (false, false) => Blocks::Neither,
        }
    }

    pub(crate) fn class(self) -> &'static str {
        match self {
            Blocks::Neither => "blocks-neither",
            Blocks::Writes => "blocks-writes",
            Blocks::ReadsAndWrites => "blocks-all",
        }
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Blocks::Neither => "reads and writes go on",
            Blocks::Writes => "writes wait, reads go on",
            Blocks::ReadsAndWrites => "reads and writes wait",
        }
    }
}

/// The lock that is in force on a relation while a step runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct InForce {
    pub(crate) relation: String,
    pub(crate) kind: String,
    pub(crate) mode: String,
    pub(crate) blocks: Blocks,
    /// Step that took it (1-based).
    pub(crate) since: usize,
    /// Made by the very step, so nobody can be waiting for it.
    pub(crate) new: bool,
    pub(crate) reason: String,
}

/// The initials that people use for a mode where there is no room: `AX`.
pub(crate) fn mode_initials(mode: &str) -> String {
    match mode {
        "ExclusiveLock" => "X".into(),
        _ => lock_mode(mode)
            .split(' ')
            .map(|word| match word {
                "EXCLUSIVE" => 'X',
                _ => word.chars().next().unwrap_or(' '),
            })
            .collect(),
    }
}

/// Tables are what the application reads and writes; their indexes and sequences follow.
fn rank(kind: &str) -> usize {
    match kind {
        "r" | "p" | "m" | "f" => 0,
        "v" => 1,
        "S" => 2,
        _ => 3,
    }
}

/// Everything locked while `step` runs, the strongest mode for each relation, tables first.
pub(crate) fn in_force(step: &Step) -> Vec<InForce> {
    let mut all: Vec<InForce> = vec![];
    let held = step.held.iter().map(|it| InForce {
        relation: it.relation.to_string(),
        kind: it.kind.to_string(),
        mode: it.mode.to_string(),
        blocks: Blocks::of(it.blocks_reads, it.blocks_writes),
        since: it.since,
        new: false,
        reason: String::new(),
    });
    let taken = step.shown_locks().map(|it| InForce {
        relation: it.relation.to_string(),
        kind: it.kind.to_string(),
        mode: it.mode.to_string(),
        blocks: Blocks::of(it.blocks_reads, it.blocks_writes),
        since: step.index,
        new: it.new,
        reason: it.reason.to_string(),
    });
    let mut place: BTreeMap<String, usize> = BTreeMap::new();
    for lock in held.chain(taken) {
        match place.get(&lock.relation) {
            None => {
                place.insert(lock.relation.clone(), all.len());
                all.push(lock);
            }
            Some(&at) if LockMode::from_pg_locks_name(&lock.mode) > LockMode::from_pg_locks_name(&all[at].mode) => {
                all[at] = lock
            }
            Some(&at) => {
                if all[at].reason.is_empty() {
                    all[at].reason = lock.reason;
                }
            }
        }
    }
    all.sort_by_key(|it| (rank(&it.kind), it.new));
    all
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bar {
    /// First and last step (1-based, inclusive), within the window.
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) lock: InForce,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lane {
    pub(crate) relation: String,
    pub(crate) kind: String,
    pub(crate) bars: Vec<Bar>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bracket {
    pub(crate) transaction: usize,
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) kind: String,
    pub(crate) end: String,
    /// Goes on beyond the window.
    pub(crate) cut_left: bool,
    pub(crate) cut_right: bool,
}

/// A stretch of steps around the current one, with the lanes to draw.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Lanes {
    /// First and last step shown (1-based, inclusive).
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) lanes: Vec<Lane>,
    pub(crate) brackets: Vec<Bracket>,
    /// Lanes left out for want of room; the table has them where they concern the step.
    pub(crate) left_out: usize,
}

pub(crate) fn layout(trace: &Trace, step: usize, columns: usize, most: usize) -> Lanes {
    let steps = trace.steps.len();
    if step == 0 || step > steps {
        return Lanes::default();
    }
    let first = (step.saturating_sub(columns / 2)).clamp(1, (steps + 1).saturating_sub(columns).max(1));
    let last = (first + columns - 1).min(steps);
    let mut lanes: Vec<Lane> = vec![];
    for current in &trace.steps[first - 1..last] {
        for lock in in_force(current) {
            let at = lanes.iter().position(|it| it.relation == lock.relation).unwrap_or_else(|| {
                lanes.push(Lane { relation: lock.relation.clone(), kind: lock.kind.clone(), bars: vec![] });
                lanes.len() - 1
            });
            let bars = &mut lanes[at].bars;
            match bars.last_mut() {
                Some(bar)
                    if bar.last + 1 == current.index
                        && bar.lock.mode == lock.mode
                        && trace.steps[bar.last - 1].transaction == current.transaction =>
                {
                    bar.last = current.index;
                }
                _ => bars.push(Bar { first: current.index, last: current.index, lock }),
            }
        }
    }
    lanes.sort_by_key(|it| rank(&it.kind));
    let left_out = keep(&mut lanes, step, most);
    Lanes { first, last, left_out, lanes, brackets: brackets(trace, first, last) }
}

/// Leaves out what has no bar at the current step first, then indexes and sequences.
fn keep(lanes: &mut Vec<Lane>, step: usize, most: usize) -> usize {
    let before = lanes.len();
    while lanes.len() > most {
        let idle = lanes.iter().rposition(|it| !it.bars.iter().any(|bar| bar.first <= step && step <= bar.last));
        lanes.remove(idle.unwrap_or(lanes.len() - 1));
    }
    before - lanes.len()
}

fn brackets(trace: &Trace, first: usize, last: usize) -> Vec<Bracket> {
    let overlaps = trace.transactions.iter().filter(|it| it.first <= last && it.last >= first);
    overlaps
        .map(|it| Bracket {
            transaction: it.index,
            first: it.first.max(first),
            last: it.last.min(last),
            kind: it.kind.to_string(),
            end: it.end.to_string(),
            cut_left: it.first < first,
            cut_right: it.last > last,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn modes_are_written_as_in_the_manual() {
        assert_eq!(lock_mode("AccessExclusiveLock"), "ACCESS EXCLUSIVE");
        assert_eq!(lock_mode("ShareUpdateExclusiveLock"), "SHARE UPDATE EXCLUSIVE");
        assert_eq!(mode_initials("ShareRowExclusiveLock"), "SRX");
        assert_eq!(mode_initials("AccessExclusiveLock"), "AX");
        assert_eq!(mode_initials("ShareLock"), "S");
        assert_eq!(mode_initials("ExclusiveLock"), "X");
    }

    #[test]
    fn a_bar_spans_the_steps_that_hold_the_lock() {
        let trace = fixture::trace();
        let lanes = layout(&trace, 2, 8, 10);
        let users = lanes.lanes.iter().find(|it| it.relation == "users").unwrap();
        assert_eq!((users.bars[0].first, users.bars[0].last), (1, 3));
        assert_eq!(users.bars[0].lock.blocks, Blocks::ReadsAndWrites);
        assert_eq!(lanes.brackets[0].end, "commit");
    }

    #[test]
    fn the_strongest_mode_of_held_and_taken_is_in_force() {
        let trace = fixture::trace();
        let users = &in_force(&trace.steps[1])[0];
        assert_eq!((users.relation.as_str(), users.mode.as_str(), users.since), ("users", "AccessExclusiveLock", 1));
    }

    #[test]
    fn the_window_follows_the_current_step_and_never_leaves_the_trace() {
        let mut trace = fixture::trace();
        let one = trace.steps[0].clone();
        trace.steps = (1..=100).map(|index| Step { index, ..one.clone() }).collect();
        for (step, window) in [(1, (1, 8)), (50, (46, 53)), (100, (93, 100))] {
            let lanes = layout(&trace, step, 8, 10);
            assert_eq!((lanes.first, lanes.last), window);
        }
        assert_eq!(layout(&trace, 0, 8, 10), Lanes::default());
    }

    #[test]
    fn lanes_beyond_the_room_are_counted_and_those_of_the_step_stay() {
        let trace = fixture::trace();
        let lanes = layout(&trace, 4, 8, 1);
        assert!(lanes.left_out > 0);
        assert!(lanes.lanes[0].bars.iter().any(|it| it.first <= 4 && 4 <= it.last));
    }
}
