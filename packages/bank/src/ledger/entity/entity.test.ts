import type { Decision } from '@finaegis/kernel/decision';
import { fold } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent, RecordedEvent } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import { idOf } from '../fixtures/paper-book.ts';
import { classOf, firstAccounts, houseAccountId, isHouseAccountId } from './chart.ts';
import {
  closeBusinessDay,
  type EntityRefusal,
  type EntityState,
  entityAggregate,
  type OpenEntity,
  openBusinessDay,
  openEntity,
} from './entity.ts';

const entity = 'main';
const open: OpenEntity = {
  entity,
  name: 'Main',
  functionalAsset: 'EUR',
  timeZone: 'Europe/Prague',
  calendar: 'target',
  businessDate: '2026-03-06',
};

type Outcome = Decision<NewEvent, EntityRefusal>;

const after = (state: EntityState, decision: Outcome): EntityState => {
  if (!decision.accepted) throw new Error(`refused: ${decision.rejection.code}`);
  return decision.events.reduce((folded, event) => fold(entityAggregate, folded, event as RecordedEvent), state);
};
const answer = (decision: Outcome): unknown =>
  decision.accepted ? decision.events.map(({ type, data }) => ({ type, ...data })) : decision.rejection;

const unknown = entityAggregate.initial;
const opened = () => after(unknown, openEntity(unknown, open));
const closed = () => after(opened(), closeBusinessDay(opened(), open));
const nextDay = (businessDate: string) => answer(openBusinessDay(closed(), { entity, businessDate }));

describe('opening an entity', () => {
  it('opens its first business day with it', () => {
    expect(answer(openEntity(unknown, open))).toEqual([{ type: 'EntityOpened', ...open }]);
    expect(opened()).toEqual({ ...open, status: 'day_open' });
  });

  it('asked for again is a repeat on whatever day its books have come to', () => {
    expect(answer(openEntity(closed(), { ...open, businessDate: '2026-01-01' }))).toEqual([]);
  });

  it.each<[string, Partial<OpenEntity>]>([
    ['name', { name: 'Other' }],
    ['functional asset', { functionalAsset: 'USD' }],
    ['time zone', { timeZone: 'UTC' }],
    ['calendar', { calendar: 'cz' }],
  ])('under an id that has another %s is refused', (_, other) => {
    expect(answer(openEntity(opened(), { ...open, ...other }))).toEqual({ code: 'entity_exists_with_different_terms' });
  });
});

describe('closing a business day', () => {
  it('closes the open day, once', () => {
    expect(answer(closeBusinessDay(opened(), open))).toEqual([
      { type: 'BusinessDayClosed', entity, businessDate: '2026-03-06' },
    ]);
    expect(closed()).toEqual({ ...open, status: 'day_closed' });
    expect(answer(closeBusinessDay(closed(), open))).toEqual([]);
  });

  it('is refused for any other day, and says which one is open or was closed last', () => {
    const other = { entity, businessDate: '2026-03-05' };
    expect(answer(closeBusinessDay(unknown, other))).toEqual({ code: 'entity_unknown' });
    expect(answer(closeBusinessDay(opened(), other))).toEqual({
      code: 'day_not_open',
      businessDate: '2026-03-06',
      isOpen: true,
    });
    expect(answer(closeBusinessDay(closed(), other))).toEqual({
      code: 'day_not_open',
      businessDate: '2026-03-06',
      isOpen: false,
    });
  });
});

