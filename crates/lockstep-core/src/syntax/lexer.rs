//! The server's lexical rules (`scan.l`), over byte offsets. Never fails: what is no token is
//! [`Kind::Bad`], what does not end is [`Kind::Unterminated`].

/// A lexical unit and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A bare word: identifier or keyword.
    Word,
    /// `"…"`, also `U&"…"`.
    QuotedWord,
    /// `'…'`.
    String,
    /// `E'…'`.
    EscapeString,
    /// `U&'…'`.
    UnicodeString,
    /// `$tag$…$tag$`.
    DollarString,
    /// `B'…'` or `X'…'`.
    Bits,
    Integer,
    Decimal,
    /// `$1`.
    Parameter,
    Operator,
    /// One of `( ) [ ] , ; :` or `.`.
    Punctuation,
    /// `::`, `:=`, `..` and `=>` are operators by the grammar, but not by `CREATE OPERATOR`.
    Sign,
    /// `--` to the end of the line, or `/* … */`.
    Comment,
    /// A `\` at the start of a word: psql's.
    Backslash,
    Unterminated(Quote),
    Bad,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quote {
    String,
    Identifier,
    Dollar,
    Comment,
}

fn is_operator(byte: u8) -> bool {
    matches!(
        byte,
        b'~' | b'!'
            | b'@'
            | b'#'
            | b'^'
            | b'&'
            | b'|'
            | b'`'
            | b'?'
            | b'+'
            | b'-'
            | b'*'
            | b'/'
            | b'%'
            | b'<'
            | b'>'
            | b'='
    )
}

/// The next token at or after `from`, white space passed over; `None` at the end.
pub fn next(text: &str, from: usize) -> Option<Token> {
    let bytes = text.as_bytes();
    let mut start = from;
    while start < bytes.len() && is_space(bytes[start]) {
        start += 1;
    }
    let first = *bytes.get(start)?;
    let peek = |offset: usize| bytes.get(start + offset).copied().unwrap_or(0);
    let token = |kind, end| Some(Token { kind, start, end });
    match first {
        b'-' if peek(1) == b'-' => token(Kind::Comment, line_end(bytes, start)),
        b'/' if peek(1) == b'*' => match block_comment_end(bytes, start) {
            Some(end) => token(Kind::Comment, end),
            None => token(Kind::Unterminated(Quote::Comment), bytes.len()),
        },
        b'\'' => quoted(bytes, start, start + 1, b'\'', false, Kind::String),
        b'"' => quoted(bytes, start, start + 1, b'"', false, Kind::QuotedWord),
        b'e' | b'E' if peek(1) == b'\'' => quoted(bytes, start, start + 2, b'\'', true, Kind::EscapeString),
        b'b' | b'B' | b'x' | b'X' if peek(1) == b'\'' => quoted(bytes, start, start + 2, b'\'', false, Kind::Bits),
        b'n' | b'N' if peek(1) == b'\'' => quoted(bytes, start, start + 2, b'\'', false, Kind::String),
        b'u' | b'U' if peek(1) == b'&' && peek(2) == b'\'' => {
            quoted(bytes, start, start + 3, b'\'', false, Kind::UnicodeString)
        }
        b'u' | b'U' if peek(1) == b'&' && peek(2) == b'"' => {
            quoted(bytes, start, start + 3, b'"', false, Kind::QuotedWord)
        }
        b'$' => dollar(text, start),
        b'\\' => token(Kind::Backslash, start + 1),
        b'0'..=b'9' => token(number_kind(bytes, start).0, number_kind(bytes, start).1),
        b'.' if peek(1).is_ascii_digit() => token(Kind::Decimal, number_kind(bytes, start).1),
        b'.' if peek(1) == b'.' => token(Kind::Sign, start + 2),
        b':' if matches!(peek(1), b':' | b'=') => token(Kind::Sign, start + 2),
        b'(' | b')' | b'[' | b']' | b',' | b';' | b':' | b'.' => token(Kind::Punctuation, start + 1),
        b'=' if peek(1) == b'>' && !is_operator(peek(2)) => token(Kind::Sign, start + 2),
        _ if is_operator(first) => token(Kind::Operator, operator_end(bytes, start)),
        _ if is_word_start(first) => {
            let mut end = start + 1;
            while end < bytes.len() && (is_word_start(bytes[end]) || bytes[end].is_ascii_digit() || bytes[end] == b'$')
            {
                end += 1;
            }
            token(Kind::Word, end)
        }
        _ => token(Kind::Bad, start + 1),
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// Bytes of characters outside ASCII count as letters, as in `scan.l`.
fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |at| from + at)
}

/// Block comments nest.
fn block_comment_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut depth = 1usize;
    let mut at = start + 2;
    while at + 1 < bytes.len() {
        match (bytes[at], bytes[at + 1]) {
            (b'/', b'*') => {
                depth += 1;
                at += 2;
            }
            (b'*', b'/') => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => at += 1,
        }
    }
    None
}

fn quoted(bytes: &[u8], start: usize, from: usize, quote: u8, backslash: bool, kind: Kind) -> Option<Token> {
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if backslash => at += 2,
            byte if byte == quote => match bytes.get(at + 1) {
                Some(&next) if next == quote => at += 2,
                _ => {
                    return Some(Token { kind, start, end: at + 1 });
                }
            },
            _ => at += 1,
        }
    }
    let quote = if kind == Kind::QuotedWord { Quote::Identifier } else { Quote::String };
    Some(Token { kind: Kind::Unterminated(quote), start, end: bytes.len() })
}

