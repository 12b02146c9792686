//! Statements as written, one variant for each command of the grammar that is read.
//!
//! `gram.y` against `commands/*.c`: reading lives here, behaviour in [`crate::statement`].

use crate::name::{Ident, QualifiedName};
use crate::pg::lock_mode::LockMode;
pub use crate::syntax::address::ObjectAddress;
pub use crate::syntax::aggregate::CreateAggregate;
pub use crate::syntax::alter_object::{AlterObject, ObjectChange};
pub use crate::syntax::collation::CreateCollation;
pub use crate::syntax::copy::*;
pub use crate::syntax::create_operator::CreateOperator;
use crate::syntax::create_view::{CreateMaterializedView, CreateView, RefreshMaterializedView};
pub use crate::syntax::drop_object::DropObject;
use crate::syntax::expression::{Expr, QueryText, TypeName};
pub use crate::syntax::extension::{AlterExtension, CreateExtension, ExtensionAction};
pub use crate::syntax::maintenance::*;
pub use crate::syntax::merge::*;
pub use crate::syntax::operator_class::{ClassItem, CreateOperatorClass};
pub use crate::syntax::privilege::{Grant, GrantRole, GrantTarget, Privilege};
pub use crate::syntax::publication::{AlterPublication, CreatePublication, PublicationChange, PublicationObject};
pub use crate::syntax::role::{AlterDatabase, RoleCommand};
pub use crate::syntax::routine_tree::*;
pub use crate::syntax::row_statement::*;
use crate::syntax::rule::{AlterRule, CreateRule, DropRule};
pub use crate::syntax::session_command::*;
pub use crate::syntax::statistics::{AlterStatistics, CreateStatistics};
pub use crate::syntax::table::*;
pub use crate::syntax::trigger_tree::*;
pub use crate::syntax::user_type::*;

#[derive(Debug, Clone, PartialEq)]
pub enum Statement {
    AlterDatabase(AlterDatabase),
    AlterObject(AlterObject),
    AlterPublication(AlterPublication),
    AlterRule(AlterRule),
    AlterDomain(AlterDomain),
    AlterEventTrigger(AlterEventTrigger),
    AlterPolicy(Box<AlterPolicy>),
    AlterRoutine(AlterRoutine),
    AlterSequence(AlterSequence),
    AlterStatistics(AlterStatistics),
    AlterTable(AlterTable),
    AlterType(AlterType),
    AlterTypeAddValue(AlterTypeAddValue),
    Cluster(Cluster),
    Comment(Comment),
    CreateAggregate(CreateAggregate),
    CreateComposite(CreateComposite),
    Copy(Box<Copy>),
    CreateDomain(CreateDomain),
    CreateEnum(CreateEnum),
    CreateEventTrigger(CreateEventTrigger),
    CreateFunction(Box<CreateFunction>),
    CreateIndex(CreateIndex),
    CreateCollation(CreateCollation),
    CreateExtension(CreateExtension),
    AlterExtension(AlterExtension),
    CreateOperator(CreateOperator),
    CreateOperatorClass(CreateOperatorClass),
    CreatePublication(CreatePublication),
    CreateRule(Box<CreateRule>),
    CreatePolicy(Box<CreatePolicy>),
    CreateSchema(CreateSchema),
    CreateSequence(CreateSequence),
    CreateStatistics(CreateStatistics),
    CreateTable(Box<CreateTable>),
    CreateView(Box<CreateView>),
    CreateMaterializedView(Box<CreateMaterializedView>),
    CreateTrigger(Box<CreateTrigger>),
    Delete(RowStatement),
    Do(Do),
    Drop(Drop),
    DropObject(DropObject),
    DropRule(DropRule),
    Grant(Grant),
    GrantRole(GrantRole),
    Insert(Box<Insert>),
    LockTable(LockTable),
    Role(RoleCommand),
    RefreshMaterializedView(RefreshMaterializedView),
    DropPart(DropPart),
    DropRoutine(DropRoutine),
    RenamePart(RenamePart),
    Merge(Box<Merge>),
    Reindex(Reindex),
    Select(QueryText),
    Session(SessionCommand),
    Set(Set),
    Transaction(TransactionCommand),
    Truncate(Truncate),
    Update(RowStatement),
    Vacuum(Vacuum),
    /// Read far enough to know its command and the names it mentions; not modelled.
    Other(Other),
}

