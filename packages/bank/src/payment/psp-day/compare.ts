import { addDays } from '@finaegis/kernel/local-date';
import { cardJournalId } from '../card-deposit/card-deposit.ts';
import type { CardMovement } from '../card-provider.ts';
import { disputeIdOf, disputeJournalId } from '../dispute/dispute.ts';
import { isOwnId } from '../explained.ts';
import { cardPayoutIdOf, cardPayoutJournalId } from '../payout/payout.ts';
import { refundJournalId } from '../refund/refund.ts';
import { type PspLine, pspLines } from './events.ts';

/** An amount as our books have it and as the provider tells it. */
export interface TwoSides {
  readonly bookedMinor: bigint;
  readonly toldMinor: bigint;
}
export type PspLines = Readonly<Record<PspLine, TwoSides>>;

/** What one side has and the other has not, or has with another amount. */
export interface PspDifference {
  readonly key: string;
  readonly amountMinor: bigint;
  readonly since: string;
  readonly workItemId?: string | undefined;
}

/** A part of a movement, with what it is about and the line it belongs to. */
export interface KeyedAmount {
  readonly key: string;
  readonly line: PspLine;
  readonly amountMinor: bigint;
}

const lineOf = {
  charge: 'charges',
  refund: 'refunds',
  refund_failure: 'refunds',
  dispute: 'disputes',
  dispute_reversal: 'disputes',
  payout: 'payouts',
  payout_failure: 'payouts',
  fee: 'fees',
  other: 'other',
} as const satisfies Record<CardMovement['kind'], PspLine>;

/** What a movement is about, by the name our own bookings of it have. */
export const keyOfMovement = (
  provider: string,
  { kind, movementId, subject = '' }: Pick<CardMovement, 'kind' | 'movementId' | 'subject'>,
): string => {
  const unknown = `movement:${movementId}`;
  switch (kind) {
    case 'charge':
      return isOwnId(subject) ? `deposit:${subject}` : unknown;
    case 'refund':
    case 'refund_failure':
      return isOwnId(subject) ? `refund:${subject}` : unknown;
    case 'dispute':
    case 'dispute_reversal':
      return subject === '' ? unknown : `dispute:${disputeIdOf(provider, subject)}`;
    case 'payout':
    case 'payout_failure':
      return subject === '' ? unknown : `payout:${cardPayoutIdOf(provider, subject)}`;
    case 'fee':
      return `cost:${movementId}`;
    case 'other':
      return unknown;
  }
};

/** The parts of a movement. What the provider takes with a refund is booked with the payout, apart from the refund. */
export const partsOfMovement = (provider: string, movement: CardMovement): readonly KeyedAmount[] => {
  const { kind, movementId, grossMinor, feeMinor } = movement;
  const key = keyOfMovement(provider, movement);
  const isOwnRefund = key.startsWith('refund:');
  return [
    { key, line: lineOf[kind], amountMinor: grossMinor },
    { key: isOwnRefund ? `cost:${movementId}` : key, line: 'fees' as const, amountMinor: -feeMinor },
  ].filter(({ amountMinor }) => amountMinor !== 0n);
};

const journalsOf: Readonly<Record<string, (id: string) => readonly string[]>> = {
  deposit: (id) => (['arrive', 'fee'] as const).map((step) => cardJournalId(id, step)),
  refund: (id) => (['settle', 'come-back'] as const).map((step) => refundJournalId(id, step)),
  dispute: (id) => (['withdraw', 'fee', 'reinstate'] as const).map((step) => disputeJournalId(id, step)),
  payout: (id) => (['arrive', 'return'] as const).map((step) => cardPayoutJournalId(id, step)),
};

/** The journals that book what a key is about, so that a posting is known without reading its journal. */
export const journalsOfKey = (key: string): readonly string[] => {
  const [kind = '', id = ''] = key.split(':');
  return journalsOf[kind]?.(id) ?? [];
};

/** How many days a difference may take to end by itself, before somebody is told. */
const patienceDays: Readonly<Record<string, number>> = {
  // Told in the evening and booked in the morning.
  deposit: 1,
  // The provider's balance falls when a refund is asked for; our books wait until it is done.
  refund: 10,
  dispute: 3,
  // It leaves the provider days before it is with the bank.
  payout: 10,
  // Booked with the payout it is part of.
  cost: 31,
};

/** Whether a person is told of a difference at the end of a day. Nothing will ever be booked for what nobody knows. */
export const isForAPerson = ({ key, since }: PspDifference, date: string): boolean =>
  addDays(since, patienceDays[key.split(':')[0] ?? ''] ?? 0) <= date;

/** A day as both sides have it. */
export interface ComparedDay {
  readonly lines: PspLines;
  readonly differences: readonly PspDifference[];
  /** Those that were there and are not any more, or not with this amount. */
  readonly ended: readonly PspDifference[];
}

/**
 * Holds what our books have of a day against what the provider tells of it, key by key, together with what earlier days left open. What is left is
 * the whole difference between the two balances, to the cent.
 */
export const comparePspDay = ({
  date,
  carried,
  booked,
  told,
}: {
  readonly date: string;
  readonly carried: readonly PspDifference[];
  readonly booked: readonly KeyedAmount[];
  readonly told: readonly KeyedAmount[];
}): ComparedDay => {
  const lines = Object.fromEntries(
    pspLines.map((line) => [
      line,
      {
        bookedMinor: sumOf(booked.filter((one) => one.line === line)),
        toldMinor: sumOf(told.filter((one) => one.line === line)),
      },
    ]),
  ) as unknown as PspLines;
  const before = new Map(carried.map((one) => [one.key, one]));
  const open = new Map(carried.map(({ key, amountMinor }) => [key, amountMinor]));
  const add = (key: string, amountMinor: bigint): void => void open.set(key, (open.get(key) ?? 0n) + amountMinor);
  for (const { key, amountMinor } of booked) add(key, amountMinor);
  for (const { key, amountMinor } of told) add(key, -amountMinor);
  const differences = [...open]
    .filter(([, amountMinor]) => amountMinor !== 0n)
    .map(([key, amountMinor]): PspDifference => {
      const known = before.get(key);
      // One that has become another amount is another difference, as old as the first.
      return known?.amountMinor === amountMinor ? known : { key, amountMinor, since: known?.since ?? date };
    })
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const kept = new Set(differences);
  return { lines, differences, ended: carried.filter((one) => !kept.has(one)) };
};

const sumOf = (amounts: readonly { readonly amountMinor: bigint }[]): bigint =>
  amounts.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
