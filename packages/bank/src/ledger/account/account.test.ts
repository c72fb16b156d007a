import type { Decision } from '@finaegis/kernel/decision';
import { fold } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent, RecordedEvent } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import { answerOf } from '../fixtures/paper-book.ts';
import {
  closeLedgerAccount,
  type LedgerAccountState,
  ledgerAccountAggregate,
  liftBlock,
  type OpenLedgerAccount,
  openLedgerAccount,
  type PlaceBlock,
  placeBlock,
  setOverdraftLimit,
} from './account.ts';

const accountId = 'a-1';
const open: OpenLedgerAccount = {
  accountId,
  entity: 'main',
  kind: 'customer',
  class: 'liability',
  hasFloor: true,
};
const block: PlaceBlock = { accountId, blockId: 'b-1', kind: 'debit', reason: 'court_order' };
const amountBlock: PlaceBlock = {
  accountId,
  blockId: 'b-2',
  kind: 'amount',
  asset: 'EUR',
  amountMinor: 5_00n,
  reason: 'sanctions',
};

const after = (
  state: LedgerAccountState,
  ...decides: readonly ((state: LedgerAccountState) => Decision<NewEvent, { readonly code: string }>)[]
): LedgerAccountState =>
  decides.reduce((before, decide) => {
    const decision = decide(before);
    if (!decision.accepted) throw new Error(`refused: ${decision.rejection.code}`);
    return decision.events.reduce(
      (folded, event) => fold(ledgerAccountAggregate, folded, event as RecordedEvent),
      before,
    );
  }, state);

const unknown = ledgerAccountAggregate.initial;
const opened = () => after(unknown, (state) => openLedgerAccount(state, open));
const blocked = () =>
  after(
    opened(),
    (state) => placeBlock(state, block),
    (state) => placeBlock(state, amountBlock),
  );
const lifted = () => after(blocked(), (state) => liftBlock(state, { accountId, blockId: 'b-1' }));
const closed = () => after(opened(), (state) => closeLedgerAccount(state, { accountId }, []));
const limit = (limitMinor: bigint) => ({ accountId, asset: 'EUR', limitMinor });

describe('opening an account in the ledger', () => {
  it('starts it open, without blocks and without credit; a house account keeps its code', () => {
    expect(opened()).toEqual({ ...open, status: 'open', blocks: [], lifted: [], overdraftLimits: new Map() });
    const house = { ...open, kind: 'house', class: 'asset', code: 'cash' } as const;
    expect(answerOf(openLedgerAccount(unknown, house))).toEqual([{ type: 'LedgerAccountOpened', ...house }]);
  });

  it('asked for again is a repeat, also once it is closed', () => {
    for (const state of [opened(), closed()]) expect(answerOf(openLedgerAccount(state, open))).toEqual([]);
  });

  it.each<[string, Partial<OpenLedgerAccount>]>([
    ['entity', { entity: 'branch' }],
    ['kind', { kind: 'house' }],
    ['class', { class: 'asset' }],
    ['floor', { hasFloor: false }],
    ['code', { code: 'cash' }],
  ])('under an id that has another %s is refused: these never change', (_, other) => {
    expect(answerOf(openLedgerAccount(opened(), { ...open, ...other }))).toEqual({
      code: 'account_exists_with_different_terms',
      account: accountId,
    });
  });
});

