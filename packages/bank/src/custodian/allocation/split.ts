import { allocate } from '@finaegis/kernel/money';
import type { PartnerKind } from '../bank/events.ts';

/** Part of a customer's money at one bank: 10,000 basis points are all of it. */
export interface BankShare {
  readonly bank: string;
  readonly basisPoints: number;
}

/** How a customer's money is spread. */
export interface Spread {
  readonly shares: readonly BankShare[];
  /** The bank that pays first, and that is served first where remainders are equal. */
  readonly primary: string;
}

/** An amount at a bank. */
export interface BankAmount {
  readonly bank: string;
  readonly amountMinor: bigint;
}

/** All of something, in basis points. */
export const wholeBasisPoints = 10_000;

/**
 * Splits an amount by shares, by largest remainder: the parts make the amount to the last unit. The primary bank stands first, then the larger
 * share, then the code; a bank with nothing to hold is left out.
 */
export const splitAmount = (amountMinor: bigint, { shares, primary }: Spread): readonly BankAmount[] => {
  const ordered = inOrder({ shares, primary });
  const parts = allocate(
    amountMinor,
    ordered.map(({ basisPoints }) => BigInt(basisPoints)),
  );
  return ordered.flatMap(({ bank }, index) => {
    const part = parts[index] ?? 0n;
    return part === 0n ? [] : [{ bank, amountMinor: part }];
  });
};

const inOrder = ({ shares, primary }: Spread): readonly BankShare[] =>
  [...shares].sort(
    (left, right) =>
      Number(right.bank === primary) - Number(left.bank === primary) ||
      right.basisPoints - left.basisPoints ||
      (left.bank < right.bank ? -1 : 1),
  );

/** What insures a bank's depositors. */
export interface Insurance {
  readonly bank: string;
  readonly kind: PartnerKind;
  /** In the asset the cover is asked for; absent where nothing is insured. */
  readonly limitMinor?: bigint | undefined;
}

/** What is insured of a customer's money, bank by bank. */
export interface Cover {
  readonly banks: readonly (BankAmount & { readonly coveredMinor: bigint })[];
  readonly totalMinor: bigint;
  readonly coveredMinor: bigint;
}

/**
 * Deposit-insurance cover: over the banks, the smaller of the limit and the customer's total there. Several amounts at one bank count together;
 * what lies at an e-money institution is safeguarded and not insured; money owed is no deposit.
 */
export const insuranceCover = (holdings: readonly BankAmount[], insurances: readonly Insurance[]): Cover => {
  const totals = new Map<string, bigint>();
  for (const { bank, amountMinor } of holdings) totals.set(bank, (totals.get(bank) ?? 0n) + amountMinor);
  const insured = new Map(insurances.map((insurance) => [insurance.bank, insurance]));
  const banks = [...totals].map(([bank, amountMinor]) => {
    const insurance = insured.get(bank);
    const limitMinor = insurance?.kind === 'bank' ? (insurance.limitMinor ?? 0n) : 0n;
    const deposit = amountMinor > 0n ? amountMinor : 0n;
    return { bank, amountMinor, coveredMinor: deposit < limitMinor ? deposit : limitMinor };
  });
  return {
    banks,
    totalMinor: banks.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
    coveredMinor: banks.reduce((sum, { coveredMinor }) => sum + coveredMinor, 0n),
  };
};

/** When a spread counts as diversified. */
export interface DiversificationRule {
  readonly shareMaxBasisPoints: number;
  readonly banksMin: number;
}

/** At least two banks and none above 60 %. */
export const diversificationRule: DiversificationRule = { shareMaxBasisPoints: 6_000, banksMin: 2 };

/** What keeps a spread from being diversified. */
export type Concentration =
  | { readonly kind: 'too_few_banks'; readonly banks: number; readonly banksMin: number }
  | {
      readonly kind: 'share_too_large';
      readonly bank: string;
      readonly basisPoints: number;
      readonly shareMaxBasisPoints: number;
    };

/** Everything that is too concentrated; nothing for a diversified spread. */
export const concentrations = (
  shares: readonly BankShare[],
  { shareMaxBasisPoints, banksMin }: DiversificationRule = diversificationRule,
): readonly Concentration[] => {
  const used = shares.filter(({ basisPoints }) => basisPoints > 0);
  return [
    ...(used.length < banksMin ? [{ kind: 'too_few_banks', banks: used.length, banksMin } as const] : []),
    ...used
      .filter(({ basisPoints }) => basisPoints > shareMaxBasisPoints)
      .map(({ bank, basisPoints }) => ({ kind: 'share_too_large', bank, basisPoints, shareMaxBasisPoints }) as const),
  ];
};
