import {
  type PersonalRef,
  personalRef,
  type SealedValue,
  type Sealing,
} from '@finaegis/platform/event-store/personal-ref';
import { isoDate, text } from '@finaegis/platform/http/amount';
import { z } from 'zod';

const countryCode = z
  .string()
  .regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 code such as "CZ"')
  .meta({ examples: ['CZ'] });

/** A structured postal address: the elements of ISO 20022's PostalAddress24, of which town and country are always needed. */
export const postalAddress = z
  .strictObject({
    department: text(70).optional(),
    subDepartment: text(70).optional(),
    streetName: text(70).optional(),
    buildingNumber: text(16).optional(),
    buildingName: text(35).optional(),
    floor: text(70).optional(),
    postBox: text(16).optional(),
    room: text(70).optional(),
    postCode: text(16).optional(),
    townName: text(35),
    townLocationName: text(35).optional(),
    districtName: text(35).optional(),
    countrySubDivision: text(35).optional(),
    country: countryCode,
  })
  .meta({
    id: 'PostalAddress',
    description: 'A structured postal address (ISO 20022 PostalAddress24).',
    examples: [{ streetName: 'Vodičkova', buildingNumber: '12', postCode: '110 00', townName: 'Praha', country: 'CZ' }],
  });

/** Elements of an address, in the order of ISO 20022. */
export const addressFields = postalAddress.keyof();

/** Name of a person; the family name alone where there is only one name. */
export const personName = z
  .strictObject({ given: text(140).optional(), family: text(140) })
  .meta({ id: 'PersonName', examples: [{ given: 'Jana', family: 'Nováková' }] });

/** Name of an organisation as registered, and as it trades where that differs. */
export const organisationName = z
  .strictObject({ legal: text(140), trading: text(140).optional() })
  .meta({ id: 'OrganisationName', examples: [{ legal: 'Pekárna Praha s.r.o.' }] });

/** One way to reach a party: an e-mail address, or a telephone number in E.164 form. */
export const contact = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('email'), value: z.email().max(254) }),
    z.strictObject({
      kind: z.literal('phone'),
      value: z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be in E.164 form such as "+420123456789"'),
    }),
  ])
  .meta({ id: 'Contact', examples: [{ kind: 'email', value: 'jana@example.com' }] });

/** The bank's own number of the party in another system. */
export const externalReference = text(70).meta({
  description: 'Number of the party in another system of yours; searched exactly.',
});

/** Everything personal about a party, in plain text: only in commands on their way in, never in an event. */
export const partyDetails = z.strictObject({
  name: z.union([personName, organisationName]),
  birthDate: isoDate.optional(),
  address: postalAddress.optional(),
  contacts: z.array(contact).max(20).optional(),
  externalReference: externalReference.optional(),
});

/** A change of details: what is given replaces what was, null removes, the rest stays. */
export const detailsChange = z.strictObject({
  name: z.union([personName, organisationName]).optional(),
  birthDate: isoDate.nullable().optional(),
  address: postalAddress.nullable().optional(),
  contacts: z.array(contact).max(20).optional(),
  externalReference: externalReference.nullable().optional(),
});

const sealedName = z.partialRecord(z.enum(['given', 'family', 'legal', 'trading']), personalRef);
const sealedAddress = z.partialRecord(addressFields, personalRef);
const sealedContact = z.strictObject({ kind: z.enum(['email', 'phone']), value: personalRef });

/** Details as events hold them: the same shape with a reference in the place of every value. */
export const sealedDetails = z.strictObject({
  name: sealedName,
  birthDate: personalRef.optional(),
  address: sealedAddress.optional(),
  contacts: z.array(sealedContact).optional(),
  externalReference: personalRef.optional(),
});

/** A change as events hold it. */
export const sealedChange = z.strictObject({
  name: sealedName.optional(),
  birthDate: personalRef.nullable().optional(),
  address: sealedAddress.nullable().optional(),
  contacts: z.array(sealedContact).optional(),
  externalReference: personalRef.nullable().optional(),
});

export type PartyDetails = z.output<typeof partyDetails>;
export type DetailsChange = z.output<typeof detailsChange>;
export type SealedDetails = z.output<typeof sealedDetails>;
export type SealedChange = z.output<typeof sealedChange>;

/** The key under which all personal values of one party lie. */
export const subjectOf = (partyId: string): string => `party:${partyId}`;

/** Details with every value sealed, and the ciphertexts to write with them. */
export interface Sealed<Shape> {
  readonly details: Shape;
  readonly values: readonly SealedValue[];
}

// A contact's kind decides how it is shown and is no personal value.
const keyInClear = 'kind';

/**
 * Replaces every string of a value by a reference, sealing all of them in one go.
 * @param plain details or a change of them, in the shape that `Shape` has with references
 */
export const sealDetails = async <Shape extends SealedDetails | SealedChange>(
  personalData: Sealing,
  {
    tenantId,
    partyId,
    plain,
  }: { readonly tenantId: string; readonly partyId: string; readonly plain: PartyDetails | DetailsChange },
): Promise<Sealed<Shape>> => {
  const texts: string[] = [];
  mapLeaves<string>(plain, (leaf) => texts.push(leaf));
  const sealed = await personalData.seal(tenantId, subjectOf(partyId), texts);
  let next = 0;
  const details = mapLeaves<string>(plain, () => sealed[next++]?.reference) as Shape;
  return { details, values: sealed.map((one) => one.sealed) };
};

/** Details with something else in the place of every reference: a marker for an answer, a commitment for a comparison. */
export const mapReferences = (
  details: SealedDetails | SealedChange,
  put: (reference: PersonalRef) => unknown,
): Record<string, unknown> => mapLeaves<PersonalRef>(details, put) as Record<string, unknown>;

const isLeaf = (value: unknown): boolean =>
  typeof value === 'string' || (typeof value === 'object' && value !== null && 'ref' in value);

/** Walks in the order of keys, so that two walks over one value meet its leaves in one order. */
const mapLeaves = <Leaf>(value: unknown, put: (leaf: Leaf) => unknown): unknown => {
  if (value === null || value === undefined) return value;
  if (isLeaf(value)) return put(value as Leaf);
  if (Array.isArray(value)) return value.map((item) => mapLeaves(item, put));
  return Object.fromEntries(
    Object.entries(value as object).map(([key, item]) => [
      key,
      key === keyInClear ? (item as unknown) : mapLeaves(item, put),
    ]),
  );
};