describe('blocks', () => {
  it('stand beside one another, each with what it stops and why', () => {
    expect(blocked()).toMatchObject({
      blocks: [
        { blockId: 'b-1', kind: 'debit', reason: 'court_order' },
        { blockId: 'b-2', kind: 'amount', asset: 'EUR', amountMinor: 5_00n, reason: 'sanctions' },
      ],
    });
    expect(answerOf(placeBlock(opened(), block))).toEqual([{ type: 'AccountBlockPlaced', ...block }]);
    expect(answerOf(placeBlock(opened(), amountBlock))).toEqual([{ type: 'AccountBlockPlaced', ...amountBlock }]);
  });

  it('are placed once; an id never means another block', () => {
    expect(answerOf(placeBlock(blocked(), amountBlock))).toEqual([]);
    for (const other of [{ kind: 'debit' }, { asset: 'USD' }, { amountMinor: 6_00n }, { reason: 'other' }] as const)
      expect(answerOf(placeBlock(blocked(), { ...amountBlock, ...other }))).toEqual({
        code: 'block_exists_with_different_terms',
        blockId: 'b-2',
      });
  });

  it('lifted leave the others standing, and an old request that comes late does not bring them back', () => {
    expect(answerOf(liftBlock(blocked(), { accountId, blockId: 'b-1' }))).toEqual([
      { type: 'AccountBlockLifted', ...block },
    ]);
    expect(answerOf(liftBlock(blocked(), { accountId, blockId: 'b-2' }))).toEqual([
      { type: 'AccountBlockLifted', ...amountBlock },
    ]);
    expect(lifted()).toMatchObject({ blocks: [{ blockId: 'b-2' }], lifted: ['b-1'] });
    expect(answerOf(liftBlock(lifted(), { accountId, blockId: 'b-1' }))).toEqual([]);
    expect(answerOf(placeBlock(lifted(), block))).toEqual([]);
  });

  it('need an account that is there, open to be placed, and a block to lift', () => {
    expect(answerOf(placeBlock(unknown, block))).toEqual({ code: 'account_unknown', account: accountId });
    expect(answerOf(placeBlock(closed(), block))).toEqual({ code: 'account_closed', account: accountId });
    const house = after(unknown, (state) => openLedgerAccount(state, { ...open, kind: 'house', hasFloor: false }));
    expect(answerOf(placeBlock(house, block))).toEqual({ code: 'account_has_no_floor', account: accountId });
    expect(answerOf(liftBlock(unknown, block))).toEqual({ code: 'account_unknown', account: accountId });
    expect(answerOf(liftBlock(opened(), block))).toEqual({ code: 'block_unknown', blockId: 'b-1' });
    expect(answerOf(liftBlock(blocked(), { accountId, blockId: 'b-3' }))).toEqual({
      code: 'block_unknown',
      blockId: 'b-3',
    });
  });
});

describe('the overdraft limit', () => {
  it('is set for one asset and leaves the others; the limit it has already changes nothing', () => {
    const limited = after(
      opened(),
      (state) => setOverdraftLimit(state, limit(5_00n)),
      (state) => setOverdraftLimit(state, { ...limit(7_00n), asset: 'USD' }),
    );
    expect(limited).toMatchObject({
      overdraftLimits: new Map([
        ['EUR', 5_00n],
        ['USD', 7_00n],
      ]),
    });
    expect(answerOf(setOverdraftLimit(limited, limit(5_00n)))).toEqual([]);
    expect(answerOf(setOverdraftLimit(opened(), limit(0n)))).toEqual([]);
    expect(answerOf(setOverdraftLimit(limited, limit(0n)))).toEqual([{ type: 'OverdraftLimitSet', ...limit(0n) }]);
  });

  it('needs an open account that has a floor', () => {
    expect(answerOf(setOverdraftLimit(unknown, limit(1n)))).toEqual({ code: 'account_unknown', account: accountId });
    expect(answerOf(setOverdraftLimit(closed(), limit(1n)))).toEqual({ code: 'account_closed', account: accountId });
    const floorless = after(unknown, (state) => openLedgerAccount(state, { ...open, hasFloor: false }));
    expect(answerOf(setOverdraftLimit(floorless, limit(1n)))).toEqual({
      code: 'account_has_no_floor',
      account: accountId,
    });
  });
});

describe('closing an account in the ledger', () => {
  const nothing = { asset: 'EUR', postedMinor: 0n, heldOutMinor: 0n };

  it('happens once, when nothing is left on it in any asset', () => {
    expect(answerOf(closeLedgerAccount(opened(), { accountId }, [nothing]))).toEqual([
      { type: 'LedgerAccountClosed', accountId },
    ]);
    expect(closed()).toMatchObject({ status: 'closed' });
    expect(answerOf(closeLedgerAccount(closed(), { accountId }, []))).toEqual([]);
    expect(answerOf(closeLedgerAccount(unknown, { accountId }, []))).toEqual({
      code: 'account_unknown',
      account: accountId,
    });
  });

  it.each([
    ['money', { postedMinor: 1n }],
    ['a debt', { postedMinor: -1n }],
    ['a hold', { heldOutMinor: 1n }],
  ])('with %s on it is refused, and says in which asset', (_, left) => {
    const balances = [nothing, { ...nothing, asset: 'USD', ...left }];
    expect(answerOf(closeLedgerAccount(opened(), { accountId }, balances))).toEqual({
      code: 'account_not_empty',
      account: accountId,
      ...nothing,
      ...left,
      asset: 'USD',
    });
  });

  it('an event of a kind nobody knows stops the stream', () => {
    expect(() => ledgerAccountAggregate.evolve(opened(), { type: 'AccountSold', data: {} } as never)).toThrow(
      'Unreachable',
    );
  });
});
