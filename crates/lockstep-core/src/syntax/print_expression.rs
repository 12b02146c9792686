//! Expressions as SQL that reads back to the same tree: parentheses wherever they could matter.

use std::fmt::{self, Display, Formatter};

use crate::name::{Ident, quote_literal};
use crate::syntax::expression::{Expr, FunctionCall, FunctionForm, LikeKind, Literal, Operator, QueryForm, TypeName};
use crate::syntax::select::{SortKey, Window};

/// An operand: in parentheses unless it is a single unit.
struct Operand<'a>(&'a Expr);

impl Display for Operand<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let negative =
            matches!(self.0, Expr::Literal(Literal::Integer(it) | Literal::Decimal(it)) if it.starts_with('-'));
        let unit = matches!(
            self.0,
            Expr::Column(_)
                | Expr::Literal(_)
                | Expr::Parameter(_)
                | Expr::Function(_)
                | Expr::Value { .. }
                | Expr::Coalesce(_)
                | Expr::NullIf(..)
                | Expr::MinMax { .. }
                | Expr::Array(_)
                | Expr::Query(_)
        );
        if unit && !negative { write!(f, "{}", self.0) } else { write!(f, "({})", self.0) }
    }
}

fn list<T: Display>(f: &mut Formatter<'_>, items: impl IntoIterator<Item = T>, separator: &str) -> fmt::Result {
    for (place, item) in items.into_iter().enumerate() {
        if place > 0 {
            f.write_str(separator)?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let not = |negated: bool| if negated { "NOT " } else { "" };
        match self {
            Expr::Default => f.write_str("DEFAULT"),
            Expr::Column(parts) => {
                for (place, part) in parts.iter().enumerate() {
                    let dot = if place > 0 { "." } else { "" };
                    if *part == "*" { write!(f, "{dot}*")? } else { write!(f, "{dot}{part}")? }
                }
                Ok(())
            }
            Expr::Literal(literal) => write!(f, "{literal}"),
            Expr::Parameter(number) => write!(f, "${number}"),
            Expr::Unary { operator, operand } => write!(f, "{operator} {}", Operand(operand)),
            Expr::Binary { left, operator, right } => {
                write!(f, "{} {operator} {}", Operand(left), Operand(right))
            }
            Expr::And(items) => list(f, items.iter().map(Operand), " AND "),
            Expr::Or(items) => list(f, items.iter().map(Operand), " OR "),
            Expr::Not(operand) => write!(f, "NOT {}", Operand(operand)),
            Expr::IsNull { operand, negated } => write!(f, "{} IS {}NULL", Operand(operand), not(*negated)),
            Expr::IsTruth { operand, value, negated } => {
                let word = match value {
                    Some(true) => "TRUE",
                    Some(false) => "FALSE",
                    None => "UNKNOWN",
                };
                write!(f, "{} IS {}{word}", Operand(operand), not(*negated))
            }
            Expr::IsDistinct { left, right, negated } => {
                write!(f, "{} IS {}DISTINCT FROM {}", Operand(left), not(*negated), Operand(right))
            }
            Expr::In { operand, list: items, negated } => {
                write!(f, "{} {}IN (", Operand(operand), not(*negated))?;
                list(f, items, ", ")?;
                f.write_str(")")
            }
            Expr::Between { operand, low, high, symmetric, negated } => {
                let symmetric = if *symmetric { "SYMMETRIC " } else { "" };
                let (operand, low, high) = (Operand(operand), Operand(low), Operand(high));
                write!(f, "{operand} {}BETWEEN {symmetric}{low} AND {high}", not(*negated))
            }
            Expr::Like { kind, operand, pattern, escape, negated } => {
                let word = match kind {
                    LikeKind::Like => "LIKE",
                    LikeKind::ILike => "ILIKE",
                    LikeKind::SimilarTo => "SIMILAR TO",
                };
                write!(f, "{} {}{word} {}", Operand(operand), not(*negated), Operand(pattern))?;
                match escape {
                    Some(escape) => write!(f, " ESCAPE {}", Operand(escape)),
                    None => Ok(()),
                }
            }
            Expr::Quantified { left, operator, all, array } => {
                let word = if *all { "ALL" } else { "ANY" };
                match &**array {
                    Expr::Query(query) => write!(f, "{} {operator} {word} ({})", Operand(left), query.text),
                    array => write!(f, "{} {operator} {word} ({array})", Operand(left)),
                }
            }
            Expr::Cast { operand, type_name } => write!(f, "CAST({operand} AS {type_name})"),
            Expr::TypedLiteral { type_name, text } => write_typed_literal(f, type_name, text),
            Expr::Function(call) => write!(f, "{call}"),
            Expr::Value { keyword, precision } => match precision {
                Some(precision) => write!(f, "{}({precision})", keyword.to_uppercase()),
                None => f.write_str(&keyword.to_uppercase()),
            },
            Expr::Case { operand, whens, otherwise } => {
                f.write_str("CASE")?;
                if let Some(operand) = operand {
                    write!(f, " {}", Operand(operand))?;
                }
                for (when, then) in whens {
                    write!(f, " WHEN {} THEN {}", Operand(when), Operand(then))?;
                }
                if let Some(otherwise) = otherwise {
                    write!(f, " ELSE {}", Operand(otherwise))?;
                }
                f.write_str(" END")
            }
            Expr::Coalesce(items) => call(f, "COALESCE", items),
            Expr::NullIf(first, second) => write!(f, "NULLIF({first}, {second})"),
            Expr::MinMax { greatest, arguments } => call(f, if *greatest { "GREATEST" } else { "LEAST" }, arguments),
            Expr::AtTimeZone { operand, zone } => write!(f, "{} AT TIME ZONE {}", Operand(operand), Operand(zone)),
            Expr::Array(items) => {
                f.write_str("ARRAY[")?;
                list(f, items, ", ")?;
                f.write_str("]")
            }
            Expr::Row(items) => call(f, "ROW", items),
            Expr::Subscript { operand, index, upper } => {
                let bound = |it: &Expr| match it {
                    Expr::Literal(Literal::Null) => String::new(),
                    other => other.to_string(),
                };
                match upper {
                    Some(upper) => write!(f, "{}[{}:{}]", Operand(operand), bound(index), bound(upper)),
                    None => write!(f, "{}[{index}]", Operand(operand)),
                }
            }
            Expr::Field { operand, name } => write!(f, "({operand}).{name}"),
            Expr::Collate { operand, collation } => write!(f, "{} COLLATE {collation}", Operand(operand)),
            Expr::Query(query) => match query.form {
                QueryForm::Plain => write!(f, "({})", query.text),
                QueryForm::Exists => write!(f, "EXISTS ({})", query.text),
                QueryForm::Array => write!(f, "ARRAY({})", query.text),
            },
            Expr::Opaque(text) => f.write_str(text),
        }
    }
}

fn write_typed_literal(f: &mut Formatter<'_>, type_name: &TypeName, text: &str) -> fmt::Result {
    match &type_name.interval_fields {
        Some(_) => write!(f, "CAST({} AS {type_name})", quote_literal(text)),
        None => write!(f, "{type_name} {}", quote_literal(text)),
    }
}

fn call(f: &mut Formatter<'_>, name: &str, items: &[Expr]) -> fmt::Result {
    write!(f, "{name}(")?;
    list(f, items, ", ")?;
    f.write_str(")")
}

impl Display for Operator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "OPERATOR({schema}.{})", self.symbol),
            None => f.write_str(&self.symbol),
        }
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Null => f.write_str("NULL"),
            Literal::Boolean(value) => f.write_str(if *value { "TRUE" } else { "FALSE" }),
            Literal::Integer(digits) | Literal::Decimal(digits) => f.write_str(digits),
            Literal::String(text) => f.write_str(&quote_literal(text)),
            Literal::Bits(bits) => write!(f, "B'{bits}'"),
        }
    }
}

