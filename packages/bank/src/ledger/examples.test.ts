import { beforeEach, describe, expect, it } from 'vitest';
import { availableOf } from './balance.ts';
import { idOf, type MemoryBank, startMemoryBank } from './fixtures/memory-bank.ts';
import { midRates } from './fixtures/twins.ts';
import type { PostJournalData } from './journal/commands.ts';
import type { JournalCapture, JournalPosting } from './journal/events.ts';

// The worked examples 16 to 24 of the ledger's law, word for word.
const A = idOf('account A');
const B = idOf('account B');

let bank: MemoryBank;
let count = 0;

type Leg = readonly [side: 'Dr' | 'Cr', account: string, amountMinor: bigint, asset?: string];

const legs = (asset: string, ...all: readonly Leg[]): readonly JournalPosting[] =>
  all.map(([side, account, amountMinor, its = asset]) => ({
    account,
    asset: its,
    side: side === 'Dr' ? 'debit' : 'credit',
    amountMinor,
    purpose: 'principal',
  }));

const as = (purpose: JournalPosting['purpose'], postings: readonly JournalPosting[]): readonly JournalPosting[] =>
  postings.map((posting) => ({ ...posting, purpose }));

const post = async (postings: readonly JournalPosting[], rest: Partial<PostJournalData> = {}) =>
  bank.run(bank.handlers.postJournal, {
    journalId: idOf(`journal ${count++}`),
    kind: 'example',
    postings,
    captures: [],
    ...rest,
  });

const posted = async (...args: Parameters<typeof post>): Promise<string> => {
  const outcome = await post(...args);
  if (!outcome.accepted) throw new Error(`Refused: ${outcome.refusal.code}.`);
  return outcome.result.journalId;
};

const hold = async (name: string, account: string, amountMinor: bigint, asset = 'EUR'): Promise<string> => {
  const holdId = idOf(name);
  const outcome = await bank.run(bank.handlers.placeHold, { holdId, account, asset, amountMinor });
  expect(outcome.accepted).toBe(true);
  return holdId;
};

const capture = (holdId: string, amountMinor: bigint, isFinal = true): JournalCapture => ({
  holdId,
  amountMinor,
  isFinal,
});
const available = (account: string, asset = 'EUR'): bigint => {
  const balance = bank.balance(account, asset);
  return balance === undefined ? 0n : availableOf(balance);
};

/** Credits − debits: what the examples write with a sign. */
const net = (account: string, asset = 'EUR'): bigint => {
  const balance = bank.balance(account, asset);
  return balance === undefined ? 0n : balance.creditsMinor - balance.debitsMinor;
};

beforeEach(async () => {
  bank = await startMemoryBank();
  await bank.openCustomer(A);
  await bank.openCustomer(B);
  await bank.openHouse(
    'nostro/ing',
    'psp/stripe',
    'cost/stripe',
    'cost/dispute',
    'cost/network',
    'chain/btc/hot',
    'loss/chargeback',
    'income/taker',
    'income/maker',
    'income/withdrawal-fee',
  );
  await bank.openHouse(
    'clearing/card',
    'clearing/refunds',
    'clearing/disputes',
    'clearing/withdrawals',
    'clearing/sepa',
    'clearing/returns',
  );
});

const fund = (account: string, amountMinor: bigint, asset = 'EUR') =>
  posted(legs(asset, ['Dr', 'main:nostro/ing', amountMinor], ['Cr', account, amountMinor]));

