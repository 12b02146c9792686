//! What an expression reads and needs, found by walking it.

use crate::schema::few::Few;
use std::collections::BTreeSet;

use crate::expression::Volatility;
use crate::expression::node::{Constant, Expression, Form, Node};
use crate::pg::catalog::extension::is_member;
use crate::pg::catalog::{self, Function};
use crate::pg::types::{Type, TypeRef};
use crate::pg::version::PgVersion;

/// `anytextcat` and `textanycat`: functions written in SQL, which planning replaces by their bodies,
/// a conversion to text and a concatenation.
const INLINED_CONCATENATION: [u32; 2] = [2003, 2004];

impl Expression {
    /// Whether it takes that attribute of a composite type, or any of them.
    pub fn uses_attribute(&self, of_type: u32, attribute: Option<u16>) -> bool {
        let mut found = false;
        self.visit(&mut |it| {
            if let Node::Field { of, number, .. } = &it.node {
                found |= *of == of_type && attribute.is_none_or(|it| it == *number);
            }
        });
        found
    }

    /// Whether it puts rows of that composite type together.
    pub fn makes_rows_of(&self, of_type: u32) -> bool {
        let mut found = false;
        self.visit(&mut |it| {
            let row = matches!(it.node, Node::Composite { .. });
            found |= row && it.type_.base == crate::pg::types::TypeRef::User(of_type);
        });
        found
    }

    /// Attribute numbers of the columns read.
    pub fn columns(&self) -> Few<u16> {
        let mut found = Few::default();
        self.visit(&mut |it| {
            if let Node::Column(attribute) = it.node {
                found.insert(attribute);
            }
        });
        found
    }

    /// Calls `see` where the expression itself is a column.
    pub(super) fn columns_here(&self, see: &mut impl FnMut(u16)) {
        if let Node::Column(attribute) = self.node {
            see(attribute);
        }
    }

    /// The same condition on a column in the place of a domain's `VALUE`.
    pub fn over_column(&self, attribute: u16, type_: &Type) -> Expression {
        let mut made = self.clone();
        made.visit_mut(&mut |it| {
            if let Node::Column(_) = it.node {
                *it = Expression::column(attribute, *type_);
            }
        });
        made
    }

    /// With another label of an enum in the place of one; `None` where it is not in there.
    pub fn with_label(&self, enum_type: u32, from: &str, to: &str) -> Option<Expression> {
        let mut made = self.clone();
        let mut found = false;
        made.visit_mut(&mut |it| {
            if it.type_.base == TypeRef::User(enum_type)
                && !it.type_.array
                && let Node::Constant(Constant::Text(text)) = &mut it.node
                && **text == *from
            {
                *text = to.into();
                found = true;
            }
        });
        found.then_some(made)
    }

    /// The columns of the records that the function yields which it calls, one of the server's own.
    pub(crate) fn output_columns(&self, version: PgVersion) -> Option<Vec<(&'static str, Type)>> {
        match &self.node {
            Node::Function { function, .. } if self.type_.is(Type::RECORD) => {
                catalog::system::outputs(function.name, function.oid, version)
            }
            _ => None,
        }
    }

    /// The relation that a constant of type `regclass` names.
    pub fn as_relation(&self) -> Option<u32> {
        match &self.node {
            Node::Constant(Constant::Relation(relation)) => Some(*relation),
            Node::Relabel { operand, .. } => operand.as_relation(),
            _ => None,
        }
    }

