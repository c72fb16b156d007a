import { refundSagaId as cgoRefundSagaId, investmentSagaId } from '@finaegis/bank/cgo/with-saga';
import { bulkIdOf, bulkSagaId } from '@finaegis/bank/payment/bulk/bulk';
import { cardDepositSagaId } from '@finaegis/bank/payment/card-deposit/commands';
import { refundSagaId } from '@finaegis/bank/payment/refund/commands';
import { derivedUuid } from '@finaegis/kernel/id';
import { type DemoBank, startDemoBank } from '@finaegis/provider-doubles/demo-bank/demo-bank';
import { type StripeDouble, startStripeDouble } from '@finaegis/provider-doubles/stripe/stripe-double';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createStopInCommit, type StepTold, type StopInCommit } from './stop-in-commit.ts';
import { createWorkers, type Workers } from './workers.ts';

const ourIban = 'NL91ABNA0417164300';
const abroad = 'FR1420041010050500013M02606';
const openingMinor = 1_000_000_000n;

let bank: TestBank;
let api: TestApi;
let stripe: StripeDouble;
let demo: DemoBank;
let stop: StopInCommit;
let workers: Workers;
let payer: { readonly accountId: string; readonly partyId: string };
let payerIban: string;

beforeAll(async () => {
  stripe = await startStripeDouble({ apiKey: 'sk_test_kill' });
  demo = await startDemoBank({
    apiKey: 'demo-key',
    accounts: [{ iban: ourIban, asset: 'EUR', owner: 'Test Bank', openingMinor }],
  });
  const outside = {
    stripe: {
      apiKey: 'sk_test_kill',
      webhookSecret: 'never-used',
      url: stripe.url,
      assets: ['EUR'],
      payoutBank: 'demo',
    },
    bankConnections: [
      { kind: 'demo-bank', name: 'demo', url: demo.url, apiKeyFrom: 'KILL_KEY', webhookSecretFrom: 'KILL_SECRET' },
    ],
  } as const;
  const variables = { KILL_KEY: 'demo-key', KILL_SECRET: 'never-used' };
  Object.assign(process.env, variables);
  bank = await startTestBank({ outside });
  await openWorld();
  api = await bank.serve();
  stop = await createStopInCommit(bank.adminPool);
  workers = createWorkers(bank, { ...outside, variables });
  await workers.takeOver();
}, 60_000);
afterAll(async () => {
  await workers.close();
  await Promise.all([api.close(), stripe.close(), demo.close()]);
  await bank.close();
});

/** A partner bank with our account there, a customer with money, and a round. */
const openWorld = async (): Promise<void> => {
  const { custodian, ledger, account, cgo } = bank.bank.modules;
  await bank.accept(ledger.handlers.openHouseAccount, { entity: 'main', chartCode: 'nostro/demo', hasFloor: false });
  const terms = {
    name: 'Demo Bank',
    kind: 'bank',
    country: 'NL',
    bic: 'ABNANL2AXXX',
    connection: 'demo',
    rails: [{ rail: 'sepa', asset: 'EUR', feeMinor: 0n }],
  } as const;
  await bank.accept(custodian.handlers.registerPartnerBank, { bank: 'demo', terms });
  const nostro = { bank: 'demo', asset: 'EUR', account: 'main:nostro/demo', iban: ourIban };
  await bank.accept(custodian.handlers.assignNostro, nostro);
  const details = { entity: 'main', country: 'DE', bankCode: '37040044', name: 'Test Bank' };
  await bank.accept(account.handlers.setBankDetails, details);
  payer = await bank.openCustomer({ amountMinor: openingMinor });
  payerIban = (await account.numbers.ibanOf(bank.tenantId, payer.accountId)) ?? '';
  await bank.accept(cgo.handlers.openOffering, { entity: 'main' });
  await bank.accept(cgo.handlers.openRound, {
    round: 1,
    name: 'Seed',
    entity: 'main',
    asset: 'EUR',
    priceTenThousandths: 100_000n,
    sharesMaxMinor: 1_000_000_000n,
    opensAt: '2026-01-01T00:00:00.000Z',
    coolingOffDays: 0,
  });
};

const balance = async (id: string, asset = 'EUR'): Promise<bigint> => {
  const found = (await bank.bank.modules.ledger.reads.balances(bank.tenantId, id)).find((one) => one.asset === asset);
  return (found?.creditsMinor ?? 0n) - (found?.debitsMinor ?? 0n);
};

