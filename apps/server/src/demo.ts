import { join } from 'node:path';
import { firstProducts } from '@finaegis/bank/account/contract';
import { addBusinessDays } from '@finaegis/kernel/calendar';
import { derivedUuid } from '@finaegis/kernel/id';
import { localDateIn } from '@finaegis/kernel/local-date';
import { keyFromHeader, newApiKeySecret, secretHashOf } from '@finaegis/platform/auth/key-text';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import type { CommandHandler, Refusal } from '@finaegis/platform/command/handler';
import { gatherStatistics } from '@finaegis/platform/database/statistics';
import { createTenantCommand } from '@finaegis/platform/tenancy/commands';
import type { Bank } from './bank.ts';
import { readSecret, writeSecretOnce } from './database.ts';

/** Id of the demo's tenant, the same in every installation. */
export const demoTenantId = derivedUuid('demo', 'tenant');

/** What the demo leaves for whoever tries it. */
export interface Demo {
  readonly tenantId: string;
  /** API key of the demo's staff; it lies in a 0600 file of the data folder and nowhere else. */
  readonly key: string;
}

const entity = 'main';
const metadata = { actor: 'demo', channel: 'system', correlation: 'demo' };
const id = (...parts: readonly [string, ...string[]]): string => derivedUuid('demo', ...parts);

const people = [
  {
    name: 'jana',
    details: {
      name: { given: 'Jana', family: 'Nováková' },
      address: { streetName: 'Vodičkova', buildingNumber: '12', postCode: '110 00', townName: 'Praha', country: 'CZ' },
    },
  },
  { name: 'tomas', details: { name: { given: 'Tomáš', family: 'Dvořák' } } },
  { name: 'bakery', details: { name: { legal: 'Pekárna U Mostu s.r.o.' } } },
] as const;

/**
 * Makes a tenant with customers, accounts and some movements. Every id is fixed, so that a second start, or another process at the same time,
 * finds what is there and adds nothing.
 */
export const createDemo = async ({
  bank,
  dataFolder,
}: {
  readonly bank: Bank;
  readonly dataFolder: string;
}): Promise<Demo> => {
  await submit(bank, createTenantCommand, { tenantId: demoTenantId, name: 'Demo' }, platformTenantId);
  const key = await demoKey(bank, dataFolder);
  const isNew = await openBooks(bank);
  await openAccounts(bank);
  await moveMoney(bank);
  if (isNew) await gatherStatistics(bank.pools.write);
  return { tenantId: demoTenantId, key };
};

/** The key is written before it is created: a start that dies in between creates it the next time from the same text. */
const demoKey = async (bank: Bank, dataFolder: string): Promise<string> => {
  const file = join(dataFolder, 'demo.key');
  if ((await readSecret(file)) === undefined) await writeSecretOnce(file, newApiKeySecret('demo').text);
  const text = (await readSecret(file)) ?? '';
  const parts = keyFromHeader(`Bearer ${text}`);
  if (parts === undefined) throw new Error(`${file} does not hold an API key; delete it to have a new one made.`);
  const { prefix, secret } = parts;
  const grantor = { scopes: ['*'] };
  const terms = { name: 'Demo', scopes: ['*'], addresses: [], grantor };
  await submit(bank, bank.modules.auth.handlers.createApiKey, {
    keyId: id('key', prefix),
    prefix,
    secretHash: secretHashOf(secret),
    ...terms,
  });
  return text;
};

/** The entity with its products and numbers; tells whether it was opened now. */
const openBooks = async (bank: Bank): Promise<boolean> => {
  const { ledger, account } = bank.modules;
  const timeZone = 'Europe/Prague';
  // The books are open on a business day, also for whoever tries the demo on a Sunday.
  const businessDate = addBusinessDays('target', localDateIn(bank.services.now(), timeZone), 0);
  const opened = await submit(bank, ledger.handlers.openEntity, {
    entity,
    name: 'Demo Bank',
    functionalAsset: 'EUR',
    timeZone,
    calendar: 'target',
    businessDate,
  });
  await submit(bank, account.handlers.setBankDetails, {
    entity,
    country: 'CZ',
    bankCode: '2010',
    bic: 'DEMOCZPP',
    name: 'Demo Bank',
  });
  for (const product of firstProducts) await submit(bank, account.handlers.publishProduct, product);
  return !opened.isRepeat;
};

