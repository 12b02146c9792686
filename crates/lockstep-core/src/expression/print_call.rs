//! Aggregates, windows and subqueries as the server prints them, and what they are sorted by:
//! `get_agg_expr`, `get_windowfunc_expr`, `get_sublink_expr` and `get_rule_orderby` of `ruleutils.c`.

use crate::expression::deparse::Printer;
use crate::expression::node::{Constant, Expression, Node};
use crate::expression::query::{Aggregate, Sort, SubQuery, SubQueryUse, Window};
use crate::name::quote_identifier;

impl Printer<'_> {
    /// `get_rule_sortgroupclause`.
    pub(super) fn sort_value(&mut self, it: &Expression) {
        match &it.node {
            Node::Constant(value) => self.labelled_constant(value, it),
            Node::Function { .. } | Node::Aggregate(_) => {
                self.push("(");
                self.expression(it, true);
                self.push(")");
            }
            _ => self.expression(it, true),
        }
    }

    fn labelled_constant(&mut self, value: &Constant, it: &Expression) {
        self.constant(value, it.type_, true);
        // A number alone would be taken for a place in the list.
        if it.type_.is(crate::pg::types::Type::INT4) && !self.text.ends_with("::integer") {
            self.push("::integer");
        }
    }

    /// `get_rule_orderby`.
    pub(super) fn order_by(&mut self, order: &[Sort], by_number: bool) {
        for (place, key) in order.iter().enumerate() {
            if place > 0 {
                self.push(", ");
            }
            match key.target.filter(|_| by_number) {
                Some(number) => self.push(&number.to_string()),
                None => self.sort_value(&key.value),
            }
            self.push(match (key.descending, key.nulls_first) {
                (false, false) => "",
                (false, true) => " NULLS FIRST",
                (true, true) => " DESC",
                (true, false) => " DESC NULLS LAST",
            });
        }
    }

    /// `get_agg_expr` and `get_windowfunc_expr`.
    pub(super) fn aggregate(&mut self, call: &Aggregate) {
        self.push(&quote_identifier(call.function.name));
        self.push(if call.distinct { "(DISTINCT " } else { "(" });
        if call.star {
            self.push("*");
        }
        self.list(&call.arguments, ", ", true);
        if call.within_group {
            self.push(") WITHIN GROUP (ORDER BY ");
            self.order_by(&call.order, false);
        } else if !call.order.is_empty() {
            self.push(" ORDER BY ");
            self.order_by(&call.order, false);
        }
        if let Some(filter) = &call.filter {
            self.push(") FILTER (WHERE ");
            self.expression(filter, false);
        }
        self.push(")");
        if let Some(window) = &call.over {
            self.push(" OVER ");
            match (&window.name, window.is_reference) {
                (Some(name), true) => self.push(&name.to_string()),
                _ => self.window(window),
            }
        }
    }

    /// `get_rule_windowspec`.
    pub(super) fn window(&mut self, window: &Window) {
        self.push("(");
        let mut gap = "";
        if let Some(name) = window.name.as_ref().filter(|_| !window.is_reference) {
            self.push(&name.to_string());
            gap = " ";
        }
        if !window.partition.is_empty() {
            self.push(&format!("{gap}PARTITION BY "));
            for (place, key) in window.partition.iter().enumerate() {
                if place > 0 {
                    self.push(", ");
                }
                self.sort_value(key);
            }
            gap = " ";
        }
        if !window.order.is_empty() {
            self.push(&format!("{gap}ORDER BY "));
            self.order_by(&window.order, false);
        }
        self.push(")");
    }

    /// `get_sublink_expr`.
    pub(super) fn sub_query(&mut self, it: &SubQuery) {
        let mut closing = ")";
        match &it.use_ {
            SubQueryUse::Array => self.push("ARRAY("),
            SubQueryUse::Value => self.push("("),
            SubQueryUse::Exists => {
                self.push("(EXISTS (");
                closing = "))";
            }
            SubQueryUse::Compare { left, operator, any } => {
                self.push("(");
                self.expression(left, true);
                self.push(&match (operator.symbol, any) {
                    ("=", true) => " IN (".to_owned(),
                    (symbol, true) => format!(" {symbol} ANY ("),
                    (symbol, false) => format!(" {symbol} ALL ("),
                });
                closing = "))";
            }
        }
        self.query(&it.query, None, false);
        self.push(closing);
    }
}
