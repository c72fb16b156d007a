import { amountSchema, uuid } from '@finaegis/platform/http/amount';
import { z } from 'zod';
import { type AssetDirectory, amountWriter, parseAssetAmount, type ShowAmount } from '../asset/contract.ts';
import type { Block, LedgerAccount } from './account/account.ts';
import { blockReasons } from './terms.ts';

/** A block as it is asked for, by whichever door: the ledger's own, or the customer's account. */
export const blockTerms = {
  kind: z.enum(['debit', 'credit', 'amount']),
  amount: amountSchema.optional().describe('Of blocks of an amount, and only of them.'),
  reason: z.enum(blockReasons),
};

/** A block as it is answered. */
export const blockResource = z.object({
  blockId: uuid,
  status: z.enum(['standing', 'lifted']),
  kind: blockTerms.kind.optional(),
  amount: amountSchema.optional(),
  reason: blockTerms.reason.optional(),
});

/** Blocks as they are listed. */
export const showBlocks = async (
  assets: AssetDirectory,
  tenantId: string,
  blocks: readonly Block[],
): Promise<readonly unknown[]> => {
  const amount = await amountWriter(
    assets,
    tenantId,
    blocks.flatMap(({ asset }) => asset ?? []),
  );
  return blocks.map((block) => showBlock(block, amount));
};

/**
 * The command that places a block as it was asked for, and how the block is shown afterwards: a repeat may find it lifted.
 * @throws ProblemError validation_failed where the amount is missing, wrong, or not of this kind
 */
export const blockToPlace = async (
  assets: AssetDirectory,
  tenantId: string,
  asked: { readonly accountId: string; readonly blockId: string } & z.output<z.ZodObject<typeof blockTerms>>,
) => {
  const { amount: written, ...terms } = asked;
  if ((terms.kind === 'amount') !== (written !== undefined)) {
    const message = 'must be given for blocks of an amount, and only for them';
    return assets.refuse({ field: '/body/amount', code: 'not_of_this_kind', message });
  }
  const blocked = written && (await parseAssetAmount(assets, tenantId, written, '/body/amount'));
  const amount = await amountWriter(assets, tenantId, blocked === undefined ? [] : [blocked.asset]);
  const show = ({ blocks }: LedgerAccount): unknown => {
    const block = blocks.find(({ blockId }) => blockId === terms.blockId);
    return block === undefined ? { blockId: terms.blockId, status: 'lifted' } : showBlock(block, amount);
  };
  return { command: { ...terms, ...blocked }, show };
};

const showBlock = ({ blockId, kind, asset, amountMinor, reason }: Block, amount: ShowAmount): unknown => ({
  blockId,
  status: 'standing',
  kind,
  ...(asset === undefined || amountMinor === undefined ? {} : { amount: amount(asset, amountMinor) }),
  reason,
});
