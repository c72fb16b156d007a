import { derivedUuid } from '@finaegis/kernel/id';
import { isCustomer } from '@finaegis/platform/auth/access';
import { CheckRefused, type Submission } from '@finaegis/platform/command/commands';
import type { Outcome } from '@finaegis/platform/command/handler';
import { uuid } from '@finaegis/platform/http/amount';
import { askerOfMany } from '@finaegis/platform/http/asker';
import {
  keepAnswer,
  metadataOf,
  renderer,
  storedAnswer,
  toAnswer,
  withFaultsAsProblems,
  withReplay,
} from '@finaegis/platform/http/command-route';
import { sentIn, withOffendingFields } from '@finaegis/platform/http/offending-fields';
import { ProblemError } from '@finaegis/platform/http/problem';
import { factsOnWire } from '@finaegis/platform/http/refusal-facts';
import { type ApiAnswer, type ApiRequest, defineRoute, type Route } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter } from '../../asset/contract.ts';
import { linkedMax, type PostJournalData } from '../journal/commands.ts';
import type { Journal } from '../journal/journal.ts';
import type { JournalRefusal } from '../journal/post.ts';
import { journalResource } from './fields.ts';
import { journalShower, type LedgerHttp, requireMayDate, requirePayable } from './ledger-http.ts';
import { ledgerProblems, mandateProblems } from './problems.ts';
import { assetsOf } from './show.ts';
import { debitsFrom, transferBody, transferJournal } from './transfer-routes.ts';

const independentMax = 10_000;
// Ten thousand transfers wait for their turn in the bulk lane behind whatever else is there.
const batchTimeoutMs = 120_000;

const batchBody = z
  .strictObject({
    mode: z
      .enum(['linked', 'independent'])
      .describe(`linked: all or none, at most ${linkedMax}. independent: each for itself, at most ${independentMax}.`),
    transfers: z.array(transferBody).min(1).max(independentMax),
  })
  .meta({ id: 'TransferBatch' });

type BatchRequest = ApiRequest<unknown, unknown, z.output<typeof batchBody>>;

const linkedAnswer = z.object({ mode: z.literal('linked'), transfers: z.array(journalResource) });

const independentAnswer = z.object({
  mode: z.literal('independent'),
  posted: z.int(),
  refused: z.int(),
  outcomes: z
    .array(
      z.discriminatedUnion('status', [
        z.object({ index: z.int(), journalId: uuid, status: z.literal('posted'), reference: z.string() }),
        z.object({
          index: z.int(),
          journalId: uuid,
          status: z.literal('refused'),
          refusal: z.looseObject({ code: z.string() }),
        }),
      ]),
    )
    .describe('In the order sent.'),
});

const batchAnswer = z.discriminatedUnion('mode', [linkedAnswer, independentAnswer]).meta({ id: 'TransferBatchAnswer' });

/** Transfers by the thousand. */
export const transferBatchRoutes = (http: LedgerHttp): readonly Route[] => [
  defineRoute({
    method: 'POST',
    path: '/v1/transfer-batches',
    operationId: 'createTransferBatch',
    personalData: 'known',
    summary: 'Move money many times with one request',
    description:
      'Repeated under its Idempotency-Key after a crash in the middle, an independent batch goes on where it was and books nothing twice.',
    tag: 'Transfers',
    permission: 'ledger:transfer',
    rateClass: 'bulk',
    idempotency: 'required',
    supportsDryRun: true,
    request: { body: batchBody },
    responses: {
      200: { description: 'Every outcome.', schema: batchAnswer },
      201: { description: 'Posted, all of them.', schema: batchAnswer },
    },
    problems: [
      'staff_only',
      'linked_journal_refused',
      'journal_malformed',
      'account_unknown',
      'batch_too_large',
      ...mandateProblems,
    ],
    handle: (request) => withReplay(http.services, request, () => postBatch(http, request)),
  }),
];

const postBatch = async (http: LedgerHttp, request: BatchRequest): Promise<ApiAnswer> => {
  const { principal, tenantId, body } = request;
  if (body.mode === 'linked' && body.transfers.length > linkedMax)
    throw new ProblemError('batch_too_large', { facts: { max: linkedMax } });
  const stored = await storedAnswer(http.services, request);
  if (stored !== undefined) return stored;
  // A retry must find the ids of the first try, which nobody may have been told.
  const batchId =
    request.idempotency === undefined
      ? http.services.newId()
      : derivedUuid(tenantId, principal.id, request.idempotency.key, 'transfer-batch');
  for (const [index, transfer] of body.transfers.entries())
    requireMayDate(request, transfer, `/body/transfers/${index}`);
  const journals = await Promise.all(
    body.transfers.map((transfer, index) =>
      transferJournal(http, tenantId, transfer, {
        journalId: transfer.id ?? derivedUuid(batchId, String(index)),
        field: `/body/transfers/${index}`,
      }),
    ),
  );
  await authorise(http, request, journals);
  return body.mode === 'linked' ? postLinked(http, request, journals) : postIndependent(http, request, journals);
};

