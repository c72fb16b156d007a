import type { Decision } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import {
  type Book,
  houseAccountId,
  isHouseAccountId,
  type JournalPosting,
  type JournalRefusal,
  type PostJournal,
  postJournal,
} from '../../ledger/contract.ts';
import { feeIncome, issuableShares, refundsInClearing, shareCapital, subscriptions } from '../chart.ts';
import type { Investment, InvestmentTerms } from './investment.ts';

type Booking = Decision<NewEvent, JournalRefusal>;
type Line = Pick<JournalPosting, 'asset' | 'amountMinor'>;

/** Ids of an investment's journals; the same step always makes the same journal. */
export const investmentJournalId = (
  investmentId: string,
  step: 'pay-in' | 'pay-back' | 'settle' | 'confirm' | 'return-shares' | 'settle-refund',
): string => derivedUuid('cgo-journal', investmentId, step);

/** The hold that reserves an investment's shares. */
export const shareHoldId = (investmentId: string): string => derivedUuid('cgo-hold', investmentId);

const pair = (
  debit: string,
  credit: string,
  { asset, amountMinor }: Line,
  purpose: JournalPosting['purpose'] = 'principal',
): readonly JournalPosting[] =>
  amountMinor === 0n
    ? []
    : [
        { account: debit, side: 'debit', asset, amountMinor, purpose },
        { account: credit, side: 'credit', asset, amountMinor, purpose },
      ];

const post = (
  book: Book,
  { investmentId, reference }: InvestmentTerms,
  journal: Pick<PostJournal, 'journalId' | 'kind' | 'postings'> & Partial<Pick<PostJournal, 'captures'>>,
): Booking => postJournal(book, { captures: [], endToEndId: reference, metadata: { investmentId }, ...journal });

const house = ({ entity }: Pick<InvestmentTerms, 'entity'>, chartCode: string): string =>
  houseAccountId(entity, chartCode);

/** Dr payer · Cr cgo/subscriptions, with the fee as a pair of its own. Another amount than was asked for is all subscription, since it goes back whole. */
export const bookPayIn = (
  book: Book,
  investment: InvestmentTerms,
  { payer, paidMinor, isExact }: { readonly payer: string; readonly paidMinor: bigint; readonly isExact: boolean },
): Booking => {
  const { investmentId, asset, amountMinor, feeMinor } = investment;
  return post(book, investment, {
    journalId: investmentJournalId(investmentId, 'pay-in'),
    kind: 'cgo-subscription',
    postings: [
      ...pair(payer, house(investment, subscriptions), { asset, amountMinor: isExact ? amountMinor : paidMinor }),
      ...(isExact ? pair(payer, house(investment, feeIncome), { asset, amountMinor: feeMinor }, 'fee') : []),
    ],
  });
};

/** Where money goes first that is paid back: to the account that paid, or into clearing until its provider has sent it. */
const backTo = ({ entity, payIn }: Investment): string => {
  const payer = payIn?.payer ?? '';
  return isHouseAccountId(payer) ? houseAccountId(entity, refundsInClearing) : payer;
};

/** Dr cgo/subscriptions · Cr whoever paid, fee included: the investment did not come about. */
export const bookPayBack = (book: Book, investment: Investment): Booking => {
  const { investmentId, asset, amountMinor, feeMinor, payIn } = investment;
  const isExact = payIn?.isExact === true;
  const to = backTo(investment);
  return post(book, investment, {
    journalId: investmentJournalId(investmentId, 'pay-back'),
    kind: 'cgo-pay-back',
    postings: [
      ...pair(house(investment, subscriptions), to, {
        asset,
        amountMinor: isExact ? amountMinor : (payIn?.paidMinor ?? 0n),
      }),
      ...(isExact ? pair(house(investment, feeIncome), to, { asset, amountMinor: feeMinor }, 'fee') : []),
    ],
  });
};

/** Dr clearing/refunds · Cr the house account the money had arrived on: its provider has sent it back. Nothing where the investor's account was credited. */
export const bookRefundSent = (book: Book, investment: Investment, step: 'settle' | 'settle-refund'): Booking => {
  const { investmentId, asset, payIn } = investment;
  if (payIn === undefined || !isHouseAccountId(payIn.payer)) return { accepted: true, events: [] };
  return post(book, investment, {
    journalId: investmentJournalId(investmentId, step),
    kind: 'cgo-refund-sent',
    postings: pair(house(investment, refundsInClearing), payIn.payer, { asset, amountMinor: payIn.paidMinor }),
  });
};

/** Dr cgo/issuable · Cr investor in shares, out of the hold; Dr cgo/subscriptions · Cr equity/shares in money. */
export const bookConfirmation = (book: Book, investment: Investment): Booking => {
  const { investmentId, asset, amountMinor, accountId, shareAsset, sharesMinor, holdId = '' } = investment;
  return post(book, investment, {
    journalId: investmentJournalId(investmentId, 'confirm'),
    kind: 'cgo-confirmation',
    postings: [
      ...pair(house(investment, issuableShares), accountId, { asset: shareAsset, amountMinor: sharesMinor }),
      ...pair(house(investment, subscriptions), house(investment, shareCapital), { asset, amountMinor }),
    ],
    captures: [{ holdId, amountMinor: sharesMinor, isFinal: true }],
  });
};

/** The confirmation backwards: the shares to the round, the money and the fee on their way to whoever paid. */
export const bookSharesReturned = (book: Book, investment: Investment): Booking => {
  const { investmentId, asset, amountMinor, feeMinor, accountId, shareAsset, sharesMinor } = investment;
  const to = backTo(investment);
  return post(book, investment, {
    journalId: investmentJournalId(investmentId, 'return-shares'),
    kind: 'cgo-refund',
    postings: [
      ...pair(accountId, house(investment, issuableShares), { asset: shareAsset, amountMinor: sharesMinor }),
      ...pair(house(investment, shareCapital), to, { asset, amountMinor }),
      ...pair(house(investment, feeIncome), to, { asset, amountMinor: feeMinor }, 'fee'),
    ],
  });
};
