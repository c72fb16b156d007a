import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, it } from 'vitest';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import { parseEcb } from './adapters/ecb-file.ts';
import { inTransaction } from '@finaegis/platform/database/transaction';
import { type AssetBank, startAssetBank } from './fixtures/asset-bank.ts';
import { pairRates } from './views/rates.ts';
let bank: AssetBank;
beforeAll(async () => {
  bank = await startAssetBank();
  let s = performance.now();
  await bank.module.importRates(parseEcb(readFileSync(new URL('../../../../examples/data/ecb/eurofxref-hist.csv', import.meta.url), 'utf8')), 'x');
  console.log('import', performance.now() - s); s = performance.now();
  await bank.caughtUp(platformTenantId);
  console.log('fold after', performance.now() - s);
});
afterAll(() => bank.close());
it('x', async () => {
  const on = '2025-03-14';
  for (let round = 0; round < 2; round++) for (const [from, to] of [['TRL', 'BRL'], ['CYP', 'TRY'], ['EUR', 'HRK'], ['USD', 'CZK'], ['USD','XAU']] as const)
    for (const validOn of [undefined, on])
    await inTransaction(bank.services.readPool, { tenants: [platformTenantId], readOnly: true }, async (tx) => {
      await tx.query('select 1');
      const s = performance.now();
      const query = { tenantId: platformTenantId, source: 'ecb', base: 'EUR', from, to, begunBy: on, validOn, limit: 1 };
      await pairRates(tx, query);
      const ms = performance.now() - s;
      console.log(from, to, validOn, ms.toFixed(1));
      if (ms > 50) {
        const explained: any = await pairRates({ query: (st: any) => tx.query({ text: 'explain (analyze, buffers) ' + st.text, values: st.values }) } as never, query).catch((e) => e);
        void explained;
        const rec: any[] = [];
        await pairRates({ query: async (st: any) => { const r = await tx.query({ text: 'explain (analyze) ' + st.text, values: st.values }); rec.push(...r.rows.map((x: any) => x['QUERY PLAN'])); return { rows: [] }; } } as never, query);
        console.log(rec.join('\n'));
      }
    });
}, 60000);
