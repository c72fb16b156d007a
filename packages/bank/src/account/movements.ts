import { reject } from '@finaegis/kernel/decision';
import type { CommandHandler } from '@finaegis/platform/command/handler';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import type { PersonalRef, SealedValue } from '@finaegis/platform/event-store/personal-ref';
import { assetCode, isoDate, text, uuid } from '@finaegis/platform/http/amount';
import type { Services } from '@finaegis/platform/services';
import { z } from 'zod';
import {
  type AccountFacts,
  type Balance,
  houseAccountId,
  type Journal,
  type JournalRefusal,
  journalAggregate,
  type LedgerDirectory,
  loadedBook,
  postingNeeds,
  postJournal,
} from '../ledger/contract.ts';
import {
  type Deposit,
  type DepositFacts,
  type DepositRefusal,
  depositOf,
  recordDeposit,
  suspenseAccount,
} from './deposit.ts';
import { type AccountDirectory, allowsAsset } from './directory.ts';
import type { SuspenseQueue } from './ports.ts';

/** What the handlers of deposits and withdrawals are built over. */
export interface MovementTools {
  readonly balances: LockedTable<Balance>;
  readonly ledger: LedgerDirectory;
  readonly accounts: AccountDirectory;
  readonly personalData: Pick<Services['personalData'], 'seal'>;
  readonly suspense: SuspenseQueue;
}

const amountMinor = z
  .string()
  .regex(/^\d{1,36}$/)
  .transform(BigInt)
  .refine((amount) => amount > 0n);

const common = {
  accountId: uuid,
  asset: assetCode,
  amountMinor,
  valueDate: isoDate.optional(),
  endToEndId: text(35).optional(),
  description: text(140).optional(),
};

interface Movement {
  readonly accountId: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly valueDate?: string | undefined;
  readonly endToEndId?: string | undefined;
  /** Personal data of the customer's account; sealed before anything is recorded. */
  readonly description?: string | undefined;
}

/** Data of RecordDeposit. */
export interface RecordDepositData extends Movement {
  readonly depositId: string;
  /** House account the money arrived on; the cash of the account's entity when absent. */
  readonly from?: string | undefined;
  /** Whose cash and suspense are meant where neither the account nor `from` says it; `main` when absent. */
  readonly entity?: string | undefined;
}

/** Data of Withdraw. */
export interface WithdrawData extends Movement {
  /** Also the id of the journal. */
  readonly withdrawalId: string;
  /** House account the money leaves by; the cash of the account's entity when absent. */
  readonly to?: string | undefined;
}

/** Deposits and withdrawals as plain JSON. */
export const recordDepositSchema: z.ZodType<RecordDepositData> = z.strictObject({
  depositId: uuid,
  from: text(100).optional(),
  entity: text(32).optional(),
  ...common,
});
export const withdrawSchema: z.ZodType<WithdrawData> = z.strictObject({
  withdrawalId: uuid,
  to: text(100).optional(),
  ...common,
});

/** What a movement found and sealed before it was queued. */
export interface MovementRefs {
  readonly accounts: ReadonlyMap<string, AccountFacts>;
  /** The house account meant, by name or by default. */
  readonly house: string;
  readonly isAssetAllowed: boolean;
  readonly description?: PersonalRef;
  readonly sealed: readonly SealedValue[];
}

const prepare = async (
  { ledger, accounts, personalData }: MovementTools,
  tenantId: string,
  { accountId, asset, description }: Movement,
  { house, entity = 'main' }: { readonly house: string | undefined; readonly entity?: string | undefined },
): Promise<MovementRefs> => {
  const [terms, sealed] = await Promise.all([
    accounts.find(tenantId, accountId),
    description === undefined ? [] : personalData.seal(tenantId, `account:${accountId}`, [description]),
  ]);
  const named = house ?? houseAccountId(terms?.entity ?? entity, 'cash');
  const itsEntity = (await ledger.accounts(tenantId, [named])).get(named)?.entity ?? entity;
  const suspense = (['account_unknown', 'account_closed'] as const).map((reason) => suspenseAccount(itsEntity, reason));
  const facts = await ledger.accounts(tenantId, [accountId, named, ...suspense]);
  const [text] = sealed;
  return {
    accounts: facts,
    house: named,
    isAssetAllowed: terms !== undefined && allowsAsset(terms, asset),
    sealed: text === undefined ? [] : [text.sealed],
    ...(text === undefined ? {} : { description: text.reference }),
  };
};

