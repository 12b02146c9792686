//! Bodies of trigger functions that do nothing but say something and return a row.

use crate::effect::RelationId;
use crate::schema::routine::Routine;
use crate::statement::execution::Execution;
use crate::statement::firing::RowEvent;
use crate::syntax::lexer::{self, Kind};

/// What the function returns for such an event (`new`, `old` or `null`); `None` where it does, or may do, more.
pub(super) fn returned(execution: &Execution, table: RelationId, routine: &Routine, event: RowEvent) -> Option<String> {
    if routine.language != *"plpgsql" {
        return None;
    }
    let tokens = tokens(&routine.source)?;
    let mut body = Body { execution, table, tokens: &tokens, at: 0, event, returns: None };
    body.expect("begin")?;
    body.block(true, 0)?;
    body.expect("end")?;
    body.accept(";");
    (body.at == tokens.len()).then_some(body.returns?)
}

/// Words and signs folded, strings in quotes.
fn tokens(source: &str) -> Option<Vec<String>> {
    let (mut found, mut at) = (vec![], 0);
    while let Some(token) = lexer::next(source, at) {
        at = token.end;
        let text = &source[token.start..token.end];
        match token.kind {
            Kind::Comment => {}
            Kind::String => found.push(format!("'{}'", lexer::value(source, token))),
            Kind::Word | Kind::Integer | Kind::Operator | Kind::Sign | Kind::Punctuation => {
                found.push(text.to_ascii_lowercase());
            }
            _ => return None,
        }
    }
    Some(found)
}

struct Body<'a> {
    execution: &'a Execution,
    table: RelationId,
    tokens: &'a [String],
    at: usize,
    event: RowEvent,
    returns: Option<String>,
}

/// `IF`s in `IF`s are read so deep.
const MAX_DEPTH: usize = 10;

const LEVELS: [&str; 5] = ["notice", "info", "log", "debug", "warning"];

/// What every trigger function is told.
const TOLD: [&str; 8] =
    ["tg_name", "tg_when", "tg_level", "tg_op", "tg_relname", "tg_table_name", "tg_table_schema", "tg_nargs"];

impl Body<'_> {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    fn accept(&mut self, word: &str) -> bool {
        let found = self.peek() == Some(word);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, word: &str) -> Option<()> {
        self.accept(word).then_some(())
    }

    /// Statements up to `end`, `else` or `elsif`; `runs`: whether they certainly run.
    fn block(&mut self, runs: bool, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        let done = self.returns.is_some();
        while !matches!(self.peek()?, "end" | "else" | "elsif" | "elseif" | "exception") {
            let runs = runs && !done && self.returns.is_none();
            if self.accept("null") {
            } else if self.accept("return") {
                let row = self.peek().filter(|it| ["new", "old", "null"].contains(it))?.to_owned();
                self.at += 1;
                if runs {
                    self.returns = Some(row);
                }
            } else if self.accept("raise") {
                self.raise()?;
            } else if self.accept("if") {
                self.branches(runs, depth)?;
            } else {
                return None;
            }
            self.expect(";")?;
        }
        (self.peek() != Some("exception")).then_some(())
    }

    /// After `IF`: which branch runs must be told by the event alone.
    fn branches(&mut self, runs: bool, depth: usize) -> Option<()> {
        let mut taken = false;
        loop {
            let holds = self.condition()?;
            self.expect("then")?;
            self.block(runs && holds && !taken, depth + 1)?;
            taken |= holds;
            if !(self.accept("elsif") || self.accept("elseif")) {
                break;
            }
        }
        if self.accept("else") {
            self.block(runs && !taken, depth + 1)?;
        }
        self.expect("end")?;
        self.expect("if")
    }

    /// `tg_op = 'INSERT'`, with or without parentheses.
    fn condition(&mut self) -> Option<bool> {
        let open = self.accept("(");
        self.expect("tg_op")?;
        let equal = self.accept("=") || {
            self.expect("<>")?;
            false
        };
        let operation = match self.event {
            RowEvent::Insert => "'INSERT'",
            RowEvent::Update => "'UPDATE'",
            RowEvent::Delete => "'DELETE'",
        };
        let same = self.peek().filter(|it| it.starts_with('\''))? == operation;
        self.at += 1;
        if open {
            self.expect(")")?;
        }
        Some(same == equal)
    }

    /// `RAISE NOTICE 'format', values`: nothing that could fail.
    fn raise(&mut self) -> Option<()> {
        LEVELS.contains(&self.peek()?).then_some(())?;
        self.at += 1;
        self.peek().filter(|it| it.starts_with('\''))?;
        self.at += 1;
        while self.accept(",") {
            let value = self.peek()?.to_owned();
            self.at += 1;
            match value.as_str() {
                "new" | "old" if self.accept(".") => {
                    let column = self.peek()?;
                    self.execution.schema.relation(self.table).columns().find(column)?;
                    self.at += 1;
                }
                "new" | "old" => {}
                "tg_argv" => {
                    self.expect("[")?;
                    self.at += 1;
                    self.expect("]")?;
                }
                told if TOLD.contains(&told) => {}
                constant if constant.starts_with('\'') => {}
                _ => return None,
            }
            // Values as text.
            if self.accept("::") {
                self.expect("text")?;
            }
        }
        Some(())
    }
}