describe('opening the next business day', () => {
  it('happens once, after the last one was closed', () => {
    expect(nextDay('2026-03-09')).toEqual([{ type: 'BusinessDayOpened', entity, businessDate: '2026-03-09' }]);
    const monday = after(closed(), openBusinessDay(closed(), { entity, businessDate: '2026-03-09' }));
    expect(monday).toEqual({ ...open, status: 'day_open', businessDate: '2026-03-09' });
    expect(answer(openBusinessDay(monday, { entity, businessDate: '2026-03-09' }))).toEqual([]);
    expect(answer(openBusinessDay(monday, { entity, businessDate: '2026-03-10' }))).toEqual({
      code: 'day_still_open',
      businessDate: '2026-03-09',
    });
    expect(answer(openBusinessDay(unknown, { entity, businessDate: '2026-03-09' }))).toEqual({
      code: 'entity_unknown',
    });
  });

  it('never goes back, and a closed day is not opened again', () => {
    for (const businessDate of ['2026-03-05', '2026-03-06'])
      expect(nextDay(businessDate)).toEqual({ code: 'day_not_after_last', businessDate: '2026-03-06' });
  });

  it('keeps to the calendar of the entity', () => {
    for (const businessDate of ['2026-03-07', '2026-04-03'])
      expect(nextDay(businessDate)).toEqual({ code: 'day_not_business_day', businessDate, calendar: 'target' });
    // A calendar of which this version knows nothing forbids nothing.
    const elsewhere = { ...closed(), calendar: 'mars' } as EntityState;
    expect(openBusinessDay(elsewhere, { entity, businessDate: '2026-03-07' }).accepted).toBe(true);
  });

  it('goes 92 days ahead and no further: a wrong year would close the books until then', () => {
    const daily = { ...closed(), calendar: 'every-day' } as EntityState;
    expect(openBusinessDay(daily, { entity, businessDate: '2026-06-06' }).accepted).toBe(true);
    expect(answer(openBusinessDay(daily, { entity, businessDate: '2026-06-07' }))).toEqual({
      code: 'day_too_far_ahead',
      businessDate: '2026-06-07',
      latest: '2026-06-06',
    });
  });

  it('an event of a kind nobody knows stops the stream', () => {
    expect(() => entityAggregate.evolve(opened(), { type: 'EntitySold', data: {} } as never)).toThrow('Unreachable');
  });
});

describe('the house chart', () => {
  it.each([
    ['cash', 'asset'],
    ['nostro', 'asset'],
    ['nostro/ing', 'asset'],
    ['psp/stripe', 'asset'],
    ['chain/btc/hot', 'asset'],
    ['receivable/fees', 'asset'],
    ['interco/branch', 'asset'],
    ['accrued/interest-receivable', 'asset'],
    ['accrued/interest-receivable/loans', 'asset'],
    ['accrued/interest', 'liability'],
    ['clearing/sepa', 'liability'],
    ['suspense/blocked', 'liability'],
    ['cgo/subscriptions', 'liability'],
    ['fx-position', 'position'],
    ['income/fx-spread', 'income'],
    ['cost/network', 'expense'],
    ['loss/chargeback', 'expense'],
    ['equity', 'equity'],
    ['equity/capital', 'equity'],
  ] as const)('%s is of the class %s', (code, accountClass) => {
    expect(classOf(code)).toBe(accountClass);
  });

  it('every account an entity has from its first day grows on it', () => {
    expect(firstAccounts.filter((code) => classOf(code) === undefined)).toEqual([]);
    expect(houseAccountId('main', 'nostro/ing')).toBe('main:nostro/ing');
    expect([isHouseAccountId('main:nostro/ing'), isHouseAccountId(idOf('ada'))]).toEqual([true, false]);
  });

  it.each([
    ['a word that is no root', 'treasure/gold'],
    ['a root that only begins alike', 'cashbox'],
    ['capitals', 'nostro/ING'],
    ['an empty leaf', 'nostro/'],
    ['a dash at the end', 'nostro/ing-'],
    ['something before the root', ' nostro/ing'],
    ['five levels', 'chain/btc/hot/a/b'],
    ['more than 64 characters', `nostro/${'a'.repeat(58)}`],
  ])('%s makes no code: %s', (_, code) => {
    expect(classOf(code)).toBeUndefined();
  });

  it('64 characters and four levels make one', () => {
    expect(classOf(`nostro/${'a'.repeat(57)}`)).toBe('asset');
    expect(classOf('chain/btc/hot/a')).toBe('asset');
  });
});