fn dollar(text: &str, start: usize) -> Option<Token> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    if bytes.get(at).is_some_and(u8::is_ascii_digit) {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        return Some(Token { kind: Kind::Parameter, start, end: at });
    }
    while at < bytes.len() && (is_word_start(bytes[at]) || (at > start + 1 && bytes[at].is_ascii_digit())) {
        at += 1;
    }
    if bytes.get(at) != Some(&b'$') {
        return Some(Token { kind: Kind::Bad, start, end: start + 1 });
    }
    let tag = &text[start..=at];
    match text[at + 1..].find(tag) {
        Some(found) => Some(Token { kind: Kind::DollarString, start, end: at + 1 + found + tag.len() }),
        None => Some(Token { kind: Kind::Unterminated(Quote::Dollar), start, end: bytes.len() }),
    }
}

/// Integers in four radixes with `_` between digits (16 on), decimals, exponents.
fn number_kind(bytes: &[u8], start: usize) -> (Kind, usize) {
    let at = |place: usize| bytes.get(place).copied().unwrap_or(0);
    let radix: Option<fn(u8) -> bool> = match (at(start), at(start + 1)) {
        (b'0', b'x' | b'X') => Some(|byte| byte.is_ascii_hexdigit()),
        (b'0', b'o' | b'O') => Some(|byte| (b'0'..=b'7').contains(&byte)),
        (b'0', b'b' | b'B') => Some(|byte| byte == b'0' || byte == b'1'),
        _ => None,
    };
    let run = |mut place: usize, is_digit: &dyn Fn(u8) -> bool| {
        while is_digit(at(place)) || (at(place) == b'_' && is_digit(at(place + 1))) {
            place += 1;
        }
        place
    };
    if let Some(is_digit) = radix
        && is_digit(at(start + 2))
    {
        return (Kind::Integer, run(start + 2, &is_digit));
    }
    let digit = |byte: u8| byte.is_ascii_digit();
    let mut end = run(start, &digit);
    let mut kind = Kind::Integer;
    if at(end) == b'.' && at(end + 1) != b'.' {
        kind = Kind::Decimal;
        end = run(end + 1, &digit);
    }
    if matches!(at(end), b'e' | b'E') {
        let sign = usize::from(matches!(at(end + 1), b'+' | b'-'));
        if at(end + 1 + sign).is_ascii_digit() {
            kind = Kind::Decimal;
            end = run(end + 1 + sign, &digit);
        }
    }
    (kind, end)
}

/// An operator ends before a comment, and may end in `+` or `-` only with certain others in it.
fn operator_end(bytes: &[u8], start: usize) -> usize {
    let mut end = start;
    while end < bytes.len() && is_operator(bytes[end]) {
        let next = bytes.get(end + 1).copied();
        if end > start && matches!((bytes[end], next), (b'-', Some(b'-')) | (b'/', Some(b'*'))) {
            break;
        }
        end += 1;
    }
    while end > start + 1
        && matches!(bytes[end - 1], b'+' | b'-')
        && !bytes[start..end - 1].iter().any(|byte| b"~!@#^&|`?%".contains(byte))
    {
        end -= 1;
    }
    end
}

/// The value of a quoted token, without its quotes and escapes.
pub fn value(text: &str, token: Token) -> String {
    let raw = &text[token.start..token.end];
    match token.kind {
        Kind::String => {
            let from = raw.find('\'').map_or(0, |at| at + 1);
            raw[from..raw.len() - 1].replace("''", "'")
        }
        Kind::QuotedWord => {
            let from = raw.find('"').map_or(0, |at| at + 1);
            let inner = raw[from..raw.len() - 1].replace("\"\"", "\"");
            if from > 1 { unicode_escapes(&inner) } else { inner }
        }
        Kind::UnicodeString => unicode_escapes(&raw[3..raw.len() - 1].replace("''", "'")),
        Kind::EscapeString => escapes(&raw[2..raw.len() - 1]),
        Kind::Bits => raw[2..raw.len() - 1].to_owned(),
        Kind::DollarString => {
            let tag = raw[1..].find('$').map_or(0, |at| at + 2);
            raw[tag..raw.len() - tag].to_owned()
        }
        _ => raw.to_owned(),
    }
}

fn escapes(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut characters = raw.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\'' => {
                characters.next_if_eq(&'\'');
                out.push('\'');
            }
            '\\' => match characters.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some('b') => out.push('\u{8}'),
                Some('f') => out.push('\u{c}'),
                Some(first @ ('x' | 'u' | 'U')) => {
                    let most = match first {
                        'x' => 2,
                        'u' => 4,
                        _ => 8,
                    };
                    let mut code = 0;
                    for _ in 0..most {
                        let Some(digit) = characters.next_if(char::is_ascii_hexdigit) else {
                            break;
                        };
                        code = code * 16 + digit.to_digit(16).unwrap_or(0);
                    }
                    out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                }
                Some(digit @ '0'..='7') => {
                    let mut code = digit.to_digit(8).unwrap_or(0);
                    for _ in 0..2 {
                        let Some(digit) = characters.next_if(|it| it.is_digit(8)) else {
                            break;
                        };
                        code = code * 8 + digit.to_digit(8).unwrap_or(0);
                    }
                    out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                }
                Some(other) => out.push(other),
                None => {}
            },
            other => out.push(other),
        }
    }
    out
}

fn unicode_escapes(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('\\') {
            out.push('\\');
            rest = after;
            continue;
        }
        let (digits, skip) = if rest.starts_with('+') { (6, 1) } else { (4, 0) };
        let code = rest.get(skip..skip + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        match code.and_then(char::from_u32) {
            Some(character) => {
                out.push(character);
                rest = &rest[skip + digits..];
            }
            None => out.push('\\'),
        }
    }
    out.push_str(rest);
    out
}
