//! Text with meaning but without looks: lines of runs, each with a tone that a face maps to colours.
//! Wrapping and alignment happen here, so that every face breaks lines alike.

use std::fmt;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What a piece of text means. Never the only carrier of a message: a word or an icon says it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    #[default]
    Plain,
    /// Headings and names that the eye should find.
    Strong,
    /// Frames, file names and what is said for completeness.
    Muted,
    /// SQL.
    Code,
    Good,
    Caution,
    Danger,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub tone: Tone,
    pub text: String,
}

/// One line, without its line break.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line(pub Vec<Run>);

impl Line {
    pub fn new() -> Self {
        Line::default()
    }

    pub fn with(mut self, tone: Tone, text: impl AsRef<str>) -> Self {
        self.add(tone, text);
        self
    }

    /// Appends text. Control characters, which a terminal would obey, become visible signs.
    pub fn add(&mut self, tone: Tone, text: impl AsRef<str>) {
        let text = text.as_ref();
        if !text.is_empty() {
            self.0.push(Run { tone, text: text.chars().map(visible).collect() });
        }
    }

    pub fn append(&mut self, mut other: Line) {
        self.0.append(&mut other.0);
    }

    /// Columns on a terminal.
    pub fn width(&self) -> usize {
        self.0.iter().map(|run| width(&run.text)).sum()
    }

    /// Spaces up to column `width`; at least one where the text is already that long.
    pub fn pad_to(&mut self, width: usize) {
        let gap = width.saturating_sub(self.width()).max(usize::from(!self.0.is_empty()));
        self.add(Tone::Plain, " ".repeat(gap));
    }

    /// Breaks at spaces so that no line is wider than `width`; a longer word is broken anywhere.
    pub fn wrap(self, width: usize) -> Vec<Line> {
        let width = width.max(8);
        let mut lines = vec![Line::new()];
        let mut column = 0;
        for word in self.words() {
            let whole = word.width();
            let solid = whole - word.trailing_spaces();
            if column > 0 && column + solid > width {
                lines.push(Line::new());
                column = 0;
            }
            if solid <= width {
                column += whole;
                lines.last_mut().expect("never empty").append(word);
                continue;
            }
            for run in word.0 {
                for character in run.text.chars() {
                    let wide = character.width().unwrap_or(0);
                    if column > 0 && column + wide > width {
                        lines.push(Line::new());
                        column = 0;
                    }
                    column += wide;
                    lines.last_mut().expect("never empty").extend(run.tone, character);
                }
            }
        }
        lines.iter_mut().for_each(Line::trim_end);
        lines
    }

    /// Parts that end with a space, across changes of tone.
    fn words(self) -> Vec<Line> {
        let mut words = vec![Line::new()];
        for Run { tone, text } in self.0 {
            for part in text.split_inclusive(' ') {
                words.last_mut().expect("never empty").0.push(Run { tone, text: part.to_owned() });
                if part.ends_with(' ') {
                    words.push(Line::new());
                }
            }
        }
        words
    }

    fn trailing_spaces(&self) -> usize {
        self.0.last().map_or(0, |run| run.text.len() - run.text.trim_end_matches(' ').len())
    }

    fn extend(&mut self, tone: Tone, character: char) {
        match self.0.last_mut() {
            Some(run) if run.tone == tone => run.text.push(character),
            _ => self.0.push(Run { tone, text: character.into() }),
        }
    }

    /// Neighbours of one tone become one run.
    fn join(&mut self) {
        let mut joined: Vec<Run> = vec![];
        for run in self.0.drain(..) {
            match joined.last_mut() {
                Some(last) if last.tone == run.tone => last.text += &run.text,
                _ => joined.push(run),
            }
        }
        self.0 = joined;
    }

    fn trim_end(&mut self) {
        while let Some(run) = self.0.last_mut() {
            run.text.truncate(run.text.trim_end().len());
            if !run.text.is_empty() {
                break;
            }
            self.0.pop();
        }
    }
}

/// Lines under construction, all behind the same gutter and not wider than `width`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canvas {
    pub width: usize,
    /// Stands at the left of every line: a bracket, an indentation.
    pub gutter: Line,
    pub lines: Vec<Line>,
}

impl Canvas {
    pub fn new(width: usize) -> Self {
        Canvas { width: width.max(40), gutter: Line::new(), lines: vec![] }
    }

    /// One line as it is, cut off by nothing.
    pub fn line(&mut self, line: Line) {
        let mut whole = self.gutter.clone();
        whole.append(line);
        whole.trim_end();
        whole.join();
        self.lines.push(whole);
    }

    pub fn blank(&mut self) {
        self.line(Line::new());
    }

    /// `first` and then `body`, wrapped; further lines begin below the body's first character, or,
    /// where too little room is left there, on a line of their own behind `indent` columns.
    pub fn flow(&mut self, first: Line, indent: usize, body: Line) {
        let room = self.width.saturating_sub(self.gutter.width());
        let mut hang = first.width();
        let mut lead = first;
        if room.saturating_sub(hang) < 26.min(body.width()) && hang > indent {
            for (number, part) in lead.wrap(room.saturating_sub(indent)).into_iter().enumerate() {
                let mut line = Line::new().with(Tone::Plain, " ".repeat(if number == 0 { 0 } else { indent }));
                line.append(part);
                self.line(line);
            }
            lead = Line::new().with(Tone::Plain, " ".repeat(indent));
            hang = indent;
        }
        for (number, part) in body.wrap(room.saturating_sub(hang)).into_iter().enumerate() {
            let mut line =
                if number == 0 { std::mem::take(&mut lead) } else { Line::new().with(Tone::Plain, " ".repeat(hang)) };
            line.append(part);
            self.line(line);
        }
    }
}

/// Columns that a text takes on a terminal.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// A character that cannot move the cursor, change colours or reverse the reading direction.
pub fn visible(character: char) -> char {
    match character {
        '\t' => ' ',
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + character as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        _ => character,
    }
}

/// Without any tone.
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|run| f.write_str(&run.text))
    }
}

impl fmt::Display for Canvas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, width: usize) -> Vec<String> {
        Line::new().with(Tone::Plain, text).wrap(width).iter().map(Line::to_string).collect()
    }

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(wrapped("blocks reads and writes", 12), ["blocks reads", "and writes"]);
    }

    #[test]
    fn a_word_longer_than_the_line_is_broken() {
        assert_eq!(wrapped("a 123456789012", 8), ["a", "12345678", "9012"]);
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(wrapped("表表表 表表表", 8), ["表表表", "表表表"]);
    }

    #[test]
    fn escape_sequences_are_shown_not_sent() {
        let line = Line::new().with(Tone::Code, "a\u{1b}[31mb\u{202e}");
        assert_eq!(line.to_string(), "a\u{241b}[31mb\u{fffd}");
    }

    #[test]
    fn text_that_finds_no_room_goes_below() {
        let mut canvas = Canvas::new(40);
        let first = Line::new().with(Tone::Plain, "SHARE ROW EXCLUSIVE on orders  ");
        canvas.flow(first, 2, Line::new().with(Tone::Plain, "blocks writes until the transaction ends"));
        assert_eq!(
            canvas.to_string(),
            "SHARE ROW EXCLUSIVE on orders\n  blocks writes until the transaction\n  ends\n"
        );
    }
}
