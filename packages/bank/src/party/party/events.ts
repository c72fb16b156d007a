import { defineEvent, type EventOf } from '@finaegis/platform/event-store/event';
import { isoDate } from '@finaegis/platform/http/amount';
import { z } from 'zod';
import { sealedChange, sealedDetails } from './details.ts';

const partyId = z.string();

/** What a party is; it never changes. */
export const partyKind = z.enum(['person', 'organisation']);

/** How far we have got in knowing the party. */
export const kycStatus = z.enum(['none', 'pending', 'verified', 'rejected', 'expired']);

/** How thorough the due diligence was or has to be (Directive (EU) 2015/849, articles 13 to 24). */
export const kycLevel = z.enum(['simplified', 'standard', 'enhanced']);

/** Risk of money laundering the party was given. */
export const riskRating = z.enum(['low', 'medium', 'high']);

/** Why a party's personal data was erased. */
export const erasureReason = z.enum(['data_subject_request', 'retention_over', 'entered_in_error']);

/** KYC as last set. */
export const kyc = z.strictObject({
  status: kycStatus,
  level: kycLevel.optional(),
  risk: riskRating.optional(),
  reviewDue: isoDate.optional(),
});

/** A person or organisation became known to us. */
export const partyRegistered = defineEvent({
  type: 'PartyRegistered',
  schemaVersion: 1,
  schema: z.strictObject({ partyId, kind: partyKind, details: sealedDetails }),
});

/** What is named replaces what was, null removes it. */
export const partyDetailsChanged = defineEvent({
  type: 'PartyDetailsChanged',
  schemaVersion: 1,
  schema: z.strictObject({ partyId, change: sealedChange }),
});

/** KYC is now as stated, whole. */
export const partyKycSet = defineEvent({
  type: 'PartyKycSet',
  schemaVersion: 1,
  schema: z.strictObject({ partyId, kyc }),
});

/** The party's key was destroyed in the same commit; nothing personal can be read any more. */
export const partyErased = defineEvent({
  type: 'PartyErased',
  schemaVersion: 1,
  schema: z.strictObject({ partyId, reason: erasureReason }),
});

/** All events of a party's stream. */
export const partyEvents = [partyRegistered, partyDetailsChanged, partyKycSet, partyErased] as const;

export type PartyEvent = EventOf<(typeof partyEvents)[number]>;
export type Kyc = z.output<typeof kyc>;
export type PartyKind = z.output<typeof partyKind>;
