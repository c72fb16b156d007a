import { personalMarker } from '@finaegis/platform/event-store/personal-ref';
import { instant, isoDate, uuid } from '@finaegis/platform/http/amount';
import type { Services } from '@finaegis/platform/services';
import { z } from 'zod';
import {
  addressFields,
  contact,
  detailsChange,
  externalReference,
  mapReferences,
  organisationName,
  personName,
  postalAddress,
} from '../party/details.ts';
import { erasureReason, kyc, kycLevel, kycStatus, partyKind, riskRating } from '../party/events.ts';
import type { PartyRow } from '../views/parties.ts';

const common = {
  partyId: uuid.optional().describe('Your own id for the party; one is made when absent.'),
  address: postalAddress.optional(),
  contacts: z.array(contact).max(20).optional(),
  externalReference: externalReference.optional(),
};

/** Body of a registration. */
export const partyRegistration = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('person'), name: personName, birthDate: isoDate.optional(), ...common }),
    z.strictObject({ kind: z.literal('organisation'), name: organisationName, ...common }),
  ])
  .meta({
    id: 'PartyRegistration',
    examples: [{ kind: 'person', name: { given: 'Jana', family: 'Nováková' }, birthDate: '1985-03-31' }],
  });

/** Body of a change. */
export const partyChange = detailsChange
  .refine((change) => Object.keys(change).length > 0, 'must change something')
  .meta({ id: 'PartyChange', description: 'What is given replaces what was, null removes it, the rest stays.' });

/** Body of a KYC statement. */
export const kycStatement = z
  .strictObject({
    status: kycStatus,
    level: kycLevel.optional(),
    risk: riskRating.optional(),
    reviewDue: isoDate.optional(),
  })
  .meta({
    id: 'KycStatement',
    description: 'KYC as it now is; what is left out is no longer set.',
    examples: [{ status: 'verified', level: 'standard', risk: 'low', reviewDue: '2028-01-31' }],
  });

/** Body of an erasure. */
export const erasure = z.strictObject({ reason: erasureReason }).meta({ id: 'Erasure' });

/** Query fields by which parties are found. */
export const partySearch = {
  status: z.enum(['active', 'erased']).optional(),
  kycStatus: kycStatus.optional(),
  externalReference: externalReference.optional().describe('Exactly as registered.'),
  name: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      'Words of the name, without regard to case, accents and order; a word may end in * after 2 to 8 letters to find what begins so: `jana nov*`.',
    ),
};

const shown = z.string().optional();

/** A party as it is answered. */
export const partyResource = z
  .object({
    partyId: uuid,
    kind: partyKind,
    status: z.enum(['active', 'erased']),
    name: z.object({ given: shown, family: shown, legal: shown, trading: shown }),
    birthDate: shown,
    address: z.object(Object.fromEntries(addressFields.options.map((field) => [field, shown]))).optional(),
    contacts: z.array(z.object({ kind: z.enum(['email', 'phone']), value: z.string() })).optional(),
    externalReference: shown,
    kyc: z.object(kyc.shape),
    registeredAt: instant,
    changedAt: instant,
  })
  .meta({
    id: 'Party',
    description: 'A person or organisation. Every personal value of an erased party reads `erased`.',
  });

/** A party with markers in the place of personal values; rendered on the way out. */
export const showParty = ({
  partyId,
  kind,
  status,
  details,
  kyc: its,
  registeredAt,
  changedAt,
}: PartyRow): unknown => ({
  partyId,
  kind,
  status,
  // One that is only tried has not destroyed the key yet, and shows what would be.
  ...mapReferences(details, status === 'erased' ? () => 'erased' : personalMarker),
  kyc: its,
  registeredAt,
  changedAt,
});

/** Puts personal values into something shown, as JSON values again. */
export const rendered = async (
  { personalData }: Pick<Services, 'personalData'>,
  tenantId: string,
  value: unknown,
): Promise<unknown> => JSON.parse(await personalData.render(tenantId, JSON.stringify(value))) as unknown;
