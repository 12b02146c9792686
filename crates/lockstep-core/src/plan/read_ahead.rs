//! Files read before it is their turn, by a thread that has nothing else to do.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::diagnostic::Parsed;
use crate::input::sql::read::{ReadStatement, read};
use crate::source::Source;

type Read = Parsed<Vec<ReadStatement>>;

/// The files of a plan, in their order.
#[derive(Debug)]
pub struct ReadAhead {
    files: Vec<(Source, Mutex<Option<Read>>)>,
    /// The number of the file whose turn it is next.
    turn: AtomicUsize,
}

/// So many files may be read and wait.
const AHEAD: usize = 6;

impl ReadAhead {
    pub(super) fn new(sources: impl Iterator<Item = Source>) -> Self {
        ReadAhead { files: sources.map(|it| (it, Mutex::default())).collect(), turn: AtomicUsize::new(0) }
    }

    /// Reads one of the next files; false where all of them are read, or somebody is at it.
    pub fn help(&self) -> bool {
        // The very next one is about to be read where it is needed.
        let next = self.turn.load(Ordering::Relaxed) + 1;
        let near = self.files.get(next..).unwrap_or_default().iter().take(AHEAD);
        for (source, place) in near {
            if let Ok(mut place) = place.try_lock()
                && place.is_none()
            {
                *place = Some(read(source));
                return true;
            }
        }
        false
    }

    /// The statements of that file, if they were read.
    pub(super) fn take(&self, number: usize) -> Option<Read> {
        self.turn.store(number + 1, Ordering::Relaxed);
        self.files.get(number)?.1.lock().ok()?.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_near_their_turn_are_read() {
        let source = |number: usize| Source::new("a.sql", &format!("SELECT {number}; SELECT 2;"));
        let ahead = ReadAhead::new((0..20).map(source));
        while ahead.help() {}
        let read: Vec<usize> = (0..20).filter(|it| ahead.files[*it].1.lock().unwrap().is_some()).collect();
        assert_eq!(read, (1..=AHEAD).collect::<Vec<_>>());
        assert!(ahead.take(0).is_none());
        assert_eq!(&*ahead.take(1).unwrap().value[0].text, "SELECT 1");
        assert!(ahead.help());
    }
}
