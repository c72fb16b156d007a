import { describe, expect, it } from 'vitest';
import { type Breakage, runEpisode } from './episode.ts';
import { scripts } from './requests.ts';
import { always, failedOnce } from './seeds.ts';

/** What must have happened among some lives of a whole bank, or the proof is about something else. */
const ofAWholeLife = [
  'openAccount accepted',
  'openAccount holder_repeated',
  'setAccountOverdraft overdraft_not_of_product',
  'recordDeposit accepted',
  'withdraw insufficient_funds',
  'eraseParty erasure_refused_retention',
  'createPayment accepted',
  'createPayment payee_not_matched',
  'cancelPayment accepted',
  'reviewPayment accepted',
  'returnPayment accepted',
  'receivePayment accepted',
  'reviewIncoming accepted',
  'resolveWorkItem accepted',
  'postLinkedJournals accepted',
  'postLinkedJournals linked_journal_refused',
];

/** The same where customers pay by card. */
const ofALifeWithCards = [
  'createCardDeposit accepted',
  'createCardDeposit card_asset_not_supported',
  'requestRefund accepted',
  'requestRefund payment_not_refundable',
  'requestRefund refund_exceeds_remainder',
  'reviewRefund accepted',
  'cancelRefund accepted',
  'returnRefund accepted',
];

/** The same where files are paid, the card provider tells what happens, and payments are taken back. */
const ofAFullLife = [
  'takeBulkLines accepted',
  'takeBulk accepted',
  'takeBulk bulk_payment_exists_with_different_content',
  'reviewBulkLine accepted',
  'reviewBulkLine bulk_line_not_in_review',
  'concludeBulkLines accepted',
  'receiveWebhook accepted',
  'replayWebhook accepted',
  'replayWebhook webhook_message_under_way',
  'answerDispute accepted',
  'answerDispute dispute_unknown',
  'proposeWriteOff accepted',
  'writeOffDispute accepted',
];

/** The first seed whose episode the auditor finds fault with. */
const caughtBy = async (breakage: Breakage, seedsMax: number): Promise<number | undefined> => {
  for (let seed = 1; seed <= seedsMax; seed++) {
    // A broken product may also stand still, which is a fault like any other.
    const isSound = await runEpisode(seed, 60, breakage).then(
      ({ problems }) => problems.length === 0,
      () => false,
    );
    if (!isSound) return seed;
  }
  return undefined;
};

describe('a simulated bank', () => {
  for (const seed of always)
    it(`keeps every promise in the life of seed ${seed}`, async () => {
      const { problems, accepted, refused } = await runEpisode(seed, 100);
      expect(problems).toEqual([]);
      expect(accepted).toBeGreaterThan(20);
      expect(refused).toBeGreaterThan(10);
    });

  for (const { seed, steps, found, script = 'ledger' } of failedOnce)
    it(`never again: ${found} (seed ${seed})`, async () => {
      expect((await runEpisode(seed, steps, { script })).problems).toEqual([]);
    });

  it.each(scripts)('lives the same life for the same seed, script %s', async (script) => {
    const live = (seed: number) => runEpisode(seed, 40, { script });
    const [first, again, other] = [await live(7), await live(7), await live(8)];
    expect(again).toEqual(first);
    expect(other.history).not.toBe(first.history);
  });

  it('means by an old seed what it always meant', async () => {
    // A wish more or less shifts every choice after it; then this life is another one, and so are those that once failed.
    expect((await runEpisode(240_342_883, 100)).history).toBe('615e747812ff3516');
  });

  it.each([
    ['customers, payments and large batches', 'whole', [11, 12, 13, 14], ofAWholeLife],
    ['those who pay by card and want it back', 'cards', [21, 22, 23], ofALifeWithCards],
    ['those who send files, and payers who have their banks take payments back', 'all', [35, 36, 39, 41], ofAFullLife],
  ] as const)(
    'is lived in by %s, and nothing of them is refused for a reason no rule knows',
    async (...[, script, seeds, wanted]) => {
      const met = new Set<string>();
      for (const seed of seeds) {
        const { problems, outcomes } = await runEpisode(seed, script === 'all' ? 100 : 200, { script });
        expect(problems, `seed ${seed}`).toEqual([]);
        for (const name of outcomes.keys()) met.add(name);
      }
      expect(wanted.filter((name) => !met.has(name))).toEqual([]);
    },
  );
});