/// `ALTER TABLE [IF EXISTS] [ONLY] name …`, also `ALTER INDEX|VIEW|SEQUENCE … ` where they share it.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterTable {
    /// The object type written: `ALTER TABLE`, `ALTER INDEX`, `ALTER VIEW` …
    pub object: ObjectType,
    pub name: QualifiedName,
    pub only: bool,
    pub if_exists: bool,
    pub action: AlterTableAction,
}

#[derive(Debug, Clone, PartialEq)]
pub enum AlterTableAction {
    Subcommands(Vec<Subcommand>),
    RenameTo(Ident),
    RenameColumn { from: Ident, to: Ident },
    RenameConstraint { from: Ident, to: Ident },
    SetSchema(Ident),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Subcommand {
    AddColumn {
        column: ColumnDefinition,
        if_not_exists: bool,
    },
    DropColumn {
        name: Ident,
        if_exists: bool,
        cascade: bool,
    },
    SetDefault {
        column: Ident,
        default: Expr,
    },
    DropDefault {
        column: Ident,
    },
    SetNotNull {
        column: Ident,
    },
    DropNotNull {
        column: Ident,
    },
    SetType {
        column: Ident,
        type_name: TypeName,
        collation: Option<QualifiedName>,
        using: Option<Expr>,
    },
    AddConstraint(TableConstraint),
    ValidateConstraint {
        name: Ident,
    },
    DropConstraint {
        name: Ident,
        if_exists: bool,
        cascade: bool,
    },
    /// `ALTER CONSTRAINT name [DEFERRABLE …] [ENFORCED]`.
    AlterConstraint {
        name: Ident,
        attributes: ConstraintAttributes,
        no_inherit: Option<bool>,
    },
    SetStatistics {
        column: ColumnPlace,
        target: Option<i32>,
    },
    SetStorage {
        column: Ident,
        storage: Ident,
    },
    SetCompression {
        column: Ident,
        method: Ident,
    },
    SetColumnOptions {
        column: Ident,
        options: Vec<(Ident, Option<String>)>,
        reset: bool,
    },
    AddIdentity {
        column: Ident,
        always: bool,
        options: SequenceOptions,
    },
    /// `SET GENERATED`, `SET INCREMENT …`, `RESTART`.
    AlterIdentity {
        column: Ident,
        always: Option<bool>,
        options: SequenceOptions,
    },
    DropIdentity {
        column: Ident,
        if_exists: bool,
    },
    SetExpression {
        column: Ident,
        expression: Expr,
    },
    DropExpression {
        column: Ident,
        if_exists: bool,
    },
    EnableTrigger {
        what: TriggerSelection,
        state: FiringState,
    },
    EnableRule {
        name: Ident,
        state: FiringState,
    },
    RowSecurity(RowSecurity),
    ClusterOn(Ident),
    SetWithoutCluster,
    SetWithoutOids,
    SetAccessMethod(Option<Ident>),
    SetTablespace(Ident),
    SetLogged(bool),
    SetOptions {
        options: Vec<(Ident, Option<String>)>,
        reset: bool,
    },
    Inherit(QualifiedName),
    NoInherit(QualifiedName),
    OfType(QualifiedName),
    NotOf,
    OwnerTo(Ident),
    ReplicaIdentity(ReplicaIdentity),
    AttachPartition {
        partition: QualifiedName,
        bound: Option<PartitionBound>,
    },
    DetachPartition {
        partition: QualifiedName,
        concurrently: bool,
        finalize: bool,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum TriggerSelection {
    Named(Ident),
    All,
    User,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FiringState {
    Enabled,
    Disabled,
    Replica,
    Always,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowSecurity {
    Enable,
    Disable,
    Force,
    NoForce,
}

/// A column by its name, or one of an index by where it stands.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnPlace {
    Name(Ident),
    Number(i64),
}

#[derive(Debug, Clone, PartialEq)]
pub enum ReplicaIdentity {
    Default,
    Full,
    Nothing,
    Index(Ident),
}

#[derive(Debug, Clone, PartialEq)]
pub enum PartitionBound {
    Default,
    In(Vec<Expr>),
    /// `MINVALUE` and `MAXVALUE` are [`Expr::Column`]s of that name, as in the grammar.
    Range {
        from: Vec<Expr>,
        to: Vec<Expr>,
    },
    Hash {
        modulus: u32,
        remainder: u32,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct CreateIndex {
    pub unique: bool,
    pub concurrently: bool,
    pub if_not_exists: bool,
    pub name: Option<Ident>,
    pub only: bool,
    pub table: QualifiedName,
    pub method: Option<Ident>,
    pub keys: Vec<IndexKey>,
    pub include: Vec<Ident>,
    pub nulls_not_distinct: bool,
    pub options: Vec<(Ident, Option<String>)>,
    pub tablespace: Option<Ident>,
    pub predicate: Option<Expr>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct IndexKey {
    /// A bare column name is [`Expr::Column`] of one part.
    pub expression: Expr,
    pub collation: Option<QualifiedName>,
    pub operator_class: Option<QualifiedName>,
    pub operator_class_options: Vec<(Ident, Option<String>)>,
    pub descending: Option<bool>,
    pub nulls_first: Option<bool>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Drop {
    pub object: ObjectType,
    pub names: Vec<QualifiedName>,
    pub concurrently: bool,
    pub if_exists: bool,
    pub cascade: bool,
}

/// The kinds of objects that commands name in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectType {
    Table,
    Index,
    View,
    MaterializedView,
    Sequence,
    ForeignTable,
    Type,
    Domain,
    Schema,
    Extension,
    EventTrigger,
    Collation,
    Statistics,
    Column,
    Constraint,
    DomainConstraint,
    Trigger,
    Rule,
    Policy,
    Function,
    Procedure,
    /// A function, procedure or aggregate.
    Routine,
    Aggregate,
    Operator,
    OperatorClass,
    OperatorFamily,
    Cast,
    Conversion,
    TextSearchConfiguration,
    TextSearchDictionary,
    TextSearchParser,
    TextSearchTemplate,
    Language,
    AccessMethod,
    Server,
    ForeignDataWrapper,
    Publication,
    Subscription,
    Role,
    Database,
    Tablespace,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CreateEnum {
    pub name: QualifiedName,
    pub labels: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CreateDomain {
    pub name: QualifiedName,
    pub type_name: TypeName,
    pub collation: Option<QualifiedName>,
    pub constraints: Vec<ColumnConstraint>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CreateSchema {
    pub name: Ident,
    pub if_not_exists: bool,
    pub authorization: Option<Ident>,
    /// `CREATE` and `GRANT` statements inside it.
    pub elements: Vec<Statement>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CreateSequence {
    pub name: QualifiedName,
    pub persistence: Persistence,
    pub if_not_exists: bool,
    pub options: SequenceOptions,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AlterSequence {
    pub name: QualifiedName,
    pub if_exists: bool,
    pub options: SequenceOptions,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AlterTypeAddValue {
    pub name: QualifiedName,
    pub if_not_exists: bool,
    pub label: String,
    /// `(true, x)`: `BEFORE x`; `(false, x)`: `AFTER x`.
    pub place: Option<(bool, String)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Comment {
    pub address: ObjectAddress,
    pub text: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct LockTable {
    pub tables: Vec<(QualifiedName, bool)>,
    /// Missing means `ACCESS EXCLUSIVE`.
    pub mode: Option<LockMode>,
    pub nowait: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Set {
    /// `SET [SESSION|LOCAL] name = values`; `DEFAULT` is an empty list.
    Set {
        local: bool,
        name: String,
        values: Vec<String>,
    },
    Reset {
        name: String,
    },
    ResetAll,
    /// `SET [LOCAL] ROLE`, `SET SESSION AUTHORIZATION` (`session`).
    Role {
        local: bool,
        session: bool,
        role: Option<String>,
    },
    /// `SET TRANSACTION …`, `SET SESSION CHARACTERISTICS …`.
    TransactionMode {
        read_only: Option<bool>,
        text: String,
    },
    Constraints {
        names: Vec<QualifiedName>,
        deferred: bool,
    },
    Show,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransactionCommand {
    Begin {
        read_only: Option<bool>,
    },
    Commit {
        chain: bool,
    },
    Rollback {
        chain: bool,
    },
    Savepoint(Ident),
    Release(Ident),
    RollbackTo(Ident),
    /// `PREPARE TRANSACTION`, with the transaction's identifier.
    Prepare(String),
    CommitPrepared(String),
    RollbackPrepared(String),
}

/// A statement whose command is known but which is not modelled.
#[derive(Debug, Clone, PartialEq)]
pub struct Other {
    /// The command tag: `CREATE FUNCTION`.
    pub command: String,
    /// Every identifier that it mentions, folded, so that whatever it may touch is known to be uncertain.
    pub mentions: Vec<Ident>,
    pub text: String,
}
