//! From the text of a block to its tree. What is not among the known shapes is `None`.

use crate::name::Ident;
use crate::plpgsql::{Block, Handler, Node, Variable};
use crate::syntax::lexer::{self, Kind, Token};

/// Deeper blocks are not read.
const MAX_DEPTH: usize = 30;

/// Reads the body of a `DO` block or a function.
pub fn read(text: &str) -> Option<Block> {
    let mut tokens = vec![];
    let mut at = 0;
    while let Some(token) = lexer::next(text, at) {
        at = token.end;
        match token.kind {
            Kind::Comment => continue,
            Kind::Unterminated(_) | Kind::Bad | Kind::Backslash => return None,
            _ => tokens.push(token),
        }
    }
    let mut reader = Reader { text, tokens, at: 0, depth: 0 };
    let block = reader.block()?;
    reader.sign(";");
    (reader.at == reader.tokens.len()).then_some(block)
}

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn raw(&self, ahead: usize) -> &'a str {
        self.tokens.get(self.at + ahead).map_or("", |it| &self.text[it.start..it.end])
    }

    fn is(&self, word: &str) -> bool {
        self.raw(0).eq_ignore_ascii_case(word)
    }

    fn are(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(ahead, word)| self.raw(ahead).eq_ignore_ascii_case(word))
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.is(word);
        self.at += usize::from(found);
        found
    }

    fn words(&mut self, words: &[&str]) -> bool {
        let found = self.are(words);
        if found {
            self.at += words.len();
        }
        found
    }

    fn sign(&mut self, sign: &str) -> bool {
        self.word(sign)
    }

    fn name(&mut self) -> Option<Ident> {
        let token = *self.tokens.get(self.at)?;
        let name = match token.kind {
            Kind::Word => Ident::folded(&self.text[token.start..token.end]),
            Kind::QuotedWord => Ident::new(&lexer::value(self.text, token)),
            _ => return None,
        };
        self.at += 1;
        Some(name)
    }

    /// The text up to one of the words or signs outside of parentheses, which is left; `None` where it
    /// never comes or nothing stands before it.
    fn until(&mut self, ends: &[&str]) -> Option<String> {
        let from = self.at;
        let (mut depth, mut cases) = (0usize, 0usize);
        loop {
            let raw = self.raw(0);
            if raw.is_empty() {
                return None;
            }
            if depth == 0 && cases == 0 && ends.iter().any(|it| self.is(it)) {
                break;
            }
            match raw.to_ascii_lowercase().as_str() {
                "(" | "[" => depth += 1,
                ")" | "]" => depth = depth.checked_sub(1)?,
                "case" => cases += 1,
                "end" => cases = cases.checked_sub(1)?,
                ";" => return None,
                _ => {}
            }
            self.at += 1;
        }
        let (first, last) = (self.tokens.get(from)?, self.tokens.get(self.at.checked_sub(1)?)?);
        (self.at > from).then(|| self.text[first.start..last.end].to_owned())
    }

    fn block(&mut self) -> Option<Block> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut variables = vec![];
        if self.word("declare") {
            while !self.is("begin") {
                variables.push(self.variable()?);
            }
        }
        if !self.word("begin") {
            return None;
        }
        let statements = self.statements(&["end", "exception"])?;
        let mut handlers = vec![];
        if self.word("exception") {
            while self.word("when") {
                let mut conditions = vec![];
                loop {
                    let state = self.word("sqlstate");
                    let token = *self.tokens.get(self.at)?;
                    self.at += 1;
                    conditions.push(match (state, token.kind) {
                        (true, Kind::String) => lexer::value(self.text, token),
                        (false, Kind::Word) => self.text[token.start..token.end].to_ascii_lowercase(),
                        _ => return None,
                    });
                    if !self.word("or") {
                        break;
                    }
                }
                if !self.word("then") {
                    return None;
                }
                handlers.push(Handler { conditions, statements: self.statements(&["when", "end"])? });
            }
        }
        if !self.word("end") {
            return None;
        }
        self.depth -= 1;
        Some(Block { variables, statements, handlers })
    }

    fn variable(&mut self) -> Option<Variable> {
        let name = self.name()?;
        self.word("constant");
        let type_name = self.until(&[";", ":=", "=", "default", "not"])?;
        self.words(&["not", "null"]);
        let value = match self.sign(":=") || self.sign("=") || self.word("default") {
            true => Some(self.until(&[";"])?),
            false => None,
        };
        self.sign(";").then_some(Variable { name, type_name, value })
    }

    fn statements(&mut self, ends: &[&str]) -> Option<Vec<Node>> {
        let mut made = vec![];
        while !ends.iter().any(|it| self.is(it)) {
            made.push(self.statement()?);
        }
        Some(made)
    }

    fn statement(&mut self) -> Option<Node> {
        if self.is("<<") || self.raw(0).is_empty() {
            return None;
        }
        if self.is("declare") || self.is("begin") {
            let block = self.block()?;
            return self.sign(";").then_some(Node::Block(block));
        }
        if self.word("if") {
            return self.condition();
        }
        if self.word("for") {
            return self.loop_over();
        }
        if self.word("foreach") {
            let variable = self.name()?;
            if !self.words(&["in", "array"]) {
                return None;
            }
            let array = self.until(&["loop"])?;
            return self.body().map(|body| Node::Elements { variable, array, body });
        }
        let made = if self.word("execute") {
            Node::Execute(self.until(&[";", "into", "using"])?)
        } else if self.word("raise") {
            self.raise()?
        } else if self.word("perform") {
            Node::Perform(self.until(&[";"])?)
        } else if self.word("null") {
            Node::Nothing
        } else if self.is("commit") || self.is("rollback") {
            self.at += 1;
            Node::Commit
        } else if self.word("return") {
            if !self.is(";") {
                self.until(&[";"])?;
            }
            Node::Return
        } else if self.is("while") || self.is("loop") || self.is("case") || self.is("get") || self.is("open") {
            return None;
        } else if matches!(self.raw(1), ":=" | "=") {
            let variable = self.name()?;
            self.at += 1;
            Node::Assign { variable, value: self.until(&[";"])? }
        } else {
            Node::Sql(self.sql()?)
        };
        self.sign(";").then_some(made)
    }

    /// A statement in SQL, up to its semicolon; `CASE … END` inside it is its own.
    fn sql(&mut self) -> Option<String> {
        let from = self.at;
        let mut depth = 0usize;
        while !(depth == 0 && self.is(";")) {
            match self.raw(0) {
                "" => return None,
                "(" | "[" => depth += 1,
                ")" | "]" => depth = depth.checked_sub(1)?,
                _ => {}
            }
            self.at += 1;
        }
        let (first, last) = (self.tokens.get(from)?, self.tokens.get(self.at.checked_sub(1)?)?);
        (self.at > from).then(|| self.text[first.start..last.end].to_owned())
    }

    fn condition(&mut self) -> Option<Node> {
        let mut branches = vec![];
        let mut otherwise = vec![];
        loop {
            let condition = self.until(&["then"])?;
            self.at += 1;
            branches.push((condition, self.statements(&["elsif", "elseif", "else", "end"])?));
            if self.word("elsif") || self.word("elseif") {
                continue;
            }
            if self.word("else") {
                otherwise = self.statements(&["end"])?;
            }
            break;
        }
        self.words(&["end", "if", ";"]).then_some(Node::If(branches, otherwise))
    }

    fn body(&mut self) -> Option<Vec<Node>> {
        if !self.word("loop") {
            return None;
        }
        let body = self.statements(&["end"])?;
        self.words(&["end", "loop", ";"]).then_some(body)
    }

    fn loop_over(&mut self) -> Option<Node> {
        let variable = self.name()?;
        if !self.word("in") {
            return None;
        }
        let reverse = self.word("reverse");
        let start = self.at;
        if let Some(first) = self.until(&["..", "loop"])
            && self.sign("..")
        {
            let last = self.until(&["loop", "by"])?;
            let body = self.body()?;
            return Some(Node::Count { variable, first, last, reverse, body });
        }
        self.at = start;
        if self.is("execute") {
            return None;
        }
        let query = self.until(&["loop"])?;
        self.body().map(|body| Node::Rows { variable, query, body })
    }

    fn raise(&mut self) -> Option<Node> {
        const LEVELS: [&str; 6] = ["debug", "log", "info", "notice", "warning", "exception"];
        let level = LEVELS.iter().find(|it| self.is(it)).map(|it| (*it).to_owned());
        self.at += usize::from(level.is_some());
        let level = level.unwrap_or_else(|| "exception".to_owned());
        let (mut format, mut arguments, mut code) = (None, vec![], None);
        if let Some(token) = self.tokens.get(self.at).copied()
            && matches!(token.kind, Kind::String | Kind::EscapeString | Kind::DollarString)
        {
            self.at += 1;
            format = Some(lexer::value(self.text, token));
            while self.sign(",") {
                arguments.push(self.until(&[",", ";", "using"])?);
            }
        }
        if self.word("using") {
            loop {
                let option = self.raw(0).to_ascii_lowercase();
                self.at += 1;
                if !self.sign("=") && !self.sign(":=") {
                    return None;
                }
                let value = self.until(&[",", ";"])?;
                match option.as_str() {
                    "errcode" => code = Some(value.trim_matches('\'').to_owned()),
                    "message" => format = Some(value.trim_matches('\'').to_owned()),
                    "hint" | "detail" => {}
                    _ => return None,
                }
                if !self.sign(",") {
                    break;
                }
            }
        }
        // `RAISE;` and `RAISE condition;` have no text of their own.
        self.is(";").then_some(Node::Raise { level, format: Some(format?), arguments, code })
    }
}
