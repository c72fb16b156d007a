import { ASSET_KINDS, isAssetCode, isDecimals } from '@finaegis/kernel/asset';
import { isLocalDate } from '@finaegis/kernel/local-date';
import { defineEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';

const code = z.string().refine(isAssetCode);
const day = z.string().refine(isLocalDate);

/** An asset is known from now on. Its code, kind and decimals hold for ever: amounts are counted by them. */
export const assetRegistered = defineEvent({
  type: 'AssetRegistered',
  schemaVersion: 1,
  schema: z.strictObject({
    code,
    kind: z.enum(ASSET_KINDS as [string, ...string[]]).transform((kind) => kind as (typeof ASSET_KINDS)[number]),
    decimals: z.number().refine(isDecimals),
    name: z.string(),
    /** The first day on which it may be booked. */
    activeFrom: day.optional(),
    /** The first day on which it may no longer be booked. */
    activeTo: day.optional(),
  }),
});

/** An asset is called otherwise; nothing else about it changed. */
export const assetRenamed = defineEvent({
  type: 'AssetRenamed',
  schemaVersion: 1,
  schema: z.strictObject({ code, name: z.string() }),
});

/** An asset may not be booked from a day on; what is held of it stays what it is. */
export const assetDeactivated = defineEvent({
  type: 'AssetDeactivated',
  schemaVersion: 1,
  schema: z.strictObject({ code, activeTo: day }),
});
