import { describe, expect, it } from 'vitest';
import { removeStepUpPolicy, type StepUpPolicy, setStepUpPolicy, stepUpPolicyAggregate } from './policy.ts';

const governable = new Set(['payment.Create']);
const command = { command: 'payment.Create', from: [{ asset: 'EUR', amountMinor: 100n }] };
const absent: StepUpPolicy = { status: 'absent' };
const set: StepUpPolicy = { status: 'set', from: command.from };

describe('a policy about fresh codes', () => {
  it('is set, said again without effect, said otherwise, and removed once', () => {
    expect(setStepUpPolicy(absent, command, { governable })).toMatchObject({
      events: [{ stream: 'policy:payment.Create', type: 'StepUpPolicySet', data: command }],
    });
    expect(setStepUpPolicy(set, command, { governable })).toEqual({ accepted: true, events: [] });
    expect(setStepUpPolicy(set, { ...command, from: [] }, { governable })).toMatchObject({
      events: [{ data: { from: [] } }],
    });
    expect(removeStepUpPolicy(set, command)).toMatchObject({ events: [{ type: 'StepUpPolicyRemoved' }] });
    expect(removeStepUpPolicy(absent, command)).toEqual({ accepted: true, events: [] });
    expect(stepUpPolicyAggregate.evolve(set, { type: 'StepUpPolicyRemoved', data: {} } as never)).toEqual(absent);
    expect(() => stepUpPolicyAggregate.evolve(set, { type: 'Polished', data: {} } as never)).toThrow('Unreachable');
  });

  it('is of a command that people ask for', () => {
    expect(setStepUpPolicy(absent, { ...command, command: 'payment.Creat' }, { governable })).toEqual({
      accepted: false,
      rejection: { code: 'step_up_command_unknown', command: 'payment.Creat' },
    });
  });
});
