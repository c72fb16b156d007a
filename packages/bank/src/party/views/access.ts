import { formatAmount } from '@finaegis/kernel/money';
import type { Access } from '@finaegis/platform/auth/access';
import { ProblemError } from '@finaegis/platform/http/problem';
import { read, type Services } from '@finaegis/platform/services';
import type { MandateLimit } from '../mandate/events.ts';
import { type MandateRow, mandatesInForce } from './mandates.ts';

interface Debit {
  readonly asset: string;
  readonly amountMinor: bigint;
}

/**
 * Object-level authorisation by mandate. Every question is put to the inline table, and nothing is remembered: a mandate revoked by one request
 * is gone for the next. The debits of one call count as one transfer.
 */
export const createAccess = (services: Pick<Services, 'readPool' | 'now'>): Access => ({
  require: async ({ tenantId, actingFor: partyId }, accountId, right, debits = []) => {
    if (partyId === undefined) return;
    const mandates = await read(services, tenantId, (tx) =>
      mandatesInForce(tx, { tenantId, partyId, accountId, at: services.now() }),
    );
    if (mandates.length === 0) throw new ProblemError('not_found');
    if (right === 'view') return;
    const operating = mandates.filter(({ kind }) => kind !== 'viewer');
    if (operating.length === 0) throw new ProblemError('mandate_missing', { facts: { accountId } });
    requireWithinLimits(operating, sumByAsset(debits));
  },
  visibleAccounts: async ({ tenantId, actingFor: partyId }) => {
    if (partyId === undefined) return undefined;
    const mandates = await read(services, tenantId, (tx) =>
      mandatesInForce(tx, { tenantId, partyId, at: services.now() }),
    );
    return [...new Set(mandates.map(({ accountId }) => accountId))];
  },
});

const sumByAsset = (debits: readonly Debit[]): readonly Debit[] => {
  const sums = new Map<string, bigint>();
  for (const { asset, amountMinor } of debits) sums.set(asset, (sums.get(asset) ?? 0n) + amountMinor);
  return [...sums].map(([asset, amountMinor]) => ({ asset, amountMinor }));
};

/** One mandate must allow all of it; two mandates do not add up. */
const requireWithinLimits = (mandates: readonly MandateRow[], debits: readonly Debit[]): void => {
  const exceeded = mandates.map(({ limits }) => debits.find((debit) => !isWithin(limits, debit)));
  if (exceeded.includes(undefined)) return;
  const asset = exceeded[0]?.asset;
  const limit = mandates[0]?.limits.find((one) => one.asset === asset);
  throw new ProblemError('mandate_limit_exceeded', {
    facts: {
      asset,
      ...(limit === undefined
        ? {}
        : { perTransfer: { amount: formatAmount(limit.perTransferMinor, limit.decimals), asset } }),
    },
  });
};

/** A mandate without limits is bound by the account alone; one with limits allows only the assets it names. */
const isWithin = (limits: readonly MandateLimit[], { asset, amountMinor }: Debit): boolean =>
  limits.length === 0 || limits.some((limit) => limit.asset === asset && amountMinor <= limit.perTransferMinor);
