import { openHeadsFile } from '@finaegis/platform/audit/heads-file';
import { signingKeyOf } from '@finaegis/platform/audit/signing-key';
import { pruneAnswers } from '@finaegis/platform/command/prune-answers';
import { startStatistics } from '@finaegis/platform/database/statistics';
import { postgresRateTokens } from '@finaegis/platform/http/rate-tokens-postgres';
import { startRounds } from '@finaegis/platform/rounds';
import { pruneDeliveries } from '@finaegis/platform/webhook/worker';
import type { Bank } from './bank.ts';

/** Work that goes on by itself until it is stopped. */
export interface Workers {
  stop(): Promise<void>;
}

const dayMs = 24 * 3_600_000;

/** With what the audit log is sealed. */
export interface Sealing {
  /** Seed of the key. */
  readonly key: Uint8Array;
  /** Seed of the key before it. */
  readonly previousKey?: Uint8Array | undefined;
  /** Where heads are exported to. */
  readonly headsFile?: string | undefined;
}

/**
 * Starts what acts by itself: sealing of the audit log, expiry of holds, sagas, webhooks, standing orders, days at partner banks and card providers, rates from their sources, planner statistics, and the daily removal
 * of what is kept for a limited time.
 */
export const startWorkers = (
  bank: Bank,
  { key, previousKey, headsFile }: Sealing,
  onError: (where: string, error: unknown) => void,
): Workers => {
  const { modules, pools } = bank;
  const sealer = bank.seal({
    key: signingKeyOf(key),
    ...(previousKey === undefined ? {} : { previousKey: signingKeyOf(previousKey) }),
    ...(headsFile === undefined ? {} : { openSink: () => openHeadsFile(headsFile) }),
    onError: (error) => onError('sealing of the audit log', error),
  });
  const expiry = modules.ledger.startHoldExpiry({
    systemPool: pools.system,
    onError: (error) => onError('expiry of holds', error),
  });
  const sagas = bank.runSagas();
  const webhooks = bank.sendWebhooks();
  const orders = modules.payment.orderRuns.startOrderRuns({
    systemPool: pools.system,
    onError: (error) => onError('standing orders', error),
  });
  const bankDays = modules.custodian.bankDays.start({
    systemPool: pools.system,
    onError: (error) => onError('days at partner banks', error),
  });
  const pspDays = modules.payment.cards.pspDays.start({
    systemPool: pools.system,
    onError: (error) => onError('days at the card provider', error),
  });
  const rates = modules.asset.startRateFetching({ onError: (error) => onError('rates', error) });
  const statistics = startStatistics({
    writePool: pools.write,
    systemPool: pools.system,
    onError: (error) => onError('statistics', error),
  });
  const prune = async (): Promise<void> => {
    const { rows } = await pools.system.query<{ tenant_id: string }>(
      'select tenant_id from tenant_heads order by tenant_id',
    );
    const tenantIds = rows.map(({ tenant_id: tenantId }) => tenantId);
    await pruneAnswers(pools.write, tenantIds);
    await pruneDeliveries(pools.write, tenantIds);
    await postgresRateTokens(pools.write).prune(24);
  };
  const pruning = startRounds(prune, {
    everyMs: dayMs,
    onError: (error) => onError('removal of old answers', error),
  });
  const works = [orders, bankDays, pspDays, rates, sagas, webhooks, sealer, expiry, statistics, pruning];
  return {
    stop: async () => {
      await Promise.all(works.map((work) => work.close()));
    },
  };
};
