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

export interface Rollback {
  format: "lockstep-rollback/1"; from_step: number; grade: "exact" | "loses_data" | "impossible";
  sql: string; statements: { sql: string; outside_transaction: boolean }[];
  lost: string[]; impossible: string[]; notes: string[];
}

/** Throws where the request cannot be read; what is wrong with its SQL is in the answer. */
export function simulate(request: Request): Promise<Trace>;
export function plan(request: Request): Promise<SafePlan>;
export function rollback(request: Request): Promise<Rollback>;
