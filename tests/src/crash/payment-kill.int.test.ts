import { keyAtBank } from '@finaegis/bank/custodian/gateway';
import { outgoingSagaId } from '@finaegis/bank/payment/outgoing/commands';
import { derivedUuid } from '@finaegis/kernel/id';
import type { Saga } from '@finaegis/platform/saga/saga';
import type { DemoPayment } from '@finaegis/provider-doubles/demo-bank/bank-book';
import { type DemoBank, startDemoBank } from '@finaegis/provider-doubles/demo-bank/demo-bank';
import type { Fault } from '@finaegis/provider-doubles/faults';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createStopInCommit, type StopInCommit } from './stop-in-commit.ts';
import { createWorkers, type Workers } from './workers.ts';

const amountMinor = 2_000n;
const openingMinor = 1_000_000n;
const ourIban = 'NL91ABNA0417164300';
/** Payees, by how the bank ends a payment to them. */
const payees = {
  settled: 'FR1420041010050500013M02606',
  rejected: 'BE68539007547034',
  returned: 'AT611904300234573201',
} as const;
type End = keyof typeof payees;

let bank: TestBank;
let demo: DemoBank;
let stop: StopInCommit;
let account: string;
let workers: Workers;
let paidMinor = 0n;
const atBank: DemoPayment[] = [];

/** A partner bank `demo` with our account there, and the customer who pays. */
const openWorld = async (): Promise<void> => {
  const { custodian, ledger } = bank.bank.modules;
  await bank.accept(ledger.handlers.openHouseAccount, { entity: 'main', chartCode: 'nostro/demo', hasFloor: false });
  await bank.accept(custodian.handlers.registerPartnerBank, {
    bank: 'demo',
    terms: {
      name: 'Demo Bank',
      kind: 'bank',
      country: 'NL',
      bic: 'ABNANL2AXXX',
      connection: 'demo',
      rails: [{ rail: 'sepa', asset: 'EUR', feeMinor: 0n }],
    },
  });
  const nostro = { bank: 'demo', asset: 'EUR', account: 'main:nostro/demo', iban: ourIban };
  await bank.accept(custodian.handlers.assignNostro, nostro);
  account = (await bank.openCustomer({ amountMinor: openingMinor })).accountId;
};

beforeAll(async () => {
  bank = await startTestBank({ isFollowing: true });
  demo = await startDemoBank({
    apiKey: 'demo-key',
    accounts: [{ iban: ourIban, asset: 'EUR', owner: 'Test Bank', openingMinor }],
    closedIbans: [payees.rejected],
    returningIbans: [payees.returned],
  });
  await openWorld();
  stop = await createStopInCommit(bank.adminPool);
  workers = createWorkers(bank, {
    bankConnections: [
      {
        kind: 'demo-bank',
        name: 'demo',
        url: demo.url,
        apiKeyFrom: 'DEMO_KEY',
        webhookSecretFrom: 'DEMO_WEBHOOK_SECRET',
      },
    ],
    variables: { DEMO_KEY: demo.apiKey, DEMO_WEBHOOK_SECRET: 'never-used' },
  });
  await workers.takeOver();
});

afterAll(async () => {
  await workers.close();
  await demo.close();
  await bank.close();
});

const pay = async (paymentId: string, end: End): Promise<void> => {
  const creditor = { name: 'Bert Payee', iban: payees[end] };
  const { createPayment } = bank.bank.modules.payment.handlers;
  await bank.accept(createPayment, { paymentId, debtorAccountId: account, asset: 'EUR', amountMinor, creditor });
};
const foundAtBank = (paymentId: string): DemoPayment | undefined => demo.book.find(keyAtBank(bank.tenantId, paymentId));
/** Until the bank has it, whatever it says and whoever hears it. */
const arrived = async (paymentId: string): Promise<void> => {
  await expect.poll(() => foundAtBank(paymentId), { timeout: 8_000, interval: 5 }).toBeDefined();
};
const settled = async (paymentId: string): Promise<Saga> => {
  const sagaId = outgoingSagaId(paymentId);
  const saga = await bank.bank.services.sagas.settled({ tenantId: bank.tenantId, sagaId }, 25_000);
  if (saga === undefined) throw new Error(`The saga ${sagaId} did not end.`);
  return saga;
};
const eventsOf = async (paymentId: string): Promise<readonly { type: string; version: number; commit: string }[]> => {
  const { rows } = await bank.adminPool.query<{ type: string; version: number; commit: string }>(
    'select type, version, xmin::text as commit from saga_events where tenant_id = $1 and stream = $2 order by version',
    [bank.tenantId, `saga:${outgoingSagaId(paymentId)}`],
  );
  return rows;
};
const balance = async (id: string): Promise<bigint> => {
  const [row] = await bank.bank.modules.ledger.reads.balances(bank.tenantId, id);
  expect(row?.heldOutMinor ?? 0n).toBe(0n);
  return (row?.creditsMinor ?? 0n) - (row?.debitsMinor ?? 0n);
};

