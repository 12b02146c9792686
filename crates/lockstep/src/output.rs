//! Where text goes: results to standard output or a file, everything else to standard error, and
//! colours only where a person looks.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::sync::OnceLock;

use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result};
use lockstep_core::report::styled::{Canvas, Tone, visible};

use crate::args::Color;

/// The choice made on the command line; set once, before anything is printed.
pub(crate) static COLOR: OnceLock<Color> = OnceLock::new();

/// Columns where the width is not known: a pipe, a file.
const WIDTH: usize = 100;

/// Knows its type down to the buffer: most of what is written are a few bytes, which need no further call then.
pub(crate) type Buffered<'a> = BufWriter<&'a mut dyn Write>;

/// The size of such a buffer, in bytes.
const BUFFER: usize = 64 << 10;

/// Writes a result. A reader that has gone away (`| head`) is no error.
pub(crate) fn write(text: &str, path: Option<&Path>) -> Result<()> {
    stream(path, |out| out.write_all(text.as_bytes())).map(drop)
}

/// The same bit by bit; `None` where the reader has gone away.
pub(crate) fn stream<T>(
    path: Option<&Path>,
    write: impl FnOnce(&mut Buffered<'_>) -> io::Result<T>,
) -> Result<Option<T>> {
    let to = |out: &mut dyn Write| -> io::Result<T> {
        let mut out = BufWriter::with_capacity(BUFFER, out);
        let made = write(&mut out)?;
        out.flush()?;
        Ok(made)
    };
    let Some(path) = path else {
        return match to(&mut io::stdout().lock()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(None),
            other => other.map(Some).context("cannot write to standard output"),
        };
    };
    let made = File::create(path).and_then(|mut file| to(&mut file));
    made.map(Some).with_context(|| format!("cannot write {}", path.display()))
}

/// A note on standard error; does not change the exit status.
pub(crate) fn note(text: &str) {
    say("note", Tone::Strong, text);
}

pub(crate) fn warn(text: &str) {
    say("warning", Tone::Caution, text);
}

pub(crate) fn complain(text: &str) {
    say("error", Tone::Danger, text);
}

fn say(word: &str, tone: Tone, text: &str) {
    let style = if colored(io::stderr().is_terminal()) { style(tone) } else { Style::new() };
    let text: String = text.chars().map(|it| if it == '\n' { it } else { visible(it) }).collect();
    // Nothing is left to do where even standard error is closed.
    let _ = writeln!(io::stderr(), "{style}{word}:{style:#} {text}");
}

/// Whether the result of a command that goes to `path` has colours.
pub(crate) fn result_is_colored(path: Option<&Path>) -> bool {
    colored(path.is_none() && io::stdout().is_terminal())
}

fn colored(terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match COLOR.get() {
        Some(Color::Always) => true,
        Some(Color::Never) => false,
        _ => terminal && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// Columns for a result that goes to `path`.
pub(crate) fn width(path: Option<&Path>) -> usize {
    let size = terminal_size::terminal_size_of(io::stdout()).filter(|_| path.is_none());
    size.map_or(WIDTH, |(width, _)| usize::from(width.0).clamp(40, 140))
}

pub(crate) fn render(canvas: &Canvas, colored: bool) -> String {
    if !colored {
        return canvas.to_string();
    }
    let mut out = String::new();
    for line in &canvas.lines {
        for run in &line.0 {
            let style = style(run.tone);
            out += &format!("{style}{}{style:#}", run.text);
        }
        out.push('\n');
    }
    out
}

/// The sixteen colours of the terminal's own theme, so that light and dark both stay readable.
fn style(tone: Tone) -> Style {
    let color = |color: AnsiColor| color.on_default();
    match tone {
        Tone::Plain => Style::new(),
        Tone::Strong => Style::new().bold(),
        Tone::Muted => Style::new().dimmed(),
        Tone::Code => color(AnsiColor::Cyan),
        Tone::Good => color(AnsiColor::Green),
        Tone::Caution => color(AnsiColor::Yellow),
        Tone::Danger => color(AnsiColor::Red).bold(),
    }
}

/// A line that belongs to the message before it.
pub(crate) fn detail(text: &str) {
    let text: String = text.chars().map(visible).collect();
    let _ = writeln!(io::stderr(), "  - {text}");
}
