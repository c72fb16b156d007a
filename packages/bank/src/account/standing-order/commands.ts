import type { CommandHandler, Loaded } from '@finaegis/platform/command/handler';
import type { PersonalRef, SealedValue } from '@finaegis/platform/event-store/personal-ref';
import { assetCode, isoDate, text, uuid } from '@finaegis/platform/http/amount';
import { z } from 'zod';
import type { AccountTools } from '../account/commands.ts';
import { accountsTable } from '../views/accounts.ts';
import { standingOrdersTable } from '../views/standing-orders.ts';
import { orderFrequencies } from './events.ts';
import {
  cancelStandingOrder,
  registerStandingOrder,
  type StandingOrder,
  type StandingOrderRefusal,
  type StandingOrderTerms,
  standingOrderAggregate,
} from './standing-order.ts';

/** What the handlers of standing orders are built over. */
export type OrderTools = Pick<AccountTools, 'assets' | 'personalData'>;

/** Data of RegisterStandingOrder. */
export interface RegisterStandingOrderData extends StandingOrderTerms {
  /** Who is paid; personal data of the account that pays, sealed before anything is recorded. */
  readonly counterpartyName?: string | undefined;
  /** What is told the payee; personal data likewise. */
  readonly remittance?: string | undefined;
}

/** A code and no text, since events keep it for ever. */
export const purposeCode = z.string().regex(/^[A-Za-z0-9_-]{1,35}$/, 'must be a code of letters, digits, _ and -');

// No bank is asked for a payment of another age; such a date is a slip of the keyboard.
const firstDay = isoDate.refine(
  (date) => date >= '1900-01-01' && date <= '2199-12-31',
  'must be between 1900 and 2199',
);

/** An order's terms besides ids and amount, as requests and commands write them. */
export const orderTerms = {
  frequency: z.enum(orderFrequencies),
  purpose: purposeCode.optional(),
  firstOn: firstDay.optional(),
  externalReference: text(100).optional(),
};

/** An order as plain JSON. */
export const registerStandingOrderSchema: z.ZodType<RegisterStandingOrderData> = z.strictObject({
  orderId: uuid,
  accountId: uuid,
  asset: assetCode,
  amountMinor: z
    .string()
    .regex(/^\d{1,36}$/)
    .transform(BigInt),
  counterparty: z.strictObject({ bank: text(35), account: text(34) }),
  counterpartyName: text(140).optional(),
  remittance: text(140).optional(),
  ...orderTerms,
});

/** What registering found and sealed before it was queued. */
export interface OrderRefs {
  readonly isAssetKnown: boolean;
  readonly counterpartyName?: PersonalRef | undefined;
  readonly remittance?: PersonalRef | undefined;
  readonly sealed: readonly SealedValue[];
}

const resultOf = (loaded: Loaded, { orderId }: Pick<StandingOrderTerms, 'orderId'>): StandingOrder => {
  const { state } = loaded.stream(standingOrderAggregate, orderId);
  if (state.status === 'unknown') throw new Error(`Standing order ${orderId} was accepted and is not there.`);
  return state;
};

/** Keeps a standing order. Executing it is not this context's. */
export const registerStandingOrderHandler = ({
  assets,
  personalData,
}: OrderTools): CommandHandler<RegisterStandingOrderData, OrderRefs, StandingOrder, StandingOrderRefusal> => ({
  name: 'account.RegisterStandingOrder',
  schema: registerStandingOrderSchema,
  permission: 'account:order',
  prepare: async ({ accountId, asset, counterpartyName, remittance }, { tenantId }) => {
    const texts = [counterpartyName, remittance].filter((value) => value !== undefined);
    const [facts, sealed] = await Promise.all([
      assets.get(tenantId, asset),
      personalData.seal(tenantId, `account:${accountId}`, texts),
    ]);
    const references = sealed.map(({ reference }) => reference);
    return {
      isAssetKnown: facts !== undefined,
      counterpartyName: counterpartyName === undefined ? undefined : references.shift(),
      remittance: remittance === undefined ? undefined : references.shift(),
      sealed: sealed.map(({ sealed: value }) => value),
    };
  },
  loads: ({ orderId, accountId }) => ({
    // The account's row is what closing locks, so that no order is kept on an account closed meanwhile.
    rows: [
      { table: accountsTable, key: accountId },
      { table: standingOrdersTable, key: orderId },
    ],
    streams: [{ aggregate: standingOrderAggregate, id: orderId }],
  }),
  decide: (loaded, { counterpartyName: _name, remittance: _text, ...terms }, _facts, refs) =>
    registerStandingOrder(loaded.stream(standingOrderAggregate, terms.orderId).state, terms, {
      accountStatus: loaded.row(accountsTable, terms.accountId)?.status,
      isAssetKnown: refs.isAssetKnown,
      counterpartyName: refs.counterpartyName,
      remittance: refs.remittance,
    }),
  sealed: ({ sealed }) => sealed,
  result: resultOf,
});

/** Data of CancelStandingOrder. */
export type CancelStandingOrder = Pick<StandingOrderTerms, 'orderId' | 'accountId'>;

/** Ends a standing order. */
export const cancelStandingOrderHandler = (): CommandHandler<
  CancelStandingOrder,
  undefined,
  StandingOrder,
  StandingOrderRefusal
> => ({
  name: 'account.CancelStandingOrder',
  schema: z.strictObject({ orderId: uuid, accountId: uuid }),
  permission: 'account:order',
  loads: ({ orderId }) => ({
    rows: [{ table: standingOrdersTable, key: orderId }],
    streams: [{ aggregate: standingOrderAggregate, id: orderId }],
  }),
  decide: (loaded, command) =>
    cancelStandingOrder(loaded.stream(standingOrderAggregate, command.orderId).state, command),
  result: resultOf,
});
