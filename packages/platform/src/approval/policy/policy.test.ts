import { describe, expect, it } from 'vitest';
import { type Policy, policyAggregate, removePolicy, setPolicy } from './policy.ts';

const governable = new Set(['ledger.PostJournal']);
const command = { command: 'ledger.PostJournal', from: [{ asset: 'EUR', amountMinor: 100n }], validForSeconds: 60 };
const absent: Policy = { status: 'absent' };
const set: Policy = { status: 'set', from: command.from, validForSeconds: 60 };

describe('a policy', () => {
  it('is set, said again without effect, said otherwise, and removed once', () => {
    expect(setPolicy(absent, command, { governable })).toMatchObject({
      accepted: true,
      events: [{ stream: 'policy:ledger.PostJournal', type: 'FourEyesPolicySet', data: command }],
    });
    expect(setPolicy(set, command, { governable })).toEqual({ accepted: true, events: [] });
    for (const change of [{ validForSeconds: 61 }, { from: [] }])
      expect(setPolicy(set, { ...command, ...change }, { governable })).toMatchObject({ events: [{ data: change }] });
    const removal = removePolicy(set, command);
    expect(removal).toMatchObject({ events: [{ type: 'FourEyesPolicyRemoved' }] });
    expect(removePolicy(absent, command)).toEqual({ accepted: true, events: [] });
    expect(policyAggregate.evolve(set, { type: 'FourEyesPolicyRemoved', data: {} } as never)).toEqual(absent);
    expect(() => policyAggregate.evolve(set, { type: 'PolicyPolished', data: {} } as never)).toThrow('Unreachable');
  });

  it('is of a command that can wait', () => {
    expect(setPolicy(absent, { ...command, command: 'ledger.PostJurnal' }, { governable })).toEqual({
      accepted: false,
      rejection: { code: 'command_unknown', command: 'ledger.PostJurnal' },
    });
  });
});
