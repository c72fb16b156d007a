import type { CommandHandler } from '@finaegis/platform/command/handler';
import { text } from '@finaegis/platform/http/amount';
import { z } from 'zod';
import { entityNeed, loadedEntity } from '../../ledger/contract.ts';
import { bankCodeKey, bankCodesTable, numberingTable } from '../views/numbering.ts';
import { type BankDetails, type NumberingRefusal, numberingAggregate, setBankDetails } from './identifier.ts';

/** Bank details of an entity that is named elsewhere. */
export const bankDetailsBody = z.strictObject({
  country: z.string().regex(/^[A-Z]{2}$/, 'must be a country code of ISO 3166 (two capitals)'),
  bankCode: z.string().regex(/^[A-Z0-9]{1,20}$/, 'must be capitals and digits'),
  bic: z
    .string()
    .regex(/^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/, 'must be a BIC of ISO 9362 (8 or 11 characters)')
    .optional(),
  name: text(140),
});

/** Bank details as plain JSON. */
export const setBankDetailsSchema: z.ZodType<BankDetails> = z.strictObject({
  entity: text(32),
  ...bankDetailsBody.shape,
});

/** Says once what bank an entity is to the outside; from then on its accounts have IBANs. */
export const setBankDetailsHandler = (): CommandHandler<BankDetails, undefined, BankDetails, NumberingRefusal> => ({
  name: 'account.SetBankDetails',
  schema: setBankDetailsSchema,
  permission: 'account:bank-details',
  loads: (details) => ({
    rows: [
      entityNeed(details.entity),
      { table: numberingTable, key: details.entity },
      { table: bankCodesTable, key: bankCodeKey(details) },
    ],
    streams: [{ aggregate: numberingAggregate, id: details.entity }],
  }),
  decide: (loaded, details) =>
    setBankDetails(loaded.stream(numberingAggregate, details.entity).state, details, {
      isEntityKnown: loadedEntity(loaded, details.entity) !== undefined,
      codeHolder: loaded.row(bankCodesTable, bankCodeKey(details))?.entity,
    }),
  result: (_loaded, details) => details,
});
