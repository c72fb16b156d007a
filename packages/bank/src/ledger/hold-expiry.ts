import type { CommandHandler } from '@finaegis/platform/command/handler';
import { read, type Services } from '@finaegis/platform/services';
import type { Hold, HoldRefusal } from './hold/hold.ts';
import { dueHolds } from './views/holds.ts';

/** A worker that can be stopped; what it is doing is finished first. */
export interface Worker {
  close(): Promise<void>;
}

/** What the expiry of holds needs. */
export interface HoldExpiryOptions {
  /** As finaegis_system: knows all tenants. */
  readonly systemPool: Services['readPool'];
  /** 1,000 ms unless told. */
  readonly everyMs?: number;
  readonly onError?: (error: unknown) => void;
}

type ExpireHold<Refs> = CommandHandler<{ readonly holdId: string }, Refs, Hold, HoldRefusal>;
type WorkerServices = Pick<Services, 'commands' | 'readPool' | 'now'>;

const holdsPerRound = 500;

/**
 * Records the expiry of holds whose time is over. Any number of processes may run it: the decision is made under lock and a second expiry of
 * one hold changes nothing. Until it is recorded the hold counts, so a late round releases money late and never too early.
 */
export const startHoldExpiry = <Refs>(
  services: WorkerServices,
  expireHold: ExpireHold<Refs>,
  { systemPool, everyMs = 1_000, onError }: HoldExpiryOptions,
): Worker => {
  let isClosed = false;
  let wake: (() => void) | undefined;
  const sleep = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const loop = async (): Promise<void> => {
    while (!isClosed) {
      await expireDueHolds(services, expireHold, { systemPool, ...(onError === undefined ? {} : { onError }) });
      if (!isClosed) await sleep();
    }
  };
  const running = loop();
  return {
    close: async () => {
      isClosed = true;
      wake?.();
      await running;
    },
  };
};

/** One round over all tenants; gives back how many holds expired. A tenant that fails is reported, the others go on. */
export const expireDueHolds = async <Refs>(
  services: WorkerServices,
  expireHold: ExpireHold<Refs>,
  { systemPool, onError }: Pick<HoldExpiryOptions, 'systemPool' | 'onError'>,
): Promise<number> => {
  let expired = 0;
  try {
    const { rows } = await systemPool.query<{ tenant_id: string }>(
      'select tenant_id from tenant_heads where seq > 0 order by tenant_id',
    );
    for (const { tenant_id: tenantId } of rows) {
      expired += await expireOf(services, expireHold, tenantId).catch((error: unknown) => {
        onError?.(error);
        return 0;
      });
    }
  } catch (error) {
    onError?.(error);
  }
  return expired;
};

const expireOf = async <Refs>(
  services: WorkerServices,
  expireHold: ExpireHold<Refs>,
  tenantId: string,
): Promise<number> => {
  const due = await read(services, tenantId, (tx) =>
    dueHolds(tx, tenantId, { at: services.now(), limit: holdsPerRound }),
  );
  const metadata = { actor: 'hold-expiry', channel: 'system', correlation: 'hold-expiry' };
  const outcomes = await Promise.all(
    due.map((holdId) => services.commands.submit(expireHold, { holdId }, { tenantId, metadata })),
  );
  // A hold captured or voided since it was found is refused; there is nothing left to release.
  return outcomes.filter((one) => one.kind === 'decided' && one.outcome.accepted && !one.outcome.isRepeat).length;
};
