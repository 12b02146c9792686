//! Places in a text as faces count them: lines, columns in characters, UTF-16 code units.

/// Walks a text once, forwards; going back starts over.
pub(super) struct Walker<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    column: usize,
    utf16: usize,
}

/// 1-based line and column (in characters), 0-based UTF-16 offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) utf16: usize,
}

impl<'a> Walker<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Walker { text, at: 0, line: 1, column: 1, utf16: 0 }
    }

    pub(super) fn position(&mut self, byte: u32) -> Position {
        let byte = (byte as usize).min(self.text.len());
        if byte < self.at {
            *self = Walker::new(self.text);
        }
        let between = self.text.get(self.at..byte).unwrap_or("");
        if between.is_ascii() {
            self.utf16 += between.len();
            self.line += between.bytes().filter(|it| *it == b'\n').count();
            self.column = match between.rfind('\n') {
                Some(last) => between.len() - last,
                None => self.column + between.len(),
            };
        } else {
            for letter in between.chars() {
                self.utf16 += letter.len_utf16();
                match letter {
                    '\n' => (self.line, self.column) = (self.line + 1, 1),
                    _ => self.column += 1,
                }
            }
        }
        self.at = byte;
        Position { line: self.line, column: self.column, utf16: self.utf16 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_characters_and_code_units_are_counted_apart() {
        let text = "a\n\u{e4}\u{1f600}b";
        let mut walker = Walker::new(text);
        assert_eq!(walker.position(2), Position { line: 2, column: 1, utf16: 2 });
        assert_eq!(walker.position(8), Position { line: 2, column: 3, utf16: 5 });
        assert_eq!(walker.position(0), Position { line: 1, column: 1, utf16: 0 });
    }
}
