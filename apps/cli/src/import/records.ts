import { orderTerms } from '@finaegis/bank/account/contract';
import { isLocalDate } from '@finaegis/kernel/local-date';
import { isAmountInRange } from '@finaegis/kernel/money';
import { assetCode, text } from '@finaegis/platform/http/amount';
import { z } from 'zod';

const externalId = text(70);
const date = z.string().refine(isLocalDate, 'is no date');
const country = z.string().regex(/^[A-Z]{2}$/, 'is no ISO 3166-1 code of two letters');

/** A person or organisation to import; `externalId` is its number in the system it comes from. */
export const partyRecord = z.strictObject({
  externalId,
  type: z.enum(['person', 'organisation']),
  givenName: text(140).optional(),
  /** Family name of a person, registered name of an organisation. */
  name: text(140),
  birthDate: date.optional(),
  streetName: text(70).optional(),
  buildingNumber: text(16).optional(),
  postCode: text(16).optional(),
  townName: text(35).optional(),
  country: country.optional(),
  email: z.email().max(254).optional(),
  phone: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/, 'is no telephone number in E.164 form')
    .optional(),
});

/** An account to import; who holds it is told by mandates. */
export const accountRecord = z.strictObject({
  externalId,
  product: text(70),
  asset: assetCode,
  openedOn: date.optional(),
  statementCycle: z.enum(['daily', 'weekly', 'monthly', 'quarterly', 'yearly', 'after_transaction']).optional(),
  name: text(70).optional(),
  localNumber: text(34).optional(),
  iban: text(34).optional(),
});

/** What a party may do on an account, both by their external numbers. */
export const mandateRecord = z.strictObject({
  externalId,
  partyExternalId: externalId,
  accountExternalId: externalId,
  right: z.enum(['owner', 'joint', 'disponent', 'viewer']),
  from: date.optional(),
  to: date.optional(),
});

/** A payment that is to be repeated. */
export const standingOrderRecord = z.strictObject({
  externalId,
  accountExternalId: externalId,
  counterpartyBank: text(35),
  counterpartyAccount: text(34),
  counterpartyName: text(140).optional(),
  amountMinor: z.bigint().positive('is not above zero').refine(isAmountInRange, 'has more than 36 digits'),
  asset: assetCode,
  frequency: orderTerms.frequency,
  firstOn: orderTerms.firstOn,
  purpose: orderTerms.purpose,
  remittance: text(140).optional(),
});

/** What can be imported from delimited files, by the name a mapping file uses. */
export const recordSchemas = {
  party: partyRecord,
  account: accountRecord,
  mandate: mandateRecord,
  standing_order: standingOrderRecord,
} as const;

/** One sort of record. */
export type RecordKind = keyof typeof recordSchemas;

/** A record of one sort, checked; amounts are bigint minor units, dates 'YYYY-MM-DD'. */
export type RecordOf<Kind extends RecordKind> = z.output<(typeof recordSchemas)[Kind]>;