/** Whatever happened on the way: it ended once, the bank has one order of it, and the money is where both say. */
const proveEnd = async (paymentId: string, end: End): Promise<void> => {
  expect(await settled(paymentId)).toMatchObject({ status: end === 'rejected' ? 'undone' : 'completed' });
  const types = (await eventsOf(paymentId)).map(({ type }) => type);
  expect(types.filter((type) => type === 'SagaEnded')).toHaveLength(1);
  expect(types.at(-1)).toBe('SagaEnded');
  expect(await bank.bank.modules.payment.reads.outgoing(bank.tenantId, paymentId)).toMatchObject({ status: end });
  expect(foundAtBank(paymentId)).toMatchObject({ status: end, amountMinor });
  atBank.push(foundAtBank(paymentId) as DemoPayment);
  if (end === 'settled') paidMinor += amountMinor;
};

/** What the customer has, what lies in between, and what our books and the bank's say of our account there. */
const proveBooks = async (): Promise<void> => {
  expect(await balance(account)).toBe(openingMinor - paidMinor);
  expect(await balance('main:clearing/sepa')).toBe(0n);
  expect(await balance('main:clearing/returns')).toBe(0n);
  expect(await balance('main:nostro/demo')).toBe(paidMinor);
  expect(demo.book.balances()).toMatchObject([{ balanceMinor: openingMinor - paidMinor }]);
};

/** First versions of the commits of a life without a kill, the starting commit left out: its process is the client's. */
const boundaries = async (paymentId: string): Promise<readonly number[]> => {
  const events = await eventsOf(paymentId);
  return events
    .filter(({ commit }, index) => index > 0 && commit !== events[index - 1]?.commit)
    .map(({ version }) => version);
};

it.each([
  // Checked, funded, handed over, submitted, awaited, concluded.
  { end: 'settled', commits: 6 },
  // Checked, funded, handed over, turned down; the money given back, the payment rejected.
  { end: 'rejected', commits: 6 },
] as const)(
  'a payment that will be $end ends once wherever its process is killed',
  { timeout: 240_000 },
  async ({ end, commits }) => {
    const undisturbed = derivedUuid('payment', end, 'undisturbed');
    await pay(undisturbed, end);
    await proveEnd(undisturbed, end);
    const versions = await boundaries(undisturbed);
    expect(versions).toHaveLength(commits);

    for (const [index, version] of versions.entries()) {
      const paymentId = derivedUuid('payment', end, String(version));
      await stop.at(outgoingSagaId(paymentId), version);
      await pay(paymentId, end);
      const session = await stop.stopped();
      await workers.kill();
      await stop.letGo(session, index % 2 === 0 ? 'lost' : 'left');
      await workers.takeOver();
      await proveEnd(paymentId, end);
      await proveBooks();
    }
  },
);

const minutes = 600_000;
/** What strikes the next order the bank is given, after it has taken it. */
const strike = (fault: Omit<Fault, 'method' | 'path'>): void =>
  demo.faults.add({ ...fault, method: 'POST', path: '/v1/payments' });

it('a process that is killed while the answer of the bank is on the way pays once', { timeout: 60_000 }, async () => {
  const paymentId = derivedUuid('payment', 'killed');
  strike({ with: 'slow', delayMs: minutes });
  await pay(paymentId, 'settled');
  await arrived(paymentId);
  const orderId = foundAtBank(paymentId)?.id;
  await workers.kill();
  await workers.takeOver();
  await proveEnd(paymentId, 'settled');
  expect(atBank.at(-1)?.id).toBe(orderId);
  await proveBooks();
});

it('a bank whose answer is lost, comes late or never comes is paid by once', { timeout: 60_000 }, async () => {
  const faults: readonly Omit<Fault, 'method' | 'path'>[] = [
    { with: 'lost answer' },
    { with: 'slow', delayMs: 11_000 },
    { with: 'slow', delayMs: minutes },
  ];
  const paymentIds = faults.map((_, index) => derivedUuid('payment', 'unheard', String(index)));
  for (const [index, paymentId] of paymentIds.entries()) {
    strike(faults[index] as Fault);
    await pay(paymentId, 'settled');
    await arrived(paymentId);
  }
  for (const paymentId of paymentIds) {
    await proveEnd(paymentId, 'settled');
    expect((await eventsOf(paymentId)).map(({ type }) => type)).toContain('SagaStepOutcomeUnknown');
  }
  await proveBooks();
});

it('a bank that tells of a return twice, and before it has answered, gives the money back once', async () => {
  const paymentId = derivedUuid('payment', 'told twice');
  const { returnPayment } = bank.bank.modules.payment.handlers;
  strike({ with: 'slow', delayMs: 1_000 });
  await pay(paymentId, 'returned');
  await arrived(paymentId);
  const told = { paymentId, reason: 'MD07', entryReference: foundAtBank(paymentId)?.id ?? '', amountMinor };
  await bank.accept(returnPayment, told);
  await bank.accept(returnPayment, told);
  await proveEnd(paymentId, 'returned');
  expect(await bank.accept(returnPayment, told)).toMatchObject({ status: 'returned', returnedMinor: amountMinor });
  await proveBooks();
});

it('leaves one order at the bank for each payment, and the books coherent', async () => {
  const numbered = atBank.map((_, index) => `P${String(index + 1).padStart(9, '0')}`);
  expect(atBank.map(({ id }) => id).toSorted()).toEqual(numbered);
  await stop.remove();
  await assertCoherent(bank.bank, bank.tenantId);
});
