import type { CommandHandler, Loaded } from '@finaegis/platform/command/handler';
import { assetCode, text, uuid } from '@finaegis/platform/http/amount';
import { z } from 'zod';
import { entityName, loadedBook, postingNeeds } from '../../ledger/contract.ts';
import { movementKinds } from '../card-provider.ts';
import { costOf, findAccounts, type HouseRefs, houseNeeds, mergeNeeds, nostroOf, pspOf, withHouses } from '../house.ts';
import type { PaymentTools } from '../outgoing/commands.ts';
import { bankName, minor, positiveMinor } from '../terms.ts';
import {
  type BookCardPayout,
  bookCardPayout,
  type CardPayoutBooking,
  type CardPayoutRefusal,
  cardPayoutAggregate,
  cardPayoutJournalId,
  returnCardPayout,
} from './payout.ts';

const signed = z
  .string()
  .regex(/^-?\d{1,36}$/)
  .transform(BigInt);

/** A payout is named with where it is booked, since it may be told of before we know it. */
export interface PayoutPlace {
  readonly payoutId: string;
  readonly provider: string;
  readonly entity: string;
  readonly bank: string;
}

const place = { payoutId: uuid, provider: bankName, entity: entityName, bank: bankName };

const payoutResult = (loaded: Loaded, { payoutId }: { readonly payoutId: string }): CardPayoutBooking => {
  const { state } = loaded.stream(cardPayoutAggregate, payoutId);
  if (state.status === 'unknown') throw new Error(`Card payout ${payoutId} was accepted and is not there.`);
  return state;
};

type Handler<Data> = CommandHandler<Data, HouseRefs, CardPayoutBooking, CardPayoutRefusal>;

const payoutCommand = <Data extends PayoutPlace>(
  tools: PaymentTools,
  {
    name,
    schema,
    step,
  }: { readonly name: string; readonly schema: z.ZodType<Data>; readonly step: 'arrive' | 'return' },
  decide: (
    ...given: [Parameters<typeof bookCardPayout>[0], Data, Parameters<typeof bookCardPayout>[2]]
  ) => ReturnType<typeof bookCardPayout>,
): Handler<Data> => ({
  name,
  schema,
  permission: 'payment:rail',
  prepare: ({ entity, provider, bank }, { tenantId }) =>
    findAccounts(tools.ledger, tenantId, {
      entity,
      chartCodes: [pspOf(provider), nostroOf(bank), costOf(provider)],
      accounts: [],
    }),
  loads: ({ payoutId, entity }, refs) =>
    mergeNeeds(
      postingNeeds(tools.balances, refs.accounts, {
        postings: [],
        journals: (step === 'arrive' ? (['arrive', 'cost', 'cost-back'] as const) : [step]).map((one) =>
          cardPayoutJournalId(payoutId, one),
        ),
        entities: [entity],
      }),
      houseNeeds(refs),
      {
        streams: [{ aggregate: cardPayoutAggregate, id: payoutId }],
      },
    ),
  decide: (loaded, data, _, refs) => {
    const { state } = loaded.stream(cardPayoutAggregate, data.payoutId);
    return withHouses(loaded, refs, decide(state, data, loadedBook(loaded, tools.balances, refs.accounts)));
  },
  result: payoutResult,
});

/** What the provider tells of its payouts. */
export const createPayoutHandlers = (tools: PaymentTools) => ({
  bookPayout: payoutCommand<BookCardPayout>(
    tools,
    {
      name: 'payment.BookCardPayout',
      step: 'arrive',
      schema: z.strictObject({
        ...place,
        payoutReference: text(200),
        asset: assetCode,
        amountMinor: positiveMinor,
        parts: z.array(z.strictObject({ kind: z.enum(movementKinds), count: z.int(), netMinor: signed })),
        unexplainedMinor: signed,
        costs: z.strictObject({ takenMinor: minor, givenBackMinor: minor }),
      }),
    },
    bookCardPayout,
  ),
  returnPayout: payoutCommand<PayoutPlace>(
    tools,
    { name: 'payment.ReturnCardPayout', step: 'return', schema: z.strictObject(place) },
    (state, { payoutId }, book) => returnCardPayout(state, payoutId, book),
  ),
});

export type PayoutHandlers = ReturnType<typeof createPayoutHandlers>;
