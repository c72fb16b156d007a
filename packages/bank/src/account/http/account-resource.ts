import { personalMarker } from '@finaegis/platform/event-store/personal-ref';
import { assetCode, instant, text, uuid } from '@finaegis/platform/http/amount';
import { z } from 'zod';
import { entityName } from '../../ledger/contract.ts';
import type { Account } from '../account/account.ts';
import type { Identifier } from '../identifier/identifier.ts';
import { productName } from '../product/commands.ts';
import { statementCycles } from '../product/events.ts';
import type { AccountRow } from '../views/accounts.ts';

/** Parameters of every route of one account. */
export const accountParams = z.strictObject({ accountId: uuid });

/** Body of an opening. */
export const accountOpening = z
  .strictObject({
    accountId: uuid.optional().describe('Your own id, unique for ever; one is made when absent.'),
    entity: entityName.default('main'),
    product: productName.default('current'),
    productVersion: z.int().min(1).optional().describe('The newest when absent.'),
    asset: assetCode.describe('The asset the account is kept in first of all.'),
    holders: z
      .array(z.strictObject({ partyId: uuid, kind: z.enum(['owner', 'joint']).default('owner') }))
      .min(1)
      .max(20)
      .describe('Each is granted a mandate on the account in the same commit.'),
    statementCycle: z.enum(statementCycles).optional().describe("The product's when absent."),
    externalReference: text(100).optional().describe('Its number in the system it comes from; unique for ever.'),
    name: text(100).optional().describe('What the holder calls it; personal data.'),
  })
  .meta({ id: 'AccountOpening' });

const identifierResource = z.object({ scheme: z.enum(['local', 'iban', 'external']), value: z.string() });

/** An account as it is answered. */
export const accountResource = z
  .object({
    accountId: uuid,
    entity: z.string(),
    product: z.string(),
    productVersion: z.int(),
    asset: assetCode,
    status: z.enum(['open', 'closed']),
    holders: z.array(z.object({ partyId: uuid, kind: z.enum(['owner', 'joint']), mandateId: uuid })),
    statementCycle: z.enum(statementCycles),
    externalReference: z.string().optional(),
    name: z.string().optional(),
    identifiers: z.array(identifierResource).describe('Numbers it is known by; none is ever given twice.'),
    openedAt: instant,
    closedAt: instant.optional(),
  })
  .meta({ id: 'Account', description: "A customer's account: holds balances in many assets." });

/** An account as a command left it; its name is put in when the answer is sent. */
export const showOpened = (account: Account): unknown =>
  show(account, account.identifiers, account.name && personalMarker(account.name));

/** An account as it was read. */
export const showRow = (
  row: AccountRow,
  identifiers: readonly Identifier[],
  names: ReadonlyMap<string, string>,
): unknown => show(row, identifiers, row.name && names.get(row.name.ref));

type Shown = Omit<AccountRow, 'name'> | Omit<Account, 'name' | 'identifiers'>;

const show = (account: Shown, identifiers: readonly Identifier[], name: unknown): unknown => ({
  accountId: account.accountId,
  entity: account.entity,
  product: account.product,
  productVersion: account.productVersion,
  asset: account.asset,
  status: account.status,
  holders: account.holders.map(({ partyId, kind, mandateId }) => ({ partyId, kind, mandateId })),
  statementCycle: account.statementCycle,
  ...(account.externalReference === undefined ? {} : { externalReference: account.externalReference }),
  ...(name === undefined ? {} : { name }),
  identifiers: identifiers.map(({ scheme, value }) => ({ scheme, value })),
  openedAt: account.openedAt,
  ...(account.closedAt === undefined ? {} : { closedAt: account.closedAt }),
});
