import { formatAmount, parseAmount } from '@finaegis/kernel/money';
import { amountSchema, instant, text, uuid } from '@finaegis/platform/http/amount';
import { type FieldError, ProblemError } from '@finaegis/platform/http/problem';
import { z } from 'zod';
import { exactInstant } from '../mandate/commands.ts';
import { type MandateLimit, mandateKind } from '../mandate/events.ts';
import type { PartyPorts } from '../ports.ts';
import type { MandateRow } from '../views/mandates.ts';

const accountId = text(100);

const limit = z.strictObject({
  perTransfer: amountSchema.describe('The most one transfer may take from the account in this asset.'),
});

const limits = z
  .array(limit)
  .max(50)
  .refine(
    (all) => new Set(all.map(({ perTransfer }) => perTransfer.asset)).size === all.length,
    'must name each asset once',
  )
  .describe('None: the mandate is bound by the account alone. Some: only these assets, up to these amounts.');

/** Body of a grant. */
export const mandateGrant = z
  .strictObject({
    mandateId: uuid.optional().describe('Your own id for the mandate; one is made when absent.'),
    partyId: uuid,
    accountId,
    kind: mandateKind,
    validFrom: exactInstant.optional().describe('In force from this instant on; at once when absent.'),
    validTo: exactInstant.optional().describe('No longer in force from this instant on; never ends when absent.'),
    limits: limits.default([]),
  })
  .meta({ id: 'MandateGrant' });

/** Body of a change of limits. */
export const mandateLimits = z.strictObject({ limits }).meta({ id: 'MandateLimits' });

/** Query fields by which mandates are found. */
export const mandateSearch = { partyId: uuid.optional(), accountId: accountId.optional() };

/** A mandate as it is answered. */
export const mandateResource = z
  .object({
    mandateId: uuid,
    partyId: uuid,
    accountId,
    kind: mandateKind,
    status: z.enum(['granted', 'revoked']),
    validFrom: instant.optional(),
    validTo: instant.optional(),
    limits: z.array(z.object({ perTransfer: amountSchema })),
    grantedAt: instant,
    revokedAt: instant.optional(),
  })
  .meta({ id: 'Mandate', description: 'What a party may do with an account.' });

/** A mandate as plain JSON. */
export const showMandate = ({ limits: its, ...mandate }: MandateRow): unknown => ({
  ...mandate,
  status: mandate.revokedAt === undefined ? 'granted' : 'revoked',
  limits: its.map(({ asset, decimals, perTransferMinor }) => ({
    perTransfer: { amount: formatAmount(perTransferMinor, decimals), asset },
  })),
});

/**
 * Limits in minor units.
 * @throws ProblemError naming each amount whose asset is unknown or too coarse for it
 */
export const readLimits = async (
  { assets }: Pick<PartyPorts, 'assets'>,
  tenantId: string,
  wanted: z.output<typeof limits>,
): Promise<readonly MandateLimit[]> => {
  const errors: FieldError[] = [];
  const found = await Promise.all(
    wanted.map(async ({ perTransfer: { amount, asset } }, index): Promise<MandateLimit | undefined> => {
      const field = `/body/limits/${index}/perTransfer`;
      const decimals = (await assets.get(tenantId, asset))?.decimals;
      if (decimals === undefined) {
        errors.push({ field: `${field}/asset`, code: 'asset_unknown', message: 'is not in the registry of assets' });
        return undefined;
      }
      const parsed = parseAmount(amount, decimals);
      if (parsed.ok) return { asset, decimals, perTransferMinor: parsed.amountMinor };
      errors.push({
        field: `${field}/amount`,
        code: parsed.problem,
        message: `must be an amount with at most ${decimals} decimals`,
      });
      return undefined;
    }),
  );
  if (errors.length > 0)
    throw new ProblemError('validation_failed', { errors: errors.sort((a, b) => (a.field < b.field ? -1 : 1)) });
  return found.filter((one) => one !== undefined);
};
