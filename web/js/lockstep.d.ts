/** One named text. */
export interface File { name: string; text: string }

export interface Request {
  /** The migration, in the order in which it runs. */
  files: File[];
  /** The starting schema: SQL that has already run. */
  schema?: File[];
  /** 14 to 18; 18 where it is missing. */
  postgres?: number;
  /** The tool that executes the files; decides what is one transaction. */
  runner?: string;
  transaction?: "per-file" | "per-statement";
  /** For `rollback`: from after this step (1-based). Missing: from the end. */
  step?: number;
  /** What is known of tables; directives in the texts go before. */
  facts?: { tables: Record<string, TableFacts> };
  /** What a team wants to hear of, in the form of `lockstep.toml`. */
  config?: unknown;
  /** Ways back that somebody wrote in texts of their own: `of` names the file that each undoes. */
  waysBack?: { of: string; name: string; text: string }[];
  /** The application's queries as they are, in sqlc's form (`-- name: GetUser :one`) … */
  appOld?: File;
  /** … and as they will be. */
  appNew?: File;
}
/** What is missing is not known. */
export interface TableFacts {
  rows?: number; bytes?: number; index_bytes?: number; reads_per_s?: number; writes_per_s?: number; dead_rows?: number;
}

export type Outcome = "done" | "failed" | "depends_on_data" | "skipped" | "unknown";
export type Severity = "error" | "warning" | "note";

export interface Diagnostic {
  severity: Severity; message: string; file: string; line: number; column: number;
  /** UTF-16 code units, half-open. */
  from: number; to: number; hints: string[];
}
export interface Lock {
  relation: string; kind: string; mode: string; new: boolean; reason: string; blocks_reads: boolean; blocks_writes: boolean;
}
export interface Held { relation: string; kind: string; mode: string; since: number; blocks_reads: boolean; blocks_writes: boolean }
export interface Work { relation: string; kind: string; object?: string; reason: string }
export interface Finding { id: string; severity: Severity; title: string; message: string; recipe?: string }
export interface Precondition { query: string; expected: string; sqlstate: string }
/** A relation that is there before and after shows its kind and what differs; `unchanged` is the rest in short. */
export interface Change {
  object: "relation" | "type" | "schema"; name: string; renamed_from?: string; before: unknown; after: unknown;
  unchanged?: { columns: { name: string; pos: number; type: string; notnull?: boolean }[]; more: Record<string, number> };
}

export interface Step {
  index: number; file: string; line: number; end_line: number; from: number; to: number;
  sql: string; command: string; transaction: number; caption: string; outcome: Outcome;
  sqlstate?: string; message?: string; detail?: string; hint?: string;
  notices: string[]; preconditions: Precondition[]; locks: Lock[]; held: Held[];
  waits_for: { relation: string; mode: string }[]; work: Work[]; findings: Finding[]; changes: Change[];
  estimate?: { low_ms: number; high_ms: number };
}
export interface Transaction { index: number; kind: "explicit" | "runner" | "single"; end: "commit" | "rollback" | "open"; first: number; last: number }

export interface Trace {
  format: "lockstep-trace/1"; postgres: number; runner: string;
  diagnostics: Diagnostic[]; steps: Step[]; transactions: Transaction[]; schema: unknown;
}
/** A step of a safe plan, in format `lockstep-plan/1`. */
export interface PlanStep {
  index: number; origin: number[]; recipe?: string; kind: "statement" | "transaction" | "backfill";
  statements: string[]; backfill?: { table: string; bounds: string; batch: string; stride: number; until_nothing_is_left: boolean };
  why: string; outside_transaction: boolean;
  patience?: { lock_timeout_ms: number; pause_low_ms: number; pause_high_ms: number };
  gates: Precondition[]; locks: Held[]; findings: { id: string; message: string }[];
}
/** What undoes one stage of a safe plan. */
export interface StageRollback {
  grade: "exact" | "leaves_rows" | "loses_data" | "impossible";
  statements: { sql: string; outside_transaction: boolean }[];
  unfinished: string[]; stays: string[]; lost: string[]; impossible: string[];
}
export interface SafePlan {
  format: string; postgres: number; files: string[];
  stages: { index: number; phase: "expand" | "backfill" | "contract"; deploy: string[]; steps: PlanStep[]; rollback?: StageRollback }[];
  statements: { step: number; verdict: "kept" | "replaced" | "unsolved" | "left_out"; why: string; recipes: string[] }[];
  end: { schema: "same" | "order_differs" | "differs"; objects: string[] }; stopped?: string; sql: string;
}

