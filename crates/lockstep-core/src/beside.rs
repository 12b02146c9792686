//! Two halves of one work side by side: one makes pieces, the other takes them, in their order.

/// Hands what `make` makes to `take`, piece by piece. Where it is `worth` it and the machine has a second core, `make`
/// runs on a thread of its own, a few pieces ahead at most, and while nothing is there to be taken this one helps it by
/// `help`, as often as that finds something to do. What `take` gives back goes to the thread that made it, which is the
/// one that frees its memory fastest. The result is the same.
pub(crate) fn beside<T: Send, R: Send>(
    worth: bool,
    make: impl FnOnce(&mut dyn FnMut(T)) -> R + Send,
    help: &dyn Fn() -> bool,
    take: &mut dyn FnMut(T) -> Option<T>,
) -> R {
    #[cfg(not(target_family = "wasm"))]
    if worth && std::thread::available_parallelism().is_ok_and(|it| it.get() > 1) {
        return on_threads::beside(make, help, take);
    }
    let _ = (worth, help);
    make(&mut |piece| drop(take(piece)))
}

#[cfg(not(target_family = "wasm"))]
mod on_threads {
    use std::panic::resume_unwind;
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, TryRecvError, channel, sync_channel};
    use std::thread::{self, Builder};

    use crate::STACK;

    /// Pieces that may wait to be taken: more would only take memory.
    const AHEAD: usize = 4;

    pub(super) fn beside<T: Send, R: Send>(
        make: impl FnOnce(&mut dyn FnMut(T)) -> R + Send,
        help: &dyn Fn() -> bool,
        take: &mut dyn FnMut(T) -> Option<T>,
    ) -> R {
        // A thread that cannot be had leaves the work here.
        let make = Mutex::new(Some(make));
        let claim = || make.lock().ok().and_then(|mut it| it.take()).expect("it is claimed once");
        thread::scope(|scope| {
            let (send, receive) = sync_channel(AHEAD);
            let (give_back, given_back) = channel();
            let maker = Builder::new().name("ahead".into()).stack_size(STACK).spawn_scoped(scope, || {
                let (send, given_back) = (send, given_back);
                claim()(&mut |piece| {
                    given_back.try_iter().for_each(drop);
                    // Whoever takes has panicked where it fails: what is made is of no use any more.
                    drop(send.send(piece));
                })
            });
            match maker {
                Ok(maker) => {
                    while let Some(piece) = next(&receive, help) {
                        // Where nobody is there any more to get it, it is dropped here.
                        take(piece).into_iter().for_each(|rest| drop(give_back.send(rest)));
                    }
                    drop(receive);
                    maker.join().unwrap_or_else(|panic| resume_unwind(panic))
                }
                Err(_) => claim()(&mut |piece| drop(take(piece))),
            }
        })
    }

    fn next<T>(receive: &Receiver<T>, help: &dyn Fn() -> bool) -> Option<T> {
        loop {
            match receive.try_recv() {
                Ok(piece) => return Some(piece),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) if help() => {}
                Err(TryRecvError::Empty) => return receive.recv().ok(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn pieces_come_in_their_order_on_threads_or_not() {
        for worth in [false, true] {
            let mut taken = vec![];
            let helped = AtomicUsize::new(0);
            let help = || helped.fetch_add(1, Ordering::Relaxed) < 10;
            let make = |send: &mut dyn FnMut(usize)| {
                (0..1000).for_each(send);
                "done"
            };
            assert_eq!(
                beside(worth, make, &help, &mut |it| {
                    taken.push(it);
                    Some(it)
                }),
                "done"
            );
            assert_eq!(taken, (0..1000).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_panic_reaches_whoever_asked() {
        for worth in [false, true] {
            let made = std::panic::catch_unwind(|| {
                let make = |send: &mut dyn FnMut(usize)| (0..1000).for_each(|it| send(100 / (500 - it)));
                beside(worth, make, &|| false, &mut Some)
            });
            assert!(made.is_err());
            let taken = std::panic::catch_unwind(|| {
                let make = |send: &mut dyn FnMut(usize)| (0..1000).for_each(send);
                beside(worth, make, &|| false, &mut |it| {
                    assert!(it < 500);
                    Some(it)
                })
            });
            assert!(taken.is_err());
        }
    }
}
