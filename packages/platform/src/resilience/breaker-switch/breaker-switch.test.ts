import { describe, expect, it } from 'vitest';
import { platformTenantId } from '../../auth/principal.ts';
import {
  type BreakerSwitch,
  breakerSwitch,
  type SwitchBreaker,
  switchBreaker,
  switchBreakerSchema,
} from './breaker-switch.ts';

const name = { provider: 'stripe', operation: 'create-refund' };
const reason = 'maintenance';
const platform = { tenantId: platformTenantId };
const [automatic, open, closed] = (['automatic', 'open', 'closed'] as const).map((position) => ({ position })) as [
  BreakerSwitch,
  BreakerSwitch,
  BreakerSwitch,
];
const forced = (position: string) => ({ type: 'BreakerForced', data: { ...name, position, reason } });
const released = { type: 'BreakerReleased', data: { ...name, reason } };

describe('the switch of a breaker', () => {
  it.each<[BreakerSwitch, SwitchBreaker['action'], object | undefined]>([
    [automatic, 'open', forced('open')],
    [automatic, 'close', forced('closed')],
    [automatic, 'automatic', undefined],
    [open, 'open', undefined],
    [open, 'close', forced('closed')],
    [open, 'automatic', released],
    [closed, 'open', forced('open')],
    [closed, 'close', undefined],
    [closed, 'automatic', released],
  ])('from %o by %s', (state, action, event) => {
    const decision = switchBreaker(state, { ...name, action, reason }, platform);
    expect(decision.accepted && decision.events).toMatchObject(event === undefined ? [] : [event]);
    const after = event === undefined ? state : breakerSwitch.evolve(state, event as never);
    expect(after.position).toBe(action === 'close' ? 'closed' : action);
  });

  it('stands in the log of the platform under the name of its operation', () => {
    const decision = switchBreaker(automatic, { ...name, action: 'open', reason }, platform);
    expect(decision.accepted && decision.events[0]).toMatchObject({
      context: 'resilience',
      stream: 'breaker:stripe/create-refund',
    });
  });

  it('is the platform’s, since it stands between every tenant and the provider', () => {
    const tenantId = '0190a000-0000-7000-8000-000000000001';
    expect(switchBreaker(automatic, { ...name, action: 'open', reason }, { tenantId })).toEqual({
      accepted: false,
      rejection: { code: 'breakers_belong_to_platform' },
    });
  });

  it('stops at an event it does not know', () => {
    expect(() => breakerSwitch.evolve(open, { type: 'BreakerPainted', data: {} } as never)).toThrow('Unreachable');
  });

  it.each([
    ['provider', 'Stripe'],
    ['operation', 'a/b'],
    ['action', 'half_open'],
    ['reason', 'Jana asked for it'],
  ])('refuses the %s %j', (field, value) => {
    const given = { ...name, action: 'open', reason, [field]: value };
    expect(switchBreakerSchema.safeParse(given).error?.issues[0]?.path[0]).toBe(field);
  });
});
