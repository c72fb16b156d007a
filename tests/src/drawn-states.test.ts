import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Investment, InvestmentRefund } from '@finaegis/bank/cgo/investment/investment';
import { investmentStatuses } from '@finaegis/bank/cgo/investment/investment';
import type { Round } from '@finaegis/bank/cgo/round/round';
import type { PartnerBank } from '@finaegis/bank/custodian/bank/bank';
import type { Break } from '@finaegis/bank/custodian/break/break';
import type { BankDay } from '@finaegis/bank/custodian/day/day';
import type { CustodianTransfer } from '@finaegis/bank/custodian/transfer/transfer';
import { type BulkBatch, lineStatuses } from '@finaegis/bank/payment/bulk/batch';
import { bulkStatuses } from '@finaegis/bank/payment/bulk/bulk';
import { cardDepositStatuses } from '@finaegis/bank/payment/card-deposit/card-deposit';
import { cryptoDepositStatuses } from '@finaegis/bank/payment/crypto-deposit/crypto-deposit';
import { disputeStatuses } from '@finaegis/bank/payment/dispute/dispute';
import type { InboxState } from '@finaegis/bank/payment/inbox/inbox-message';
import { incomingStatuses } from '@finaegis/bank/payment/incoming/incoming';
import { outgoingStatuses } from '@finaegis/bank/payment/outgoing/outgoing';
import type { CardPayoutBooking } from '@finaegis/bank/payment/payout/payout';
import { refundStatuses } from '@finaegis/bank/payment/refund/refund';
import { requestStatuses } from '@finaegis/bank/payment/request/request';
import { resolutions, sagaResolutions } from '@finaegis/bank/payment/work-item/events';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The states of a union that is written nowhere as a list; the compiler knows when one is missing or too many. */
const each = <State extends string>(states: Readonly<Record<State, true>>): readonly string[] => Object.keys(states);

const [concepts, guides] = ['docs/concepts', 'docs/guides'];

/** By the aggregate whose life it is: where it is drawn, and the states it has in the code. */
const machines: readonly (readonly [aggregate: string, document: string, states: readonly string[]])[] = [
  ['outgoing', `${concepts}/payments.md`, outgoingStatuses],
  ['incoming', `${concepts}/payments.md`, incomingStatuses],
  ['work-item', `${concepts}/payments.md`, ['open', ...resolutions, ...sagaResolutions]],
  [
    'webhook-message',
    `${concepts}/payments.md`,
    each<Exclude<InboxState['status'], 'unknown'>>({
      received: true,
      refused: true,
      processed: true,
      ignored: true,
      failed: true,
    }),
  ],
  ['bulk', `${concepts}/bulk-and-standing-orders.md`, bulkStatuses],
  [
    'bulk-batch',
    `${concepts}/bulk-and-standing-orders.md`,
    each<BulkBatch['status']>({ taken: true, checked: true, funded: true, submitted: true }),
  ],
  ['bulk-line', `${concepts}/bulk-and-standing-orders.md`, lineStatuses],
  ['payment-request', `${concepts}/bulk-and-standing-orders.md`, requestStatuses],
  ['refund', `${concepts}/refunds-and-disputes.md`, refundStatuses],
  ['dispute', `${concepts}/refunds-and-disputes.md`, disputeStatuses],
  ['card-deposit', `${guides}/stripe.md`, cardDepositStatuses],
  ['card-payout', `${guides}/stripe.md`, each<CardPayoutBooking['status']>({ booked: true, returned: true })],
  ['crypto-deposit', `${guides}/coinbase.md`, cryptoDepositStatuses],
  ['bank', `${concepts}/partner-banks.md`, each<PartnerBank['status']>({ active: true, suspended: true })],
  [
    'transfer',
    `${concepts}/partner-banks.md`,
    each<CustodianTransfer['status']>({ requested: true, completed: true, failed: true }),
  ],
  [
    'bank-day',
    `${concepts}/partner-banks.md`,
    each<BankDay['status']>({ open: true, reconciled: true, no_statement: true }),
  ],
  [
    'break',
    `${concepts}/partner-banks.md`,
    each<Break['status']>({ open: true, matched: true, explained: true, corrected: true, written_off: true }),
  ],
  ['round', `${concepts}/cgo.md`, each<Round['status']>({ open: true, closed: true })],
  ['investment', `${concepts}/cgo.md`, investmentStatuses satisfies readonly Investment['status'][]],
  [
    'investment-refund',
    `${concepts}/cgo.md`,
    each<InvestmentRefund['status']>({ requested: true, approved: true, rejected: true, completed: true }),
  ],
];

/** Aggregates that only are as they were last told, and have no states to draw. */
const withoutStates: readonly string[] = [
  'allocation',
  'card-payer',
  'crypto-receipt',
  'numbering',
  'order-schedule',
  'psp-account',
  'psp-day',
  'reconciliation',
  'refund-policy',
  'remainder',
];

/** The states of each drawing of a document. */
const drawnIn = (document: string): readonly (readonly string[])[] =>
  [...read(document).matchAll(/```mermaid\nstateDiagram-v2\n(.*?)```/gs)].map(([, drawing = '']) => [
    ...new Set([...drawing.matchAll(/^ *(\S+) --> ([^\s:]+)/gm)].flatMap(([, from = '', to = '']) => [from, to])),
  ]);
const sorted = (states: readonly string[]): string =>
  states
    .filter((state) => state !== '[*]')
    .toSorted()
    .join(' ');

const sourcesIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sourcesIn(path);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') ? [path] : [];
  });

describe('a state machine', () => {
  it.each(machines)('of %s is drawn in %s with the states it has', (_, document, states) => {
    expect(drawnIn(document).map(sorted)).toContain(sorted(states));
  });

  it('is drawn of every aggregate of payments, custodians and the offering that has states', () => {
    const aggregates = ['payment', 'custodian', 'cgo'].flatMap((context) =>
      sourcesIn(`packages/bank/src/${context}`).flatMap((path) =>
        [...read(path).matchAll(/defineAggregate\(\{\s+context: '[a-z]+',\s+name: '([a-z-]+)'/g)].map(
          ([, name = '']) => name,
        ),
      ),
    );
    expect(aggregates.length).toBeGreaterThan(20);
    const known = new Set([...machines.map(([aggregate]) => aggregate), ...withoutStates]);
    expect(aggregates.filter((name) => !known.has(name))).toEqual([]);
  });
});
