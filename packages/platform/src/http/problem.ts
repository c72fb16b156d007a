/** How one refusal is told over HTTP (RFC 9457): `title` is the same every time, `description` says what to do about it. */
export type Problem = {
  readonly status: number;
  readonly title: string;
  readonly description?: string;
  /** The fact whose value the sender sent: `errors` names the fields that hold it. */
  readonly offender?: string;
  /** The name of the field at fault, where the facts tell what it should have held rather than what it holds. */
  readonly field?: string;
  /** Where the fault lies when no field that was sent holds it: a JSON pointer such as `/headers/authorization`. */
  readonly otherwise?: string;
};

/** Problems by code. A context's table is total by type: `satisfies Record<Rejection['code'], Problem>`. */
export type ProblemTable = Readonly<Record<string, Problem>>;

/** One field that was refused: where it is (JSON pointer, `/body/postings/0/amount`), a stable code, and a sentence. */
export type FieldError = { readonly field: string; readonly code: string; readonly message: string };

/** What a thrown problem adds to its table row. `facts` become members of the answer: the numbers that explain it. */
export type ProblemExtras = {
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Facts that only find the offending field: the answer names it where the sender sent them, and never repeats them. */
  readonly about?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
};

/** The body of an `application/problem+json` answer. */
export type ProblemDocument = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly instance: string;
  readonly errors?: readonly FieldError[];
  readonly [fact: string]: unknown;
};

/** The media type of problem documents. */
export const problemContentType = 'application/problem+json';

/** Thrown by handlers to answer a problem by its code; the server finds its row in the merged tables. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: string;
  readonly extras: ProblemExtras;

  constructor(code: string, extras: ProblemExtras = {}, options?: ErrorOptions) {
    super(extras.detail ?? code, options);
    this.code = code;
    this.extras = extras;
  }
}

/** Throws the problem with this code; reads well at the end of an expression: `found ?? throwProblem('not_found')`. */
export const throwProblem = (code: string, extras?: ProblemExtras): never => {
  throw new ProblemError(code, extras);
};

/** Declares a table of problems, keeping its codes as types. */
export const defineProblems = <const Table extends ProblemTable>(table: Table): Table => table;

/** Merges tables of problems. Throws when two of them give one code different meanings: clients switch on codes. */
export const mergeProblems = (...tables: readonly ProblemTable[]): ProblemTable => {
  const merged: Record<string, Problem> = {};
  for (const [code, problem] of tables.flatMap((table) => Object.entries(table))) {
    const known = merged[code];
    if (known !== undefined && (known.status !== problem.status || known.title !== problem.title)) {
      throw new Error(
        `problem ${code} is declared twice with different meanings: "${known.title}" and "${problem.title}"`,
      );
    }
    merged[code] = problem;
  }
  return merged;
};

/**
 * Writes the document of a problem (RFC 9457).
 *
 * @param instance the request's id, by which the log is searched
 */
export const problemDocument = (
  code: string,
  problem: Problem,
  instance: string,
  extras: ProblemExtras = {},
): ProblemDocument => ({
  // Facts come first, so that none can replace a member of the standard.
  ...extras.facts,
  type: `/problems/${code}`,
  title: problem.title,
  status: problem.status,
  code,
  ...(extras.detail === undefined ? {} : { detail: extras.detail }),
  instance,
  ...(extras.errors === undefined ? {} : { errors: extras.errors }),
});

/** Serialises a problem document; whole numbers that may be large are decimal strings outside. */
export const problemText = (document: ProblemDocument): string =>
  JSON.stringify(document, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
