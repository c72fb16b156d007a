import { fold } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent, RecordedEvent } from '@finaegis/platform/event-store/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AccountFacts,
  type Balance,
  type Book,
  isHouseAccountId,
  type JournalPosting,
  layeredBook,
} from '../../ledger/contract.ts';
import {
  type BatchState,
  type BulkBatch,
  batchAggregate,
  checkBatch,
  type LineCheck,
  submitBatch,
  takeBatch,
} from './batch.ts';
import { type BulkDecision, type BulkState, bulkAggregate, endBulk, rejectBulk, takeBulk } from './bulk.ts';
import { concludeBatch, type LineOutcome } from './conclude.ts';
import { fundBatch, fundBulk, type GrowingBook } from './fund.ts';

const bulkId = '0190a000-0000-7000-8000-000000000001';
const batchId = '0190a000-0000-7000-8000-000000000002';
const payer = '0190a000-0000-7000-8000-00000000000a';
const payee = '0190a000-0000-7000-8000-00000000000b';
const facts = { tenantId: 'tenant', now: '2025-01-30T10:00:00.000Z' };

const customer = (account: string, creditsMinor: bigint, more: Partial<Balance> = {}): Balance => ({
  account,
  asset: 'EUR',
  entity: 'main',
  class: 'liability',
  status: 'open',
  hasFloor: true,
  debitBlocks: 0,
  creditBlocks: 0,
  blockedMinor: 0n,
  debitsMinor: 0n,
  creditsMinor,
  heldOutMinor: 0n,
  overdraftLimitMinor: 0n,
  bookedAt: undefined,
  ...more,
});
const classes = { nostro: 'asset', clearing: 'liability', suspense: 'liability', income: 'income' } as const;
const bookOf = (balances: readonly Balance[], isOpen = true): GrowingBook => {
  const below: Book = {
    journal: () => ({ status: 'unknown' }),
    hold: () => ({ status: 'unknown' }),
    incoming: () => ({ status: 'unknown' }),
    entity: () => ({
      entity: 'main',
      name: 'Main',
      functionalAsset: 'EUR',
      timeZone: 'UTC',
      calendar: 'every-day',
      businessDate: '2025-01-30',
      status: isOpen ? 'day_open' : 'day_closed',
    }),
    balance: (account) => balances.find((one) => one.account === account),
    account: (accountId): AccountFacts => {
      const root = accountId.slice('main:'.length).split('/')[0] as keyof typeof classes;
      return isHouseAccountId(accountId)
        ? { accountId, entity: 'main', kind: 'house', class: classes[root], hasFloor: false }
        : { accountId, entity: 'main', kind: 'customer', class: 'liability', hasFloor: true };
    },
  };
  return layeredBook(below, facts);
};

const eventsOf = (decision: BulkDecision): readonly NewEvent[] => {
  if (!decision.accepted) throw new Error(decision.rejection.code);
  return decision.events;
};
const metadata = { actor: 'key-1', channel: 'test', correlation: 'test' };
const recorded = (event: NewEvent): RecordedEvent =>
  ({ ...event, metadata, bookedAt: facts.now }) as unknown as RecordedEvent;
const batchAfter = (state: BatchState, decision: BulkDecision): BatchState =>
  eventsOf(decision)
    .filter(({ stream }) => stream.startsWith('bulk-batch:'))
    .reduce((current, event) => fold(batchAggregate, current, recorded(event)), state);
const bulkAfter = (state: BulkState, decision: BulkDecision): BulkState =>
  eventsOf(decision)
    .filter(({ stream }) => stream.startsWith('bulk:'))
    .reduce((current, event) => fold(bulkAggregate, current, recorded(event)), state);

/** Net effect of every journal on every account, credits above zero. */
const movements = (events: readonly NewEvent[]): ReadonlyMap<string, bigint> => {
  const sums = new Map<string, bigint>();
  for (const { type, data } of events)
    if (type === 'JournalPosted')
      for (const { account, side, amountMinor } of data['postings'] as readonly JournalPosting[])
        sums.set(account, (sums.get(account) ?? 0n) + (side === 'credit' ? amountMinor : -amountMinor));
  return sums;
};

