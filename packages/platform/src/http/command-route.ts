import { showApproval } from '../approval/approval-view.ts';
import type { ApprovalRow } from '../approval/approvals-table.ts';
import { type Approved, approvedCommand } from '../approval/approved-command.ts';
import type { Approving } from '../approval/asked.ts';
import { ApprovalNeeded } from '../approval/four-eyes.ts';
import { hold } from '../approval/hold.ts';
import { approvalProblems } from '../approval/problems.ts';
import { ChecksUnavailable } from '../command/checks.ts';
import { CheckRefused, type Submission, type SubmissionOutcome } from '../command/commands.ts';
import { Overloaded } from '../command/committer.ts';
import type { Answer, CommandHandler, Outcome, Refusal } from '../command/handler.ts';
import { DatabaseFault, lockTimeout } from '../database/transaction.ts';
import type { EventMetadata } from '../event-store/event.ts';
import { keyMadeElsewhere } from '../event-store/subject-keys.ts';
import { whileTrying } from '../event-store/trial.ts';
import { ProofRefused, StepUpNeeded } from '../proof/step-up.ts';
import type { Services } from '../services.ts';
import { askerOf } from './asker.ts';
import { provingProblems } from './common-problems.ts';
import { keyProblem } from './idempotency.ts';
import { type Sent, sentIn, withOffendingFields } from './offending-fields.ts';
import { ProblemError, type ProblemTable, problemContentType, problemDocument, problemText } from './problem.ts';
import { type ExplainedByAmounts, factsOnWire, type WriteAmount } from './refusal-facts.ts';
import type { ApiAnswer, ApiRequest } from './route.ts';

/** How a context tells the outcome of one command over HTTP. */
export interface CommandAnswer<Result> {
  /** 201 when the command made something, 200 otherwise; a repeat that changed nothing is always 200. */
  readonly status: 200 | 201 | 202;
  /** The resource as plain JSON; personal values as `personalMarker(ref)`. */
  show(result: Result): unknown;
  /** The context's total table of refusals. */
  readonly problems: ProblemTable;
  /** Writes the amounts that explain a refusal; it must know every asset the command may name. */
  readonly amount?: WriteAmount;
}

/** As above, with a writer of amounts where some refusal of the command is explained by them. */
export type AnswerOf<Result, R> = CommandAnswer<Result> &
  ([ExplainedByAmounts<R>] extends [never] ? unknown : { readonly amount: WriteAmount });

/** Who asked, for the envelope of every event the command leads to. */
export const metadataOf = (
  { principal, requestId }: Pick<ApiRequest, 'principal' | 'requestId'>,
  channel = 'api',
): EventMetadata => ({
  actor: principal.id,
  ...(principal.actingFor === undefined ? {} : { onBehalfOf: principal.actingFor }),
  channel,
  correlation: requestId,
});

/**
 * Submits a command on behalf of a request and answers it: the resource, the refusal as a problem, or the stored answer of an earlier try.
 * @throws ProblemError for what is not an answer: key reused, overloaded, checks unavailable, outcome unknown
 */
export const answerCommand = async <Data, Refs, Result, R extends Refusal>(
  services: Services,
  request: ApiRequest,
  handler: CommandHandler<Data, Refs, Result, R>,
  data: Data,
  how: AnswerOf<Result, R>,
): Promise<ApiAnswer> => {
  if (request.approving !== undefined)
    return carryOut(services, { ...request, approving: request.approving }, handler, data, how);
  const submission: Submission<Result> = {
    tenantId: request.tenantId,
    metadata: metadataOf(request),
    asker: askerOf(request),
    ...(request.idempotency === undefined
      ? {}
      : { idempotency: { principalId: request.principal.id, ...request.idempotency } }),
    isDryRun: request.dryRun,
    render: renderer(how, request.requestId, sentIn(request)),
  };
  const submit = (its: Submission<Result>) =>
    withFaultsAsProblems(() => services.commands.submit(handler, data, its), { letsApprovalThrough: true });
  try {
    return await toAnswer(services, request.tenantId, await submit(submission));
  } catch (error) {
    if (!(error instanceof ApprovalNeeded)) throw error;
    return putAside(services, request, { handler, needed: error, submit: () => submit(onlyTried(submission)) });
  }
};

/** The same, only tried: what whoever asks, and whoever agrees, is shown. */
const onlyTried = <Result>({ tenantId, metadata, render }: Submission<Result>): Submission<Result> => ({
  tenantId,
  metadata,
  isDryRun: true,
  ...(render === undefined ? {} : { render }),
});

