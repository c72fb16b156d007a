import { isBic } from '@finaegis/kernel/bic';
import { parseIban } from '@finaegis/kernel/iban';
import type { CommandHandler, Loaded } from '@finaegis/platform/command/handler';
import { assetCode, text } from '@finaegis/platform/http/amount';
import { z } from 'zod';
import type { LedgerDirectory } from '../../ledger/contract.ts';
import { bankRails } from '../connector.ts';
import { partnerBanksTable } from '../views/banks.ts';
import {
  type AssignNostro,
  assignNostro,
  changePartnerBankTerms,
  type PartnerBank,
  type PartnerBankRefusal,
  partnerBankAggregate,
  type RegisterPartnerBank,
  registerPartnerBank,
  resumePartnerBank,
  type SuspendPartnerBank,
  suspendPartnerBank,
} from './bank.ts';
import { partnerKinds } from './events.ts';

/** Our code of a bank, which is also its leaf in the chart of accounts: `ing`. */
export const bankCode = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower case letters, digits and single dashes')
  .max(32)
  .meta({ examples: ['ing'] });

/** Why somebody decided so, as a code. */
export const reasonCode = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be a code such as bank_closed');

export const minorAmount = z
  .string()
  .regex(/^\d{1,36}$/)
  .transform(BigInt);

const iban = z.string().refine((written) => {
  const parsed = parseIban(written);
  return parsed.ok && parsed.iban === written;
}, 'must be an IBAN without spaces whose check digits are right');

/** A bank's terms besides amounts, as requests and commands write them. */
export const partnerTermFields = {
  name: text(70),
  kind: z.enum(partnerKinds),
  country: z.string().regex(/^[A-Z]{2}$/, 'must be a country code of two capitals'),
  bic: z.string().refine(isBic, 'must be a BIC'),
  connection: bankCode,
};
export const railName = z.enum(bankRails);

const terms = z.strictObject({
  ...partnerTermFields,
  rails: z
    .array(
      z.strictObject({ rail: railName, asset: assetCode, feeMinor: minorAmount, limitMinor: minorAmount.optional() }),
    )
    .max(100),
  depositInsurance: z.strictObject({ asset: assetCode, limitMinor: minorAmount }).optional(),
});
const termsSchema: z.ZodType<RegisterPartnerBank> = z.strictObject({ bank: bankCode, terms });

export const nostroFields = { asset: assetCode, account: text(100), iban };

const bankCommand = <Data extends { readonly bank: string }>(
  name: string,
  schema: z.ZodType<Data>,
  decide: (state: Parameters<typeof registerPartnerBank>[0], data: Data) => ReturnType<typeof registerPartnerBank>,
): CommandHandler<Data, undefined, PartnerBank, PartnerBankRefusal> => ({
  name,
  schema,
  permission: 'custodian:manage',
  loads: ({ bank }) => needsOf(bank),
  decide: (loaded, data) => decide(loaded.stream(partnerBankAggregate, data.bank).state, data),
  result: resultOf,
});

const needsOf = (bank: string) => ({
  rows: [{ table: partnerBanksTable, key: bank }],
  streams: [{ aggregate: partnerBankAggregate, id: bank }],
});

const resultOf = (loaded: Loaded, { bank }: { readonly bank: string }): PartnerBank => {
  const { state } = loaded.stream(partnerBankAggregate, bank);
  if (state.status === 'unknown') throw new Error(`Bank ${bank} was accepted and is not there.`);
  return state;
};

/** The commands of partner banks. */
export const partnerBankHandlers = (ledger: Pick<LedgerDirectory, 'accounts'>) => ({
  registerPartnerBank: bankCommand<RegisterPartnerBank>(
    'custodian.RegisterPartnerBank',
    termsSchema,
    registerPartnerBank,
  ),
  changePartnerBankTerms: bankCommand<RegisterPartnerBank>(
    'custodian.ChangePartnerBankTerms',
    termsSchema,
    changePartnerBankTerms,
  ),
  suspendPartnerBank: bankCommand<SuspendPartnerBank>(
    'custodian.SuspendPartnerBank',
    z.strictObject({ bank: bankCode, reason: reasonCode }),
    suspendPartnerBank,
  ),
  resumePartnerBank: bankCommand<{ readonly bank: string }>(
    'custodian.ResumePartnerBank',
    z.strictObject({ bank: bankCode }),
    resumePartnerBank,
  ),
  assignNostro: assignNostroHandler(ledger),
});

const assignNostroHandler = (
  ledger: Pick<LedgerDirectory, 'accounts'>,
): CommandHandler<AssignNostro, { readonly isFit: boolean }, PartnerBank, PartnerBankRefusal> => ({
  name: 'custodian.AssignNostro',
  schema: z.strictObject({ bank: bankCode, ...nostroFields }),
  permission: 'custodian:manage',
  prepare: async ({ account }, { tenantId }) => {
    const facts = (await ledger.accounts(tenantId, [account])).get(account);
    return { isFit: facts?.kind === 'house' && facts.class === 'asset' };
  },
  loads: ({ bank }) => needsOf(bank),
  decide: (loaded, data, _facts, refs) =>
    assignNostro(loaded.stream(partnerBankAggregate, data.bank).state, data, refs),
  result: resultOf,
});
