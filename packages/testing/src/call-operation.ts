import { randomBytes } from 'node:crypto';
import type { Principal } from '@finaegis/platform/auth/principal';
import { checkAnswer } from '@finaegis/platform/http/answer';
import { commonProblems } from '@finaegis/platform/http/common-problems';
import { handleNamingFields } from '@finaegis/platform/http/offending-fields';
import { mergeProblems, ProblemError, problemDocument } from '@finaegis/platform/http/problem';
import { readRequest } from '@finaegis/platform/http/request';
import type { Route } from '@finaegis/platform/http/route';
import type { ContextModule } from '@finaegis/platform/module';

/** What a test sends. */
export interface Sent {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Idempotency-Key; a fresh one where the operation requires one and none is given. */
  readonly key?: string;
  readonly as?: Partial<Principal>;
}

/** Fields of an answer; tests look into answers they know the shape of. */
export type AnswerFields = Record<string, never> & { readonly [field: string]: unknown };

/** What a test is answered; a problem is its document, a file its bytes. */
export interface Received<Body = AnswerFields> {
  readonly status: number;
  readonly body: Body;
  readonly isReplay: boolean;
  readonly bytes?: Buffer;
  readonly contentType?: string | undefined;
}

/** Sends a request through validation and its route, without a server, and holds a JSON answer against its schema. */
export const callOperation = async <Body = AnswerFields>(
  modules: readonly Pick<ContextModule, 'routes' | 'problems'>[],
  operationId: string,
  { tenantId, ...sent }: Sent & { readonly tenantId: string },
): Promise<Received<Body>> => {
  const route = modules.flatMap(({ routes }) => routes).find((one) => one.operationId === operationId);
  if (route === undefined) throw new Error(`There is no operation ${operationId}.`);
  const problems = mergeProblems(commonProblems, ...modules.map((module) => module.problems));
  try {
    const answer = await handleNamingFields(route, readRequest(route, received(route, tenantId, sent)), problems);
    const { status, contentType, body, headers } = answer;
    const told = { status, contentType, isReplay: headers?.['idempotent-replayed'] === 'true' };
    if (Buffer.isBuffer(body)) return { ...told, bytes: body, body: {} as Body };
    checkAnswer(route, answer);
    return { ...told, body: (typeof body === 'string' ? JSON.parse(body) : body) as Body };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const problem = problems[error.code];
    if (problem === undefined) throw new Error(`The problem ${error.code} has no row.`, { cause: error });
    const body = problemDocument(error.code, problem, 'request-1', error.extras) as Body;
    return { status: problem.status, body, isReplay: false };
  }
};

const received = (route: Route, tenantId: string, sent: Sent): Parameters<typeof readRequest>[1] => ({
  params: sent.params ?? {},
  query: sent.query ?? {},
  headers: {
    'content-type': 'application/json',
    'idempotency-key': sent.key ?? (route.idempotency === 'required' ? randomBytes(8).toString('hex') : undefined),
    ...sent.headers,
  },
  bytes: sent.body === undefined ? undefined : Buffer.from(JSON.stringify(sent.body)),
  ip: '127.0.0.1',
  id: 'request-1',
  principal: { kind: 'key', id: 'key-1', tenantId, scopes: ['*'], ...sent.as },
  signal: new AbortController().signal,
  deadlineMs: Date.now() + 30_000,
});
