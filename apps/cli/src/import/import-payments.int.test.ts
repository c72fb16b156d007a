import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importPayments } from './import-payments.ts';
import type { ImportReport } from './import-target.ts';

let test: TestBank;
let payer: { readonly accountId: string; readonly iban: string };
let payee: { readonly accountId: string; readonly iban: string };

const outside = 'DE89370400440532013000';

const open = async (amountMinor?: bigint): Promise<typeof payer> => {
  const { accountId } = await test.openCustomer(amountMinor === undefined ? {} : { amountMinor });
  const { rows } = await test.adminPool.query<{ value: string }>(
    "select value from account_identifiers where account_id = $1 and scheme = 'iban'",
    [accountId],
  );
  return { accountId, iban: rows[0]?.value ?? '' };
};

beforeAll(async () => {
  test = await startTestBank();
  await test.accept(test.bank.modules.account.handlers.setBankDetails, {
    entity: 'main',
    country: 'CZ',
    bankCode: '2010',
    name: 'Test Bank',
  });
  payer = await open(100_000n);
  payee = await open();
});

afterAll(async () => {
  await test.close();
});

interface Payment {
  readonly id: string;
  readonly amount: string;
  readonly to: string;
  readonly from?: string;
  readonly currency?: string;
}

const xml = (payments: readonly Payment[], sum: string): string =>
  `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
    <GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-01T10:00:00Z</CreDtTm><NbOfTxs>${payments.length}</NbOfTxs><CtrlSum>${sum}</CtrlSum></GrpHdr>
    ${payments
      .map(
        ({
          id,
          amount,
          to,
          from = payer.iban,
          currency = 'EUR',
        }) => `<PmtInf><PmtInfId>P-${id}</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>2026-03-02</Dt></ReqdExctnDt>
      <Dbtr><Nm>Payer</Nm></Dbtr><DbtrAcct><Id><IBAN>${from}</IBAN></Id></DbtrAcct>
      <CdtTrfTxInf><PmtId><EndToEndId>${id}</EndToEndId></PmtId><Amt><InstdAmt Ccy="${currency}">${amount}</InstdAmt></Amt>
      <Cdtr><Nm>Erika Mustermann</Nm></Cdtr><CdtrAcct><Id><IBAN>${to}</IBAN></Id></CdtrAcct><RmtInf><Ustrd>Rent</Ustrd></RmtInf></CdtTrfTxInf></PmtInf>`,
      )
      .join('')}
  </CstmrCdtTrfInitn></Document>`;

const run = (text: string): Promise<ImportReport> =>
  importPayments({ bank: test.bank, tenantId: test.tenantId, entity: 'main', source: 'payroll' }, [text]);

const postedOf = async (account: string): Promise<bigint> => {
  const [balance] = await test.bank.modules.ledger.reads.balances(test.tenantId, account);
  return (balance?.creditsMinor ?? 0n) - (balance?.debitsMinor ?? 0n);
};

describe('payments of a pain.001 file', () => {
  const good = () => [
    { id: 'E1', amount: '100.00', to: payee.iban },
    { id: 'E2', amount: '25.50', to: outside },
  ];

  it('between own accounts are booked at once, all others wait in the clearing of the rail', async () => {
    expect(await run(xml(good(), '125.50'))).toEqual({ read: 2, imported: 2, repeated: 0, bad: [] });
    expect(await Promise.all([payer.accountId, payee.accountId, 'main:clearing/sepa'].map(postedOf))).toEqual([
      87_450n,
      10_000n,
      2_550n,
    ]);
  });

  it('in a file that comes again, also within another one, are found by debtor, end-to-end id and date', async () => {
    const more = [...good(), { id: 'E3', amount: '1', to: outside }];
    expect(await run(xml(good(), '125.50'))).toMatchObject({ imported: 0, repeated: 2, bad: [] });
    expect(await run(xml(more, '126.50'))).toMatchObject({ imported: 1, repeated: 2, bad: [] });
    expect(await postedOf(payer.accountId)).toBe(87_350n);
  });

  it('that cannot be executed are reported with the line they start on, and the others are booked', async () => {
    const report = await run(
      xml(
        [
          { id: 'F1', amount: '999999.00', to: outside },
          { id: 'F2', amount: '1.00', to: outside, from: outside },
          { id: 'F3', amount: '1.00', to: outside, currency: 'XXQ' },
          { id: 'E2', amount: '26.00', to: outside },
          { id: 'F4', amount: '2.00', to: outside },
        ],
        '1000029.00',
      ),
    );
    expect(report).toMatchObject({ imported: 1, repeated: 0 });
    const reasons = report.bad.map(({ reason }) => reason).join('\n');
    expect(report.bad).toHaveLength(4);
    expect(reasons).toContain('insufficient_funds');
    expect(reasons).toContain(`${outside} is no account of this bank`);
    expect(reasons).toContain('journal_exists_with_different_content');
    expect(report.bad.every(({ line }) => line > 1)).toBe(true);
    expect(await postedOf('main:clearing/sepa')).toBe(2_850n);
  });

  it('are not booked at all when the file’s own totals are wrong', async () => {
    const report = await run(xml([{ id: 'G1', amount: '5.00', to: outside }], '6.00'));
    expect(report).toMatchObject({ imported: 0, bad: [{ field: 'GrpHdr/CtrlSum' }] });
    expect(await postedOf('main:clearing/sepa')).toBe(2_850n);
  });

  it('in a batch that cannot be executed are none of them booked, and the batch says why once', async () => {
    const one = xml([{ id: 'H1', amount: '5.00', to: outside }], '5.00');
    const cheques = await run(one.replace('<PmtMtd>TRF', '<PmtMtd>CHK'));
    expect(cheques).toMatchObject({ read: 0, imported: 0, bad: [{ field: 'PmtMtd' }] });
    const undated = await run(one.replace('<Dt>2026-03-02</Dt>', ''));
    expect(undated).toMatchObject({ read: 0, imported: 0, bad: [{ field: 'PmtInf[1]/ReqdExctnDt' }] });
    expect(await postedOf('main:clearing/sepa')).toBe(2_850n);
  });

  it('leave a coherent bank, and no name in its log', async () => {
    await test.settle();
    await assertCoherent(test.bank, test.tenantId);
    const { rows } = await test.adminPool.query(
      "select 1 from events where envelope like '%Mustermann%' or envelope like '%Rent%'",
    );
    expect(rows).toEqual([]);
  });
});
