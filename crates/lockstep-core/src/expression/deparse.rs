//! Expressions as the server prints them: `get_rule_expr` of `ruleutils.c` with `PRETTYFLAG_INDENT`,
//! as `pg_get_expr` and `pg_get_constraintdef` call it.

use smol_str::SmolStr;

use crate::expression::node::{Constant, Expression, Form, Node, Operator, Subscript};
use crate::expression::print_query::Levels;
use crate::expression::scope::Names;
use crate::name::quote_identifier;
use crate::pg::types::{self, Type};

/// `PRETTYINDENT_VAR` and `PRETTYINDENT_LIMIT`.
const INDENT: usize = 4;
const INDENT_LIMIT: usize = 40;

pub(super) struct Printer<'a> {
    pub(super) text: String,
    pub(super) names: &'a dyn Names,
    pub(super) indent: usize,
    /// The levels of the query that is printed.
    pub(super) levels: Option<Levels<'a>>,
}

impl Expression {
    /// `pg_get_expr`.
    pub fn deparse(&self, names: &dyn Names) -> String {
        let mut printer = Printer { text: String::new(), names, indent: 0, levels: None };
        printer.expression(self, false);
        printer.text
    }

    /// `looks_like_function` of `ruleutils.c`: an index key that needs no parentheses.
    pub fn looks_like_function(&self) -> bool {
        match &self.node {
            Node::Function { form, .. } => matches!(form, Form::Call | Form::SqlSyntax),
            Node::Coalesce(_) | Node::MinMax { .. } | Node::NullIf { .. } | Node::Value(_) => true,
            _ => false,
        }
    }

    /// A column, and nothing done to it but conversions to other types.
    pub fn is_conversion(&self) -> bool {
        match &self.node {
            Node::Column(_) => true,
            Node::Relabel { operand, .. }
            | Node::ThroughText { operand, .. }
            | Node::ConvertArray { operand, .. }
            | Node::Collate { operand, .. }
            | Node::ToDomain { operand, .. } => operand.is_conversion(),
            Node::Function { function, arguments, .. } => {
                function.name.is_empty() && arguments.first().is_some_and(Expression::is_conversion)
            }
            _ => false,
        }
    }
}