const openAccounts = async (bank: Bank): Promise<void> => {
  const { party, account } = bank.modules;
  for (const { name, details } of people) {
    const partyId = id('party', name);
    await submit(bank, party.handlers.registerParty, {
      partyId,
      kind: 'legal' in details.name ? 'organisation' : 'person',
      details,
    });
    const opening = {
      entity,
      product: 'current',
      asset: 'EUR',
      holders: [{ partyId, kind: 'owner', mandateId: id('mandate', name) }],
    } as const;
    await submit(bank, account.handlers.openAccount, { accountId: id('account', name), ...opening });
  }
  const partyId = id('party', 'jana');
  const savings = {
    entity,
    product: 'savings',
    asset: 'EUR',
    holders: [{ partyId, kind: 'owner', mandateId: id('mandate', 'savings') }],
  } as const;
  await submit(bank, account.handlers.openAccount, { accountId: id('account', 'savings'), ...savings });
};

const moveMoney = async (bank: Bank): Promise<void> => {
  const { ledger, account } = bank.modules;
  const [jana, tomas, bakery, savings] = ['jana', 'tomas', 'bakery', 'savings'].map((name) => id('account', name)) as [
    string,
    string,
    string,
    string,
  ];
  const deposit = (name: string, accountId: string, amountMinor: bigint) =>
    submit(bank, account.handlers.recordDeposit, {
      depositId: id('deposit', name),
      accountId,
      asset: 'EUR',
      amountMinor,
    });
  const transfer = (name: string, from: string, to: string, amountMinor: bigint, feeMinor = 0n) =>
    submit(bank, ledger.handlers.postJournal, {
      journalId: id('transfer', name),
      kind: 'transfer',
      captures: [],
      postings: [
        { account: from, asset: 'EUR', side: 'debit', amountMinor, purpose: 'principal' },
        { account: to, asset: 'EUR', side: 'credit', amountMinor, purpose: 'principal' },
        ...(feeMinor === 0n
          ? []
          : ([
              { account: from, asset: 'EUR', side: 'debit', amountMinor: feeMinor, purpose: 'fee' },
              {
                account: `${entity}:income/transfer-fee`,
                asset: 'EUR',
                side: 'credit',
                amountMinor: feeMinor,
                purpose: 'fee',
              },
            ] as const)),
      ],
    });
  await deposit('salary', jana, 320_000n);
  await deposit('till', bakery, 1_250_000n);
  await deposit('cash', tomas, 50_000n);
  await transfer('saving', jana, savings, 80_000n);
  await transfer('rent', jana, tomas, 95_000n, 50n);
  await transfer('bread', tomas, bakery, 1_240n);
  await submit(bank, ledger.handlers.placeHold, {
    holdId: id('hold', 'terminal'),
    account: jana,
    asset: 'EUR',
    amountMinor: 4_500n,
  });
};

/** Submits one command and throws if it was refused: the demo asks for nothing that may be. */
const submit = async <Data, Refs, Result, R extends Refusal>(
  { services }: Bank,
  handler: CommandHandler<Data, Refs, Result, R>,
  data: Data,
  tenantId = demoTenantId,
): Promise<{ readonly isRepeat: boolean; readonly result: Result }> => {
  const settled = await services.commands.submit(handler, data, { tenantId, metadata, timeoutMs: 30_000 });
  if (settled.kind !== 'decided') throw new Error(`${handler.name} was not decided: ${settled.kind}.`);
  if (!settled.outcome.accepted) throw new Error(`${handler.name} was refused: ${settled.outcome.refusal.code}.`);
  return settled.outcome;
};