describe('the auditor', () => {
  it('notices a database that does not look whether the log has moved', async () => {
    expect(await caughtBy({ sabotage: { skipsHeadCheck: true } }, 10)).toBeDefined();
  });

  it('notices deltas of house accounts that are added twice', async () => {
    expect(await caughtBy({ sabotage: { appliesDeltasTwice: true } }, 1)).toBe(1);
  });

  it('notices balances that forget to release a voided hold', async () => {
    const forgetful: Breakage['breakBalances'] = (table) => ({
      ...table,
      fold: (rows, event) => {
        if (event.type !== 'HoldVoided') table.fold(rows, event);
      },
    });
    expect(await caughtBy({ breakBalances: forgetful }, 10)).toBeDefined();
  });

  it('notices a partner bank that says it has paid and has not', async () => {
    const forgetful: Breakage['breakRail'] = (rail) => ({
      ...rail,
      orders: async () => (await rail.orders()).slice(1),
    });
    expect(await caughtBy({ script: 'whole', breakRail: forgetful }, 10)).toBeDefined();
  });

  it('notices a partner bank that pays another amount', async () => {
    const greedy: Breakage['breakRail'] = (rail) => ({
      ...rail,
      orders: async () => (await rail.orders()).map((order) => ({ ...order, amountMinor: order.amountMinor + 1n })),
    });
    expect(await caughtBy({ script: 'whole', breakRail: greedy }, 10)).toBeDefined();
  });

  it('notices a card provider that keeps a cent', async () => {
    const thievish: Breakage['breakCards'] = (cards) => ({
      ...cards,
      accountOf: (tenantId) => {
        const account = cards.accountOf(tenantId);
        return { ...account, balanceMinor: () => account.balanceMinor() - 1n };
      },
    });
    expect(await caughtBy({ script: 'cards', breakCards: thievish }, 3)).toBeDefined();
  });

  it('notices a card provider that takes a refund back and says nothing', async () => {
    const silent: Breakage['breakCards'] = (cards) => ({ ...cards, isQuiet: () => true, newsFor: () => undefined });
    expect(await caughtBy({ script: 'cards', breakCards: silent }, 10)).toBeDefined();
  });

  it('notices a partner bank that says it has paid a line of a file and has not', async () => {
    const forgetful: Breakage['breakRail'] = (rail) => ({
      ...rail,
      orders: async () => (await rail.orders()).slice(1),
    });
    expect(await caughtBy({ script: 'all', breakRail: forgetful }, 10)).toBeDefined();
  });

  it('notices a provider whose messages never come', async () => {
    const mute: Breakage['breakCards'] = (cards) => ({ ...cards, isQuiet: () => true, messageFor: () => undefined });
    expect(await caughtBy({ script: 'all', breakCards: mute }, 5)).toBeDefined();
  });

  it('notices a case that was opened at the provider and that it tells nothing of', async () => {
    const more: Breakage['breakCards'] = (cards) => ({
      ...cards,
      casesOf: (tenantId) => cards.casesOf(tenantId).slice(1),
    });
    expect(await caughtBy({ script: 'all', breakCards: more }, 10)).toBeDefined();
  });

  it('notices a database that takes a number it has given out', async () => {
    const careless = { forgetsNumbers: true };
    expect(await caughtBy({ script: 'whole', sabotage: careless }, 10)).toBeDefined();
  });

  it('notices a log in which one event was changed', async () => {
    expect(await caughtBy({ sabotage: { changesAnEvent: true } }, 1)).toBe(1);
  });
});