/** A mandate's limit is per transfer: each account is asked about once, with the largest transfer of each asset. */
const authorise = async (
  http: LedgerHttp,
  request: BatchRequest,
  journals: readonly PostJournalData[],
): Promise<void> => {
  if (!isCustomer(request.principal)) return;
  const largest = new Map<string, Map<string, bigint>>();
  for (const [index, { from }] of request.body.transfers.entries()) {
    const its = largest.get(from) ?? new Map<string, bigint>();
    largest.set(from, its);
    const journal = journals[index];
    const debits = journal === undefined ? [] : debitsFrom(journal, from);
    const total = debits.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
    const asset = debits[0]?.asset;
    if (asset !== undefined && total > (its.get(asset) ?? 0n)) its.set(asset, total);
  }
  for (const [account, its] of largest)
    await http.access.require(
      request.principal,
      account,
      'operate',
      [...its].map(([asset, amountMinor]) => ({ asset, amountMinor })),
    );
  await requirePayable(http, request, [...new Set(request.body.transfers.map(({ to }) => to))]);
};

const submissionOf = ({ tenantId, dryRun, ...request }: BatchRequest): Omit<Submission<unknown>, 'render'> => ({
  tenantId,
  metadata: metadataOf(request),
  asker: askerOfMany(request),
  isDryRun: dryRun,
  lane: 'bulk',
  timeoutMs: batchTimeoutMs,
});

const postLinked = async (
  http: LedgerHttp,
  request: BatchRequest,
  journals: readonly PostJournalData[],
): Promise<ApiAnswer> => {
  const { services, handlers } = http;
  const { tenantId, principal, idempotency, requestId } = request;
  const amount = await amountWriter(http.assets, tenantId, journals.flatMap(assetsOf));
  const show = journalShower(amount);
  const how = {
    status: 201 as const,
    problems: ledgerProblems,
    amount,
    show: (posted: readonly Journal[]) => ({ mode: 'linked', transfers: posted.map(show) }),
  };
  const key = idempotency === undefined ? {} : { idempotency: { principalId: principal.id, ...idempotency } };
  const outcome = await withFaultsAsProblems(() =>
    services.commands.submit(
      handlers.postLinkedJournals,
      { journals },
      { ...submissionOf(request), ...key, render: renderer(how, requestId, sentIn(request)) },
    ),
  );
  return toAnswer(services, tenantId, outcome);
};

type ItemOutcome =
  | Outcome<Journal, JournalRefusal>
  | { readonly accepted: false; readonly refusal: { readonly code: 'check_refused'; readonly reason: string } };

/** Each transfer is a command of its own in the bulk lane; the answer is stored when all are decided, and until then a retry decides the rest. */
const postIndependent = async (
  http: LedgerHttp,
  request: BatchRequest,
  journals: readonly PostJournalData[],
): Promise<ApiAnswer> => {
  const { services } = http;
  const { tenantId } = request;
  const amount = await amountWriter(http.assets, tenantId, journals.flatMap(assetsOf));
  const outcomes = await withFaultsAsProblems(() =>
    request.dryRun
      ? tryAll(http, request, journals)
      : Promise.all(journals.map((journal) => postOne(http, request, journal))),
  );
  const posted = outcomes.filter(({ accepted }) => accepted).length;
  const body = JSON.stringify({
    mode: 'independent',
    posted,
    refused: outcomes.length - posted,
    outcomes: outcomes.map((outcome, index) =>
      outcome.accepted
        ? showPosted(outcome.result, index)
        : {
            index,
            journalId: journals[index]?.journalId ?? '',
            status: 'refused',
            refusal: {
              ...factsOnWire(outcome.refusal, amount),
              ...withOffendingFields(
                { [`/body/transfers/${index}`]: request.body.transfers[index] },
                outcome.refusal,
                ledgerProblems,
              ),
            },
          },
    ),
  });
  return keepAnswer(services, request, body);
};

/** Together, since each would be decided on what those before it leave. */
const tryAll = async (
  { services, handlers }: LedgerHttp,
  request: BatchRequest,
  journals: readonly PostJournalData[],
): Promise<readonly ItemOutcome[]> => {
  const outcomes = await services.commands.tryTogether(handlers.postJournal, journals, submissionOf(request));
  return outcomes.map((outcome) => (outcome instanceof CheckRefused ? refusedByCheck(outcome) : outcome));
};

const refusedByCheck = ({ reason }: CheckRefused): ItemOutcome => ({
  accepted: false,
  refusal: { code: 'check_refused', reason },
});

const postOne = async (
  { services, handlers }: LedgerHttp,
  request: BatchRequest,
  journal: PostJournalData,
): Promise<ItemOutcome> => {
  try {
    const settled = await services.commands.submit(handlers.postJournal, journal, submissionOf(request));
    if (settled.kind !== 'decided') throw new Error('A transfer without a key was answered as a repeat of one.');
    return settled.outcome;
  } catch (error) {
    // A check that says no refuses this transfer only; one that cannot be asked stops the batch, which may be repeated.
    if (error instanceof CheckRefused) return refusedByCheck(error);
    throw error;
  }
};

const showPosted = ({ journalId, reference }: Journal, index: number): unknown => ({
  index,
  journalId,
  status: 'posted',
  reference,
});
