import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestBank } from '@finaegis/testing/bank';
import { declareSagas } from '@finaegis/testing/declare-sagas';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { patterns } from './patterns.ts';
import { type Stage, stageOf } from './stage.ts';

let bank: TestBank;
let stage: Stage;

beforeAll(async () => {
  bank = await startTestBank();
  const { handlers } = bank.bank.modules.ledger;
  declareSagas(
    bank.bank,
    patterns.flatMap(({ sagas }) => sagas(handlers)),
  );
  bank.bank.runSagas();
  stage = stageOf(bank.bank, bank.tenantId, async (amountMinor) => {
    const { accountId } = await bank.openCustomer(amountMinor === 0n ? {} : { amountMinor });
    return accountId;
  });
});
afterAll(async () => {
  await assertCoherent(bank.bank, bank.tenantId);
  await bank.close();
});

/** What each pattern says at its end: how it ended, and cents on the accounts it is about. */
const endings: Readonly<Record<string, string>> = {
  sequential: 'completed: 7500, 0, 2500',
  compensation: 'undone (address_unknown): 2000, 0, 0',
  'outcome unknown': 'completed, sent 1 time: 300, 700',
  signal: 'completed, completed, undone: 4000, 6000',
  timer: 'undone (deadline_passed): 1000, 0',
  parallel: 'completed: 7000, 1000, 1000, 1000',
  child: 'undone (child_failed): 1000, 500',
  parking: 'parked (attempts_exhausted), then undone (fully_booked): 1000, 0',
};

test.each(patterns.map((pattern) => [pattern.name, pattern] as const))('%s', async (name, { play }) => {
  expect(await play(stage)).toBe(endings[name]);
});

test('every pattern has its ending', () => {
  expect(patterns.map(({ name }) => name).sort()).toEqual(Object.keys(endings).sort());
});
