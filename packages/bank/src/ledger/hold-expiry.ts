import type { CommandHandler } from '@finaegis/platform/command/handler';
import type { Rounds } from '@finaegis/platform/rounds';
import { read, type Services } from '@finaegis/platform/services';
import { startTenantRounds, type TenantRoundsOptions } from '@finaegis/platform/tenancy/tenant-rounds';
import type { Hold, HoldRefusal } from './hold/hold.ts';
import { dueHolds } from './views/holds.ts';

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
  { everyMs = 1_000, ...options }: TenantRoundsOptions,
): Rounds => startTenantRounds((tenantId) => expireDueHolds(services, expireHold, tenantId), { everyMs, ...options });

/** One look at the holds of a tenant; gives back how many expired. */
export const expireDueHolds = async <Refs>(
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
