import type { Decision } from '@finaegis/kernel/decision';
import { fold } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent, RecordedEvent } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import type { SealedDetails } from './details.ts';
import {
  changePartyDetails,
  eraseParty,
  type PartyRefusal,
  type PartyState,
  partyAggregate,
  registerParty,
  setKyc,
  withChange,
} from './party.ts';

const now = '2026-05-01T10:00:00.000Z';
const partyId = '0197f2c4-6f5e-7c3a-9b1d-000000000001';

let refs = 0;
/** A sealed value: its reference is new each time, its commitment is the value's. */
const sealed = (value: string): { ref: string; commitment: string } => ({
  ref: `ref-${refs++}`,
  commitment: `c(${value})`,
});
const person = (family = 'Nováková'): SealedDetails => ({
  name: { given: sealed('Jana'), family: sealed(family) },
  birthDate: sealed('1985-03-31'),
});
const organisation = (): SealedDetails => ({ name: { legal: sealed('Pekárna s.r.o.') } });

const after = (...decisions: readonly ((state: PartyState) => Decision<NewEvent, PartyRefusal>)[]): PartyState =>
  decisions.reduce<PartyState>((state, decide) => {
    const decision = decide(state);
    if (!decision.accepted) throw new Error(`refused: ${decision.rejection.code}`);
    return decision.events.reduce((folded, event) => fold(partyAggregate, folded, event as RecordedEvent), state);
  }, partyAggregate.initial);

const registered = (state: PartyState) => registerParty(state, { partyId, kind: 'person', details: person() });
const erased = (state: PartyState) =>
  eraseParty(state, { partyId, reason: 'data_subject_request' }, { openMandates: 0 }, now);

const types = (decision: Decision<NewEvent, PartyRefusal>): unknown =>
  decision.accepted ? decision.events.map(({ type }) => type) : decision.rejection;

describe('registering a party', () => {
  it('is one event; the same content again is a repeat, however it was sealed', () => {
    expect(types(registered(after()))).toEqual(['PartyRegistered']);
    expect(types(registered(after(registered)))).toEqual([]);
  });

  it('begins without any KYC; an organisation has a legal name and no birthday', () => {
    expect(after(registered)).toMatchObject({ status: 'active', kind: 'person', kyc: { status: 'none' } });
    const company = (state: PartyState) =>
      registerParty(state, { partyId, kind: 'organisation', details: organisation() });
    expect(types(company(after()))).toEqual(['PartyRegistered']);
    const trading = { name: { legal: sealed('Pekárna a.s.') }, birthDate: null };
    expect(types(changePartyDetails(after(company), { partyId, change: trading }))).toEqual(['PartyDetailsChanged']);
    for (const change of [{ birthDate: sealed('2000-01-01') }, { name: { family: sealed('Malá') } }])
      expect(types(changePartyDetails(after(company), { partyId, change }))).toEqual({
        code: 'details_do_not_fit_kind',
        kind: 'organisation',
      });
  });

  it('again is still a repeat after the party has changed since', () => {
    const state = after(registered, (one) =>
      changePartyDetails(one, { partyId, change: { name: { family: sealed('Malá') } } }),
    );
    expect(types(registered(state))).toEqual([]);
  });

  it('and changing its details later is one event of its own', () => {
    const change = { name: { family: sealed('Malá') } };
    expect(types(changePartyDetails(after(registered), { partyId, change }))).toEqual(['PartyDetailsChanged']);
  });

  it.each<[string, PartyState, Parameters<typeof registerParty>[1], PartyRefusal]>([
    [
      'under an id that has other content',
      after(registered),
      { partyId, kind: 'person', details: person('Malá') },
      { code: 'party_exists_with_different_content' },
    ],
    [
      'under an id of another kind',
      after(registered),
      { partyId, kind: 'organisation', details: person() },
      { code: 'party_exists_with_different_content' },
    ],
    [
      'that was erased',
      after(registered, erased),
      { partyId, kind: 'person', details: person() },
      { code: 'party_erased' },
    ],
    [
      'as a person with the name of an organisation',
      after(),
      { partyId, kind: 'person', details: organisation() },
      { code: 'details_do_not_fit_kind', kind: 'person' },
    ],
    [
      'as an organisation with the name of a person',
      after(),
      { partyId, kind: 'organisation', details: person() },
      { code: 'details_do_not_fit_kind', kind: 'organisation' },
    ],
    [
      'as an organisation with a birthday',
      after(),
      { partyId, kind: 'organisation', details: { ...organisation(), birthDate: sealed('2000-01-01') } },
      { code: 'details_do_not_fit_kind', kind: 'organisation' },
    ],
  ])('%s is refused', (_, state, command, refusal) => {
    expect(types(registerParty(state, command))).toEqual(refusal);
  });
});

