import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';

/** What a partner is: deposits at a bank are insured, money at an e-money institution is safeguarded and not insured. */
export const partnerKinds = ['bank', 'e_money'] as const;
export type PartnerKind = (typeof partnerKinds)[number];

const minor = z
  .string()
  .regex(/^\d{1,36}$/)
  .transform(BigInt);

/** A rail of a bank in one asset, with what it costs and the most it takes. */
export const bankRailTerms = z.strictObject({
  rail: z.string(),
  asset: z.string(),
  feeMinor: minor,
  limitMinor: minor.optional(),
});

/** What a bank offers and how it is reached. */
export const partnerTerms = z.strictObject({
  name: z.string(),
  kind: z.enum(partnerKinds),
  country: z.string(),
  bic: z.string(),
  /** Name of a connection in the configuration of the process; what is secret about it is there and only there. */
  connection: z.string(),
  rails: z.array(bankRailTerms).readonly(),
  /** What a depositor is insured for at this bank; absent where there is no insurance. */
  depositInsurance: z.strictObject({ asset: z.string(), limitMinor: minor }).optional(),
});

/** A bank we keep money at, under a code of ours. */
export const partnerBankRegistered = defineEvent({
  type: 'PartnerBankRegistered',
  schemaVersion: 1,
  schema: z.strictObject({ bank: z.string(), terms: partnerTerms }),
});

/** Other terms from now on; transfers under way keep those they were routed by. */
export const partnerBankTermsChanged = defineEvent({
  type: 'PartnerBankTermsChanged',
  schemaVersion: 1,
  schema: z.strictObject({ bank: z.string(), terms: partnerTerms }),
});

/** Our account at the bank in an asset: what it is called there, and the house account that mirrors it here. */
export const nostroAssigned = defineEvent({
  type: 'NostroAssigned',
  schemaVersion: 1,
  schema: z.strictObject({ bank: z.string(), asset: z.string(), account: z.string(), iban: z.string() }),
});

/** Nothing new goes to the bank or by it; what is under way goes on, and its statements are still read. */
export const partnerBankSuspended = defineEvent({
  type: 'PartnerBankSuspended',
  schemaVersion: 1,
  schema: z.strictObject({ bank: z.string(), reason: z.string() }),
});

/** The bank is used again. */
export const partnerBankResumed = defineEvent({
  type: 'PartnerBankResumed',
  schemaVersion: 1,
  schema: z.strictObject({ bank: z.string() }),
});
