import { ASSET_KINDS, type AssetKind, isAssetCode, isDecimals } from '@finaegis/kernel/asset';
import { isLocalDate, type LocalDate } from '@finaegis/kernel/local-date';
import { formatAmount, isRate, parseAmount, parseRate } from '@finaegis/kernel/money';
import { isStorableText } from '@finaegis/kernel/text';
import { z } from 'zod';
import type { AssetFacts, ReadAmount, WrittenAmount } from './asset/amount.ts';
import { readAssetAmount } from './asset/amount.ts';
import type { AssetRefusal } from './asset/asset.ts';
import type { RateAnswer } from './rate/cross.ts';
import type { ManualRateRefusal } from './rate/manual-rate.ts';
import type { RateSheetRefusal } from './rate/rate-sheet.ts';

export type { AssetFacts, RateAnswer, ReadAmount, WrittenAmount };
export { readAssetAmount };

/** What neighbours ask the registry. */
export interface AssetDirectory {
  /** An asset by its code, the tenant's own before the platform's; the end of its life is at most a second old. */
  get(tenantId: string, code: string): Promise<AssetFacts | undefined>;
  /** Today in UTC, by the clock of the process: the day that counts where nothing is booked. */
  today(): LocalDate;
  /** Throws ProblemError `validation_failed` with this one error; the registry knows HTTP so that contracts need not. */
  refuse(error: { readonly field: string; readonly code: string; readonly message: string }): never;
}

/**
 * The day an amount would be booked on; undefined where nobody can say. Asked only for an asset whose life begins or ends.
 * @param reached where it is enough to know that this day has come: business days only go forward, so any day from it on answers as well
 */
export type BookingDay = (reached?: LocalDate) => Promise<LocalDate | undefined>;

/**
 * Reads an amount from a request.
 * @param field JSON pointer of the object that holds `amount` and `asset`, `/body/postings/0`
 * @param bookingDay the open business day of the entity that will book it: an asset may be booked on a day of its life, whatever the clock says
 * @throws ProblemError validation_failed with asset_unknown, asset_inactive, amount_malformed, amount_scale_too_fine, amount_too_large or
 * amount_not_positive at the field that is wrong
 */
export const parseAssetAmount = async (
  directory: AssetDirectory,
  tenantId: string,
  written: WrittenAmount,
  field: string,
  bookingDay?: BookingDay,
): Promise<{ readonly asset: string; readonly amountMinor: bigint }> => {
  const facts = await directory.get(tenantId, written.asset);
  const isForEver = facts?.activeFrom === undefined && facts?.activeTo === undefined;
  const reached = facts?.activeTo === undefined ? facts?.activeFrom : undefined;
  const day = isForEver ? undefined : await bookingDay?.(reached);
  const read = readAssetAmount(facts, written, day ?? directory.today());
  if (!read.ok) return directory.refuse({ field: `${field}/${read.part}`, code: read.code, message: read.message });
  return { asset: written.asset, amountMinor: read.amountMinor };
};

/**
 * Reads an amount of an asset whatever its life: what was booked in an asset that has ended must still be undone, limited and found.
 * @param field JSON pointers of the amount and of its asset
 * @throws ProblemError validation_failed with asset_unknown, amount_malformed, amount_scale_too_fine, amount_too_large or, unless zero is allowed,
 * amount_not_positive
 */
export const parseAmountOfAnyLife = async (
  directory: Pick<AssetDirectory, 'get' | 'refuse'>,
  tenantId: string,
  { amount, asset }: WrittenAmount,
  { field, isZeroAllowed = false }: { readonly field: AmountField; readonly isZeroAllowed?: boolean },
): Promise<{ readonly asset: string; readonly amountMinor: bigint }> => {
  const facts = await directory.get(tenantId, asset);
  if (facts === undefined)
    return directory.refuse({ field: field.asset, code: 'asset_unknown', message: `there is no asset ${asset}` });
  const parsed = parseAmount(amount, facts.decimals);
  if (!parsed.ok) {
    const message = `must be a decimal string with at most ${facts.decimals} fraction digits`;
    return directory.refuse({ field: field.amount, code: parsed.problem, message });
  }
  if (parsed.amountMinor === 0n && !isZeroAllowed)
    return directory.refuse({ field: field.amount, code: 'amount_not_positive', message: 'must be more than zero' });
  return { asset, amountMinor: parsed.amountMinor };
};

/** JSON pointers of the two parts of a written amount. */
export interface AmountField {
  readonly asset: string;
  readonly amount: string;
}

/** The parts of an amount that is written as one object. */
export const amountAt = (field: string): AmountField => ({ asset: `${field}/asset`, amount: `${field}/amount` });

/** Writes minor units with their asset. */
export type ShowAmount = (asset: string, amountMinor: bigint) => WrittenAmount;

/** A writer of amounts in the assets named; asked for before a command, since its answer is written inside the commit. */
export const amountWriter = async (
  assets: Pick<AssetDirectory, 'get'>,
  tenantId: string,
  codes: Iterable<string>,
): Promise<ShowAmount> => {
  const found = await Promise.all([...new Set(codes)].map((code) => assets.get(tenantId, code)));
  const decimals = new Map(
    found.flatMap((facts) => (facts === undefined ? [] : [[facts.code, facts.decimals] as const])),
  );
  return (asset, amountMinor) => {
    const its = decimals.get(asset);
    // Whatever is booked was registered, for registration is for ever; only an asset that was not asked for can be missing.
    if (its === undefined) throw new Error(`The decimals of ${asset} were not read.`);
    return { amount: formatAmount(amountMinor, its), asset };
  };
};

