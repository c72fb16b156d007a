import { definePublished, type PublishedEvent } from '@finaegis/platform/published/published-event';
import { z } from 'zod';
import { mandateGranted, mandateRevoked } from './mandate/events.ts';
import {
  kycLevel,
  kycStatus,
  partyErased,
  partyKind,
  partyKycSet,
  partyRegistered,
  riskRating,
} from './party/events.ts';

const partyId = '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12';

const registered = definePublished({
  name: 'party.party.registered',
  version: 1,
  summary: 'A person or organisation became known; who it is, is read from the API.',
  from: partyRegistered,
  schema: z.object({ partyId: z.string(), kind: partyKind }),
  sample: { partyId, kind: 'person' },
  concerns: () => ({}),
  show: ({ partyId: its, kind }) => ({ partyId: its, kind }),
});

const kycSet = definePublished({
  name: 'party.kyc.set',
  version: 1,
  summary: 'What is known of a party’s identity is now as stated, whole.',
  from: partyKycSet,
  schema: z.object({
    partyId: z.string(),
    status: kycStatus,
    level: kycLevel.optional(),
    risk: riskRating.optional(),
    reviewDue: z.string().optional(),
  }),
  sample: { partyId, status: 'verified', level: 'standard', risk: 'low', reviewDue: '2028-03-02' },
  concerns: () => ({}),
  show: ({ partyId: its, kyc }) => ({ partyId: its, ...kyc }),
});

const erased = definePublished({
  name: 'party.party.erased',
  version: 1,
  summary: 'A party’s personal data was erased; whoever copied it should follow.',
  from: partyErased,
  schema: z.object({ partyId: z.string(), reason: z.string() }),
  sample: { partyId, reason: 'data_subject_request' },
  concerns: () => ({}),
  show: (data) => data,
});

const mandate = z.object({
  mandateId: z.string(),
  partyId: z.string(),
  accountId: z.string(),
  kind: z.enum(['owner', 'joint', 'disponent', 'viewer']),
});
const mandateSample = {
  mandateId: '0197f2c4-2222-7c3a-9b1d-2f4e6a8c0d12',
  partyId,
  accountId: '0197f2c4-1111-7c3a-9b1d-2f4e6a8c0d12',
  kind: 'owner',
} as const;

const granted = definePublished({
  name: 'party.mandate.granted',
  version: 1,
  summary: 'A party may act on an account.',
  from: mandateGranted,
  schema: mandate,
  sample: mandateSample,
  concerns: ({ accountId }) => ({ accounts: [accountId] }),
  show: (data) => data,
});

const revoked = definePublished({
  name: 'party.mandate.revoked',
  version: 1,
  summary: 'A party’s right on an account ended.',
  from: mandateRevoked,
  schema: mandate,
  sample: mandateSample,
  concerns: ({ accountId }) => ({ accounts: [accountId] }),
  show: (data) => data,
});

/** What those outside are told of parties: never who they are. */
export const partyPublishes: readonly PublishedEvent[] = [registered, kycSet, erased, granted, revoked];
