import { accept, reject } from '@finaegis/kernel/decision';
import type { CommandHandler, Loaded, Needs } from '@finaegis/platform/command/handler';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import type { PersonalRef, SealedValue } from '@finaegis/platform/event-store/personal-ref';
import { instant, text, uuid } from '@finaegis/platform/http/amount';
import { newSagaNeed, startSaga } from '@finaegis/platform/saga/commands';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import type { Services } from '@finaegis/platform/services';
import { z } from 'zod';
import {
  type AccountFacts,
  type Balance,
  type LedgerDirectory,
  loadedBook,
  postingNeeds,
} from '../../ledger/contract.ts';
import { mergeNeeds } from '../house.ts';
import { positiveMinor } from '../terms.ts';
import {
  declineRequest,
  expireRequest,
  type PaymentRequest,
  payRequest,
  type RequestRefusal,
  type RequestState,
  requestAggregate,
  requestJournalId,
  requestPayment,
  requestSagaId,
} from './request.ts';

/** What the commands of requests are built over. */
export interface RequestTools {
  readonly balances: LockedTable<Balance>;
  readonly ledger: LedgerDirectory;
  readonly personalData: Pick<Services['personalData'], 'seal'>;
  readonly now: () => string;
  readonly findRequest: (tenantId: string, requestId: string) => Promise<RequestState>;
}

/** Data of RequestPayment. */
export interface RequestPaymentData {
  readonly requestId: string;
  readonly payeeAccountId: string;
  readonly payerPartyId: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly note?: string | undefined;
  readonly expiresAt: string;
}

type Handler<Data, Refs> = CommandHandler<Data, Refs, PaymentRequest, RequestRefusal>;

const stateOf = (loaded: Loaded, requestId: string): RequestState => loaded.stream(requestAggregate, requestId).state;
const needs = ({ requestId }: { readonly requestId: string }): Needs => ({
  streams: [{ aggregate: requestAggregate, id: requestId }],
});
const resultOf = (loaded: Loaded, { requestId }: { readonly requestId: string }): PaymentRequest => {
  const state = stateOf(loaded, requestId);
  if (state.status === 'unknown') throw new Error(`Payment request ${requestId} was accepted and is not there.`);
  return state;
};

interface AskRefs {
  readonly now: string;
  readonly note?: PersonalRef | undefined;
  readonly isAccountKnown: boolean;
  readonly sealed: readonly SealedValue[];
}

const ask = (
  { ledger, personalData, now }: RequestTools,
  definition: () => SagaDefinition,
): Handler<RequestPaymentData, AskRefs> => ({
  name: 'payment.RequestPayment',
  schema: z.strictObject({
    requestId: uuid,
    payeeAccountId: uuid,
    payerPartyId: uuid,
    asset: z.string(),
    amountMinor: positiveMinor,
    note: text(140).optional(),
    expiresAt: instant,
  }),
  permission: 'payment:create',
  prepare: async ({ payeeAccountId, note }, { tenantId }) => {
    const [accounts, sealed] = await Promise.all([
      ledger.accounts(tenantId, [payeeAccountId]),
      personalData.seal(tenantId, `account:${payeeAccountId}`, note === undefined ? [] : [note]),
    ]);
    return {
      now: now(),
      note: sealed[0]?.reference,
      isAccountKnown: accounts.get(payeeAccountId)?.kind === 'customer',
      sealed: sealed.map(({ sealed: value }) => value),
    };
  },
  loads: (data) => mergeNeeds(needs(data), { streams: [newSagaNeed(requestSagaId(data.requestId))] }),
  decide: (loaded, { note: _note, ...terms }, { tenantId }, refs) => {
    if (!refs.isAccountKnown) return reject({ code: 'account_unknown', account: terms.payeeAccountId });
    const { requestId, expiresAt } = terms;
    const decision = requestPayment(stateOf(loaded, requestId), {
      ...terms,
      ...(refs.note === undefined ? {} : { note: refs.note }),
    });
    if (!decision.accepted || decision.events.length === 0) return decision;
    const input = { requestId, expiresAt };
    const started = startSaga(definition(), { sagaId: requestSagaId(requestId), input }, { tenantId, now: refs.now });
    return accept(...decision.events, ...started);
  },
  sealed: ({ sealed }) => sealed,
  result: resultOf,
});

interface PayRefs {
  readonly accounts: ReadonlyMap<string, AccountFacts>;
  readonly request: RequestState;
}

const pay = ({
  balances,
  ledger,
  findRequest,
}: RequestTools): Handler<{ readonly requestId: string; readonly payerAccountId: string }, PayRefs> => ({
  name: 'payment.PayRequest',
  schema: z.strictObject({ requestId: uuid, payerAccountId: uuid }),
  permission: 'payment:create',
  weight: () => 2,
  prepare: async ({ requestId, payerAccountId }, { tenantId }) => {
    const request = await findRequest(tenantId, requestId);
    const payee = request.status === 'unknown' ? [] : [request.payeeAccountId];
    return { request, accounts: await ledger.accounts(tenantId, [payerAccountId, ...payee]) };
  },
  loads: (data, { accounts, request }) => {
    if (request.status === 'unknown') return needs(data);
    const postings = [data.payerAccountId, request.payeeAccountId].map((account) => ({
      account,
      asset: request.asset,
    }));
    return mergeNeeds(
      needs(data),
      postingNeeds(balances, accounts, { postings, journals: [requestJournalId(data.requestId)] }),
    );
  },
  decide: (loaded, data, { now }, { accounts, request }) =>
    // Made only after it was looked for: the payee's account was not found with it.
    request.status === 'unknown'
      ? reject({ code: 'payment_request_unknown', requestId: data.requestId })
      : payRequest(stateOf(loaded, data.requestId), data, { book: loadedBook(loaded, balances, accounts), now }),
  result: resultOf,
});

/** Every command of requests. */
export const createRequestHandlers = (tools: RequestTools, definition: () => SagaDefinition) => ({
  requestPayment: ask(tools, definition),
  payRequest: pay(tools),
  declineRequest: {
    name: 'payment.DeclineRequest',
    schema: z.strictObject({ requestId: uuid, by: z.enum(['payer', 'payee']) }),
    permission: 'payment:create',
    loads: needs,
    decide: (loaded, data) => declineRequest(stateOf(loaded, data.requestId), data),
    result: resultOf,
  } satisfies Handler<{ readonly requestId: string; readonly by: 'payer' | 'payee' }, undefined> as Handler<
    { readonly requestId: string; readonly by: 'payer' | 'payee' },
    undefined
  >,
  expireRequest: {
    name: 'payment.ExpireRequest',
    schema: z.strictObject({ requestId: uuid }),
    permission: 'payment:rail',
    loads: needs,
    decide: (loaded, { requestId }) => expireRequest(stateOf(loaded, requestId), requestId),
    result: resultOf,
  } satisfies Handler<{ readonly requestId: string }, undefined> as Handler<{ readonly requestId: string }, undefined>,
});

export type RequestHandlers = ReturnType<typeof createRequestHandlers>;