/** A pair of assets and the day the rate is for; today in UTC when absent. */
export interface RatePair {
  readonly from: string;
  readonly to: string;
  readonly on?: LocalDate | undefined;
}

/** Why there is no rate, in order of precedence. */
export type RateRefusal =
  | {
      /** The day has not begun anywhere on Earth. */
      readonly code: 'rate_date_in_future';
      readonly date: LocalDate;
      readonly latestDate: LocalDate;
    }
  | {
      /** There is one, but too old to be used: `ageBusinessDays` are counted from `date` to `on` in the calendar of `source`. */
      readonly code: 'rate_stale';
      readonly from: string;
      readonly to: string;
      readonly on: LocalDate;
      readonly source: string;
      readonly date: LocalDate;
      readonly ageBusinessDays: number;
      readonly limitBusinessDays: number;
      readonly validTo?: LocalDate;
    }
  | { readonly code: 'rate_unknown'; readonly from: string; readonly to: string; readonly on: LocalDate };

/** A rate, or why there is none. */
export type RateOutcome =
  | { readonly ok: true; readonly rate: RateAnswer }
  | { readonly ok: false; readonly refusal: RateRefusal };

/** What neighbours ask about exchange rates. A stale rate is never an answer. */
export interface Rates {
  find(tenantId: string, pair: RatePair): Promise<RateOutcome>;
  /** The rate with path, date, sources and, where known, bid and ask. @throws ProblemError with the code of a RateRefusal */
  quote(tenantId: string, pair: RatePair): Promise<RateAnswer>;
  /** The middle rate alone, a decimal text: units of `to` for one `from`. @throws ProblemError with the code of a RateRefusal */
  mid(tenantId: string, pair: RatePair): Promise<string>;
}

/** Every refusal of this context. */
export type AssetContextRefusal = AssetRefusal | RateSheetRefusal | ManualRateRefusal | RateRefusal;

const code = z.string().refine(isAssetCode, 'must be an asset code');
const day = z.string().refine(isLocalDate, 'must be a date such as 2025-03-31');
// Rates between 10^-12 and 10^12 leave crosses of four of them inside what the kernel reads as a rate.
const rate = z
  .string()
  .max(25)
  .refine(
    (text) => isRate(text) && text.split('.').every((part) => part.length <= 12),
    'must be a rate such as "1.0889"',
  );

const spread = { path: ['mid'], error: 'must not be below bid nor above ask' };
const isBetween = ({
  bid,
  mid,
  ask,
}: {
  readonly bid?: string | undefined;
  readonly mid: string;
  readonly ask?: string | undefined;
}): boolean => (bid === undefined || isAtMost(bid, mid)) && (ask === undefined || isAtMost(mid, ask));

const isAtMost = (a: string, b: string): boolean => {
  // What is no rate at all is reported by its own field.
  if (!isRate(a) || !isRate(b)) return true;
  const [left, right] = [parseRate(a), parseRate(b)];
  const scale = Math.max(left.scale, right.scale);
  return left.numerator * 10n ** BigInt(scale - left.scale) <= right.numerator * 10n ** BigInt(scale - right.scale);
};

/** Data of `asset.RegisterAsset`. */
export const registerAssetSchema = z
  .strictObject({
    code,
    kind: z.enum(ASSET_KINDS as [AssetKind, ...AssetKind[]]),
    decimals: z.number().refine(isDecimals, 'must be a whole number from 0 to 18'),
    name: z
      .string()
      .min(1)
      .max(100)
      .refine(isStorableText, {
        error: 'must not contain U+0000 or lone surrogates',
        params: { code: 'text_not_storable' },
      }),
    activeFrom: day.optional(),
    activeTo: day.optional(),
  })
  .refine(({ activeFrom, activeTo }) => activeFrom === undefined || activeTo === undefined || activeFrom < activeTo, {
    path: ['activeTo'],
    error: 'must be after activeFrom',
  });

/** Data of `asset.RenameAsset`. */
export const renameAssetSchema = z.strictObject({ code, name: registerAssetSchema.shape.name });

/** Data of `asset.DeactivateAsset`; `activeTo` is the first day on which it may no longer be booked. */
export const deactivateAssetSchema = z.strictObject({ code, activeTo: day });

/** Data of `asset.PublishRates`. */
export const publishRatesSchema = z
  .strictObject({
    provider: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
    date: day,
    base: code,
    quotes: z
      .array(
        z
          .strictObject({ asset: code, mid: rate, bid: rate.optional(), ask: rate.optional() })
          .refine(isBetween, spread),
      )
      .min(1)
      .max(400),
    validFrom: day.optional(),
    validTo: day.optional(),
  })
  .refine(({ base, quotes }) => new Set([base, ...quotes.map(({ asset }) => asset)]).size === quotes.length + 1, {
    path: ['quotes'],
    error: 'must name each asset once, and not the base',
  });

/** Data of `asset.PublishManualRate`: units of `asset` for one `base`. */
export const publishManualRateSchema = z
  .strictObject({
    rateId: z.string().regex(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/),
    base: code,
    asset: code,
    mid: rate,
    bid: rate.optional(),
    ask: rate.optional(),
    // A day long past would make its age a long count.
    validFrom: day.refine((text) => text >= '1970-01-01', 'must not be before 1970'),
    validTo: day.optional(),
  })
  .refine(isBetween, spread)
  .refine(({ base, asset }) => base !== asset, { path: ['asset'], error: 'must be another asset than the base' })
  .refine(({ validFrom, validTo }) => validTo === undefined || validFrom < validTo, {
    path: ['validTo'],
    error: 'must be after validFrom',
  });
