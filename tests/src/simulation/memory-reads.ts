import { accountAggregate } from '@finaegis/bank/account/account/account';
import type { AccountDirectory, AccountTerms } from '@finaegis/bank/account/directory';
import type { AccountNumbers } from '@finaegis/bank/account/numbers';
import { productAggregate } from '@finaegis/bank/account/product/product';
import type { IdentifierRow } from '@finaegis/bank/account/views/identifiers';
import type { AssetDirectory } from '@finaegis/bank/asset/contract';
import type { LedgerDirectory } from '@finaegis/bank/ledger/directory';
import { type HoldState, holdAggregate } from '@finaegis/bank/ledger/hold/hold';
import { type AccountFacts, journalAggregate } from '@finaegis/bank/ledger/journal/journal';
import { sha3_256, toHex } from '@finaegis/kernel/hash';
import { derivedUuid } from '@finaegis/kernel/id';
import { rowName } from '@finaegis/platform/command/locked-table';
import type { Aggregate } from '@finaegis/platform/event-store/aggregate';
import type { Sealing } from '@finaegis/platform/event-store/personal-ref';
import type { MemoryDatabase } from './memory-database.ts';

/** What one process reads without a lock: facts as they were last committed, perhaps a moment too early. */
export interface MemoryReads {
  readonly ledger: LedgerDirectory;
  readonly accounts: AccountDirectory;
  readonly numbers: AccountNumbers;
  readonly assets: Pick<AssetDirectory, 'get'>;
  stream<State>(aggregate: Aggregate<State, never>, tenantId: string, id: string): Promise<State>;
}

/**
 * Reads of one process.
 * @param wait where the process may lose its turn, or its life
 */
export const memoryReads = (database: MemoryDatabase, wait: () => Promise<void>): MemoryReads => {
  const stream: MemoryReads['stream'] = async (aggregate, tenantId, id) => {
    await wait();
    return database.stream(tenantId, aggregate, id)?.state ?? aggregate.initial;
  };
  const accounts: AccountDirectory['accounts'] = async (tenantId, ids) => {
    await wait();
    return new Map(
      ids.flatMap((id) => {
        const terms = termsOf(database, tenantId, id);
        return terms === undefined ? [] : [[id, terms] as const];
      }),
    );
  };
  return {
    stream,
    ledger: memoryDirectory(database, wait),
    accounts: { accounts, find: async (tenantId, id) => (await accounts(tenantId, [id])).get(id) },
    numbers: memoryNumbers(database, wait),
    assets: { get: async (_, code) => (code === 'XXX' ? undefined : ({ code, decimals: 2 } as never)) },
  };
};

const termsOf = (database: MemoryDatabase, tenantId: string, id: string): AccountTerms | undefined => {
  const account = database.stream(tenantId, accountAggregate, id)?.state;
  if (account === undefined || account.status === 'unknown') return undefined;
  const { accountId, entity, product, productVersion, asset, holders, statementCycle } = account;
  const versions = database.stream(tenantId, productAggregate, product)?.state ?? [];
  const terms = versions.find(({ version }) => version === productVersion);
  return {
    accountId,
    entity,
    product,
    productVersion,
    asset,
    holders,
    statementCycle,
    allowsOverdraft: terms?.allowsOverdraft ?? false,
    ...(terms?.assets === undefined ? {} : { assets: terms.assets }),
  };
};

const memoryDirectory = (database: MemoryDatabase, wait: () => Promise<void>): LedgerDirectory => ({
  accounts: async (tenantId, ids) => {
    await wait();
    return new Map(
      ids.flatMap((id) => {
        const facts = database.table('ledger.accounts').get(rowName(tenantId, id)) as AccountFacts | undefined;
        return facts === undefined ? [] : [[id, facts] as const];
      }),
    );
  },
  hold: async (tenantId, holdId) => {
    await wait();
    const hold: HoldState | undefined = database.stream(tenantId, holdAggregate, holdId)?.state;
    return hold === undefined || hold.status === 'unknown' ? undefined : hold;
  },
  journal: async (tenantId, journalId) => {
    await wait();
    return database.stream(tenantId, journalAggregate, journalId)?.state ?? journalAggregate.initial;
  },
});

const memoryNumbers = (database: MemoryDatabase, wait: () => Promise<void>): AccountNumbers => {
  const ibans = async (tenantId: string): Promise<readonly IdentifierRow[]> => {
    await wait();
    return [...database.table('account.identifiers')].flatMap(([name, row]) => {
      const identifier = row as IdentifierRow;
      return name.startsWith(`${tenantId}/`) && identifier.scheme === 'iban' ? [identifier] : [];
    });
  };
  const accountsOf: AccountNumbers['accountsOf'] = async (tenantId, wanted) => {
    const found = (await ibans(tenantId)).filter(({ value }) => wanted.includes(value));
    return new Map(found.map(({ value, accountId }) => [value, accountId]));
  };
  const ibansOf: AccountNumbers['ibansOf'] = async (tenantId, wanted) => {
    const found = (await ibans(tenantId)).filter(({ accountId }) => wanted.includes(accountId));
    return new Map(found.map(({ value, accountId }) => [accountId, value]));
  };
  return {
    accountsOf,
    ibansOf,
    accountOf: async (tenantId, iban) => (await accountsOf(tenantId, [iban])).get(iban),
    ibanOf: async (tenantId, accountId) => (await ibansOf(tenantId, [accountId])).get(accountId),
  };
};

/** Seals nothing, and commits to values as the real one does: equal values of one subject have equal commitments. */
export const memorySealing: Sealing = {
  seal: async (tenantId, subject, values) =>
    values.map((value) => {
      const ref = derivedUuid('sealed', tenantId, subject, value);
      const commitment = toHex(sha3_256(JSON.stringify([tenantId, subject, value])));
      return { reference: { ref, commitment }, sealed: { ref, subject, ciphertext: new Uint8Array() } };
    }),
};