describe('the worked examples of the ledger', () => {
  it('16: a deposit of 100.00 EUR', async () => {
    await fund(A, 100_00n);
    expect(bank.posted(A)).toBe(100_00n);
    expect(net('main:nostro/ing')).toBe(-100_00n);
    expect(bank.posted('main:nostro/ing')).toBe(100_00n);
  });

  it('17: a transfer of 50.00 with a fee of 0.50, refused as one if there is only 50.00', async () => {
    const transfer = [
      ...legs('EUR', ['Dr', A, 50_00n], ['Cr', B, 50_00n]),
      ...as('fee', legs('EUR', ['Dr', A, 50n], ['Cr', 'main:income/transfer-fee', 50n])),
    ];
    await fund(A, 50_00n);
    expect(await post(transfer)).toEqual({
      accepted: false,
      refusal: { code: 'insufficient_funds', account: A, asset: 'EUR', spendableMinor: 50_00n, neededMinor: 50_50n },
    });
    expect([bank.posted(A), bank.posted(B)]).toEqual([50_00n, 0n]);
    await fund(A, 50_00n);
    await posted(transfer);
    expect([net(A), net(B), net('main:income/transfer-fee')]).toEqual([49_50n, 50_00n, 50n]);
  });

  it('18: 100.00 EUR sold at 1.0890 with mid 1.1000, and day end at 1.12', async () => {
    await fund(A, 100_00n);
    const quoteId = idOf('quote');
    const terms = {
      quoteId,
      entity: 'main',
      midRate: '1.1000',
      customerRate: '1.0890',
      rateSource: 'test',
      rateDate: '2026-03-02',
      expiresAt: '2026-03-02T23:00:00.000Z',
    };
    await bank.run(bank.handlers.issueQuote, {
      ...terms,
      sell: { asset: 'EUR', decimals: 2, amountMinor: 100_00n },
      buy: { asset: 'USD', decimals: 2 },
    });
    const converted = await bank.run(bank.handlers.convert, { journalId: idOf('conversion'), quoteId, account: A });
    expect(
      converted.accepted &&
        converted.result.postings.map(({ side, account, asset, amountMinor }) => [side, account, asset, amountMinor]),
    ).toEqual([
      ['debit', A, 'EUR', 100_00n],
      ['credit', 'main:fx-position', 'EUR', 100_00n],
      ['debit', 'main:fx-position', 'USD', 110_00n],
      ['credit', A, 'USD', 108_90n],
      ['credit', 'main:income/fx-spread', 'USD', 1_10n],
    ]);
    midRates.set('EUR/USD', '1.1200');
    const revalued = await bank.run(bank.handlers.revalueEntity, { entity: 'main', businessDate: '2026-03-02' });
    midRates.set('EUR/USD', '1.1000');
    expect(
      revalued.accepted &&
        revalued.result?.postings.map(({ side, account, asset, amountMinor }) => [side, account, asset, amountMinor]),
    ).toEqual([
      ['debit', 'main:fx-position', 'USD', 2_00n],
      ['credit', 'main:income/fx-reval', 'USD', 2_00n],
    ]);
  });

  it('19: 80 of 100 held, 50.00 captured, the rest voided', async () => {
    await fund(A, 100_00n);
    const holdId = await hold('h19', A, 80_00n);
    expect([bank.balance(A)?.heldOutMinor, available(A)]).toEqual([80_00n, 20_00n]);
    await posted(legs('EUR', ['Dr', A, 50_00n], ['Cr', 'main:clearing/card', 50_00n]), {
      captures: [capture(holdId, 50_00n, false)],
    });
    expect([bank.posted(A), bank.balance(A)?.heldOutMinor, available(A)]).toEqual([50_00n, 30_00n, 20_00n]);
    await bank.run(bank.handlers.voidHold, { holdId });
    expect([bank.balance(A)?.heldOutMinor, available(A)]).toEqual([0n, 50_00n]);
  });

  it('20: a card deposit of 100, 40 of it refunded, the rest paid out', async () => {
    await posted([
      ...legs('EUR', ['Dr', 'main:psp/stripe', 100_00n], ['Cr', A, 100_00n]),
      ...as('cost', legs('EUR', ['Dr', 'main:cost/stripe', 1_75n], ['Cr', 'main:psp/stripe', 1_75n])),
    ]);
    const approved = await posted(legs('EUR', ['Dr', A, 40_00n], ['Cr', 'main:clearing/refunds', 40_00n]));
    const done = await posted(legs('EUR', ['Dr', 'main:clearing/refunds', 40_00n], ['Cr', 'main:psp/stripe', 40_00n]));
    await posted(legs('EUR', ['Dr', 'main:nostro/ing', 58_25n], ['Cr', 'main:psp/stripe', 58_25n]));
    expect([bank.posted(A), bank.posted('main:psp/stripe'), bank.posted('main:clearing/refunds')]).toEqual([
      60_00n,
      0n,
      0n,
    ]);
    for (const original of [done, approved])
      expect(
        (await bank.run(bank.handlers.reverseJournal, { journalId: idOf(`bounced ${original}`), original })).accepted,
      ).toBe(true);
    expect([bank.posted(A), bank.posted('main:psp/stripe')]).toEqual([100_00n, 40_00n]);
  });

  it('21: a chargeback of 100 of which the account still has 60, lost and written off', async () => {
    await posted(legs('EUR', ['Dr', 'main:psp/stripe', 100_00n], ['Cr', A, 100_00n]));
    await posted(legs('EUR', ['Dr', A, 40_00n], ['Cr', B, 40_00n]));
    await posted(
      legs(
        'EUR',
        ['Dr', 'main:clearing/disputes', 100_00n],
        ['Cr', 'main:psp/stripe', 100_00n],
        ['Dr', 'main:cost/dispute', 15_00n],
        ['Cr', 'main:psp/stripe', 15_00n],
      ),
    );
    const holdId = await hold('h21', A, 60_00n);
    const lost = legs('EUR', ['Dr', A, 100_00n], ['Cr', 'main:clearing/disputes', 100_00n]);
    expect(await post(lost, { captures: [capture(holdId, 60_00n)] })).toMatchObject({
      accepted: false,
      refusal: { code: 'insufficient_funds' },
    });
    await posted(lost, { captures: [capture(holdId, 60_00n)], forced: 'chargeback' });
    expect([bank.posted(A), bank.balance(A)?.heldOutMinor, bank.posted('main:clearing/disputes')]).toEqual([
      -40_00n,
      0n,
      0n,
    ]);
    await posted(legs('EUR', ['Dr', 'main:loss/chargeback', 40_00n], ['Cr', A, 40_00n]));
    expect(bank.posted(A)).toBe(0n);
  });

  it('21: the same chargeback, won', async () => {
    await posted(legs('EUR', ['Dr', 'main:psp/stripe', 100_00n], ['Cr', A, 100_00n]));
    await posted(legs('EUR', ['Dr', 'main:clearing/disputes', 100_00n], ['Cr', 'main:psp/stripe', 100_00n]));
    const holdId = await hold('h21', A, 60_00n);
    await posted(legs('EUR', ['Dr', 'main:psp/stripe', 100_00n], ['Cr', 'main:clearing/disputes', 100_00n]));
    await bank.run(bank.handlers.voidHold, { holdId });
    expect([available(A), bank.posted('main:clearing/disputes'), bank.posted('main:psp/stripe')]).toEqual([
      100_00n,
      0n,
      100_00n,
    ]);
  });

  it('22: 0.5 BTC withdrawn with a fee of 0.0005, booked before it is broadcast; dropped, it is reversed', async () => {
    const btc = (text: string): bigint => BigInt(Math.round(Number(text) * 1e8));
    await posted(legs('BTC', ['Dr', 'main:chain/btc/hot', btc('1')], ['Cr', A, btc('1')]));
    const holdId = await hold('h22', A, btc('0.5005'), 'BTC');
    const out = await posted(
      legs(
        'BTC',
        ['Dr', A, btc('0.5')],
        ['Cr', 'main:clearing/withdrawals', btc('0.5')],
        ['Dr', A, btc('0.0005')],
        ['Cr', 'main:income/withdrawal-fee', btc('0.0005')],
      ),
      { captures: [capture(holdId, btc('0.5005'))] },
    );
    expect([bank.posted(A, 'BTC'), bank.balance(A, 'BTC')?.heldOutMinor]).toEqual([btc('0.4995'), 0n]);
    const confirmed = legs(
      'BTC',
      ['Dr', 'main:clearing/withdrawals', btc('0.5')],
      ['Cr', 'main:chain/btc/hot', btc('0.5')],
      ['Dr', 'main:cost/network', btc('0.00012')],
      ['Cr', 'main:chain/btc/hot', btc('0.00012')],
    );
    const settled = await posted(confirmed);
    expect([bank.posted('main:clearing/withdrawals', 'BTC'), bank.posted('main:chain/btc/hot', 'BTC')]).toEqual([
      0n,
      btc('0.49988'),
    ]);
    for (const original of [settled, out])
      await bank.run(bank.handlers.reverseJournal, { journalId: idOf(`dropped ${original}`), original });
    expect([bank.posted(A, 'BTC'), bank.posted('main:clearing/withdrawals', 'BTC')]).toEqual([btc('1'), 0n]);
  });

  it('23: 0.10 BTC traded at 60,000 EUR, the holds of both sides captured by one journal', async () => {
    const buyer = A;
    const seller = B;
    await fund(buyer, 6_062_10n);
    await posted(legs('BTC', ['Dr', 'main:chain/btc/hot', 10_000_000n], ['Cr', seller, 10_000_000n]));
    const buyHold = await hold('buy', buyer, 6_062_10n);
    const sellHold = await hold('sell', seller, 10_000_000n, 'BTC');
    const trade = legs(
      'EUR',
      ['Dr', seller, 10_000_000n, 'BTC'],
      ['Cr', buyer, 10_000_000n, 'BTC'],
      ['Dr', buyer, 6_000_00n],
      ['Cr', seller, 6_000_00n],
      ['Dr', buyer, 12_00n],
      ['Cr', 'main:income/taker', 12_00n],
      ['Dr', seller, 6_00n],
      ['Cr', 'main:income/maker', 6_00n],
    ).map((leg, index) => (index < 4 ? leg : { ...leg, purpose: 'fee' as const }));
    await posted(trade, { captures: [capture(buyHold, 6_012_00n), capture(sellHold, 10_000_000n)] });
    expect([bank.posted(buyer), available(buyer)]).toEqual([50_10n, 50_10n]);
    expect([bank.posted(seller), bank.posted(seller, 'BTC'), bank.posted(buyer, 'BTC')]).toEqual([
      5_994_00n,
      0n,
      10_000_000n,
    ]);
  });

  it('24: a bank payment of 20.00 out, settled, returned', async () => {
    await fund(A, 20_00n);
    await posted(legs('EUR', ['Dr', A, 20_00n], ['Cr', 'main:clearing/sepa', 20_00n]));
    await posted(legs('EUR', ['Dr', 'main:clearing/sepa', 20_00n], ['Cr', 'main:nostro/ing', 20_00n]));
    expect([bank.posted(A), bank.posted('main:nostro/ing'), bank.posted('main:clearing/sepa')]).toEqual([0n, 0n, 0n]);
    await posted(legs('EUR', ['Dr', 'main:nostro/ing', 20_00n], ['Cr', 'main:clearing/returns', 20_00n]));
    await posted(legs('EUR', ['Dr', 'main:clearing/returns', 20_00n], ['Cr', A, 20_00n]));
    expect([bank.posted(A), bank.posted('main:clearing/returns')]).toEqual([20_00n, 0n]);
  });
});
