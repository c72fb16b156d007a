import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { z } from 'zod';
import { platformTenantId } from '../../auth/principal.ts';
import { defineAggregate } from '../../event-store/aggregate.ts';
import type { NewEvent } from '../../event-store/event.ts';
import { operationKey, operationNameSchema } from '../operation-name.ts';
import { breakerSwitchEvents } from './events.ts';

/** Where a person has put a breaker. */
export interface BreakerSwitch {
  readonly position: 'automatic' | 'open' | 'closed';
}

/** The switch of one breaker: one stream per operation in the platform tenant's log, since a provider is the same for all tenants. */
export const breakerSwitch = defineAggregate({
  context: 'resilience',
  name: 'breaker',
  initial: { position: 'automatic' } as BreakerSwitch,
  events: breakerSwitchEvents,
  evolve: (_, event): BreakerSwitch => {
    switch (event.type) {
      case 'BreakerForced':
        return { position: event.data.position };
      case 'BreakerReleased':
        return { position: 'automatic' };
      default:
        return unreachable(event);
    }
  },
});

/** `{ action, reason }`: the reason is a code, since free text could name a person. */
export const switchTerms = {
  action: z
    .enum(['open', 'close', 'automatic'])
    .describe('`open` lets nothing through, `close` everything, `automatic` leaves it to the breaker again.'),
  reason: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be a code such as maintenance')
    .describe('A code such as `maintenance`; it stays in the log.'),
};

/** `{ provider, operation, action, reason }`. */
export const switchBreakerSchema = operationNameSchema.extend(switchTerms);
export type SwitchBreaker = z.output<typeof switchBreakerSchema>;

/** Why a switch is refused. */
export interface BreakerRefusal {
  readonly code: 'breakers_belong_to_platform';
  readonly [detail: string]: unknown;
}

/** Puts a breaker where a person wants it; where it is already is a repeat. */
export const switchBreaker = (
  { position }: BreakerSwitch,
  { action, reason, ...name }: SwitchBreaker,
  { tenantId }: { readonly tenantId: string },
): Decision<NewEvent, BreakerRefusal> => {
  // A tenant that could open a breaker could stop every other tenant's payments.
  if (tenantId !== platformTenantId) return reject({ code: 'breakers_belong_to_platform' });
  const wanted = action === 'close' ? 'closed' : action;
  if (position === wanted) return accept();
  const id = operationKey(name);
  return accept(
    wanted === 'automatic'
      ? breakerSwitch.record(id, 'BreakerReleased', { ...name, reason })
      : breakerSwitch.record(id, 'BreakerForced', { ...name, position: wanted, reason }),
  );
};
