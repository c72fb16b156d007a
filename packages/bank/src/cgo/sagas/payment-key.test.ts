import { expect, it } from 'vitest';
import { memoryPayments } from '../adapters/memory-payments.ts';
import type { Investment } from '../investment/investment.ts';
import { lookAgain, sentBack } from './payment-key.ts';

it('a payment under way is looked at later each time, up to six hours', () => {
  const waits: number[] = [];
  for (let carry: number | null = null; waits.length < 12; ) {
    const outcome = lookAgain({ carry }, 60_000);
    if (outcome.kind !== 'again') throw new Error(outcome.kind);
    waits.push(outcome.afterMs);
    carry = outcome.carry as number;
  }
  expect(waits.slice(0, 4)).toEqual([60_000, 120_000, 240_000, 480_000]);
  expect(waits.at(-1)).toBe(21_600_000);
});

it('money that is on its way back is looked at again, and money that cannot go back is a person’s business', async () => {
  const payments = memoryPayments('main:psp/memory');
  const tools = { payments, investmentOf: async () => ({ investmentId: 'i1', method: 'card' }) as Investment };
  const call = { tenantId: 'tenant', input: { investmentId: 'i1' }, carry: null };
  expect(await sentBack(tools, call)).toEqual({ kind: 'done' });
  payments.refundsAnswer = 'pending';
  expect(await sentBack(tools, call)).toMatchObject({ kind: 'again', afterMs: 2_000 });
  payments.refundsAnswer = 'failed';
  expect(await sentBack(tools, call)).toEqual({ kind: 'declined', code: 'refund_declined' });
});