export type Grade = "exact" | "leaves_rows" | "loses_data" | "impossible";
export interface Rollback {
  format: "lockstep-rollback/1"; from_step: number; grade: Grade;
  sql: string; statements: { sql: string; outside_transaction: boolean }[];
  unfinished: string[]; stays: string[]; lost: string[]; impossible: string[]; notes: string[];
  /** The first step after which something is lost or cannot be undone. */
  point_of_no_return?: number;
  recovery: { before_step: number; table: string; columns: string[]; key: string[]; save: string; copy: string; bring_back?: string }[];
}

/** One question about rows or catalogs; its query yields one row of one column. */
export interface Check {
  /** Unique within the answer. */
  id: string; kind: string; title: string; relation?: string;
  when: "before" | "after" | "end"; step?: number;
  /** It can be asked once step `from` is done (0: before anything runs), and no later than when `to` is the last. */
  from: number; to: number; inside_transaction?: boolean;
  setup?: string[]; query: string;
  expectation: "equals" | "no_error" | "keep" | "same" | "read"; expected: string; sqlstates: string[];
  sample?: { setup?: string[]; query: string; part: string };
  /** The check whose answer `$1` stands for. */
  baseline?: string; rows?: number;
}
export interface Validation {
  format: "lockstep-validation/1"; postgres: number; files: string[]; steps: number; checks: Check[]; notes: string[];
}

export interface Handoff {
  format: "lockstep-handoff/1"; postgres: number; files: string[]; steps: number; changes: string[];
  order: { who: "migration" | "application"; what: string; steps?: [number, number] }[]; order_notes: string[];
  edits: {
    tool: "sqlalchemy" | "pydantic" | "django" | "prisma" | "typescript" | "diesel" | "sqlx"; title: string; language: string;
    /** `diff`: a sign and a line each; `code`: the whole as it should be, empty where it goes. */
    models: { relation: string; file: string; diff: string[]; code: string }[];
  }[];
  touch: string[];
  errors: { sqlstates: string[]; when: string; steps: number[]; resolution: string[]; query?: string }[];
  rollback: { grade: Grade; lost: string[]; stays: string[] };
}

export interface Checklist {
  format: "lockstep-checklist/1"; files: string[];
  sections: {
    id: "design" | "pre_deployment" | "staging" | "production"; title: string;
    /** `evidence`: what proves it, or, where it is not ticked, what would; `statement`: the name under which people state it. */
    items: { id: string; text: string; ticked: boolean; evidence: string; statement?: string }[];
  }[];
}
/** What was done so far; nothing is ticked without. */
export interface Evidence {
  /** Reports of `lockstep rehearse --format json`, and of `lockstep validate --url … --format json`. */
  rehearsals?: unknown[]; validations?: unknown[];
  /** What people say of what no program sees, by the item's name. */
  statements?: Record<string, string>;
}

export interface Advice {
  format: "lockstep-advice/1"; files: string[];
  notes: { topic: "naming" | "indexes" | "rows" | "security"; step: number; message: string; hazard: string }[];
  queries: {
    name: string; line: number; tables: { table: string; served_by?: string; create?: string; reasons: string[] }[]; notes: string[];
  }[];
  unused_indexes: string; unused_indexes_notes: string[];
}

/** Throws where the request cannot be read; what is wrong with its SQL is in the answer. */
export function simulate(request: Request): Promise<Trace>;
export function plan(request: Request): Promise<SafePlan>;
export function rollback(request: Request): Promise<Rollback>;
export function handoff(request: Request): Promise<Handoff>;
export function validation(request: Request): Promise<Validation>;
export function checklist(request: Request, evidence?: Evidence): Promise<Checklist>;
export function advice(request: Request): Promise<Advice>;