const batchOf = (
  amounts: readonly bigint[],
  wayOf: (line: number) => 'internal' | 'rail' | 'rejected',
  feeMinor = 0n,
): BulkBatch => {
  const lines = amounts.map((amountMinor, index) => ({
    line: index + 1,
    at: index + 5,
    endToEndId: `E${index}`,
    asset: 'EUR',
    amountMinor,
  }));
  const texts = { ref: 'ref', commitment: 'commitment' };
  const terms = {
    batchId,
    bulkId,
    number: 0,
    paymentInfoId: 'P',
    debtorAccountId: payer,
    entity: 'main',
    texts,
    lines,
  };
  const taken = batchAfter(batchAggregate.initial, takeBatch(batchAggregate.initial, terms));
  const checks = lines.map(({ line }): LineCheck => {
    const kind = wayOf(line);
    if (kind === 'rejected') return { line, kind, reason: 'rail_not_found' };
    return kind === 'internal'
      ? { line, kind, accountId: payee, feeMinor: 0n }
      : { line, kind, bank: 'ing', rail: 'sepa', executionDate: '2025-01-30', feeMinor };
  });
  return batchAfter(taken, checkBatch(taken, checks)) as BulkBatch;
};
const statuses = ({ lines }: BulkBatch): readonly string[] => lines.map(({ status }) => status);

