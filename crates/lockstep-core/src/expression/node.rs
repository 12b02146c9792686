//! The nodes of a typed expression (`primnodes.h`).

use smallvec::{SmallVec, smallvec};
use triomphe::Arc;

use crate::expression::query::{Aggregate, SubQuery};
use crate::name::Ident;
use crate::pg::catalog::Function;
use crate::pg::types::Type;

/// A typed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    pub(super) node: Node,
    /// With the modifier that `exprTypmod` finds.
    pub(super) type_: Type,
}

/// `CoercionForm`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Call,
    Explicit,
    Implicit,
    SqlSyntax,
}

/// The value of a `Const`.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Constant {
    Null,
    /// As the type's output function prints it; `unknown` literals as written.
    Text(Arc<str>),
    /// A relation's number, of type `regclass`.
    Relation(u32),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Operator {
    pub(super) symbol: &'static str,
    pub(super) function: Function,
}

type Child = Box<Expression>;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Column(u16),
    Constant(Constant),
    Function {
        function: Function,
        arguments: Vec<Expression>,
        form: Form,
        variadic: bool,
    },
    Operator {
        operator: Operator,
        arguments: Vec<Expression>,
    },
    Distinct {
        operator: Operator,
        arguments: Vec<Expression>,
    },
    NullIf {
        operator: Operator,
        arguments: Vec<Expression>,
    },
    ScalarArray {
        operator: Operator,
        any: bool,
        left: Child,
        array: Child,
    },
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Not(Child),
    NullTest {
        operand: Child,
        negated: bool,
    },
    BooleanTest {
        operand: Child,
        value: Option<bool>,
        negated: bool,
    },
    Case {
        operand: Option<Child>,
        whens: Vec<(Expression, Expression)>,
        otherwise: Child,
    },
    /// The operand of the `CASE`, or the element of the array, around it.
    CaseTest,
    Coalesce(Vec<Expression>),
    MinMax {
        greatest: bool,
        arguments: Vec<Expression>,
    },
    Relabel {
        operand: Child,
        form: Form,
    },
    /// `CoerceViaIO`.
    ThroughText {
        operand: Child,
        form: Form,
    },
    /// `ArrayCoerceExpr`: `element` is applied to each element.
    ConvertArray {
        operand: Child,
        element: Child,
        form: Form,
    },
    ToDomain {
        operand: Child,
        form: Form,
    },
    Array(Vec<Expression>),
    /// `SQLValueFunction`, lower case.
    Value(&'static str),
    Subscript {
        operand: Child,
        subscripts: Vec<Subscript>,
    },
    Collate {
        operand: Child,
        collation: Ident,
    },
    Row(Vec<Expression>),
    /// `RowExpr` of a composite type, which is the expression's own.
    Composite {
        fields: Vec<Expression>,
        form: Form,
    },
    /// `FieldSelect`: an attribute of a composite type, by its number.
    Field {
        operand: Child,
        of: u32,
        number: u16,
    },
    /// `NamedArgExpr`: an argument written `name => value`.
    Named {
        name: Arc<str>,
        operand: Child,
    },
    Aggregate(Box<Aggregate>),
    Query(Box<SubQuery>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Subscript {
    Element(Expression),
    /// Bounds that are left out are `None`.
    Slice(Option<Expression>, Option<Expression>),
}

impl Expression {
    /// A column, as `Var`.
    pub fn column(attribute: u16, type_: Type) -> Self {
        Expression { node: Node::Column(attribute), type_ }
    }

    pub(super) fn new(node: Node, type_: Type) -> Self {
        Expression { node, type_ }
    }

    pub(super) fn null(type_: Type) -> Self {
        Expression::new(Node::Constant(Constant::Null), type_)
    }

    pub(super) fn constant(text: &str, type_: Type) -> Self {
        Expression::new(Node::Constant(Constant::Text(text.into())), type_)
    }

    pub(super) fn boolean(value: bool) -> Self {
        Expression::constant(if value { "t" } else { "f" }, Type::BOOL)
    }

    /// A call; the modifier of its result is that of a length conversion, or none.
    pub(super) fn call(function: Function, arguments: Vec<Expression>, result: Type, form: Form) -> Self {
        let modifier = match form {
            Form::Explicit | Form::Implicit => length_conversion(&arguments).unwrap_or(-1),
            Form::Call | Form::SqlSyntax => -1,
        };
        let node = Node::Function { function, arguments, form, variadic: false };
        Expression::new(node, result.with_modifier(modifier))
    }

    pub fn type_(&self) -> &Type {
        &self.type_
    }

    /// Without conversions around it that change nothing.
    pub fn without_relabels(self) -> Self {
        match self.node {
            Node::Relabel { operand, .. } | Node::Collate { operand, .. } => operand.without_relabels(),
            _ => self,
        }
    }

    /// What `NOT` stands before.
    pub fn after_not(&self) -> Option<&Expression> {
        match &self.node {
            Node::Not(operand) => Some(operand),
            _ => None,
        }
    }

    /// A null constant: as a default, the same as none (`AddRelationNewConstraints`).
    pub fn is_null_constant(&self) -> bool {
        matches!(self.node, Node::Constant(Constant::Null))
    }

    /// The number of the column that it is.
    pub fn as_column(&self) -> Option<u16> {
        match self.node {
            Node::Column(number) => Some(number),
            _ => None,
        }
    }

    /// The collation that `COLLATE` on the outside gives it.
    pub fn explicit_collation(&self) -> Option<&Ident> {
        match &self.node {
            Node::Collate { collation, .. } => Some(collation),
            _ => None,
        }
    }

    pub(super) fn is_constant(&self) -> bool {
        matches!(self.node, Node::Constant(_))
    }

    /// `hide_coercion_node`.
    pub(super) fn hide_conversion(&mut self) {
        match &mut self.node {
            Node::Function { form, .. }
            | Node::Relabel { form, .. }
            | Node::ThroughText { form, .. }
            | Node::ConvertArray { form, .. }
            | Node::ToDomain { form, .. } => *form = Form::Implicit,
            _ => {}
        }
    }

    /// The expressions directly inside, in order.
    pub(super) fn children(&self) -> Vec<&Expression> {
        match &self.node {
            Node::Column(_) | Node::Constant(_) | Node::CaseTest | Node::Value(_) => vec![],
            Node::Function { arguments, .. }
            | Node::Operator { arguments, .. }
            | Node::Distinct { arguments, .. }
            | Node::NullIf { arguments, .. }
            | Node::MinMax { arguments, .. }
            | Node::And(arguments)
            | Node::Or(arguments)
            | Node::Coalesce(arguments)
            | Node::Array(arguments)
            | Node::Row(arguments)
            | Node::Composite { fields: arguments, .. } => arguments.iter().collect(),
            Node::ScalarArray { left, array, .. } => vec![left, array],
            Node::Not(operand)
            | Node::NullTest { operand, .. }
            | Node::BooleanTest { operand, .. }
            | Node::Relabel { operand, .. }
            | Node::ThroughText { operand, .. }
            | Node::ToDomain { operand, .. }
            | Node::Collate { operand, .. }
            | Node::Field { operand, .. }
            | Node::Named { operand, .. } => vec![operand],
            Node::ConvertArray { operand, element, .. } => vec![operand, element],
            Node::Aggregate(call) => call.expressions(),
            Node::Query(query) => query.expressions(),
            Node::Case { operand, whens, otherwise } => {
                let mut found: Vec<&Expression> = operand.as_deref().into_iter().collect();
                found.extend(whens.iter().flat_map(|(when, then)| [when, then]));
                found.push(otherwise);
                found
            }
            Node::Subscript { operand, subscripts } => {
                let mut found: Vec<&Expression> = vec![operand];
                for subscript in subscripts {
                    match subscript {
                        Subscript::Element(index) => found.push(index),
                        Subscript::Slice(low, high) => found.extend(low.iter().chain(high)),
                    }
                }
                found
            }
        }
    }

    /// Calls `see` for every expression inside, this one first.
    pub(super) fn visit(&self, see: &mut impl FnMut(&Expression)) {
        let mut open: SmallVec<[&Expression; 8]> = smallvec![self];
        while let Some(it) = open.pop() {
            see(it);
            open.extend(it.children());
        }
    }

    /// Calls `change` for every expression inside, this one first.
    pub(super) fn visit_mut(&mut self, change: &mut dyn FnMut(&mut Expression)) {
        change(self);
        match &mut self.node {
            // Queries and what only they hold are never rewritten.
            Node::Aggregate(_) | Node::Query(_) => {}
            Node::Column(_) | Node::Constant(_) | Node::CaseTest | Node::Value(_) => {}
            Node::Function { arguments, .. }
            | Node::Operator { arguments, .. }
            | Node::Distinct { arguments, .. }
            | Node::NullIf { arguments, .. }
            | Node::MinMax { arguments, .. }
            | Node::And(arguments)
            | Node::Or(arguments)
            | Node::Coalesce(arguments)
            | Node::Array(arguments)
            | Node::Row(arguments)
            | Node::Composite { fields: arguments, .. } => arguments.iter_mut().for_each(|it| it.visit_mut(change)),
            Node::ScalarArray { left, array, .. } => {
                left.visit_mut(change);
                array.visit_mut(change);
            }
            Node::Not(operand)
            | Node::NullTest { operand, .. }
            | Node::BooleanTest { operand, .. }
            | Node::Relabel { operand, .. }
            | Node::ThroughText { operand, .. }
            | Node::ToDomain { operand, .. }
            | Node::Collate { operand, .. }
            | Node::Field { operand, .. }
            | Node::Named { operand, .. } => operand.visit_mut(change),
            Node::ConvertArray { operand, element, .. } => {
                operand.visit_mut(change);
                element.visit_mut(change);
            }
            Node::Case { operand, whens, otherwise } => {
                operand.iter_mut().for_each(|it| it.visit_mut(change));
                for (when, then) in whens {
                    when.visit_mut(change);
                    then.visit_mut(change);
                }
                otherwise.visit_mut(change);
            }
            Node::Subscript { operand, subscripts } => {
                operand.visit_mut(change);
                for subscript in subscripts {
                    match subscript {
                        Subscript::Element(index) => index.visit_mut(change),
                        Subscript::Slice(low, high) => {
                            low.iter_mut().chain(high).for_each(|it| it.visit_mut(change));
                        }
                    }
                }
            }
        }
    }
}

/// The modifier that a conversion function applies (`exprIsLengthCoercion`).
pub(super) fn length_conversion(arguments: &[Expression]) -> Option<i32> {
    match arguments {
        [_, second, ..] if arguments.len() <= 3 && second.type_.is(Type::INT4) => match &second.node {
            Node::Constant(Constant::Text(text)) => text.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// The modifier that all of them have, where they are of one type (`exprTypmod` of `CASE` and its like).
pub(super) fn common_modifier<'a>(items: impl IntoIterator<Item = &'a Expression>, type_: Type) -> i32 {
    let mut common = None;
    for item in items {
        if !item.type_.is(type_) || common.is_some_and(|it| it != item.type_.modifier) {
            return -1;
        }
        common = Some(item.type_.modifier);
    }
    common.unwrap_or(-1)
}
