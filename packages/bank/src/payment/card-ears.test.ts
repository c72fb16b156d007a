import { expect, it } from 'vitest';
import type { CardDepositState } from './card-deposit/card-deposit.ts';
import { createCardEars, type EarTools } from './card-ears.ts';
import type { PaymentToCheck, PaymentVerdict } from './ports.ts';

const depositId = '0190b000-0000-7000-8000-000000000001';
const over = { status: 'expired', depositId, accountId: 'account', asset: 'EUR', intentId: 'pi_1' } as CardDepositState;

/** A payer who paid after his deposit was over, and what a check says of it. */
const paidLate = async (check: (payment: PaymentToCheck) => Promise<PaymentVerdict>) => {
  const given: { readonly name: string; readonly data: object }[] = [];
  const tools = {
    services: {
      commands: {
        submit: async ({ name }: { readonly name: string }, data: object) => {
          given.push({ name, data });
          return { kind: 'decided', outcome: { accepted: true } };
        },
      },
    },
    checks: { check },
    cards: {
      provider: {
        name: 'stripe',
        intent: async () => ({ intentId: 'pi_1', status: 'succeeded', asset: 'EUR', receivedMinor: 5_000n }),
        movementsOf: async () => [{ feeMinor: 175n }],
      },
    },
    reads: { deposit: async () => over },
    steps: { deposit: { conclude: { name: 'conclude' }, bookFee: { name: 'fee' } }, refund: {} },
  } as unknown as EarTools;
  const heard = createCardEars(tools).deposit('tenant', depositId, 'evt_1');
  await heard.catch((error: unknown) => given.push({ name: 'failed', data: error as object }));
  return given;
};

it.each<PaymentVerdict>([
  { kind: 'allow' },
  { kind: 'review', reason: 'unusual' },
  { kind: 'refuse', reason: 'sanctions' },
])('money that came after its deposit was over is booked as the checks say: %o', async (verdict) => {
  const asked: PaymentToCheck[] = [];
  const given = await paidLate(async (payment) => {
    asked.push(payment);
    return verdict;
  });
  expect(asked).toMatchObject([
    { direction: 'incoming', paymentId: depositId, accountId: 'account', amountMinor: 5_000n },
  ]);
  expect(given).toMatchObject([
    { name: 'conclude', data: { depositId, verdict } },
    { name: 'fee', data: { feeMinor: 175n } },
  ]);
});

it('nothing is booked while the checks cannot be asked: the message is worked on again', async () => {
  const given = await paidLate(() => Promise.reject(new Error('The screening is away.')));
  expect(given.map(({ name }) => name)).toEqual(['failed']);
});