describe('a batch of lines', () => {
  it('is written down once', () => {
    const { status: _, journalIds: __, ...terms } = batchOf([1n], () => 'rail');
    const first = takeBatch(batchAggregate.initial, terms);
    expect(first).toMatchObject({ events: [{ type: 'BulkLinesTaken' }] });
    expect(takeBatch(batchAfter(batchAggregate.initial, first), terms)).toEqual({ accepted: true, events: [] });
  });

  it('is debited in the order of the file for as long as the account can pay; a small line after a large one goes', () => {
    const batch = batchOf([60_00n, 50_00n, 40_00n], () => 'rail');
    const decision = fundBatch(batch, bookOf([customer(payer, 100_00n)]));
    expect(statuses(batchAfter(batch, decision) as BulkBatch)).toEqual(['funded', 'rejected', 'funded']);
    expect(movements(eventsOf(decision)).get(payer)).toBe(-100_00n);
    expect(eventsOf(decision).map(({ type }) => type)).toEqual(['JournalPosted', 'BulkLinesFunded']);
  });

  it.each<[string, Partial<Balance>, string]>([
    ['blocked', { debitBlocks: 1 }, 'account_debits_blocked'],
    ['closed', { status: 'closed' }, 'account_closed'],
  ])('of an account that is %s is refused line by line', (_, more, reason) => {
    const batch = batchOf([1n], () => 'rail');
    const after = batchAfter(batch, fundBatch(batch, bookOf([customer(payer, 100n, more)]))) as BulkBatch;
    expect(after.lines[0]).toMatchObject({ status: 'rejected', reason });
  });

  it('waits where the day is closed, and is debited, submitted and checked once', () => {
    const batch = batchOf([1n], () => 'rail');
    expect(fundBatch(batch, bookOf([customer(payer, 100n)], false))).toMatchObject({
      accepted: false,
      rejection: { code: 'day_closed' },
    });
    const book = bookOf([customer(payer, 100n)]);
    const funded = batchAfter(batch, fundBatch(batch, book)) as BulkBatch;
    expect(fundBatch(funded, book)).toEqual({ accepted: true, events: [] });
    expect(checkBatch(funded, [])).toEqual({ accepted: true, events: [] });
    const sent = batchAfter(funded, submitBatch(funded)) as BulkBatch;
    expect(submitBatch(sent)).toEqual({ accepted: true, events: [] });
    expect(
      [checkBatch({ ...batch, status: 'taken' }, []), submitBatch(funded)].flatMap(eventsOf).map(({ type }) => type),
    ).toEqual(['BulkLinesChecked', 'BulkLinesSubmitted']);
    const outcome = [{ line: 1, kind: 'settled', bankReference: 'B' }] as const;
    const settled = batchAfter(sent, concludeBatch(sent, outcome, book)) as BulkBatch;
    expect(statuses(settled)).toEqual(['settled']);
    expect(concludeBatch(settled, outcome, book)).toEqual({ accepted: true, events: [] });
    expect(concludeBatch(settled, [{ line: 1, kind: 'declined', code: 'AC04' }], book)).toEqual({
      accepted: true,
      events: [],
    });
  });

  it('gives money back where the payee cannot take it, and to suspense with an item where the payer cannot either', () => {
    const batch = batchOf([70n], () => 'internal');
    const book = bookOf([customer(payer, 100n), customer(payee, 0n, { creditBlocks: 1 })]);
    const sent = ((state: BatchState) => batchAfter(state, submitBatch(state)))(
      batchAfter(batch, fundBatch(batch, book)),
    ) as BulkBatch;
    const back = concludeBatch(sent, [{ line: 1, kind: 'credit' }], book);
    expect((batchAfter(sent, back) as BulkBatch).lines[0]).toMatchObject({
      status: 'returned',
      reason: 'account_credits_blocked',
    });
    expect(movements(eventsOf(back)).get(payer)).toBe(70n);
    const closed = bookOf([customer(payer, 0n, { status: 'closed' }), customer(payee, 0n, { status: 'closed' })]);
    const events = eventsOf(concludeBatch(sent, [{ line: 1, kind: 'credit' }], closed));
    expect(movements(events).get('main:suspense/blocked')).toBe(70n);
    expect(events.map(({ type }) => type)).toEqual(['JournalPosted', 'WorkItemOpened', 'BulkLinesConcluded']);
  });

  it('leaves nothing in clearing and loses nothing, whatever becomes of its lines', () => {
    const line = fc.record({
      amount: fc.bigInt(1n, 1_000n),
      way: fc.constantFrom('internal', 'rail', 'rejected'),
      end: fc.constantFrom('settled', 'declined', 'returned'),
    });
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 20 }),
        fc.bigInt(0n, 8_000n),
        fc.bigInt(0n, 3n),
        (lines, has, feeMinor) => {
          const batch = batchOf(
            lines.map(({ amount }) => amount),
            (number) => lines[number - 1]?.way ?? 'rail',
            feeMinor,
          );
          const book = bookOf([customer(payer, has), customer(payee, 0n)]);
          const fund = fundBatch(batch, book);
          const funded = batchAfter(batch, fund);
          const sent = batchAfter(funded, submitBatch(funded)) as BulkBatch;
          const outcomes = sent.lines
            .filter(({ status }) => status === 'submitted')
            .map(({ line: number, way }): LineOutcome => {
              if (way?.kind === 'internal') return { line: number, kind: 'credit' };
              const kind = lines[number - 1]?.end ?? 'settled';
              if (kind === 'settled') return { line: number, kind, bankReference: 'B' };
              return kind === 'declined'
                ? { line: number, kind, code: 'AC04' }
                : { line: number, kind, code: 'AC04', bankReference: 'B' };
            });
          const conclude = concludeBatch(sent, outcomes, book);
          const after = batchAfter(sent, conclude) as BulkBatch;
          const moved = movements([...eventsOf(fund), ...eventsOf(conclude)]);
          expect(moved.get('main:clearing/sepa') ?? 0n).toBe(0n);
          expect(moved.get('main:clearing/bulk') ?? 0n).toBe(0n);
          expect(moved.get('main:clearing/returns') ?? 0n).toBe(0n);
          expect([...moved.values()].reduce((sum, one) => sum + one, 0n)).toBe(0n);
          const sumOf = (status: string): bigint =>
            after.lines.filter((one) => one.status === status).reduce((sum, one) => sum + one.amountMinor, 0n);
          expect(sumOf('settled') + sumOf('returned') + sumOf('rejected')).toBe(
            lines.reduce((sum, { amount }) => sum + amount, 0n),
          );
          expect((moved.get(payee) ?? 0n) - (moved.get('main:nostro/ing') ?? 0n) * -1n).toBe(sumOf('settled'));
          expect(has + (moved.get(payer) ?? 0n) >= 0n).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a file', () => {
  const terms = {
    bulkId,
    messageId: 'M1',
    digest: 'd1',
    source: 'json',
    mode: 'all_or_none',
    entity: 'main',
    executionDate: '2025-01-30',
    lineCount: 2,
    batchCount: 1,
    totals: [],
  } as const;
  const taken = bulkAfter(bulkAggregate.initial, takeBulk(bulkAggregate.initial, terms));

  it('is taken once, and refused under its name with other content or in another mode', () => {
    expect(takeBulk(bulkAggregate.initial, terms)).toMatchObject({ events: [{ type: 'BulkPaymentTaken' }] });
    expect(takeBulk(taken, terms)).toEqual({ accepted: true, events: [] });
    for (const other of [{ digest: 'd2' }, { mode: 'best_effort' }] as const)
      expect(takeBulk(taken, { ...terms, ...other })).toMatchObject({
        rejection: { code: 'bulk_payment_exists_with_different_content' },
      });
  });

  it('of all or none is one journal, or refused for one line or for the money', () => {
    const batches = [batchOf([60n, 40n], () => 'rail')];
    const rich = fundBulk(taken, bookOf([customer(payer, 100n)]), { bulkId, batches });
    expect(eventsOf(rich).map(({ type }) => type)).toEqual(['JournalPosted', 'BulkPaymentFunded']);
    expect(fundBulk(bulkAfter(taken, rich), bookOf([]), { bulkId, batches })).toEqual({ accepted: true, events: [] });
    expect(fundBulk(taken, bookOf([customer(payer, 99n)]), { bulkId, batches })).toMatchObject({
      rejection: { code: 'insufficient_funds' },
    });
    const bad = [batchOf([1n, 1n], (line) => (line === 2 ? 'rejected' : 'rail'))];
    expect(fundBulk(taken, bookOf([customer(payer, 100n)]), { bulkId, batches: bad })).toMatchObject({
      rejection: { code: 'bulk_line_refused', line: 2, reason: 'rail_not_found' },
    });
    const unseen = batches.map((one) => ({
      ...one,
      lines: one.lines.map((line) => (line.line === 1 ? { ...line, status: 'in_review' as const } : line)),
    }));
    expect(fundBulk(taken, bookOf([customer(payer, 100n)]), { bulkId, batches: unseen })).toMatchObject({
      rejection: { code: 'bulk_line_refused', line: 1, reason: 'review_needed' },
    });
  });

  it('ends once, and what ended is not rejected, what was rejected is not paid', () => {
    const counts = { settled: 1, returned: 1, rejected: 0 };
    expect(endBulk(taken, bulkId, counts)).toMatchObject({ events: [{ type: 'BulkPaymentEnded' }] });
    expect(rejectBulk(taken, { bulkId, reason: 'cancelled' })).toMatchObject({
      events: [{ type: 'BulkPaymentRejected' }],
    });
    const over = bulkAfter(taken, endBulk(taken, bulkId, counts));
    expect(over).toMatchObject({ status: 'ended', ...counts });
    expect(endBulk(over, bulkId, counts)).toEqual({ accepted: true, events: [] });
    expect(rejectBulk(over, { bulkId, reason: 'cancelled' })).toMatchObject({
      rejection: { code: 'bulk_payment_over' },
    });
    const rejected = bulkAfter(taken, rejectBulk(taken, { bulkId, reason: 'insufficient_funds' }));
    expect(rejectBulk(rejected, { bulkId, reason: 'again' })).toEqual({ accepted: true, events: [] });
    expect(endBulk(rejected, bulkId, counts)).toMatchObject({ rejection: { code: 'bulk_payment_over' } });
    expect(fundBulk(rejected, bookOf([]), { bulkId, batches: [] })).toMatchObject({
      rejection: { code: 'bulk_payment_over' },
    });
    for (const decision of [
      endBulk(bulkAggregate.initial, bulkId, counts),
      rejectBulk(bulkAggregate.initial, { bulkId, reason: 'cancelled' }),
      fundBulk(bulkAggregate.initial, bookOf([]), { bulkId, batches: [] }),
    ])
      expect(decision).toMatchObject({ rejection: { code: 'bulk_payment_unknown' } });
  });
});
