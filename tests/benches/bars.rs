//! The bars of speed and memory: `cargo bench --bench bars`, `-- --check` fails where one is missed, and
//! `-- --once FILES STATEMENTS` runs one history, for profilers.
//!
//! The best of a few runs, each to compact JSON. What is measured by the clock runs in a process of its own, as the
//! command line does: it gets its memory from the system first, and does not take a schema apart that ends with it. Long
//! histories are simulated and written side by side, so that they take less time than CPU time, which is that of all
//! threads. Memory is the most that was allocated at once, input and answer included.

use std::alloc::{GlobalAlloc, Layout};
use std::io::Write;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use lockstep_core::report::document::Document;
use lockstep_core::report::wire::{File, Request, Step};
use lockstep_tests::volume::{history, seed, singles};
use mimalloc::MiMalloc;
use nix::time::{ClockId, clock_gettime};

/// The allocator of the command line, counted.
struct Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if COUNTS.load(Ordering::Relaxed) {
            let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
            MOST.fetch_max(now, Ordering::Relaxed);
        }
        unsafe { MiMalloc.alloc(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if COUNTS.load(Ordering::Relaxed) {
            let _ = NOW.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |it| Some(it.saturating_sub(layout.size())));
            let now = NOW.fetch_add(new_size, Ordering::Relaxed) + new_size;
            MOST.fetch_max(now, Ordering::Relaxed);
        }
        unsafe { MiMalloc.realloc(pointer, layout, new_size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if COUNTS.load(Ordering::Relaxed) {
            // What was made before the count began is not in it.
            let _ = NOW.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |it| Some(it.saturating_sub(layout.size())));
        }
        unsafe { MiMalloc.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What a clock shows: CPU time of all threads, or time as it passes.
fn time(clock: ClockId) -> Duration {
    clock_gettime(clock).map(Duration::from).unwrap_or_default()
}

const CPU: ClockId = ClockId::CLOCK_PROCESS_CPUTIME_ID;
const WALL: ClockId = ClockId::CLOCK_MONOTONIC;

/// Simulated and written, step by step.
fn answer(files: Vec<File>) -> usize {
    let request = Request { files, ..Request::default() };
    write(&Document::new(&request, it_ran as fn(Step)))
}

/// Every statement has to run, or the work measured would be less.
fn it_ran(step: Step) {
    assert!(step.outcome != "failed" && step.outcome != "skipped", "{}: {:?}", step.sql, step.message);
}

fn write(document: &Document<'_, fn(Step)>) -> usize {
    let mut written = Written(0);
    serde_json::to_writer(&mut written, document).expect("nothing refuses the text");
    written.0
}

/// Counts what is written.
struct Written(usize);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The least CPU time of `times` runs, in milliseconds.
fn best(times: usize, mut work: impl FnMut() -> usize) -> f64 {
    let one = || {
        let start = time(CPU);
        std::hint::black_box(work());
        milliseconds(time(CPU) - start)
    };
    std::iter::repeat_with(one).take(times).fold(f64::INFINITY, f64::min)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// How long a history takes at least, in milliseconds, in `times` processes of its own.
fn apart(times: usize, files: usize, statements: usize) -> f64 {
    let one = || {
        let program = std::env::current_exe().expect("the program has a place");
        let arguments = ["--once".to_owned(), files.to_string(), statements.to_string()];
        let output = Command::new(program).args(arguments).output().expect("the program runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let wall = text.split(' ').next().and_then(|it| it.parse().ok());
        wall.unwrap_or_else(|| panic!("no time in {text}{}", String::from_utf8_lossy(&output.stderr)))
    };
    std::iter::repeat_with(one).take(times).fold(f64::INFINITY, f64::min)
}

/// The median of an odd number of measurements.
fn middle(all: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = all.collect();
    all.sort_unstable_by(f64::total_cmp);
    all[all.len() / 2]
}

/// The most that was allocated at once, in MB.
fn peak(work: impl FnOnce() -> usize) -> f64 {
    NOW.store(0, Ordering::Relaxed);
    MOST.store(0, Ordering::Relaxed);
    COUNTS.store(true, Ordering::Relaxed);
    std::hint::black_box(work());
    COUNTS.store(false, Ordering::Relaxed);
    MOST.load(Ordering::Relaxed) as f64 / 1e6
}

struct Bar {
    what: &'static str,
    unit: &'static str,
    limit: f64,
    measure: fn() -> f64,
}

const fn bar(what: &'static str, limit: f64, unit: &'static str, measure: fn() -> f64) -> Bar {
    Bar { what, unit, limit, measure }
}

const BARS: &[Bar] = &[
    bar("a history of 434 files, 1,302 statements", 30.0, "ms", || apart(9, 434, 3)),
    bar("300 statements, as the page has them after each key", 16.7, "ms", || {
        let files = history(1, 300);
        best(5, || answer(files.clone()))
    }),
    bar("1,000 files of 3 statements, each by itself", 100.0, "ms", || {
        let files = singles(1000, 3);
        best(3, || files.iter().map(|it| answer(vec![it.clone()])).sum())
    }),
    bar("1,000 files of 3 statements, one history", 100.0, "ms", || {
        let files = history(1000, 3);
        best(3, || answer(files.clone()))
    }),
    bar("100,000 statements", 1000.0, "ms", || apart(5, 1000, 100)),
    bar("100,000 statements, memory", 150.0, "MB", || peak(|| answer(history(1000, 100)))),
    bar("100,000 statements over 10,000", 11.0, "times", || {
        // By turns: a machine that others use, too, has faster and slower minutes.
        middle((0..15).map(|_| apart(1, 1000, 100) / middle((0..3).map(|_| apart(1, 100, 100)))))
    }),
    bar("10 MB of SQL", 1500.0, "ms", || {
        let file = seed(10_000_000);
        best(2, || answer(vec![file.clone()]))
    }),
    bar("10 MB of SQL, memory", 235.0, "MB", || peak(|| answer(vec![seed(10_000_000)]))),
];

fn measure(check: bool, only: Option<&str>) -> bool {
    let mut held = true;
    println!("{:<52}{:>12}{:>12}", "", "measured", "bar");
    for bar in BARS.iter().filter(|it| only.is_none_or(|only| it.what.contains(only))) {
        let found = (bar.measure)();
        let fits = found <= bar.limit;
        held &= fits;
        let mark = if fits { "" } else { "   MISSED" };
        println!("{:<52}{found:>9.1} {:<5}{:>6.1}{mark}", bar.what, bar.unit, bar.limit);
    }
    held || !check
}

/// One history by itself.
fn once(files: usize, statements: usize) {
    let files = history(files, statements);
    let (wall, cpu) = (time(WALL), time(CPU));
    let request = Request { files, ..Request::default() };
    let document = Document::new(&request, it_ran as fn(Step));
    let bytes = write(&document);
    let [wall, cpu] = [time(WALL) - wall, time(CPU) - cpu].map(milliseconds);
    println!("{wall:.1} ms, CPU time {cpu:.1} ms, {bytes} bytes");
    std::mem::forget(document);
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, files, statements] = arguments.as_slice()
        && flag == "--once"
        && let (Ok(files), Ok(statements)) = (files.parse(), statements.parse())
    {
        once(files, statements);
        return ExitCode::SUCCESS;
    }
    let check = arguments.iter().any(|it| it == "--check");
    let only = arguments.iter().find(|it| !it.starts_with('-')).cloned();
    // Deep expressions need a deep stack.
    let thread =
        std::thread::Builder::new().stack_size(lockstep_core::STACK).spawn(move || measure(check, only.as_deref()));
    match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(true)) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
