import type { Decision } from '@finaegis/kernel/decision';
import { fold } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent, RecordedEvent } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import {
  changeMandateLimits,
  type GrantMandate,
  grantMandate,
  type MandateRefusal,
  type MandateState,
  mandateAggregate,
  revokeMandate,
} from './mandate.ts';

const now = '2026-05-01T10:00:00.000Z';
const mandateId = 'm-1';
const eur = { asset: 'EUR', decimals: 2, perTransferMinor: 100_00n };
const btc = { asset: 'BTC', decimals: 8, perTransferMinor: 1n };
const grant: GrantMandate = {
  mandateId,
  partyId: 'p-1',
  accountId: 'a-1',
  kind: 'disponent',
  validFrom: '2026-06-01T00:00:00.000Z',
  validTo: '2027-01-01T00:00:00.000Z',
  limits: [eur, btc],
};

const after = (...decisions: readonly ((state: MandateState) => Decision<NewEvent, MandateRefusal>)[]): MandateState =>
  decisions.reduce<MandateState>((state, decide) => {
    const decision = decide(state);
    if (!decision.accepted) throw new Error(`refused: ${decision.rejection.code}`);
    return decision.events.reduce((folded, event) => fold(mandateAggregate, folded, event as RecordedEvent), state);
  }, mandateAggregate.initial);

const granted = (state: MandateState) => grantMandate(state, grant, 'active', now);
const revoked = (state: MandateState) => revokeMandate(state, { mandateId });
const types = (decision: Decision<NewEvent, MandateRefusal>): unknown =>
  decision.accepted ? decision.events.map(({ type }) => type) : decision.rejection;

describe('granting a mandate', () => {
  it('is one event; the same grant again is a repeat, in whatever order its limits are given, also once changed or revoked', () => {
    expect(types(granted(after()))).toEqual(['MandateGranted']);
    expect(types(granted(after(granted)))).toEqual([]);
    expect(types(grantMandate(after(granted), { ...grant, limits: [btc, eur] }, 'active', now))).toEqual([]);
    const changed = after(granted, (state) => changeMandateLimits(state, { mandateId, limits: [] }), revoked);
    expect(types(granted(changed))).toEqual([]);
  });

  it('again after its end has passed is still a repeat, and so it is when the party is gone', () => {
    expect(types(grantMandate(after(granted), grant, 'erased', '2028-01-01T00:00:00.000Z'))).toEqual([]);
  });

  it.each<[string, Partial<GrantMandate>]>([
    ['another party', { partyId: 'p-2' }],
    ['another account', { accountId: 'a-2' }],
    ['another kind', { kind: 'viewer' }],
    ['another start', { validFrom: undefined }],
    ['another end', { validTo: undefined }],
    ['another limit', { limits: [eur] }],
  ])('under an id that has %s is refused', (_, other) => {
    expect(types(grantMandate(after(granted), { ...grant, ...other }, 'active', now))).toEqual({
      code: 'mandate_exists_with_different_content',
    });
  });

  it.each<[string, Partial<GrantMandate>, 'active' | 'erased' | undefined, MandateRefusal]>([
    [
      'that ends before it begins',
      { validTo: '2026-05-31T00:00:00.000Z' },
      'active',
      { code: 'mandate_period_empty', validFrom: '2026-06-01T00:00:00.000Z', validTo: '2026-05-31T00:00:00.000Z' },
    ],
    [
      'that ends as it begins',
      { validTo: '2026-06-01T00:00:00.000Z' },
      undefined,
      { code: 'mandate_period_empty', validFrom: '2026-06-01T00:00:00.000Z', validTo: '2026-06-01T00:00:00.000Z' },
    ],
    [
      'that has ended already',
      { validFrom: undefined, validTo: now },
      'active',
      { code: 'mandate_period_empty', validFrom: now, validTo: now },
    ],
    ['to nobody', {}, undefined, { code: 'party_not_found' }],
    ['to an erased party', {}, 'erased', { code: 'party_erased' }],
  ])('%s is refused', (_, other, party, refusal) => {
    expect(types(grantMandate(after(), { ...grant, ...other }, party, now))).toEqual(refusal);
  });
});

describe('changing limits', () => {
  it('replaces them all; the same again is a repeat', () => {
    const state = after(granted);
    expect(types(changeMandateLimits(state, { mandateId, limits: [btc, eur] }))).toEqual([]);
    const limits = [{ ...eur, perTransferMinor: 1n }, btc];
    const decision = changeMandateLimits(state, { mandateId, limits });
    expect(decision.accepted && decision.events.map(({ type, data }) => ({ type, ...data }))).toEqual([
      { type: 'MandateLimitsChanged', mandateId, partyId: 'p-1', accountId: 'a-1', kind: 'disponent', limits },
    ]);
    const changed = after(granted, (one) => changeMandateLimits(one, { mandateId, limits }));
    expect(changed).toMatchObject({ status: 'granted', limits });
    expect(types(changeMandateLimits(changed, { mandateId, limits: [eur, btc] }))).toEqual(['MandateLimitsChanged']);
  });

  it('of no mandate and of a revoked one is refused', () => {
    expect(types(changeMandateLimits(after(), { mandateId, limits: [] }))).toEqual({ code: 'mandate_not_found' });
    expect(types(changeMandateLimits(after(granted, revoked), { mandateId, limits: [] }))).toEqual({
      code: 'mandate_revoked',
    });
  });
});

describe('revoking a mandate', () => {
  it('names whom it concerned, and happens once', () => {
    const decision = revoked(after(granted));
    expect(decision.accepted && decision.events[0]?.data).toEqual({
      mandateId,
      partyId: 'p-1',
      accountId: 'a-1',
      kind: 'disponent',
      validTo: grant.validTo,
    });
    expect(types(revoked(after(granted, revoked)))).toEqual([]);
    expect(types(revoked(after()))).toEqual({ code: 'mandate_not_found' });
  });
});

describe('a stream nobody can have written', () => {
  it('stops instead of being guessed at', () => {
    expect(() =>
      fold(mandateAggregate, mandateAggregate.initial, { type: 'MandateRevoked', data: {} } as never),
    ).toThrow('never granted');
    expect(() => fold(mandateAggregate, mandateAggregate.initial, { type: 'MandateLent', data: {} } as never)).toThrow(
      'Unreachable',
    );
  });
});
