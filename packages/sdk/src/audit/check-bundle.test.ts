import type { AuditBundle, AuditBundleEvent } from '@finaegis/kernel/audit-bundle';
import type { AuditKey, SignedTreeHead } from '@finaegis/kernel/tree-head';
import { describe, expect, it } from 'vitest';
import { checkBundle } from './check-bundle.ts';
import { madeBundle, madeHead, madeKeys } from './fixtures/made-bundle.ts';

const bundle = madeBundle();
const [oldHead, newHead] = bundle.heads as [SignedTreeHead, SignedTreeHead];
const [first, second, third] = bundle.events as [AuditBundleEvent, AuditBundleEvent, AuditBundleEvent];
const [oldKey, newKey] = bundle.keys as [AuditKey, AuditKey];
const faultOf = (changed: Partial<AuditBundle>, trustedKey?: string) =>
  checkBundle({ ...bundle, ...changed }, { trustedKey });

describe('a bundle', () => {
  it('is valid as it was exported, also after JSON, and says whose word that is', () => {
    const verdict = checkBundle(JSON.parse(JSON.stringify(bundle)));
    expect(verdict).toEqual({
      isValid: true,
      tenant: bundle.tenant,
      events: 3,
      provedBy: oldHead,
      newest: newHead,
      isKeyKnown: false,
    });
    expect(checkBundle(bundle, { trustedKey: madeKeys[0] })).toEqual({ ...verdict, isKeyKnown: true });
  });

  it('spans a restore of the database: the consistency of the heads says what matters', () => {
    expect(faultOf({ heads: [oldHead, madeHead(300, 1, { epoch: bundle.tenant })] })).toMatchObject({ isValid: true });
  });

  it('needs no second head when the one that proves it is the newest', () => {
    expect(faultOf({ heads: [oldHead], consistency: [] })).toMatchObject({ isValid: true, newest: oldHead });
  });

  it.each<[string, Partial<AuditBundle>, string, number | undefined]>([
    [
      'an amount was changed',
      { events: [first, { ...second, envelope: second.envelope.replace('"by":"1"', '"by":"9"') }, third] },
      'event_not_proved',
      6,
    ],
    [
      'the same is spelt otherwise',
      { events: [{ ...first, envelope: ` ${first.envelope}` }] },
      'envelope_not_canonical',
      5,
    ],
    ['it is no JSON', { events: [{ ...first, envelope: 'x' }] }, 'envelope_not_canonical', 5],
    ['an event claims another place', { events: [{ ...first, seq: 6 }] }, 'event_not_proved', 6],
    ['a proof is cut short', { events: [{ ...first, proof: first.proof.slice(1) }] }, 'event_not_proved', 5],
    ['proofs were exchanged', { events: [{ ...first, proof: second.proof }] }, 'event_not_proved', 5],
    [
      'an event is another tenant’s',
      { events: [{ ...first, envelope: first.envelope.replace('00000000000a', '00000000000b') }] },
      'event_of_another_tenant',
      5,
    ],
    ['a root was changed', { heads: [{ ...oldHead, root: newHead.root }, newHead] }, 'head_signature_wrong', undefined],
    [
      'a head is another tenant’s',
      { heads: [madeHead(100, 0, { tenant: 'x' }), newHead] },
      'head_signature_wrong',
      undefined,
    ],
    ['a head is signed by nobody known', { keys: [oldKey] }, 'head_key_unknown', undefined],
    [
      'a head of the old key is dated after the new one',
      { heads: [oldHead, madeHead(300, 0, { timestamp: '2026-03-05T00:00:00.000Z' })] },
      'head_outside_key_period',
      undefined,
    ],
    [
      'the key was replaced',
      { keys: [oldKey, { ...newKey, publicKey: oldKey.publicKey }] },
      'key_chain_broken',
      undefined,
    ],
    ['the new key announces itself', { keys: [{ ...newKey, number: 1 }] }, 'key_chain_broken', undefined],
    ['the heads are not connected', { consistency: bundle.consistency.slice(1) }, 'heads_not_consistent', undefined],
    [
      'the newer head is smaller',
      { heads: [madeHead(100, 0), madeHead(50, 1)], consistency: [] },
      'heads_not_consistent',
      undefined,
    ],
  ])('is refused when %s', (_, changed, code, seq) => {
    const verdict = faultOf(changed);
    expect(verdict).toMatchObject({ isValid: false, fault: { code } });
    expect(!verdict.isValid && verdict.fault.seq).toBe(seq);
  });

  it('is refused when it was signed anew by somebody else, to whoever knows the key', () => {
    expect(faultOf({}, '00'.repeat(32))).toMatchObject({ fault: { code: 'key_not_trusted' } });
  });

  it('is refused where it stands on a key older than the one that is known', () => {
    expect(faultOf({}, madeKeys[1])).toMatchObject({ fault: { code: 'head_key_not_trusted' } });
  });

  it.each([
    [null],
    [[]],
    [{ ...bundle, format: 'other' }],
    [{ ...bundle, events: [] }],
    [{ ...bundle, events: [first, third] }],
    [{ ...bundle, events: [first, first] }],
    [{ ...bundle, heads: [] }],
    [{ ...bundle, keys: 'none' }],
    [{ ...bundle, events: [{ ...first, seq: -1 }] }],
    [{ ...bundle, events: [{ ...first, proof: ['xyz'] }] }],
    [{ ...bundle, keys: [{ ...oldKey, publicKey: '00' }] }, 'key_chain_broken'],
    [{ ...bundle, heads: [{ ...oldHead, timestamp: 'yesterday' }] }],
    [{ ...bundle, claim: 'nobody signed this' }],
    [{ ...bundle, events: [{ ...first, claim: 'nor this' }] }],
    [{ ...bundle, heads: [{ ...oldHead, claim: 'nor this' }, newHead] }],
  ])('that is not one is refused without an exception (%#)', (value, code = 'bundle_malformed') => {
    expect(checkBundle(value)).toMatchObject({ isValid: false, fault: { code } });
  });
});