/** Puts a command aside for a second person, unless it would be refused anyway. */
const putAside = async <Data, Refs, Result, R extends Refusal>(
  services: Services,
  request: ApiRequest,
  {
    handler,
    needed,
    submit,
  }: {
    readonly handler: CommandHandler<Data, Refs, Result, R>;
    readonly needed: ApprovalNeeded;
    readonly submit: () => Promise<SubmissionOutcome<Result, R>>;
  },
): Promise<ApiAnswer> => {
  const { origin, tenantId } = request;
  if (origin === undefined) throw new ProblemError('approval_needed', {}, { cause: needed });
  const tried = await whileTrying(async () => toAnswer(services, tenantId, await submit()));
  if (tried.status >= 400) return tried;
  const outcome = await withFaultsAsProblems(() =>
    hold(services, request, {
      command: handler.name,
      validForSeconds: needed.validForSeconds,
      origin,
      preview: { status: tried.status, body: tried.body as string },
      metadata: metadataOf(request),
      proof: needed.proof,
      render: renderer(
        { status: 202, show: (row: ApprovalRow) => showApproval(row, services.now()), problems: approvalProblems },
        request.requestId,
        sentIn(request),
      ),
    }),
  );
  return toAnswer(services, tenantId, outcome);
};

/** Carries out what waited, under a key of its own: the maker's is spent on the answer that it waits. */
const carryOut = async <Data, Refs, Result, R extends Refusal>(
  services: Services,
  request: ApiRequest & { readonly approving: Approving },
  handler: CommandHandler<Data, Refs, Result, R>,
  data: Data,
  how: AnswerOf<Result, R>,
): Promise<ApiAnswer> => {
  const { tenantId, approving, requestId, dryRun } = request;
  const { approvalId, checker } = approving;
  const inner = renderer(how, requestId, sentIn(request));
  const show = ({ approval, done }: Approved<Result>): unknown => {
    const told = showApproval(approval, services.now());
    if (done === undefined) return { approval: told };
    const { status, body } = inner({ accepted: true, isRepeat: false, result: done.result });
    return { approval: told, answer: { status, body: JSON.parse(body) as unknown } };
  };
  const outcome = await withFaultsAsProblems(() =>
    services.commands.submit(approvedCommand(handler, approving), data, {
      tenantId,
      metadata: { ...metadataOf(request), approver: checker.principalId },
      isApproved: true,
      idempotency: { principalId: checker.principalId, key: `approval:${approvalId}`, fingerprint: approvalId },
      isDryRun: dryRun,
      render: renderer({ status: 200, show, problems: approvalProblems }, requestId, {}),
    }),
  );
  return toAnswer(services, tenantId, outcome);
};

/**
 * The stored form of an outcome.
 * @param sent what was asked, so that a refusal can name the field it is about
 */
export const renderer =
  <Result>({ status, show, problems, amount }: CommandAnswer<Result>, requestId: string, sent: Sent) =>
  (outcome: Outcome<Result>): Answer => {
    if (outcome.accepted) return { status: outcome.isRepeat ? 200 : status, body: jsonText(show(outcome.result)) };
    const { code, ...facts } = factsOnWire(outcome.refusal, amount) as Refusal;
    // That a code was used up meanwhile is no refusal of the context's own.
    const problem = problems[code] ?? provingProblems[code];
    if (problem === undefined) throw new Error(`The refusal ${code} has no row in its context's table of problems.`);
    const extras = { facts, ...withOffendingFields(sent, outcome.refusal, problems) };
    return { status: problem.status, body: problemText(problemDocument(code, problem, requestId, extras)) };
  };

const jsonText = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));

/** Sends an answer as it is stored, personal values put in on the way out. */
export const toAnswer = async (
  services: Services,
  tenantId: string,
  outcome: SubmissionOutcome<unknown, Refusal>,
): Promise<ApiAnswer> => {
  if (outcome.kind === 'key_reused') throw keyProblem('idempotency_key_reused', 'must be new for a new request');
  const { status, body } = outcome.answer;
  return {
    status,
    body: await services.personalData.render(tenantId, body),
    contentType: status >= 400 ? problemContentType : 'application/json; charset=utf-8',
    ...(outcome.kind === 'replayed' ? { headers: { 'idempotent-replayed': 'true' } } : {}),
    ...(outcome.kind === 'decided' && outcome.position !== undefined
      ? { position: services.positions.encode(outcome.position) }
      : {}),
  };
};

/**
 * The answer already given under the request's key; for routes that do more than one command, or that may refuse before they reach one.
 * @throws ProblemError `idempotency_key_reused`
 */
