import { randomBytes, randomUUID } from 'node:crypto';
import { firstProducts } from '@finaegis/bank/account/contract';
import { newApiKeySecret } from '@finaegis/platform/auth/key-text';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import type { CommandHandler, Refusal } from '@finaegis/platform/command/handler';
import { createTenantCommand } from '@finaegis/platform/tenancy/commands';
import { type Bank, openBank } from '@finaegis/server/bank';
import type { OutsideWorld } from '@finaegis/server/modules';
import type { BenchDatabase } from './database.ts';

/** The tenant whose money is moved. */
export const tenantId = '01900000-0000-7000-8000-000000000001';
/** How every command of a benchmark is submitted. */
export const submission = {
  tenantId,
  metadata: { actor: 'benchmark', channel: 'system', correlation: 'benchmark' },
  timeoutMs: 60_000,
} as const;

export const feeIncome = 'main:income/transfer-fee';
export const cardClearing = 'main:clearing/card';

/** A bank with funded accounts, and what it acknowledged since it was opened. */
export interface Books {
  readonly bank: Bank;
  readonly masterKey: Uint8Array;
  readonly accounts: readonly string[];
  readonly partyId: string;
  /** Journals acknowledged to their callers. */
  acknowledged: number;
}

/** Commands a chunk: enough for whole batches of the bulk lane, few enough for its queue. */
const chunkSize = 5_000;
// A journal has at most five hundred postings: one debit of cash and the credits of so many accounts.
const fundedPerJournal = 499;
const fundsMinor = 10n ** 12n;

/** Opens a bank over a fresh database with one entity and `count` funded accounts. */
export const openBooks = async (database: BenchDatabase, count: number, outside: OutsideWorld = {}): Promise<Books> => {
  const masterKey = randomBytes(32);
  const bank = await openBank({ ...outside, connections: database, masterKey });
  const { ledger, asset, account, party } = bank.modules;
  await submit(bank, createTenantCommand, { tenantId, name: 'Benchmark' }, platformTenantId);
  await asset.seed();
  await submit(bank, ledger.handlers.openEntity, {
    entity: 'main',
    name: 'Main',
    functionalAsset: 'EUR',
    timeZone: 'Europe/Prague',
    calendar: 'target',
    businessDate: '2026-01-02',
  });
  await submit(bank, ledger.handlers.openHouseAccount, {
    entity: 'main',
    chartCode: 'clearing/card',
    hasFloor: false,
  });
  for (const product of firstProducts) await submit(bank, account.handlers.publishProduct, product);
  const partyId = randomUUID();
  await submit(bank, party.handlers.registerParty, {
    partyId,
    kind: 'organisation',
    details: { name: { legal: 'Benchmark' } },
  });
  const accounts = await openAccounts(bank, { count, partyId });
  return { bank, masterKey, accounts, partyId, acknowledged: 0 };
};

/** Opens and funds customers' accounts in the bulk lane. */
const openAccounts = async (
  bank: Bank,
  { count, partyId }: { readonly count: number; readonly partyId: string },
): Promise<readonly string[]> => {
  const accounts = Array.from({ length: count }, () => randomUUID());
  await Promise.all(accounts.map((accountId) => openAccount(bank, { accountId, partyId })));
  await fundAll(bank, accounts);
  return accounts;
};

/**
 * Opens and funds many accounts quickly: leaves of the house chart with a floor, which the ledger locks and decides exactly as it does customers'
 * accounts. A customer's account is three times the events, and no transfer looks at them.
 */
export const openFlooredAccounts = async (bank: Bank, count: number): Promise<readonly string[]> => {
  const codes = Array.from({ length: count }, (_, index) => `suspense/benchmark-${index}`);
  for (const chunk of chunksOf(codes, chunkSize))
    await Promise.all(
      chunk.map((chartCode) =>
        submit(bank, bank.modules.ledger.handlers.openHouseAccount, { entity: 'main', chartCode, hasFloor: true }),
      ),
    );
  const accounts = codes.map((code) => `main:${code}`);
  await fundAll(bank, accounts);
  return accounts;
};

const fundAll = (bank: Bank, accounts: readonly string[]): Promise<unknown> =>
  Promise.all(chunksOf(accounts, fundedPerJournal).map((chunk) => fund(bank, chunk)));

const openAccount = (
  bank: Bank,
  { accountId, partyId }: { readonly accountId: string; readonly partyId: string },
): Promise<void> =>
  submit(bank, bank.modules.account.handlers.openAccount, {
    accountId,
    entity: 'main',
    product: 'current',
    asset: 'EUR',
    holders: [{ partyId, kind: 'owner', mandateId: randomUUID() }],
  });

const fund = (bank: Bank, accounts: readonly string[]): Promise<void> =>
  submit(bank, bank.modules.ledger.handlers.postJournal, {
    journalId: bank.services.newId(),
    kind: 'deposit',
    captures: [],
    postings: [
      {
        account: 'main:cash',
        asset: 'EUR',
        side: 'debit',
        amountMinor: fundsMinor * BigInt(accounts.length),
        purpose: 'principal',
      },
      ...accounts.map(
        (account) =>
          ({ account, asset: 'EUR', side: 'credit', amountMinor: fundsMinor, purpose: 'principal' }) as const,
      ),
    ],
  });

/** Makes an API key of the tenant that may do everything; gives back the text its holder sends. */
export const createKey = async (bank: Bank): Promise<string> => {
  const { text, prefix, secretHash } = newApiKeySecret('test');
  await submit(bank, bank.modules.auth.handlers.createApiKey, {
    keyId: randomUUID(),
    prefix,
    secretHash,
    name: 'Benchmark',
    scopes: ['*'],
    addresses: [],
    grantor: { scopes: ['*'] },
  });
  return text;
};

/** Submits one command that prepares the books and throws if it was not accepted. */
const submit = async <Data, Refs, Result, R extends Refusal>(
  { services }: Bank,
  handler: CommandHandler<Data, Refs, Result, R>,
  data: Data,
  tenant = tenantId,
): Promise<void> => {
  const settled = await services.commands.submit(handler, data, { ...submission, tenantId: tenant, lane: 'bulk' });
  if (settled.kind !== 'decided') throw new Error(`${handler.name} was not decided: ${settled.kind}.`);
  if (!settled.outcome.accepted) throw new Error(`${handler.name} was refused: ${settled.outcome.refusal.code}.`);
};

const chunksOf = <T>(all: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
