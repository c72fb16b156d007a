import { fileURLToPath } from 'node:url';
import { startTestBank, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CzechBankReport, runCzechBank } from './run.ts';

const folder = fileURLToPath(new URL('../../data/czech-bank/', import.meta.url));

describe('the Czech bank', () => {
  let test: TestBank;
  const run = (month: number): Promise<CzechBankReport> => runCzechBank({ bank: test.bank, folder, month });

  beforeAll(async () => {
    test = await startTestBank();
    test.bank.follow();
  });
  afterAll(() => test.close());

  it('imports every client and account, runs a month of orders, settles with 13 banks and is coherent', async () => {
    const report = await run(1);
    expect(report).toMatchObject({
      parties: 5_369,
      accounts: 4_500,
      clients: 5_369,
      orders: 6_471,
      executed: 6_471,
      refused: 0,
      totalMinor: '212289936',
      banks: 13,
      statements: 3_758,
      coherent: true,
    });
    expect(report.auditRoot).toMatch(/^[0-9a-f]{128}$/);
  }, 120_000);

  it('run again, imports and executes nothing', async () => {
    const report = await run(1);
    expect(report).toMatchObject({ parties: 0, accounts: 0, executed: 0, executedBefore: 6_471, refused: 0, totalMinor: '0', statements: 0, coherent: true });
  }, 120_000);

  it('without new money, a second month is refused order by order and moves nothing', async () => {
    const report = await run(2);
    expect(report).toMatchObject({ executed: 0, refused: 6_471, reasons: { insufficient_funds: 6_471 }, totalMinor: '0', statements: 0, coherent: true });
  }, 120_000);
});