    /// Relations named by constants of type `regclass`.
    pub fn relations(&self) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        self.visit(&mut |it| {
            if let Node::Constant(Constant::Relation(relation)) = it.node {
                found.insert(relation);
            }
        });
        found
    }

    /// Sequences that it takes values from, and whether it does so in any case.
    pub fn sequences(&self) -> (BTreeSet<u32>, bool) {
        let (mut found, mut certain) = (BTreeSet::new(), true);
        self.visit(&mut |it| match &it.node {
            Node::Function { function, arguments, .. } if function.name == "nextval" => {
                if let Some(Node::Constant(Constant::Relation(relation))) = arguments.first().map(|it| &it.node) {
                    found.insert(*relation);
                }
            }
            Node::Function { .. }
            | Node::Operator { .. }
            | Node::Constant(_)
            | Node::Value(_)
            | Node::Relabel { .. }
            | Node::ThroughText { .. }
            | Node::ToDomain { .. }
            | Node::Collate { .. }
            | Node::Named { .. } => {}
            _ => certain = false,
        });
        (found, certain)
    }

    /// Functions of the schema that it calls.
    pub fn functions(&self) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        self.visit(&mut |it| {
            let function = match &it.node {
                Node::Function { function, .. } => function.oid,
                Node::Operator { operator, .. }
                | Node::Distinct { operator, .. }
                | Node::NullIf { operator, .. }
                | Node::ScalarArray { operator, .. } => operator.function.oid,
                _ => return,
            };
            if Function::is_made_number(function) {
                found.insert(function);
            }
        });
        found
    }

    /// Types of the schema that the expression needs besides those of its columns.
    pub fn user_types(&self) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        self.visit(&mut |it| match it.type_.base {
            _ if matches!(it.node, Node::Column(_)) => {}
            TypeRef::User(id) => {
                found.insert(id);
            }
            TypeRef::Builtin(own) if is_member(own.0) => {
                found.insert(own.0);
            }
            TypeRef::Builtin(_) => {}
        });
        found
    }

    /// The strongest volatility of any function inside, as planning leaves them
    /// (`contain_mutable_functions_after_planning`).
    pub fn volatility(&self) -> Volatility {
        let mut found = Volatility::Immutable;
        self.visit(&mut |it| found = found.max(it.own_volatility()));
        found
    }

    fn own_volatility(&self) -> Volatility {
        match &self.node {
            Node::Function { function, .. } => function.volatility,
            Node::Operator { operator, arguments } if INLINED_CONCATENATION.contains(&operator.function.oid) => {
                arguments.iter().map(|it| input_output(it.type_).1).max().unwrap_or(Volatility::Immutable)
            }
            Node::Operator { operator, .. }
            | Node::Distinct { operator, .. }
            | Node::NullIf { operator, .. }
            | Node::ScalarArray { operator, .. } => operator.function.volatility,
            Node::ThroughText { operand, .. } => input_output(operand.type_).1.max(input_output(self.type_).0),
            Node::Value(_) => Volatility::Stable,
            Node::Aggregate(call) => call.function.volatility,
            _ => Volatility::Immutable,
        }
    }

    /// Whether a domain has a say in it.
    pub fn converts_to_domain(&self) -> bool {
        let mut found = false;
        self.visit(&mut |it| found |= matches!(it.node, Node::ToDomain { .. }));
        found
    }

    /// The same expression over other attribute numbers (`map_variable_attnos`).
    pub fn remap_columns(&self, to: &dyn Fn(u16) -> u16) -> Expression {
        let mut made = self.clone();
        made.visit_mut(&mut |it| {
            if let Node::Column(attribute) = &mut it.node {
                *attribute = to(*attribute);
            }
        });
        made
    }

    /// `nextval('sequence'::regclass)`, converted to the type of a serial column.
    pub fn nextval(sequence: u32, column_type: &Type) -> Self {
        let row = catalog::functions("nextval", PgVersion::default()).next();
        let function = row
            .map_or(Function { oid: 0, name: "nextval", volatility: Volatility::Volatile, strict: true }, |row| {
                row.function
            });
        let name = Expression::new(Node::Constant(Constant::Relation(sequence)), Type::REGCLASS);
        let call = Expression::call(function, vec![name], Type::INT8, Form::Call);
        match catalog::cast(Type::INT8, *column_type, PgVersion::default()) {
            Some(cast) => Expression::call(cast.function, vec![call], column_type.bare(), Form::Implicit),
            None => call,
        }
    }
}

/// Volatility of a type's input and output functions.
fn input_output(type_: Type) -> (Volatility, Volatility) {
    if type_.array {
        // `array_in` and `array_out` are stable, whatever the elements.
        return (Volatility::Stable, Volatility::Stable);
    }
    match type_.row() {
        Some(row) => (row.input, row.output),
        // `enum_in`, `enum_out` and `domain_in` are stable.
        None => (Volatility::Stable, Volatility::Stable),
    }
}
