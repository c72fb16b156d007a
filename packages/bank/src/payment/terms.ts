import { isBic } from '@finaegis/kernel/bic';
import { isIban } from '@finaegis/kernel/iban';
import { isReference } from '@finaegis/kernel/reference';
import { isoDate, text } from '@finaegis/platform/http/amount';
import { z } from 'zod';
import type { PaymentVerdict } from './ports.ts';

/** Minor units in stored JSON: decimal digits there, a bigint here. */
export const minor = z
  .string()
  .regex(/^\d{1,36}$/)
  .transform(BigInt);

/** The same, above zero. */
export const positiveMinor = minor.refine((amount) => amount > 0n, 'must be above zero');

export const iban = z
  .string()
  .max(34)
  .refine(isIban, { error: 'must be an IBAN in its electronic form', params: { code: 'iban_invalid' } });
export const bic = z
  .string()
  .max(11)
  .refine(isBic, { error: 'must be a BIC of 8 or 11 characters', params: { code: 'bic_invalid' } });
/** Rows by asset, each asset once. */
export const byAsset = <Row extends { readonly asset: string }>(row: z.ZodType<Row>) =>
  z
    .array(row)
    .max(100)
    .refine((rows) => new Set(rows.map(({ asset }) => asset)).size === rows.length, 'must name each asset once');

/** A reference that every rail carries (Max35Text of ISO 20022, without what some banks refuse). */
export const reference = z
  .string()
  .max(35)
  .refine(isReference, { error: 'must be 1 to 35 capitals and digits', params: { code: 'reference_invalid' } });

/** A partner bank, a provider or a rail, as the context of custodians names it. */
export const bankName = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be a name such as ing')
  .max(32);
/** A code of the sender's: reasons, providers' types. Free text has no place in events. */
export const code = z.string().regex(/^[A-Za-z0-9_.-]{1,60}$/, 'must be a code of letters, digits, _ . and -');

/** What a check said, as a command carries it. */
export const verdictSchema: z.ZodType<PaymentVerdict> = z.union([
  z.strictObject({ kind: z.literal('allow') }),
  z.strictObject({ kind: z.literal('review'), reason: code }),
  z.strictObject({ kind: z.literal('refuse'), reason: code }),
]);

export const postalAddress = z.strictObject({
  street: text(70).optional(),
  building: text(16).optional(),
  postCode: text(16).optional(),
  town: text(35),
  country: z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166 country of two capitals'),
});

// No bank executes a payment of another age; such a date is a slip of the keyboard.
export const executionDay = isoDate.refine((date) => date >= '2000-01-01' && date <= '2199-12-31', 'is out of range');
