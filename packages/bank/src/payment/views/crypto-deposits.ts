import type { Transaction } from '@finaegis/platform/database/transaction';
import { defineView, tableName, type View } from '@finaegis/platform/view/view';
import type { CryptoDepositStatus } from '../crypto-deposit/crypto-deposit.ts';
import { cryptoDepositEvents } from '../crypto-deposit/events.ts';
import { type NewestPage, newestFirst } from './newest-first.ts';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  deposit_id uuid not null,
  seq bigint not null,
  account_id uuid not null,
  status text not null,
  primary key (tenant_id, deposit_id)
);
create unique index on ${name} (tenant_id, seq);
create index on ${name} (tenant_id, account_id, seq)`;

const statusAfter: Readonly<Record<(typeof cryptoDepositEvents)[number]['type'], CryptoDepositStatus>> = {
  CryptoDepositAnnounced: 'announced',
  CryptoCheckoutOpened: 'open',
  CryptoPaymentDetected: 'pending',
  CryptoDepositCredited: 'credited',
  CryptoDepositSuspended: 'suspended',
  CryptoDepositFailed: 'failed',
  CryptoDepositExpired: 'expired',
};

/** Crypto deposits in the order they were announced, and how far they are. */
export const cryptoDepositsView: View = defineView({
  name: 'payment_crypto_deposits',
  version: 1,
  contexts: ['payment'],
  consumes: cryptoDepositEvents.map(({ type }) => type),
  tables: [{ suffix: '', create: ddl }],
  apply: async (tx, { tenantId, table }, events) => {
    const made = events.filter(({ type }) => type === 'CryptoDepositAnnounced');
    const last = new Map(
      events.map(({ type, data }) => [String(data['depositId']), statusAfter[type as keyof typeof statusAfter]]),
    );
    if (made.length > 0)
      await tx.query(
        `insert into ${table()} (tenant_id, deposit_id, seq, account_id, status)
          select $1, *, 'announced' from unnest($2::uuid[], $3::bigint[], $4::uuid[])`,
        [
          tenantId,
          made.map(({ data }) => data['depositId']),
          made.map(({ seq }) => seq),
          made.map(({ data }) => data['accountId']),
        ],
      );
    await tx.query(
      `update ${table()} d set status = changed.status from unnest($2::uuid[], $3::text[]) as changed (deposit_id, status)
        where d.tenant_id = $1 and d.deposit_id = changed.deposit_id`,
      [tenantId, [...last.keys()], [...last.values()]],
    );
  },
});

const deposits = tableName(cryptoDepositsView);

/** What a list of deposits is narrowed to. */
export interface CryptoDepositFilter {
  readonly status?: string | undefined;
  readonly accountId?: string | undefined;
  /** Accounts that whoever asks may see; all where undefined. */
  readonly accountIds?: readonly string[] | undefined;
}

/** Ids of deposits, newest first. */
export const listCryptoDeposits = async (
  tx: Transaction,
  tenantId: string,
  { status, accountId, accountIds }: CryptoDepositFilter,
  page: NewestPage,
): Promise<readonly { readonly seq: bigint; readonly id: string }[]> =>
  newestFirst(
    tx,
    { table: deposits, idColumn: 'deposit_id' },
    [
      [(tenant) => `tenant_id = ${tenant}`, tenantId],
      [(its) => `status = ${its}`, status],
      [(id) => `account_id = ${id}`, accountId],
      [(ids) => `account_id = any (${ids})`, accountIds],
    ],
    page,
  );
