import type { Purpose } from './purpose.ts';
import type { Side } from './terms.ts';

/** An ISO 20022 bank transaction code: what an entry of an account statement is, in words every bank's software reads. */
export interface BankTransactionCode {
  readonly domain: string;
  readonly family: string;
  readonly subFamily: string;
}

/** How one purpose is reported outside the ledger, for a posting on one side. */
export interface PurposeCode {
  readonly bankTransactionCode: BankTransactionCode;
  /** Number of the general-ledger account that explains the posting: 1 assets, 2 liabilities, 4 income, 5 expense. */
  readonly generalLedger: string;
}

const code = (bankTransactionCode: string, generalLedger: string): PurposeCode => {
  const [domain = '', family = '', subFamily = ''] = bankTransactionCode.split('-');
  return { bankTransactionCode: { domain, family, subFamily }, generalLedger };
};

// Sides are those of a customer's account: a debit takes money from it. A fee on the credit side is one given back.
const codes: Readonly<Record<Purpose, Readonly<Record<Side, PurposeCode>>>> = {
  principal: { debit: code('PMNT-ICDT-BOOK', '2010'), credit: code('PMNT-RCDT-BOOK', '2010') },
  fee: { debit: code('ACMT-MDOP-FEES', '4010'), credit: code('ACMT-MCOP-FEES', '4010') },
  tax: { debit: code('ACMT-MDOP-TAXE', '2410'), credit: code('ACMT-MCOP-TAXE', '2410') },
  // Charged on an overdraft it is our income; paid on a balance it is our cost.
  interest: { debit: code('ACMT-MDOP-INTR', '4110'), credit: code('ACMT-MCOP-INTR', '5110') },
  spread: { debit: code('ACMT-MDOP-COMM', '4210'), credit: code('ACMT-MCOP-COMM', '5210') },
  cost: { debit: code('ACMT-MDOP-CHRG', '5310'), credit: code('ACMT-MCOP-CHRG', '5310') },
  rounding: { debit: code('ACMT-MDOP-ADJT', '4910'), credit: code('ACMT-MCOP-ADJT', '5910') },
  write_off: { debit: code('ACMT-MDOP-ADJT', '5810'), credit: code('ACMT-MCOP-ADJT', '5810') },
  revaluation: { debit: code('ACMT-MDOP-ADJT', '5410'), credit: code('ACMT-MCOP-ADJT', '4310') },
  settlement: { debit: code('PMNT-ICDT-OTHR', '2510'), credit: code('PMNT-RCDT-OTHR', '2510') },
};

// The principal of a journal is told apart by what moved it; a kind not named here is a transfer on our own books.
const principals: ReadonlyMap<string, Readonly<Record<Side, PurposeCode>>> = new Map([
  ['deposit', { debit: code('PMNT-CNTR-CWDL', '2010'), credit: code('PMNT-CNTR-CDPT', '2010') }],
  ['withdrawal', { debit: code('PMNT-CNTR-CWDL', '2010'), credit: code('PMNT-CNTR-CDPT', '2010') }],
  ['standing_order', { debit: code('PMNT-ICDT-STDO', '2010'), credit: code('PMNT-RCDT-BOOK', '2010') }],
  ['conversion', { debit: code('FORX-SPOT-OTHR', '2010'), credit: code('FORX-SPOT-OTHR', '2010') }],
]);

/**
 * The codes of a posting on a customer's account.
 * @param posting its purpose and side, and the kind of its journal where known ('deposit', 'standing_order' …)
 * @see ISO 20022 External Code Sets, ExternalBankTransactionDomain/Family/SubFamily1Code
 */
export const purposeCodeOf = (posting: {
  readonly purpose: Purpose;
  readonly side: Side;
  readonly kind?: string | undefined;
}): PurposeCode => {
  const { purpose, side, kind } = posting;
  const byKind = purpose === 'principal' && kind !== undefined ? principals.get(kind) : undefined;
  return (byKind ?? codes[purpose])[side];
};
