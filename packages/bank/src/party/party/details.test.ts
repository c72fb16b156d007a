import type { PersonalData } from '@finaegis/platform/event-store/personal-data';
import { describe, expect, it } from 'vitest';
import {
  mapReferences,
  type PartyDetails,
  partyDetails,
  type SealedDetails,
  sealDetails,
  sealedDetails,
} from './details.ts';

/** Seals by numbering; the commitment is the value, so that tests can see what went where. */
const numbering: Pick<PersonalData, 'seal'> = {
  seal: async (_, subject, values) =>
    values.map((value, index) => ({
      reference: { ref: `${subject}#${index}`, commitment: value },
      sealed: { ref: 'packet', subject, ciphertext: new Uint8Array() },
    })),
};

const details: PartyDetails = {
  name: { given: 'Jana', family: 'Nováková' },
  birthDate: '1985-03-31',
  address: { streetName: 'Vodičkova', townName: 'Praha', country: 'CZ' },
  contacts: [
    { kind: 'email', value: 'jana@example.com' },
    { kind: 'phone', value: '+420123456789' },
  ],
  externalReference: 'C-1',
};

describe('sealing details', () => {
  it('replaces every value by a reference, leaves the kind of a contact, and keeps the shape', async () => {
    const { details: sealed, values } = await sealDetails<SealedDetails>(numbering as PersonalData, {
      tenantId: 't',
      partyId: 'p',
      plain: details,
    });
    expect(mapReferences(sealed, ({ commitment }) => commitment)).toEqual(details);
    expect(values).toEqual(Array(9).fill({ ref: 'packet', subject: 'party:p', ciphertext: new Uint8Array() }));
    expect(sealed.contacts?.[1]).toEqual({ kind: 'phone', value: { ref: 'party:p#7', commitment: '+420123456789' } });
    expect(sealedDetails.parse(JSON.parse(JSON.stringify(sealed)))).toEqual(sealed);
    expect(JSON.stringify(mapReferences(sealed, ({ ref }) => ref))).not.toMatch(
      /Jana|Nov|1985|Praha|CZ|example|420|C-1/,
    );
  });
});

describe('details', () => {
  it.each<[string, unknown]>([
    ['an unknown field', { ...details, nickname: 'Jani' }],
    ['a day that does not exist', { ...details, birthDate: '1985-02-30' }],
    ['an address without a town', { ...details, address: { country: 'CZ' } }],
    ['a country in words', { ...details, address: { townName: 'Praha', country: 'Czechia' } }],
    ['a telephone number without its country', { ...details, contacts: [{ kind: 'phone', value: '123456789' }] }],
    ['an e-mail address without a domain', { ...details, contacts: [{ kind: 'email', value: 'jana' }] }],
    ['a name mixed of a person and an organisation', { ...details, name: { family: 'Nováková', legal: 'a.s.' } }],
    ['a text that cannot be stored', { ...details, externalReference: 'a\u0000b' }],
    ['an empty name', { ...details, name: { family: '' } }],
  ])('with %s are refused', (_, wrong) => {
    expect(partyDetails.safeParse(wrong).success).toBe(false);
  });
});
