//! Loops: `FOR`, `FOREACH`, `WHILE` and `LOOP`, with their labels.

use crate::name::Ident;
use crate::plpgsql::Node;
use crate::plpgsql::read::Reader;

impl Reader<'_> {
    /// `<<label>>`, where one stands here.
    pub(super) fn label(&mut self) -> Option<Ident> {
        if !self.is("<<") {
            return None;
        }
        let start = self.at;
        self.at += 1;
        let label = self.name().filter(|_| self.is(">>"));
        self.at = if label.is_some() { self.at + 1 } else { start };
        label
    }

    pub(super) fn repetition(&mut self, label: Option<Ident>) -> Option<Node> {
        if self.word("for") {
            return self.loop_over(label);
        }
        if self.word("foreach") {
            let variables = self.names()?;
            if self.word("slice") {
                self.at += 1;
            }
            if !self.words(&["in", "array"]) {
                return None;
            }
            let array = self.until(&["loop"])?;
            return self.body().map(|body| Node::Elements { label, variables, array, body });
        }
        let condition = if self.word("while") { Some(self.until(&["loop"])?) } else { None };
        self.body().map(|body| Node::Loop { label, condition, body })
    }

    fn body(&mut self) -> Option<Vec<Node>> {
        if !self.word("loop") {
            return None;
        }
        let body = self.statements(&["end"])?;
        if !self.words(&["end", "loop"]) {
            return None;
        }
        if !self.is(";") {
            self.name()?;
        }
        self.sign(";").then_some(body)
    }

    fn loop_over(&mut self, label: Option<Ident>) -> Option<Node> {
        let variables = self.names()?;
        if !self.word("in") {
            return None;
        }
        if self.word("execute") {
            let text = self.until(&["loop", "using"])?;
            let using = if self.word("using") { self.values(&[",", "loop"])? } else { vec![] };
            return self.body().map(|body| Node::RowsOfText { label, variables, text, using, body });
        }
        let reverse = self.word("reverse");
        let start = self.at;
        if let Some(first) = self.until(&["..", "loop"])
            && self.sign("..")
        {
            let last = self.until(&["loop", "by"])?;
            let step = if self.word("by") { Some(self.until(&["loop"])?) } else { None };
            let body = self.body()?;
            let variable = variables.into_iter().next()?;
            return Some(Node::Count { label, variable, first, last, step, reverse, body });
        }
        self.at = start;
        let query = self.until(&["loop"])?;
        self.body().map(|body| Node::Rows { label, variables, query, body })
    }
}
