//! Where a problem stands in its file's text: bytes for excerpts, lines and columns for other tools.

use std::ops::Range;

use crate::problem::Problem;

/// A file's text with where its lines begin, so that no finding needs to walk through all of it.
pub(super) struct Text<'a> {
    pub(super) text: &'a str,
    /// Byte and UTF-16 code unit, of each line.
    lines: Vec<(usize, usize)>,
}

/// Lines and columns from 1 on; columns in UTF-16 code units, the last one exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) start_line: usize,
    pub(super) start_column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
}

impl<'a> Text<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut lines = vec![(0, 0)];
        let mut units = 0;
        for (at, character) in text.char_indices() {
            units += character.len_utf16();
            if character == '\n' {
                lines.push((at + 1, units));
            }
        }
        Text { text, lines }
    }

    /// In bytes, inside the text whatever the problem says; the whole line for what has no range.
    pub(super) fn span(&self, problem: &Problem) -> Range<usize> {
        if problem.from < problem.to {
            let start = self.byte(problem.from);
            return start..self.byte(problem.to).max(start);
        }
        let start = self.lines.get(problem.line.saturating_sub(1)).map_or(self.text.len(), |(byte, _)| *byte);
        start..self.text[start..].find('\n').map_or(self.text.len(), |at| start + at)
    }

    fn byte(&self, unit: usize) -> usize {
        let (byte, mut units) = self.lines[self.line_of(unit)];
        for (at, character) in self.text[byte..].char_indices() {
            if units >= unit {
                return byte + at;
            }
            units += character.len_utf16();
        }
        self.text.len()
    }

    /// From 0 on.
    fn line_of(&self, unit: usize) -> usize {
        self.lines.partition_point(|(_, start)| *start <= unit).saturating_sub(1)
    }

    /// `None` for what is about a line as a whole, or about no place at all.
    pub(super) fn region(&self, problem: &Problem) -> Option<Region> {
        if problem.from >= problem.to {
            return None;
        }
        let place = |unit: usize| {
            let line = self.line_of(unit);
            (line + 1, unit - self.lines[line].1 + 1)
        };
        let ((start_line, start_column), (end_line, end_column)) = (place(problem.from), place(problem.to));
        Some(Region { start_line, start_column, end_line, end_column })
    }

    pub(super) fn line_start(&self, byte: usize) -> usize {
        self.lines[self.lines.partition_point(|(start, _)| *start <= byte).saturating_sub(1)].0
    }

    /// Columns that the carets end at.
    pub(super) fn columns(&self, problem: &Problem) -> usize {
        self.text[self.span(problem)].lines().last().map_or(0, |line| line.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_ranges_become_bytes() {
        let text = Text::new("-- 😀é\nSELECT 1");
        assert_eq!(&text.text[text.byte(7)..text.byte(13)], "SELECT");
        assert_eq!((text.byte(999), text.byte(0)), (text.text.len(), 0));
        assert_eq!((text.line_start(0), text.line_start(12)), (0, 10));
    }

    #[test]
    fn columns_are_counted_in_utf16_code_units() {
        let text = Text::new("-- 😀\n'😀' x;\n");
        let problem = Problem { from: 11, to: 12, ..Problem::default() };
        let region = Region { start_line: 2, start_column: 6, end_line: 2, end_column: 7 };
        assert_eq!(&text.text[text.span(&problem)], "x");
        assert_eq!(text.region(&problem), Some(region));
    }
}
