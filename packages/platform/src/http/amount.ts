import { isStorableText } from '@finaegis/kernel/text';
import { z } from 'zod';

/** Code of an asset: `EUR`, `BTC`, `CGO-2025-A`. */
export const assetCode = z
  .string()
  .regex(/^[A-Z0-9][A-Z0-9.-]{0,31}$/, 'must be an asset code: capital letters, digits, dots and dashes, at most 32')
  .meta({ id: 'AssetCode', description: 'Code of an asset in the registry.', examples: ['EUR', 'BTC'] });

/** An amount as clients write it: a decimal string without sign, exponent or superfluous zeros before it; its asset decides how fine it may be. */
export const amountText = z
  .string()
  .max(37, 'must have at most 36 digits')
  .regex(/^(0|[1-9][0-9]*)(\.[0-9]+)?$/, 'must be a decimal string such as "10.05"')
  .refine((text) => text.replace('.', '').length <= 36, 'must have at most 36 digits')
  .meta({
    id: 'DecimalAmount',
    description: 'Decimal string, not finer than the decimals of its asset, at most 36 digits.',
    examples: ['10.05'],
  });

/** A balance may be below zero; a posting never is. */
export const signedAmountText = z
  .string()
  .max(60)
  .regex(/^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/, 'must be a decimal string such as "-10.05"')
  .meta({ id: 'SignedDecimalAmount', description: 'Decimal string, possibly below zero.', examples: ['-10.05'] });

/** An amount with its asset, as on the wire everywhere: `{"amount":"10.05","asset":"EUR"}`. */
export const amountSchema = z
  .strictObject({ amount: amountText, asset: assetCode })
  .meta({ id: 'Amount', description: 'An amount of an asset.', examples: [{ amount: '10.05', asset: 'EUR' }] });

/** An amount that may be below zero, such as a balance. */
export const signedAmountSchema = z.strictObject({ amount: signedAmountText, asset: assetCode }).meta({
  id: 'SignedAmount',
  description: 'An amount of an asset, possibly below zero.',
  examples: [{ amount: '-10.05', asset: 'EUR' }],
});

/**
 * A whole number from `min` to `max` as paths and queries carry it: digits and nothing else. `Number` would take `0x10`, `1e2` and ` 7 ` as well, and
 * whatever stands before us may not.
 */
export const wholeNumber = (min: number, max: number): z.ZodType<number> =>
  z.preprocess(
    (written) => (typeof written === 'string' && /^(0|[1-9][0-9]{0,15})$/.test(written) ? Number(written) : written),
    z.int('must be a whole number').min(min, `must be at least ${min}`).max(max, `must be at most ${max}`),
  );

/** Any UUID in lower case; ids are compared as text, so one spelling only. */
export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'must be a UUID in lower case')
  .meta({ format: 'uuid', examples: ['0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12'] });

// Wide enough for every birthday and every horizon, and nowhere near the ends that calendars, databases and arithmetic have.
const isOfOurAge = (date: string): boolean => date >= '1900' && date < '3000';
const ofOurAge = { error: 'must lie between the years 1900 and 2999', abort: true };

/** A calendar date (ISO 8601) between 1900 and 2999, checked to exist. */
export const isoDate = z.iso
  .date('must be a date such as 2025-03-31')
  .refine(isOfOurAge, ofOurAge)
  .meta({ examples: ['2025-03-31'] });

/** An instant in UTC (RFC 3339) between 1900 and 2999, with at most milliseconds: `2025-03-31T12:00:00.000Z`. */
export const instant = z.iso
  .datetime({ error: 'must be an instant in UTC such as 2025-03-31T12:00:00.000Z' })
  .max(24, 'must not be finer than milliseconds')
  .refine(isOfOurAge, ofOurAge)
  .meta({ examples: ['2025-03-31T12:00:00.000Z'] });

const storable = { error: 'must not contain U+0000 or lone surrogates', params: { code: 'text_not_storable' } };

/** Text of one to `lengthMax` UTF-16 code units that can be stored. */
export const text = (lengthMax: number): z.ZodString =>
  z.string().min(1).max(lengthMax).refine(isStorableText, storable);

const metadataSizeMax = 4096;

/** A client's own labels on a resource: at most 50 keys and 4 kB, kept as they are and never interpreted. */
export const metadata = z
  .record(
    z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'keys have letters, digits and _ . : - and at most 64 characters'),
    z.string().max(1000).refine(isStorableText, storable),
  )
  .refine((labels) => Object.keys(labels).length <= 50, 'must have at most 50 keys')
  .refine(
    (labels) => Buffer.byteLength(JSON.stringify(labels)) <= metadataSizeMax,
    'must be at most 4096 bytes as JSON',
  )
  .meta({
    id: 'Metadata',
    description: 'Your own labels: at most 50 keys and 4 kB.',
    examples: [{ invoice: '2025-0417' }],
  });