const needsOf = ({ balances }: MovementTools, { accountId, asset }: Movement, refs: MovementRefs, journalId: string) =>
  postingNeeds(balances, refs.accounts, {
    // Suspense has no floor, so it is not locked whether or not the money goes there.
    postings: [
      { account: accountId, asset },
      { account: refs.house, asset },
    ],
    journals: [journalId],
  });

const customerOf = ({ accounts }: MovementRefs, accountId: string): AccountFacts | undefined => {
  const facts = accounts.get(accountId);
  return facts?.kind === 'customer' ? facts : undefined;
};

/** Books money that has arrived: on the account, or in suspense where the account cannot take it. */
export const recordDepositHandler = (
  tools: MovementTools,
): CommandHandler<RecordDepositData, MovementRefs, Deposit, DepositRefusal> => ({
  name: 'account.RecordDeposit',
  schema: recordDepositSchema,
  permission: 'account:deposit',
  weight: () => 2,
  prepare: (data, { tenantId }) => prepare(tools, tenantId, data, { house: data.from, entity: data.entity }),
  loads: (data, refs) => {
    const posting = needsOf(tools, data, refs, data.depositId);
    const { streams = [] } = tools.suspense.needs(data.depositId);
    return { ...posting, streams: [...(posting.streams ?? []), ...streams] };
  },
  decide: (loaded, { description: _text, ...data }, _facts, refs) => {
    const facts: DepositFacts = {
      from: refs.accounts.get(refs.house),
      account: customerOf(refs, data.accountId),
      isAssetAllowed: refs.isAssetAllowed,
      description: refs.description,
      openItem: tools.suspense.open,
    };
    return recordDeposit(loadedBook(loaded, tools.balances, refs.accounts), { ...data, from: refs.house }, facts);
  },
  sealed: ({ sealed }) => sealed,
  result: (loaded, { depositId }) => {
    const { state } = loaded.stream(journalAggregate, depositId);
    const deposit = state.status === 'posted' ? depositOf(state) : undefined;
    if (deposit === undefined) throw new Error(`Deposit ${depositId} was accepted and is not there.`);
    return deposit;
  },
});

export type WithdrawalRefusal = JournalRefusal | Extract<DepositRefusal, { readonly code: 'house_account_expected' }>;

/** Takes money from an account to a house account; the customer's own command, so whatever stands against it refuses it. */
export const withdrawHandler = (
  tools: MovementTools,
): CommandHandler<WithdrawData, MovementRefs, Journal, WithdrawalRefusal> => ({
  name: 'account.Withdraw',
  schema: withdrawSchema,
  permission: 'account:withdraw',
  weight: () => 2,
  prepare: (data, { tenantId }) => prepare(tools, tenantId, data, { house: data.to }),
  loads: (data, refs) => needsOf(tools, data, refs, data.withdrawalId),
  decide: (loaded, { withdrawalId, accountId, asset, amountMinor: minor, valueDate, endToEndId }, _facts, refs) => {
    if (customerOf(refs, accountId) === undefined) return reject({ code: 'account_unknown', account: accountId });
    const house = refs.accounts.get(refs.house);
    if (house !== undefined && house.kind !== 'house')
      return reject({ code: 'house_account_expected', account: refs.house });
    const line = { asset, amountMinor: minor, purpose: 'principal' } as const;
    return postJournal(loadedBook(loaded, tools.balances, refs.accounts), {
      journalId: withdrawalId,
      kind: 'withdrawal',
      postings: [
        { account: accountId, side: 'debit', ...line },
        { account: refs.house, side: 'credit', ...line },
      ],
      captures: [],
      valueDate,
      endToEndId,
      description: refs.description,
    });
  },
  sealed: ({ sealed }) => sealed,
  result: (loaded, { withdrawalId }) => {
    const { state } = loaded.stream(journalAggregate, withdrawalId);
    if (state.status === 'unknown') throw new Error(`Withdrawal ${withdrawalId} was accepted and is not there.`);
    return state;
  },
});