impl Display for FunctionCall {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.form == FunctionForm::SqlSyntax {
            return write_sql_form(f, self);
        }
        write!(f, "{}(", self.name)?;
        if self.star {
            f.write_str("*")?;
        }
        if self.distinct {
            f.write_str("DISTINCT ")?;
        }
        for (place, argument) in self.arguments.iter().enumerate() {
            if place > 0 {
                f.write_str(", ")?;
            }
            if argument.variadic {
                f.write_str("VARIADIC ")?;
            }
            if let Some(name) = &argument.name {
                write!(f, "{name} => ")?;
            }
            write!(f, "{}", argument.value)?;
        }
        let Some(syntax) = &self.syntax else { return f.write_str(")") };
        match (syntax.within_group, syntax.order.is_empty()) {
            (true, _) => {
                f.write_str(") WITHIN GROUP (ORDER BY ")?;
                list(f, &syntax.order, ", ")?;
            }
            (false, false) => {
                f.write_str(" ORDER BY ")?;
                list(f, &syntax.order, ", ")?;
            }
            (false, true) => {}
        }
        f.write_str(")")?;
        if let Some(filter) = &syntax.filter {
            write!(f, " FILTER (WHERE {filter})")?;
        }
        match &syntax.over {
            Some(window) => write!(f, " OVER {window}"),
            None => Ok(()),
        }
    }
}