/// `simple_quote_literal`: never with `E''`, so a backslash stands for itself.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl Printer<'_> {
    pub(super) fn type_name(&self, type_: Type) -> SmolStr {
        types::format_type(&type_, |id| self.names.user_type(id))
    }

    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn list(&mut self, items: &[Expression], separator: &str, show_implicit: bool) {
        for (place, item) in items.iter().enumerate() {
            if place > 0 {
                self.push(separator);
            }
            self.expression(item, show_implicit);
        }
    }

    fn call(&mut self, name: &str, arguments: &[Expression]) {
        self.push(name);
        self.push("(");
        self.list(arguments, ", ", true);
        self.push(")");
    }

    /// `appendContextKeyword`: a new line, without blanks at the end of the old one.
    fn keyword(&mut self, word: &str) {
        self.line(word, 0);
    }

    /// The same, so much further to the right.
    pub(super) fn line(&mut self, word: &str, plus: usize) {
        let kept = self.text.trim_end_matches(' ').len();
        self.text.truncate(kept);
        self.text.push('\n');
        // Deep levels go on with smaller steps, from the left again.
        let amount = match self.indent {
            ..INDENT_LIMIT => self.indent,
            deep => INDENT_LIMIT + (deep - INDENT_LIMIT) / (INDENT_LIMIT / INDENT) % INDENT_LIMIT,
        };
        self.text.extend(std::iter::repeat_n(' ', amount + plus));
        self.push(word);
    }

    pub(super) fn expression(&mut self, it: &Expression, show_implicit: bool) {
        match &it.node {
            Node::Column(attribute) => self.variable(*attribute),
            Node::Aggregate(call) => self.aggregate(call),
            Node::Query(query) => self.sub_query(query),
            Node::Constant(value) => self.constant(value, it.type_, true),
            Node::Function { arguments, form: Form::Implicit, .. } if !show_implicit => {
                if let Some(argument) = arguments.first() {
                    self.expression(argument, false);
                }
            }
            Node::Function { arguments, form: Form::Implicit | Form::Explicit, .. } => {
                if let Some(argument) = arguments.first() {
                    self.conversion(argument, it.type_);
                }
            }
            Node::Function { function, arguments, form: Form::SqlSyntax, .. } => {
                self.sql_syntax(function.name, arguments);
            }
            Node::Function { function, arguments, variadic, form: Form::Call } => {
                match function.is_made() {
                    true => self.push(&self.names.function(function.oid)),
                    false => self.push(&quote_identifier(function.name)),
                }
                self.push("(");
                for (place, argument) in arguments.iter().enumerate() {
                    if place > 0 {
                        self.push(", ");
                    }
                    if *variadic && place + 1 == arguments.len() {
                        self.push("VARIADIC ");
                    }
                    self.expression(argument, true);
                }
                self.push(")");
            }
            Node::Named { name, operand } => {
                self.push(&quote_identifier(name));
                self.push(" => ");
                self.expression(operand, show_implicit);
            }
            Node::Operator { operator, arguments } => self.operator(&self.symbol(operator), arguments),
            Node::Distinct { arguments, .. } => self.operator("IS DISTINCT FROM", arguments),
            Node::NullIf { arguments, .. } => self.call("NULLIF", arguments),
            Node::ScalarArray { operator, any, left, array } => {
                self.push("(");
                self.expression(left, true);
                self.push(&format!(" {} {} (", self.symbol(operator), if *any { "ANY" } else { "ALL" }));
                self.expression(array, true);
                self.push("))");
            }
            Node::And(items) => self.junction(items, " AND "),
            Node::Or(items) => self.junction(items, " OR "),
            Node::Not(operand) => {
                self.push("(NOT ");
                self.expression(operand, false);
                self.push(")");
            }
            Node::NullTest { operand, negated } => {
                self.push("(");
                self.expression(operand, true);
                self.push(if *negated { " IS NOT NULL)" } else { " IS NULL)" });
            }
            Node::BooleanTest { operand, value, negated } => {
                self.push("(");
                self.expression(operand, false);
                self.push(if *negated { " IS NOT " } else { " IS " });
                self.push(match value {
                    Some(true) => "TRUE)",
                    Some(false) => "FALSE)",
                    None => "UNKNOWN)",
                });
            }
            Node::Case { operand, whens, otherwise } => self.case(operand.as_deref(), whens, otherwise),
            Node::CaseTest => self.push("CASE_TEST_EXPR"),
            Node::Coalesce(items) => self.call("COALESCE", items),
            Node::MinMax { greatest, arguments } => self.call(if *greatest { "GREATEST" } else { "LEAST" }, arguments),
            Node::Relabel { operand, form }
            | Node::ThroughText { operand, form }
            | Node::ConvertArray { operand, form, .. }
            | Node::ToDomain { operand, form } => match form {
                Form::Implicit if !show_implicit => self.expression(operand, false),
                _ => self.conversion(operand, it.type_),
            },
            Node::Array(elements) => {
                self.push("ARRAY[");
                self.list(elements, ", ", true);
                self.push("]");
                if elements.is_empty() {
                    let name = self.type_name(it.type_.bare());
                    self.push(&format!("::{name}"));
                }
            }
            Node::Row(items) => {
                self.push("ROW(");
                self.list(items, ", ", true);
                self.push(")");
            }
            Node::Composite { fields, form } => {
                self.push("ROW(");
                self.list(fields, ", ", true);
                self.push(")");
                if *form == Form::Explicit {
                    let name = self.type_name(it.type_.bare());
                    self.push(&format!("::{name}"));
                }
            }
            Node::Field { operand, of, number } => {
                let bare = matches!(operand.node, Node::Subscript { .. } | Node::Field { .. });
                if !bare {
                    self.push("(");
                }
                self.expression(operand, true);
                if !bare {
                    self.push(")");
                }
                let name = self.names.attribute(*of, *number);
                self.push(&format!(".{name}"));
            }
            Node::Value(keyword) => {
                self.push(&keyword.to_ascii_uppercase());
                if it.type_.modifier >= 0 && keyword.contains("time") {
                    self.push(&format!("({})", it.type_.modifier));
                }
            }
            Node::Subscript { operand, subscripts } => self.subscript(operand, subscripts, show_implicit),
            Node::Collate { operand, collation } => {
                self.push("(");
                self.expression(operand, show_implicit);
                self.push(&format!(" COLLATE {})", quote_identifier(collation.as_str())));
            }
        }
    }

    /// `generate_operator_name`.
    fn symbol(&self, operator: &Operator) -> String {
        match self.names.schema_of(operator.function.oid) {
            Some(schema) => format!("OPERATOR({schema}.{})", operator.symbol),
            None => operator.symbol.to_owned(),
        }
    }

    fn operator(&mut self, symbol: &str, arguments: &[Expression]) {
        self.push("(");
        match arguments {
            [left, right] => {
                self.expression(left, true);
                self.push(&format!(" {symbol} "));
                self.expression(right, true);
            }
            arguments => {
                self.push(&format!("{symbol} "));
                self.list(arguments, ", ", true);
            }
        }
        self.push(")");
    }

    fn junction(&mut self, items: &[Expression], separator: &str) {
        self.push("(");
        self.list(items, separator, false);
        self.push(")");
    }

    /// `get_coercion_expr`.
    fn conversion(&mut self, operand: &Expression, type_: Type) {
        match &operand.node {
            // A length conversion right above its constant: the type would be said twice.
            Node::Constant(value) if operand.type_.is(type_) && operand.type_.modifier == -1 => {
                self.constant(value, operand.type_, false);
            }
            _ => {
                self.push("(");
                self.expression(operand, false);
                self.push(")");
            }
        }
        let name = self.type_name(type_);
        self.push(&format!("::{name}"));
    }

    /// `get_const_expr`.
    pub(super) fn constant(&mut self, value: &Constant, type_: Type, label: bool) {
        let mut needs_label = true;
        match value {
            Constant::Null => self.push("NULL"),
            Constant::Relation(relation) => {
                let name = self.names.relation(*relation);
                self.push(&quoted(&name));
            }
            Constant::Text(text) => match type_.bare() {
                Type::INT4 if !text.starts_with('-') => {
                    self.push(text);
                    needs_label = false;
                }
                Type::INT4 => self.push(&format!("'{text}'")),
                // A number with a fraction reads back as numeric; one without as an integer.
                Type::NUMERIC if text.starts_with(|it: char| it.is_ascii_digit()) && text.contains(['e', 'E', '.']) => {
                    self.push(text);
                    needs_label = type_.modifier >= 0;
                }
                Type::NUMERIC => self.push(&format!("'{text}'")),
                Type::BOOL => {
                    self.push(if &**text == "t" { "true" } else { "false" });
                    needs_label = false;
                }
                Type::UNKNOWN => {
                    self.push(&quoted(text));
                    needs_label = false;
                }
                // `B'…'`: the digits of a bit string are printed as they are.
                Type::BIT | Type::VARBIT => self.push(&format!("'{text}'")),
                _ => self.push(&quoted(text)),
            },
        }
        if label && needs_label {
            let name = self.type_name(type_);
            self.push(&format!("::{name}"));
        }
    }

    fn case(&mut self, operand: Option<&Expression>, whens: &[(Expression, Expression)], otherwise: &Expression) {
        self.keyword("CASE");
        self.indent += INDENT;
        if let Some(operand) = operand {
            self.push(" ");
            self.expression(operand, true);
        }
        for (when, then) in whens {
            self.keyword("WHEN ");
            // `CASE x WHEN y` is kept as `x = y`: only `y` is printed.
            let when = match &when.node {
                Node::Operator { arguments, .. } if operand.is_some() => match arguments.as_slice() {
                    [test, value] if matches!(without_implicit(test).node, Node::CaseTest) => value,
                    _ => when,
                },
                _ => when,
            };
            self.expression(when, false);
            self.push(" THEN ");
            self.expression(then, true);
        }
        self.keyword("ELSE ");
        self.expression(otherwise, true);
        self.indent -= INDENT;
        self.keyword("END");
    }

    fn subscript(&mut self, operand: &Expression, subscripts: &[Subscript], show_implicit: bool) {
        let bare = match operand.node {
            Node::Column(_) => self.names.has_columns(),
            Node::Field { .. } => true,
            _ => false,
        };
        if !bare {
            self.push("(");
        }
        self.expression(operand, show_implicit);
        if !bare {
            self.push(")");
        }
        for subscript in subscripts {
            self.push("[");
            match subscript {
                Subscript::Element(index) => self.expression(index, false),
                Subscript::Slice(low, high) => {
                    if let Some(low) = low {
                        self.expression(low, false);
                    }
                    self.push(":");
                    if let Some(high) = high {
                        self.expression(high, false);
                    }
                }
            }
            self.push("]");
        }
    }

    /// `get_func_sql_syntax`: calls that were written in a form of their own.
    fn sql_syntax(&mut self, name: &str, arguments: &[Expression]) {
        // The form with a pattern is printed as the plain call that it is.
        let pattern = name == "substring" && arguments.get(1).is_some_and(|it| it.type_.is(Type::TEXT));
        if pattern {
            return self.call(&quote_identifier(name), arguments);
        }
        let parts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
        let (before, order): (Vec<String>, Vec<usize>) = match (name, arguments.len()) {
            ("timezone", 2) => (parts(&["(", " AT TIME ZONE ", ")"]), vec![1, 0]),
            ("timezone", 1) => (parts(&["(", " AT LOCAL)"]), vec![0]),
            ("overlaps", 4) => (parts(&["((", ", ", ") OVERLAPS (", ", ", "))"]), vec![0, 1, 2, 3]),
            ("extract", 2) => {
                let field = match &arguments[0].node {
                    Node::Constant(Constant::Text(text)) => text.to_string(),
                    _ => String::new(),
                };
                (vec![format!("EXTRACT({field} FROM "), ")".to_owned()], vec![1])
            }
            ("position", 2) => (parts(&["POSITION((", ") IN (", "))"]), vec![1, 0]),
            ("substring", 2) => (parts(&["SUBSTRING(", " FROM ", ")"]), vec![0, 1]),
            ("substring", 3) => (parts(&["SUBSTRING(", " FROM ", " FOR ", ")"]), vec![0, 1, 2]),
            ("overlay", 3) => (parts(&["OVERLAY(", " PLACING ", " FROM ", ")"]), vec![0, 1, 2]),
            ("overlay", 4) => (parts(&["OVERLAY(", " PLACING ", " FROM ", " FOR ", ")"]), vec![0, 1, 2, 3]),
            ("btrim" | "ltrim" | "rtrim", count) => {
                let side = match name {
                    "ltrim" => "LEADING",
                    "rtrim" => "TRAILING",
                    _ => "BOTH",
                };
                match count {
                    2 => (vec![format!("TRIM({side} "), " FROM ".to_owned(), ")".to_owned()], vec![1, 0]),
                    _ => (vec![format!("TRIM({side} FROM "), ")".to_owned()], vec![0]),
                }
            }
            _ => return self.call(&quote_identifier(name), arguments),
        };
        for (place, text) in before.iter().enumerate() {
            self.push(text);
            if let Some(argument) = order.get(place).and_then(|at| arguments.get(*at)) {
                self.expression(argument, false);
            }
        }
    }
}

/// `strip_implicit_coercions`.
fn without_implicit(it: &Expression) -> &Expression {
    match &it.node {
        Node::Relabel { operand, form: Form::Implicit }
        | Node::ThroughText { operand, form: Form::Implicit }
        | Node::ConvertArray { operand, form: Form::Implicit, .. }
        | Node::ToDomain { operand, form: Form::Implicit } => without_implicit(operand),
        Node::Function { arguments, form: Form::Implicit, .. } => arguments.first().map_or(it, without_implicit),
        _ => it,
    }
}