/** A file of pain.001 with a few payments of one payer. */
const fileOf = ({
  messageId,
  debtorIban,
  lines,
}: {
  readonly messageId: string;
  readonly debtorIban: string;
  readonly lines: readonly { readonly endToEndId: string; readonly iban: string }[];
}): string => `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>${messageId}</MsgId><CreDtTm>2026-03-02T10:00:00Z</CreDtTm><NbOfTxs>${lines.length}</NbOfTxs><InitgPty><Nm>Payer</Nm></InitgPty></GrpHdr>
<PmtInf><PmtInfId>${messageId}-1</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>2026-03-02</Dt></ReqdExctnDt><Dbtr><Nm>Payer</Nm></Dbtr><DbtrAcct><Id><IBAN>${debtorIban}</IBAN></Id></DbtrAcct><DbtrAgt><FinInstnId><BICFI>COBADEFF</BICFI></FinInstnId></DbtrAgt>
${lines.map(({ endToEndId, iban }) => `<CdtTrfTxInf><PmtId><EndToEndId>${endToEndId}</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">1.25</InstdAmt></Amt><Cdtr><Nm>Bert Payee</Nm></Cdtr><CdtrAcct><Id><IBAN>${iban}</IBAN></Id></CdtrAcct></CdtTrfTxInf>`).join('\n')}
</PmtInf></CstmrCdtTrfInitn></Document>`;

/** What a saga goes through, and what is true of it afterwards. */
interface Life {
  readonly name: string;
  /** What it stands on, done before anybody is killed. */
  prepare?(id: string): Promise<void>;
  sagaOf(id: string): string;
  begin(id: string): Promise<unknown>;
  /** How often it is done, outside and here. */
  effects(id: string): Promise<readonly number[]>;
}

const cardDeposit = async (depositId: string): Promise<void> => {
  const { createCardDeposit } = bank.bank.modules.payment.cards.handlers;
  const { accountId } = payer;
  const how = { paymentMethod: 'pm_card_visa', saveMethod: false };
  await bank.accept(createCardDeposit, { depositId, accountId, asset: 'EUR', amountMinor: 10_000n, ...how });
};
const stripeMade = (wanted: string, name: string, id: string): number =>
  stripe.control.events().filter(({ type, data }) => {
    const { metadata } = data.object as { readonly metadata?: Readonly<Record<string, string>> };
    return type === wanted && metadata?.[name] === id;
  }).length;
/** Journals whose metadata names it. */
const journals = async (name: string, id: string, kind: string): Promise<number> => {
  const { rows } = await bank.adminPool.query<{ count: number }>(
    `select count(*)::int as count from ledger_events where type = 'JournalPosted'
      and envelope::jsonb #>> array['data', 'metadata', $1] = $2 and envelope::jsonb #>> '{data,kind}' = $3`,
    [name, id, kind],
  );
  return rows[0]?.count ?? 0;
};
const messageIdOf = (id: string): string => id.replaceAll('-', '').slice(0, 30);
const paidCard = (id: string): string => derivedUuid('paid', id);
const completed = async (sagaId: string): Promise<void> => {
  const saga = await bank.bank.services.sagas.settled({ tenantId: bank.tenantId, sagaId }, 25_000);
  expect(saga).toMatchObject({ status: 'completed' });
};
const invest = async (investmentId: string): Promise<void> => {
  const { requestInvestment } = bank.bank.modules.cgo.handlers;
  // Whoever invests often is looked at by a person; each of these invests once.
  const { partyId, accountId } = await bank.openCustomer({ amountMinor: 200_000n });
  const kyc = { status: 'verified', level: 'simplified' } as const;
  await bank.accept(bank.bank.modules.party.handlers.setKyc, { partyId, kyc });
  const how = { round: 1, partyId, accountId, asset: 'EUR', amountMinor: 100_000n, method: 'account' } as const;
  await bank.accept(requestInvestment, { investmentId, ...how });
};
const soldMinor = async (): Promise<bigint> =>
  (await bank.bank.modules.cgo.reads.totals(bank.tenantId)).get(1)?.soldMinor ?? 0n;
let soldBefore = 0n;
const shares = 1_000_000n;