impl Display for SortKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.value)?;
        if self.descending {
            f.write_str(" DESC")?;
        }
        if let Some(operator) = &self.using {
            write!(f, " USING {operator}")?;
        }
        match self.nulls_first {
            Some(true) => f.write_str(" NULLS FIRST"),
            Some(false) => f.write_str(" NULLS LAST"),
            None => Ok(()),
        }
    }
}

impl Display for Window {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let (Some(name), true) = (&self.name, self.is_reference) {
            return write!(f, "{name}");
        }
        let mut parts: Vec<String> = self.name.iter().map(ToString::to_string).collect();
        let items = |items: &[Expr]| items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        if !self.partition.is_empty() {
            parts.push(format!("PARTITION BY {}", items(&self.partition)));
        }
        if !self.order.is_empty() {
            let keys: Vec<String> = self.order.iter().map(ToString::to_string).collect();
            parts.push(format!("ORDER BY {}", keys.join(", ")));
        }
        parts.extend(self.frame.clone());
        write!(f, "({})", parts.join(" "))
    }
}

fn write_sql_form(f: &mut Formatter<'_>, call: &FunctionCall) -> fmt::Result {
    let values: Vec<&Expr> = call.arguments.iter().map(|argument| &argument.value).collect();
    match (call.name.name.as_str(), values.as_slice()) {
        ("extract", [field, source]) => write!(f, "EXTRACT({field} FROM {source})"),
        ("position", [hay, needle]) => write!(f, "POSITION({} IN {})", Operand(needle), Operand(hay)),
        ("overlay", [first, second, from]) => write!(f, "OVERLAY({first} PLACING {second} FROM {from})"),
        ("overlay", [first, second, from, count]) => {
            write!(f, "OVERLAY({first} PLACING {second} FROM {from} FOR {count})")
        }
        ("substring", [first, from]) => write!(f, "SUBSTRING({first} FROM {from})"),
        ("substring", [first, from, count]) => write!(f, "SUBSTRING({first} FROM {from} FOR {count})"),
        (name @ ("btrim" | "ltrim" | "rtrim"), [source, rest @ ..]) => {
            let side = match name {
                "ltrim" => "LEADING",
                "rtrim" => "TRAILING",
                _ => "BOTH",
            };
            match rest {
                [characters] => write!(f, "TRIM({side} {characters} FROM {source})"),
                _ => write!(f, "TRIM({side} FROM {source})"),
            }
        }
        (name, values) => {
            write!(f, "{name}(")?;
            list(f, values, ", ")?;
            f.write_str(")")
        }
    }
}

impl Display for TypeName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.set_of {
            f.write_str("SETOF ")?;
        }
        let modifiers = match self.modifiers.is_empty() {
            true => String::new(),
            false => {
                let plain = |it: &String| {
                    it.parse::<i64>().is_ok() || it.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                };
                let items: Vec<_> =
                    self.modifiers.iter().map(|it| if plain(it) { it.clone() } else { quote_literal(it) }).collect();
                format!("({})", items.join(","))
            }
        };
        match (&self.name.schema, self.name.name.as_str()) {
            (
                None,
                name @ ("timestamp with time zone"
                | "timestamp without time zone"
                | "time with time zone"
                | "time without time zone"),
            ) => {
                let (word, zone) = name.split_once(' ').unwrap_or((name, ""));
                write!(f, "{word}{modifiers} {zone}")?;
            }
            (None, "interval") => {
                f.write_str("interval")?;
                if let Some(fields) = &self.interval_fields {
                    write!(f, " {fields}")?;
                }
                f.write_str(&modifiers)?;
            }
            (None, name @ ("double precision" | "character varying" | "character" | "bit varying" | "bit")) => {
                write!(f, "{name}{modifiers}")?;
            }
            (None, name) if is_grammar_type(name) => write!(f, "{name}{modifiers}")?,
            (Some(schema), "char") if *schema == "pg_catalog" => f.write_str("\"char\"")?,
            (Some(schema), name) => write!(f, "{schema}.{}{modifiers}", Ident::new(name))?,
            (None, name) => write!(f, "{}{modifiers}", Ident::new(name))?,
        }
        if self.percent_type {
            f.write_str("%TYPE")?;
        }
        for _ in 0..self.array_dimensions {
            f.write_str("[]")?;
        }
        Ok(())
    }
}

/// Types that are keywords, and so are printed without quotes.
fn is_grammar_type(name: &str) -> bool {
    matches!(
        name,
        "int"
            | "integer"
            | "smallint"
            | "bigint"
            | "real"
            | "float"
            | "decimal"
            | "dec"
            | "numeric"
            | "boolean"
            | "varchar"
            | "json"
    )
}
