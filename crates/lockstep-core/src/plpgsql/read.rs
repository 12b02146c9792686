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
    reader.label();
    let block = reader.block()?;
    reader.sign(";");
    (reader.at == reader.tokens.len()).then_some(block)
}

pub(super) struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    pub(super) at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn raw(&self, ahead: usize) -> &'a str {
        self.tokens.get(self.at + ahead).map_or("", |it| &self.text[it.start..it.end])
    }

    pub(super) fn is(&self, word: &str) -> bool {
        self.raw(0).eq_ignore_ascii_case(word)
    }

    pub(super) fn are(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(ahead, word)| self.raw(ahead).eq_ignore_ascii_case(word))
    }

    pub(super) fn word(&mut self, word: &str) -> bool {
        let found = self.is(word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn words(&mut self, words: &[&str]) -> bool {
        let found = self.are(words);
        if found {
            self.at += words.len();
        }
        found
    }

    pub(super) fn sign(&mut self, sign: &str) -> bool {
        self.word(sign)
    }

    pub(super) fn name(&mut self) -> Option<Ident> {
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
    pub(super) fn until(&mut self, ends: &[&str]) -> Option<String> {
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

    pub(super) fn block(&mut self) -> Option<Block> {
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
        if !self.is(";") && !self.raw(0).is_empty() {
            self.name()?;
        }
        self.depth -= 1;
        Some(Block { variables, statements, handlers })
    }

    fn variable(&mut self) -> Option<Variable> {
        let name = self.name()?;
        self.word("constant");
        let cursor = (0..3).any(|ahead| self.raw(ahead).eq_ignore_ascii_case("cursor"));
        let type_name = match cursor {
            true => self.until(&[";"])?,
            false => self.until(&[";", ":=", "=", "default", "not"])?,
        };
        self.words(&["not", "null"]);
        let value = match self.sign(":=") || self.sign("=") || self.word("default") {
            true => Some(self.until(&[";"])?),
            false => None,
        };
        self.sign(";").then_some(Variable { name, type_name, value })
    }

    pub(super) fn statements(&mut self, ends: &[&str]) -> Option<Vec<Node>> {
        let mut made = vec![];
        while !ends.iter().any(|it| self.is(it)) {
            made.push(self.statement()?);
        }
        Some(made)
    }

    fn statement(&mut self) -> Option<Node> {
        let label = self.label();
        if self.raw(0).is_empty() {
            return None;
        }
        if self.is("declare") || self.is("begin") {
            let block = self.block()?;
            return self.sign(";").then_some(Node::Block(block));
        }
        if self.is("for") || self.is("foreach") || self.is("while") || self.is("loop") {
            return self.repetition(label);
        }
        if self.word("if") {
            return self.condition();
        }
        if self.word("case") {
            return self.case();
        }
        let made = self.simple()?;
        self.sign(";").then_some(made)
    }

    /// A statement without others inside it, up to its semicolon.
    fn simple(&mut self) -> Option<Node> {
        let assigns = matches!(self.raw(1), ":=" | "=" | "." | "[");
        Some(if assigns {
            self.assignment()?
        } else if self.word("execute") {
            self.execute()?
        } else if self.word("raise") {
            self.raise()?
        } else if self.word("perform") {
            Node::Perform(self.until(&[";"])?)
        } else if self.word("null") {
            Node::Nothing
        } else if self.is("commit") || self.is("rollback") {
            self.until(&[";"])?;
            Node::Commit
        } else if self.word("return") {
            self.returned()?
        } else if self.is("exit") || self.is("continue") {
            self.exit()?
        } else if self.word("get") {
            self.diagnostics()?
        } else if self.word("assert") {
            let condition = self.until(&[",", ";"])?;
            let message = if self.sign(",") { Some(self.until(&[";"])?) } else { None };
            Node::Assert { condition, message }
        } else if ["open", "fetch", "move", "close"].iter().any(|it| self.is(it)) {
            self.at += 1;
            Node::Cursor(self.until(&[";"])?)
        } else {
            Node::Sql(self.sql()?)
        })
    }

    fn assignment(&mut self) -> Option<Node> {
        let variable = self.name()?;
        if self.sign(":=") || self.sign("=") {
            return Some(Node::Assign { variable, value: self.until(&[";"])? });
        }
        let place = self.until(&[":=", "="])?;
        self.at += 1;
        Some(Node::AssignPart { variable, place, value: self.until(&[";"])? })
    }

    /// `EXECUTE text [INTO …] [USING …]`, in either order.
    fn execute(&mut self) -> Option<Node> {
        let text = self.until(&[";", "into", "using"])?;
        let (mut into, mut using) = (vec![], vec![]);
        while !self.is(";") {
            if into.is_empty() && self.word("into") {
                self.word("strict");
                into = self.names()?;
            } else if using.is_empty() && self.word("using") {
                using = self.values(&[",", ";", "into"])?;
            } else {
                return None;
            }
        }
        Some(Node::Execute { text, into, using })
    }

    /// Values up to one of the ends, the first of which stands between them.
    pub(super) fn values(&mut self, ends: &[&str]) -> Option<Vec<String>> {
        let mut found = vec![self.until(ends)?];
        while self.sign(",") {
            found.push(self.until(ends)?);
        }
        Some(found)
    }

    /// Targets; those that are parts of a variable stand for all of it.
    pub(super) fn names(&mut self) -> Option<Vec<Ident>> {
        let mut found = vec![];
        loop {
            found.push(self.name()?);
            while self.sign(".") {
                self.name()?;
            }
            if !self.sign(",") {
                return Some(found);
            }
        }
    }

    fn returned(&mut self) -> Option<Node> {
        if self.is(";") {
            return Some(Node::Return(None));
        }
        if self.words(&["query", "execute"]) {
            return self.execute();
        }
        if self.words(&["next", ";"]) {
            self.at -= 1;
            return Some(Node::Nothing);
        }
        if self.word("next") || self.word("query") {
            return Some(Node::Yield(self.until(&[";"])?));
        }
        Some(Node::Return(Some(self.until(&[";"])?)))
    }

    fn exit(&mut self) -> Option<Node> {
        let again = self.is("continue");
        self.at += 1;
        let label = if self.is(";") || self.is("when") { None } else { Some(self.name()?) };
        let when = if self.word("when") { Some(self.until(&[";"])?) } else { None };
        Some(Node::Exit { label, when, again })
    }

    /// `GET [CURRENT | STACKED] DIAGNOSTICS v = ITEM, …`.
    fn diagnostics(&mut self) -> Option<Node> {
        if !self.word("current") {
            self.word("stacked");
        }
        if !self.word("diagnostics") {
            return None;
        }
        let mut found = vec![];
        loop {
            let variable = self.name()?;
            if !self.sign("=") && !self.sign(":=") {
                return None;
            }
            let item = self.name()?;
            found.push((variable, item.as_str().to_owned()));
            if !self.sign(",") {
                return Some(Node::Diagnostics(found));
            }
        }
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

    /// `CASE` as the conditions that it stands for.
    fn case(&mut self) -> Option<Node> {
        let operand = if self.is("when") { None } else { Some(self.until(&["when"])?) };
        let (mut branches, mut otherwise) = (vec![], vec![]);
        while self.word("when") {
            let condition = self.until(&["then"])?;
            self.at += 1;
            let condition = match &operand {
                Some(operand) => format!("({operand}) IN ({condition})"),
                None => condition,
            };
            branches.push((condition, self.statements(&["when", "else", "end"])?));
        }
        match self.word("else") {
            true => otherwise = self.statements(&["end"])?,
            false => otherwise.push(Node::Raise {
                level: "exception".to_owned(),
                format: Some("case not found".to_owned()),
                arguments: vec![],
                code: Some("case_not_found".to_owned()),
            }),
        }
        (!branches.is_empty() && self.words(&["end", "case", ";"])).then_some(Node::If(branches, otherwise))
    }

    fn raise(&mut self) -> Option<Node> {
        const LEVELS: [&str; 6] = ["debug", "log", "info", "notice", "warning", "exception"];
        if self.is(";") {
            return Some(Node::RaiseAgain);
        }
        let level = LEVELS.iter().find(|it| self.is(it)).map(|it| (*it).to_owned());
        self.at += usize::from(level.is_some());
        let level = level.unwrap_or_else(|| "exception".to_owned());
        let (mut format, mut arguments, mut condition) = (None, vec![], None);
        if self.word("sqlstate") {
            let token = *self.tokens.get(self.at).filter(|it| it.kind == Kind::String)?;
            self.at += 1;
            condition = Some(lexer::value(self.text, token));
        } else if !self.is("using") && self.tokens.get(self.at).is_some_and(|it| it.kind == Kind::Word) {
            condition = Some(self.name()?.as_str().to_owned());
        }
        let mut code = condition.clone();
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
                    "hint" | "detail" | "column" | "constraint" | "datatype" | "table" | "schema" => {}
                    _ => return None,
                }
                if !self.sign(",") {
                    break;
                }
            }
        }
        // `exec_stmt_raise`: the condition is its own text.
        let format = format.or(condition)?;
        self.is(";").then_some(Node::Raise { level, format: Some(format), arguments, code })
    }
}
