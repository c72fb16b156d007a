import { all, type Transaction } from '@finaegis/platform/database/transaction';
import { defineView, tableName, type View } from '@finaegis/platform/view/view';
import { investmentEvents } from '../investment/events.ts';
import { pricingRoundOpened } from '../round/events.ts';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  investment_id uuid not null,
  seq bigint not null,
  round int not null,
  party_id text not null,
  status text not null,
  certificate_number text,
  primary key (tenant_id, investment_id)
);
create unique index on ${name} (tenant_id, seq);
create index on ${name} (tenant_id, party_id, seq);
create unique index on ${name} (tenant_id, certificate_number) where certificate_number is not null`;

const roundsDdl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  round int not null,
  seq bigint not null,
  primary key (tenant_id, round)
)`;

/** The status an event leaves; the others leave it as it is. */
const statusAfter: Readonly<Record<string, string>> = {
  InvestmentRequested: 'requested',
  InvestmentReserved: 'awaiting_payment',
  InvestmentPaid: 'paid',
  InvestmentConfirmed: 'confirmed',
  InvestmentCancelled: 'cancelled',
  InvestmentFailed: 'failed',
  InvestmentExpired: 'expired',
  InvestmentSharesReturned: 'refunding',
  InvestmentRefunded: 'refunded',
};

/** Investments and rounds in the order they were taken on, with what they are found by; what one says is read from its stream. */
export const investmentsView: View = defineView({
  name: 'cgo_investments',
  version: 1,
  contexts: ['cgo'],
  consumes: [pricingRoundOpened.type, ...investmentEvents.map(({ type }) => type)],
  tables: [
    { suffix: '', create: ddl },
    { suffix: 'rounds', create: roundsDdl },
  ],
  apply: async (tx, { tenantId, table }, events) => {
    const rounds = events.filter(({ type }) => type === pricingRoundOpened.type);
    const asked = events.filter(({ type }) => type === 'InvestmentRequested');
    await all([
      tx.query(
        `insert into ${table('rounds')} (tenant_id, round, seq) select $1, * from unnest($2::int[], $3::bigint[])`,
        [tenantId, rounds.map(({ data }) => data['round']), rounds.map(({ seq }) => seq)],
      ),
      tx.query(
        `insert into ${table()} (tenant_id, investment_id, seq, round, party_id, status)
          select $1, *, 'requested' from unnest($2::uuid[], $3::bigint[], $4::int[], $5::text[])`,
        [
          tenantId,
          asked.map(({ data }) => data['investmentId']),
          asked.map(({ seq }) => seq),
          asked.map(({ data }) => data['round']),
          asked.map(({ data }) => data['partyId']),
        ],
      ),
    ]);
    const status = new Map<string, string>();
    const certificates = new Map<string, string>();
    for (const { type, data } of events) {
      const id = String(data['investmentId']);
      const left = type === 'InvestmentReviewRequested' ? String(data['kind']) : statusAfter[type];
      if (left !== undefined) status.set(id, left);
      if (type === 'InvestmentConfirmed') certificates.set(id, String(data['certificateNumber']));
    }
    await tx.query(
      `update ${table()} i set status = c.status, certificate_number = coalesce(c.certificate_number, i.certificate_number)
        from unnest($2::uuid[], $3::text[], $4::text[]) as c (investment_id, status, certificate_number)
        where i.tenant_id = $1 and i.investment_id = c.investment_id`,
      [
        tenantId,
        [...status.keys()],
        [...status.values()],
        [...status.keys()].map((id) => certificates.get(id) ?? null),
      ],
    );
  },
});

const investments = tableName(investmentsView);

/** What a list of investments is narrowed by. */
export interface InvestmentFilter {
  readonly round?: number | undefined;
  readonly partyId?: string | undefined;
  readonly statuses?: readonly string[] | undefined;
}

/** Ids of investments, newest first. */
export const listInvestments = async (
  tx: Transaction,
  tenantId: string,
  { round, partyId, statuses }: InvestmentFilter,
  page: { readonly before?: bigint | undefined; readonly limit: number },
): Promise<readonly { readonly seq: bigint; readonly investmentId: string }[]> => {
  const { rows } = await tx.query<{ seq: bigint; investment_id: string }>(
    `select seq, investment_id from ${investments}
      where tenant_id = $1 and ($2::bigint is null or seq < $2) and ($3::int is null or round = $3)
        and ($4::text is null or party_id = $4) and ($5::text[] is null or status = any ($5))
      order by seq desc limit $6`,
    [tenantId, page.before ?? null, round ?? null, partyId ?? null, statuses ?? null, page.limit],
  );
  return rows.map(({ seq, investment_id: investmentId }) => ({ seq, investmentId }));
};

/** The investment a certificate was issued for. */
export const certifiedInvestment = async (
  tx: Transaction,
  tenantId: string,
  number: string,
): Promise<string | undefined> => {
  const { rows } = await tx.query<{ investment_id: string }>({
    name: 'certified-investment',
    text: `select investment_id from ${investments} where tenant_id = $1 and certificate_number = $2`,
    values: [tenantId, number],
  });
  return rows[0]?.investment_id;
};

/** Numbers of rounds, newest first. */
export const listRounds = async (
  tx: Transaction,
  tenantId: string,
  page: { readonly before?: bigint | undefined; readonly limit: number },
): Promise<readonly { readonly seq: bigint; readonly round: number }[]> => {
  const { rows } = await tx.query<{ seq: bigint; round: number }>({
    name: 'list-rounds',
    text: `select seq, round from ${tableName(investmentsView, 'rounds')}
      where tenant_id = $1 and ($2::bigint is null or seq < $2) order by seq desc limit $3`,
    values: [tenantId, page.before ?? null, page.limit],
  });
  return rows;
};
