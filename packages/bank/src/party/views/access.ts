import type { Access } from '@finaegis/platform/auth/access';
import { ProblemError } from '@finaegis/platform/http/problem';
import type { AccountsOfParties } from '@finaegis/platform/realtime/standings';
import { read, type Services } from '@finaegis/platform/services';
import { type AssetDirectory, amountWriter, type ShowAmount } from '../../asset/contract.ts';
import type { MandateLimit } from '../mandate/events.ts';
import { accountsInSight, type MandateRow, mandatesInForce } from './mandates.ts';

interface Debit {
  readonly asset: string;
  readonly amountMinor: bigint;
}

/**
 * Object-level authorisation by mandate. Every question is put to the inline table, and nothing is remembered: a mandate revoked by one request
 * is gone for the next. The debits of one call count as one transfer.
 */
export const createAccess = (
  services: Pick<Services, 'readPool' | 'now'>,
  assets: Pick<AssetDirectory, 'get'>,
): Access => ({
  require: async ({ tenantId, actingFor: partyId }, accountId, right, debits = []) => {
    if (partyId === undefined) return;
    const mandates = await read(services, tenantId, (tx) =>
      mandatesInForce(tx, { tenantId, partyId, accountId, at: services.now() }),
    );
    if (mandates.length === 0) throw new ProblemError('not_found', { about: { sought: accountId } });
    if (right === 'view') return;
    const operating = mandates.filter(({ kind }) => kind !== 'viewer');
    if (operating.length === 0) throw new ProblemError('mandate_missing', { facts: { accountId } });
    await requireWithinLimits(operating, sumByAsset(debits), (asset) => amountWriter(assets, tenantId, [asset]));
  },
  visibleAccounts: async ({ tenantId, actingFor: partyId }) => {
    if (partyId === undefined) return undefined;
    const mandates = await read(services, tenantId, (tx) =>
      mandatesInForce(tx, { tenantId, partyId, at: services.now() }),
    );
    return [...new Set(mandates.map(({ accountId }) => accountId))];
  },
});

/** The accounts that many parties may see at this moment, for those who are told of them as things happen. */
export const createAccountsOf =
  (services: Pick<Services, 'readPool' | 'now'>): AccountsOfParties =>
  (tenantId, partyIds) =>
    read(services, tenantId, (tx) => accountsInSight(tx, { tenantId, partyIds, at: services.now() }));

const sumByAsset = (debits: readonly Debit[]): readonly Debit[] => {
  const sums = new Map<string, bigint>();
  for (const { asset, amountMinor } of debits) sums.set(asset, (sums.get(asset) ?? 0n) + amountMinor);
  return [...sums].map(([asset, amountMinor]) => ({ asset, amountMinor }));
};

/** One mandate must allow all of it; two mandates do not add up. */
const requireWithinLimits = async (
  mandates: readonly MandateRow[],
  debits: readonly Debit[],
  amountsIn: (asset: string) => Promise<ShowAmount>,
): Promise<void> => {
  const exceeded = mandates.map(({ limits }) => {
    const debit = debits.find((one) => !isWithin(limits, one));
    return debit && { ...debit, limitMinor: limitFor(limits, debit.asset) };
  });
  const [first] = exceeded;
  if (first === undefined || exceeded.includes(undefined)) return;
  // Told is the widest mandate of those that fail for the same asset: the most that could have been taken.
  const widest = exceeded.reduce<typeof first>(
    (best, one) => (one?.asset === best.asset && one.limitMinor > best.limitMinor ? one : best),
    first,
  );
  const { asset, amountMinor, limitMinor } = widest;
  const amount = await amountsIn(asset);
  throw new ProblemError('mandate_limit_exceeded', {
    facts: { asset, needed: amount(asset, amountMinor), limit: amount(asset, limitMinor) },
    about: { accountId: mandates[0]?.accountId },
  });
};

const limitFor = (limits: readonly MandateLimit[], asset: string): bigint =>
  limits.find((limit) => limit.asset === asset)?.perTransferMinor ?? 0n;

/** A mandate without limits is bound by the account alone; one with limits allows only the assets it names. */
const isWithin = (limits: readonly MandateLimit[], { asset, amountMinor }: Debit): boolean =>
  limits.length === 0 || limits.some((limit) => limit.asset === asset && amountMinor <= limit.perTransferMinor);