const lives: readonly Life[] = [
  {
    name: 'a card deposit',
    sagaOf: cardDepositSagaId,
    begin: cardDeposit,
    effects: async (id) => [
      stripeMade('payment_intent.succeeded', 'depositId', id),
      await journals('depositId', id, 'card-deposit'),
      await journals('depositId', id, 'card-cost'),
    ],
  },
  {
    name: 'a refund to a card',
    sagaOf: refundSagaId,
    prepare: async (id) => {
      await cardDeposit(paidCard(id));
      await completed(cardDepositSagaId(paidCard(id)));
    },
    begin: async (refundId) => {
      const { requestRefund } = bank.bank.modules.payment.cards.handlers;
      const order = { asset: 'EUR', amountMinor: 2_500n, reason: 'requested_by_customer' } as const;
      await bank.accept(requestRefund, { refundId, paymentId: paidCard(refundId), ...order });
    },
    // What funds it and what settles it.
    effects: async (id) => [
      stripeMade('refund.created', 'refundId', id),
      (await journals('refundId', id, 'refund')) / 2,
      1 + (await journals('refundId', id, 'refund-return')),
    ],
  },
  {
    name: 'a file of payments',
    sagaOf: (id) => bulkSagaId(bulkIdOf(payer.accountId, messageIdOf(id))),
    begin: async (id) => {
      const lines = [1, 2].map((line) => ({
        endToEndId: `${id.slice(0, 8)}-${id.slice(-12)}-${line}`,
        iban: abroad,
      }));
      const file = fileOf({ messageId: messageIdOf(id), debtorIban: payerIban, lines });
      const answer = await fetch(`${api.url}/v1/bulk-payments`, {
        method: 'POST',
        headers: { authorization: api.authorization, 'content-type': 'application/xml', 'idempotency-key': id },
        body: file,
      });
      expect([answer.status, await answer.json()]).toMatchObject([202, {}]);
    },
    effects: async (id) =>
      [1, 2].map(
        (line) =>
          demo.book.payments().filter(({ endToEndId }) => endToEndId === `${id.slice(0, 8)}-${id.slice(-12)}-${line}`)
            .length,
      ),
  },
  {
    name: 'an investment',
    sagaOf: investmentSagaId,
    prepare: async () => void (soldBefore = await soldMinor()),
    begin: invest,
    effects: async () => [Number(((await soldMinor()) - soldBefore) / shares)],
  },
  {
    name: 'a refund of an investment',
    sagaOf: cgoRefundSagaId,
    prepare: async (id) => {
      soldBefore = await soldMinor();
      await invest(paidCard(id));
      await completed(investmentSagaId(paidCard(id)));
    },
    begin: async (refundId) => {
      const { requestRefund } = bank.bank.modules.cgo.handlers;
      await bank.accept(requestRefund, { refundId, investmentId: paidCard(refundId), reason: 'changed_mind' });
    },
    effects: async () => [1 + Number(((await soldMinor()) - soldBefore) / shares)],
  },
];

interface Told extends StepTold {
  readonly commit: string;
}
const eventsOf = async (sagaId: string): Promise<readonly Told[]> => {
  const { rows } = await bank.adminPool.query<Told>(
    `select type, envelope::jsonb #>> '{data,step}' as step, xmin::text as commit from saga_events
      where tenant_id = $1 and stream = $2 order by version`,
    [bank.tenantId, `saga:${sagaId}`],
  );
  return rows;
};
// How often a saga looks again depends on who is faster; there is no boundary of its own in that.
const passing = new Set(['SagaStarted', 'SagaStepWaiting']);
/** What each commit of a life says first, the one that begins it left out: its process is the client's. */
const boundaries = async (sagaId: string): Promise<readonly StepTold[]> => {
  const events = await eventsOf(sagaId);
  const firsts = events.filter(({ commit }, index) => index > 0 && commit !== events[index - 1]?.commit);
  const kept = firsts.filter(({ type }) => !passing.has(type));
  return [...new Map(kept.map(({ type, step }) => [`${type}/${step}`, { type, step }])).values()];
};

const proveEnd = async ({ effects, sagaOf }: Life, id: string): Promise<void> => {
  const sagaId = sagaOf(id);
  await completed(sagaId);
  const types = (await eventsOf(sagaId)).map(({ type }) => type);
  expect(types.filter((type) => type === 'SagaEnded')).toHaveLength(1);
  const done = await effects(id);
  expect(done).toEqual(done.map(() => 1));
};

it.each(lives.map((life) => [life.name, life] as const))(
  '%s ends once wherever its process is killed',
  { timeout: 240_000 },
  async (name, life) => {
    const undisturbed = derivedUuid('life', name, 'undisturbed');
    await life.prepare?.(undisturbed);
    await life.begin(undisturbed);
    await proveEnd(life, undisturbed);
    const steps = await boundaries(life.sagaOf(undisturbed));
    // A saga of two commits has nothing to be killed between.
    expect(steps.length).toBeGreaterThan(2);
    for (const [index, said] of steps.entries()) {
      const id = derivedUuid('life', name, String(index));
      await life.prepare?.(id);
      const sagaId = life.sagaOf(id);
      await stop.atStep(sagaId, said);
      await life.begin(id);
      const session = await stop.stopped();
      await workers.kill();
      await stop.letGo(session, index % 2 === 0 ? 'lost' : 'left');
      await workers.takeOver();
      await proveEnd(life, id);
    }
  },
);

it('leaves nothing in flight, what providers owe as they say, and the books coherent', async () => {
  expect(await balance('main:clearing/refunds')).toBe(0n);
  expect(await balance('main:clearing/bulk')).toBe(0n);
  expect(await balance('main:clearing/sepa')).toBe(0n);
  const held = demo.book.balances()[0]?.balanceMinor ?? 0n;
  expect(await balance('main:nostro/demo')).toBe(openingMinor - held);
  await stop.remove();
  await bank.settle();
  await assertCoherent(bank.bank, bank.tenantId);
});
