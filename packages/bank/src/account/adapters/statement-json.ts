import { formatAmount, parseSignedAmount } from '@finaegis/kernel/money';
import { amountSchema, instant, isoDate, signedAmountSchema } from '@finaegis/platform/http/amount';
import { z } from 'zod';
import { assertStatement, type StatementDocument } from '../statement/document.ts';

const balanceOnWire = z.strictObject({ balance: signedAmountSchema, date: isoDate });

const addressOnWire = z.strictObject({
  department: z.string().optional(),
  subDepartment: z.string().optional(),
  streetName: z.string().optional(),
  buildingNumber: z.string().optional(),
  buildingName: z.string().optional(),
  floor: z.string().optional(),
  postBox: z.string().optional(),
  room: z.string().optional(),
  postCode: z.string().optional(),
  townName: z.string().optional(),
  townLocationName: z.string().optional(),
  districtName: z.string().optional(),
  countrySubDivision: z.string().optional(),
  country: z.string().optional(),
});

const entryOnWire = z.strictObject({
  reference: z.string(),
  bookingDate: isoDate,
  valueDate: isoDate,
  creditDebit: z.enum(['credit', 'debit']),
  amount: amountSchema,
  isReversal: z.boolean(),
  bankTransactionCode: z.strictObject({ domain: z.string(), family: z.string(), subFamily: z.string() }),
  endToEndId: z.string().optional(),
  counterparty: z
    .strictObject({ name: z.string().optional(), iban: z.string().optional(), accountId: z.string().optional() })
    .optional(),
  remittance: z.string().optional(),
  journalId: z.string(),
});

/** A statement as clients receive it and as it may be stored: amounts are decimal strings with their asset. */
export const statementOnWire = z
  .strictObject({
    number: z.number().int().positive(),
    account: z.strictObject({
      id: z.string(),
      localNumber: z.string(),
      iban: z.string().optional(),
      name: z.string().optional(),
      currency: z.string(),
      decimals: z.number().int().min(0).max(18),
      owner: z.strictObject({ name: z.string(), address: addressOnWire.optional() }),
    }),
    servicer: z.strictObject({ name: z.string(), bic: z.string().optional() }),
    period: z.strictObject({ from: isoDate, to: isoDate }),
    createdAt: instant,
    openingBalance: balanceOnWire,
    closingBalance: balanceOnWire,
    entries: z.array(entryOnWire),
  })
  .meta({
    id: 'AccountStatement',
    description: 'A numbered statement of an account in one asset; never changes once issued.',
  });

/** A statement in its JSON shape. */
export type StatementOnWire = z.output<typeof statementOnWire>;

/**
 * The JSON shape of a statement.
 * @throws StatementInvalid when opening balance and entries do not make the closing balance
 */
export const statementToWire = (document: StatementDocument): StatementOnWire => {
  assertStatement(document);
  const { account, openingBalance, closingBalance, entries, ...rest } = document;
  const amountOf = (amountMinor: bigint): { readonly amount: string; readonly asset: string } => ({
    amount: formatAmount(amountMinor, account.decimals),
    asset: account.currency,
  });
  return {
    ...rest,
    account,
    openingBalance: { balance: amountOf(openingBalance.amountMinor), date: openingBalance.date },
    closingBalance: { balance: amountOf(closingBalance.amountMinor), date: closingBalance.date },
    entries: entries.map(({ amountMinor, ...entry }) => ({ ...entry, amount: amountOf(amountMinor) })),
  };
};

/**
 * A statement read back from its JSON shape.
 * @throws TypeError when an amount is in another asset than the account or finer than its decimals
 * @throws StatementInvalid when the amounts do not add up
 */
export const statementFromWire = (wire: StatementOnWire): StatementDocument => {
  const { account, openingBalance, closingBalance, entries, ...rest } = wire;
  const minorOf = ({ amount, asset }: { readonly amount: string; readonly asset: string }): bigint => {
    if (asset !== account.currency)
      throw new TypeError(`A statement in ${account.currency} has an amount in ${asset}.`);
    const parsed = parseSignedAmount(amount, account.decimals);
    if (!parsed.ok) throw new TypeError(`A statement has an amount that is none: ${parsed.problem}.`);
    return parsed.amountMinor;
  };
  const document: StatementDocument = {
    ...rest,
    account,
    openingBalance: { amountMinor: minorOf(openingBalance.balance), date: openingBalance.date },
    closingBalance: { amountMinor: minorOf(closingBalance.balance), date: closingBalance.date },
    entries: entries.map(({ amount, ...entry }) => ({ ...entry, amountMinor: minorOf(amount) })),
  };
  assertStatement(document);
  return document;
};

/** Writes a statement as JSON text, indented for people who open the file. */
export const writeStatementJson = (document: StatementDocument): string =>
  `${JSON.stringify(statementToWire(document), null, 2)}\n`;
