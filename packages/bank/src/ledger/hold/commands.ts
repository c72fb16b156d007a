import { reject } from '@finaegis/kernel/decision';
import type { CommandHandler, Loaded } from '@finaegis/platform/command/handler';
import type { PersonalRef, SealedValue } from '@finaegis/platform/event-store/personal-ref';
import { z } from 'zod';
import type { LedgerTools } from '../journal/commands.ts';
import { minor } from '../terms.ts';
import { balanceKey } from '../views/balances.ts';
import {
  expireHold,
  type Hold,
  type HoldRefusal,
  holdAggregate,
  type IncreaseHold,
  increaseHold,
  type PlaceHold,
  placeHold,
  voidHold,
} from './hold.ts';

/** Data of PlaceHold; the description is sealed. */
export type PlaceHoldData = PlaceHold & { readonly description?: string | undefined };

/** What placing a hold knows before it locks. */
export interface PlaceRefs {
  readonly description?: PersonalRef;
  readonly sealed: readonly SealedValue[];
  readonly isKnown: boolean;
}

const heldResult = (loaded: Loaded, { holdId }: { readonly holdId: string }): Hold => {
  const { state } = loaded.stream(holdAggregate, holdId);
  if (state.status === 'unknown') throw new Error('A hold was accepted and is not there.');
  return state;
};

const stream = (holdId: string) => ({ aggregate: holdAggregate, id: holdId });

/** Reserves an amount on an account. House accounts without a floor cannot be held: there would be nothing to protect. */
export const placeHoldHandler = ({
  balances,
  directory,
  personalData,
}: LedgerTools): CommandHandler<
  PlaceHoldData,
  PlaceRefs,
  Hold,
  HoldRefusal | { readonly code: 'account_has_no_floor'; readonly account: string }
> => ({
  name: 'ledger.PlaceHold',
  schema: z.strictObject({
    holdId: z.string(),
    account: z.string(),
    asset: z.string(),
    amountMinor: minor,
    expiresAt: z.string().optional(),
    description: z.string().optional(),
  }),
  permission: 'ledger:hold',
  prepare: async ({ account, description }, { tenantId }) => {
    const facts = (await directory.accounts(tenantId, [account])).get(account);
    const isKnown = facts?.hasFloor ?? true;
    if (description === undefined) return { isKnown, sealed: [] };
    const [text] = await personalData.seal(tenantId, `account:${account}`, [description]);
    return text === undefined
      ? { isKnown, sealed: [] }
      : { isKnown, description: text.reference, sealed: [text.sealed] };
  },
  loads: ({ holdId, account, asset }) => ({
    rows: [{ table: balances, key: balanceKey(account, asset) }],
    streams: [{ ...stream(holdId), isNew: true }],
  }),
  decide: (loaded, { description: _text, ...command }, { now }, { description, isKnown }) => {
    if (!isKnown) return reject({ code: 'account_has_no_floor', account: command.account });
    const balance = loaded.row(balances, balanceKey(command.account, command.asset));
    return placeHold(
      loaded.stream(holdAggregate, command.holdId).state,
      balance,
      { ...command, ...(description === undefined ? {} : { description }) },
      { now },
    );
  },
  sealed: ({ sealed }) => sealed,
  result: heldResult,
});

type HoldFacts = { readonly account: string; readonly asset: string } | undefined;

interface HoldCommand<Data extends { readonly holdId: string }> {
  readonly name: string;
  readonly schema: z.ZodType<Data>;
  readonly permission: string;
  decide: (
    state: ReturnType<typeof stateOf>,
    balance: ReturnType<typeof balanceOf>,
    data: Data,
    facts: { readonly now: string },
  ) => ReturnType<typeof voidHold>;
}

const stateOf = (loaded: Loaded, holdId: string) => loaded.stream(holdAggregate, holdId).state;
const balanceOf = (loaded: Loaded, balances: LedgerTools['balances'], facts: HoldFacts) =>
  facts === undefined ? undefined : loaded.row(balances, balanceKey(facts.account, facts.asset));

/** Commands on an existing hold lock its balance, which is found by the hold's immutable facts. */
const onHold = <Data extends { readonly holdId: string }>(
  { balances, directory }: LedgerTools,
  { name, schema, permission, decide }: HoldCommand<Data>,
): CommandHandler<Data, HoldFacts, Hold, HoldRefusal> => ({
  name,
  schema,
  permission,
  prepare: ({ holdId }, { tenantId }) => directory.hold(tenantId, holdId),
  loads: ({ holdId }, facts) => ({
    rows: facts === undefined ? [] : [{ table: balances, key: balanceKey(facts.account, facts.asset) }],
    streams: [stream(holdId)],
  }),
  // A hold placed after its facts were looked for has no locked balance here; it is as unknown as it was then.
  decide: (loaded, data, { now }, facts) =>
    facts === undefined
      ? reject({ code: 'hold_unknown', holdId: data.holdId })
      : decide(stateOf(loaded, data.holdId), balanceOf(loaded, balances, facts), data, { now }),
  result: heldResult,
});

/** Raises a hold to a new whole amount. */
export const increaseHoldHandler = (tools: LedgerTools): CommandHandler<IncreaseHold, HoldFacts, Hold, HoldRefusal> =>
  onHold(tools, {
    name: 'ledger.IncreaseHold',
    schema: z.strictObject({ holdId: z.string(), amountMinor: minor }),
    permission: 'ledger:hold',
    decide: increaseHold,
  });

/** Releases what remains of a hold. */
export const voidHoldHandler = (
  tools: LedgerTools,
): CommandHandler<{ readonly holdId: string }, HoldFacts, Hold, HoldRefusal> =>
  onHold(tools, {
    name: 'ledger.VoidHold',
    schema: z.strictObject({ holdId: z.string() }),
    permission: 'ledger:hold',
    decide: (state, _balance, data) => voidHold(state, data),
  });

/** Records that a hold's time is over. */
export const expireHoldHandler = (
  tools: LedgerTools,
): CommandHandler<{ readonly holdId: string }, HoldFacts, Hold, HoldRefusal> =>
  onHold(tools, {
    name: 'ledger.ExpireHold',
    schema: z.strictObject({ holdId: z.string() }),
    permission: 'ledger:hold',
    decide: (state, _balance, data, facts) => expireHold(state, data, facts),
  });
