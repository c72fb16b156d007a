import type { KnownProblems } from './generated/problems.ts';
import type { Approval } from './generated/schemas.ts';

/** Codes the client knows. A server that is newer may have others, which are thrown all the same. */
export type ProblemCode = keyof KnownProblems;

/** One field that was refused. */
export interface FieldError {
  /** JSON pointer into the request: `/body/amount`. */
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

/** What is known of a request that failed. */
export interface Asked {
  /** Its id in the OpenAPI document. */
  readonly operation: string;
  /** Ask again under this key, and nothing happens twice. */
  readonly idempotencyKey?: string | undefined;
  readonly attempts: number;
}

/** The document of a problem (RFC 9457) as it comes over the wire. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly instance: string;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly [fact: string]: unknown;
}

const members = new Set(['type', 'title', 'status', 'code', 'instance', 'detail', 'errors']);

/** The server said no, and why: switch on `code`. */
export class FinAegisProblem extends Error {
  override readonly name = 'FinAegisProblem';
  readonly code: ProblemCode;
  readonly status: number;
  /** The same for every problem of this code. */
  readonly title: string;
  /** For people; may change. */
  readonly detail: string | undefined;
  /** Fields of the request that are at fault. */
  readonly errors: readonly FieldError[];
  /** The numbers that explain it: `spendable` and `needed` of `insufficient_funds`. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Id of the request in the server's logs. */
  readonly requestId: string;
  /** Address of the page that explains it. */
  readonly type: string;
  /** How long the server asks to be left alone. */
  readonly retryAfterMs: number | undefined;
  readonly asked: Asked;

  constructor(document: ProblemDocument, asked: Asked, retryAfterMs?: number) {
    super(`${document.code}: ${document.detail ?? document.title}${fieldsOf(document)}`);
    // A code that is newer than this client is none of the union; those who switch have a default for it.
    this.code = document.code as ProblemCode;
    this.status = document.status;
    this.title = document.title;
    this.detail = document.detail;
    this.errors = document.errors ?? [];
    this.facts = Object.fromEntries(Object.entries(document).filter(([name]) => !members.has(name)));
    this.requestId = document.instance;
    this.type = document.type;
    this.retryAfterMs = retryAfterMs;
    this.asked = asked;
  }

  /** Whether it is one of these problems. */
  is<Wanted extends ProblemCode>(...codes: readonly Wanted[]): this is FinAegisProblem & { readonly code: Wanted } {
    return (codes as readonly string[]).includes(this.code);
  }
}

const fieldsOf = ({ errors = [] }: ProblemDocument): string =>
  errors.length === 0 ? '' : ` (${errors.map(({ field, message }) => `${field} ${message}`).join('; ')})`;

/** Why there was no answer that could be read. */
export type FaultReason = 'unreachable' | 'timed_out' | 'answer_unreadable';

/** No answer was got in all attempts. A command may have been done or not: ask again under `asked.idempotencyKey` to find out. */
export class FinAegisFault extends Error {
  override readonly name = 'FinAegisFault';
  readonly reason: FaultReason;
  /** Of an answer that was none of the server's. */
  readonly status: number | undefined;
  readonly asked: Asked;

  constructor(
    reason: FaultReason,
    asked: Asked,
    { status, cause }: { readonly status?: number; readonly cause?: unknown },
  ) {
    super(`${asked.operation} was not answered (${reason}, attempts: ${asked.attempts})`, { cause });
    this.reason = reason;
    this.status = status;
    this.asked = asked;
  }
}

/** The command was taken and waits for a second person, as a policy of the bank says; `approvals.get` tells what became of it. */
export class FinAegisApprovalPending extends Error {
  override readonly name = 'FinAegisApprovalPending';
  readonly approval: Approval;
  readonly asked: Asked;

  constructor(approval: Approval, asked: Asked) {
    super(`${asked.operation} waits for a second person`);
    this.approval = approval;
    this.asked = asked;
  }
}