describe('changing details', () => {
  it('records only what is different, and nothing when all is as wanted', () => {
    const change = {
      name: { given: sealed('Jana'), family: sealed('Nováková') },
      birthDate: sealed('1986-03-31'),
      contacts: [],
    };
    const decision = changePartyDetails(after(registered), { partyId, change });
    expect(decision.accepted && decision.events[0]?.data).toEqual({
      partyId,
      change: { birthDate: change.birthDate, contacts: [] },
    });
    expect(
      types(
        changePartyDetails(after(registered), {
          partyId,
          change: { name: { given: sealed('Jana'), family: sealed('Nováková') }, address: null },
        }),
      ),
    ).toEqual([]);
  });

  it('is done once: what was changed is what is compared with next', () => {
    const married = (one: PartyState) =>
      changePartyDetails(one, { partyId, change: { name: { family: sealed('Malá') } } });
    const state = after(registered, married);
    expect(state).toMatchObject({ status: 'active', kyc: { status: 'none' } });
    expect(types(married(state))).toEqual([]);
  });

  it('removes by null and keeps what it does not name', () => {
    const details = person();
    expect(withChange(details, { birthDate: null })).toEqual({ name: details.name });
  });

  it.each<[string, PartyState, PartyRefusal]>([
    ['nobody', after(), { code: 'party_not_found' }],
    ['an erased party', after(registered, erased), { code: 'party_erased' }],
    ['a person to an organisation', after(registered), { code: 'details_do_not_fit_kind', kind: 'person' }],
  ])('of %s is refused', (_, state, refusal) => {
    expect(types(changePartyDetails(state, { partyId, change: { name: { legal: sealed('a.s.') } } }))).toEqual(refusal);
  });
});

describe('KYC', () => {
  it('is stated whole; the same statement again is a repeat', () => {
    const state = after(registered, (one) =>
      setKyc(one, { partyId, kyc: { status: 'verified', level: 'standard', risk: 'low' } }),
    );
    expect(types(setKyc(state, { partyId, kyc: { risk: 'low', level: 'standard', status: 'verified' } }))).toEqual([]);
    expect(types(setKyc(state, { partyId, kyc: { status: 'verified' } }))).toEqual(['PartyKycSet']);
  });

  it('of nobody and of an erased party is refused', () => {
    expect(types(setKyc(after(), { partyId, kyc: { status: 'pending' } }))).toEqual({ code: 'party_not_found' });
    expect(types(setKyc(after(registered, erased), { partyId, kyc: { status: 'pending' } }))).toEqual({
      code: 'party_erased',
    });
  });
});

describe('erasure', () => {
  const erase = (relationship: Parameters<typeof eraseParty>[2], at = now): unknown =>
    types(eraseParty(after(registered), { partyId, reason: 'data_subject_request' }, relationship, at));

  it('happens once, and asking again is a repeat', () => {
    expect(erase({ openMandates: 0 })).toEqual(['PartyErased']);
    const decision = erased(after(registered));
    expect(decision.accepted && decision.events[0]?.data).toEqual({ partyId, reason: 'data_subject_request' });
    expect(types(erased(after(registered, erased)))).toEqual([]);
    expect(types(erased(after()))).toEqual({ code: 'party_not_found' });
  });

  it('is refused while any mandate is open, before any other reason', () => {
    expect(erase({ openMandates: 2, operatedUntil: now })).toEqual({
      code: 'erasure_refused_retention',
      reason: 'mandate_open',
      openMandates: 2,
    });
  });

  it('is refused for five years after the last account was operated, to the day', () => {
    const ended = { openMandates: 0, operatedUntil: '2024-02-29T23:00:00.000Z' };
    expect(erase(ended, '2029-02-27T23:59:59.999Z')).toEqual({
      code: 'erasure_refused_retention',
      reason: 'customer_due_diligence',
      until: '2029-02-28',
    });
    expect(erase(ended, '2029-02-28T00:00:00.000Z')).toEqual(['PartyErased']);
  });
});

describe('a stream nobody can have written', () => {
  it('stops instead of being guessed at', () => {
    expect(() =>
      fold(partyAggregate, partyAggregate.initial, {
        type: 'PartyKycSet',
        data: { partyId, kyc: { status: 'none' } },
      } as never),
    ).toThrow('unknown');
    expect(() => fold(partyAggregate, partyAggregate.initial, { type: 'PartyMarried', data: {} } as never)).toThrow(
      'Unreachable',
    );
  });
});