export const storedAnswer = async (
  services: Services,
  { idempotency, principal, tenantId }: ApiRequest,
): Promise<ApiAnswer | undefined> => {
  if (idempotency === undefined) return undefined;
  const stored = await services.commands.storedAnswer(tenantId, { principalId: principal.id, ...idempotency });
  return stored === undefined ? undefined : toAnswer(services, tenantId, stored);
};

/**
 * Answers a request that is more than one command. Under a key the answer is kept once all of it is done; a try that died half-way is done again,
 * so each of its commands must bear being asked twice.
 * @param work gives the body, JSON text, of an answer 200
 */
export const answerOnce = async (
  services: Services,
  request: ApiRequest,
  work: () => Promise<string>,
): Promise<ApiAnswer> => (await storedAnswer(services, request)) ?? keepAnswer(services, request, await work());

/** Keeps what was done for a request as its answer 200, if it came with a key. */
export const keepAnswer = async (services: Services, request: ApiRequest, body: string): Promise<ApiAnswer> => {
  const { idempotency, principal, tenantId } = request;
  if (idempotency === undefined) return { status: 200, body, contentType: 'application/json; charset=utf-8' };
  const key = { principalId: principal.id, ...idempotency };
  const kept = await withFaultsAsProblems(() =>
    services.commands.storeAnswer(tenantId, key, { status: 200, body }, metadataOf(request)),
  );
  return toAnswer(services, tenantId, kept);
};

// What was valid when it was first asked may not be any more: an asset ended, a rate grew old.
const passing: ReadonlySet<string> = new Set([
  'validation_failed',
  'rate_stale',
  'rate_unknown',
  'rate_date_in_future',
]);

/**
 * Runs a command route so that a repeat under its key is answered as the first time, even where the same request would be refused by now
 * before it reaches the write side. Who may not ask any more is not answered, and a wrong request under a used key is told what is wrong with it.
 */
export const withReplay = async (
  services: Services,
  { idempotency, principal, tenantId }: ApiRequest,
  work: () => Promise<ApiAnswer>,
): Promise<ApiAnswer> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ProblemError) || !passing.has(error.code) || idempotency === undefined) throw error;
    const stored = await services.commands.storedAnswer(tenantId, { principalId: principal.id, ...idempotency });
    if (stored?.kind !== 'replayed') throw error;
    return toAnswer(services, tenantId, stored);
  }
};

/** Turns what the write side throws into the problems it is documented as. */
export const withFaultsAsProblems = async <T>(
  work: () => Promise<T>,
  { letsApprovalThrough = false }: { readonly letsApprovalThrough?: boolean } = {},
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApprovalNeeded && !letsApprovalThrough)
      throw new ProblemError('approval_needed', {}, { cause: error });
    const problem = provingProblem(error);
    if (problem !== undefined) throw problem;
    if (error instanceof Overloaded)
      throw new ProblemError(
        'overloaded',
        { headers: { 'retry-after': String(error.retryAfterSeconds) } },
        { cause: error },
      );
    if (error instanceof ChecksUnavailable) throw new ProblemError('checks_unavailable', {}, { cause: error });
    if (error instanceof CheckRefused)
      throw new ProblemError('check_refused', { facts: { reason: error.reason } }, { cause: error });
    if (error instanceof DatabaseFault && error.code === 'commit_unknown')
      throw new ProblemError('outcome_unknown', {}, { cause: error });
    if (error instanceof DatabaseFault && ['connection_lost', lockTimeout, keyMadeElsewhere].includes(error.code))
      throw new ProblemError('overloaded', {}, { cause: error });
    throw error;
  }
};

/** What is said of a proof that is wanting or wrong; undefined for every other error. */
export const provingProblem = (error: unknown): ProblemError | undefined => {
  if (error instanceof StepUpNeeded) {
    const { shown } = error;
    if (shown === undefined) return new ProblemError('step_up_impossible', {}, { cause: error });
    const { command, challenge, preview } = shown;
    const told = { status: preview.status, body: JSON.parse(preview.body) as unknown };
    const errors = [{ ...proofHeader, code: 'required', message: 'must be the challenge and a code' }];
    return new ProblemError(
      'step_up_needed',
      { facts: { command, challenge, preview: told }, errors },
      { cause: error },
    );
  }
  if (!(error instanceof ProofRefused)) return undefined;
  const { code, ...facts } = error.refusal;
  const message = provingProblems[code]?.title ?? code;
  return new ProblemError(code, { facts, errors: [{ ...proofHeader, code, message }] }, { cause: error });
};

const proofHeader = { field: '/headers/finaegis-step-up' };
