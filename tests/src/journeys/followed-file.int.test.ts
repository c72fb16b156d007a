import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Body, type Caller, callerOf, eur, itemsOf, textOf } from '../api.ts';

let bank: TestBank;
let api: TestApi;
let staff: Caller;
let anna: { readonly accountId: string; readonly partyId: string };
let annasKey: string;
let payeeIban: string;

beforeAll(async () => {
  bank = await startTestBank();
  api = await bank.serve();
  staff = callerOf(api.url, api.authorization);
  await staff.make('/v1/entities/main/bank-details', { country: 'DE', bankCode: '37040044', name: 'Main Bank' });
  anna = await bank.openCustomer({ amountMinor: 100_000n });
  annasKey = `Bearer ${await bank.createKey({ actingFor: anna.partyId })}`;
  const { accountId } = await bank.openCustomer();
  const payee = await staff.see(`/v1/accounts/${accountId}`);
  payeeIban =
    (payee['identifiers'] as readonly { readonly scheme: string; readonly value: string }[]).find(
      ({ scheme }) => scheme === 'iban',
    )?.value ?? '';
});

afterAll(async () => {
  await assertCoherent(bank.bank, bank.tenantId);
  await bank.close();
});

let files = 0;
/** A file of three payments to a customer of the bank. */
const sendFile = async (): Promise<string> => {
  const head = { messageId: `FILE-${++files}`, debtorAccountId: anna.accountId };
  const line = (number: number) => ({
    endToEndId: `E${number}`,
    amount: eur('1.00'),
    creditor: { name: 'Ben', iban: payeeIban },
  });
  const body = [head, line(1), line(2), line(3)].map((part) => JSON.stringify(part)).join('\n');
  const answer = await fetch(`${api.url}/v1/bulk-payments`, {
    method: 'POST',
    headers: { authorization: annasKey, 'content-type': 'application/x-ndjson' },
    body,
  });
  expect(answer.status).toBe(202);
  return textOf((await answer.json()) as Body, 'bulkId');
};

interface Heard {
  readonly id: string;
  readonly event: string;
  readonly data: Body;
}

const follow = (bulkId: string, { authorization = annasKey, lastId = '' } = {}): Promise<Response> =>
  fetch(`${api.url}/v1/bulk-payments/${bulkId}/progress`, {
    headers: { authorization, ...(lastId === '' ? {} : { 'last-event-id': lastId }) },
  });
const listen = async (response: Response, onEvent: (heard: Heard) => void = () => undefined): Promise<Heard[]> => {
  const heard: Heard[] = [];
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(bytes, { stream: true });
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const parts = /id: (.+)\nevent: (.+)\ndata: (.+)/.exec(text.slice(0, end));
      text = text.slice(end + 2);
      if (parts === null) continue;
      const [, id = '', event = '', data = ''] = parts;
      heard.push({ id, event, data: JSON.parse(data) as Body });
      onEvent(heard.at(-1) as Heard);
    }
  }
  return heard;
};

it('is followed from its first line to its end, and no further', async () => {
  const bulkId = await sendFile();
  await bank.settle();
  const response = await follow(bulkId);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  const heard = await listen(response, ({ event }) => {
    // Nothing moves before somebody executes sagas, so that the first event is there first.
    if (event === 'progress') bank.bank.runSagas();
  });
  expect(heard[0]).toMatchObject({
    event: 'progress',
    data: { bulkId, status: 'taken', lineCount: 3, progress: { received: 3 } },
  });
  expect(heard.at(-1)).toMatchObject({ event: 'end', data: { status: 'ended', progress: { settled: 3 } } });
  expect(heard.filter(({ event }) => event === 'end')).toHaveLength(1);
  expect(new Set(heard.map(({ id }) => id)).size).toBe(heard.length);

  const [first, last] = [heard[0]?.id ?? '', heard.at(-1)?.id ?? ''];
  expect((await listen(await follow(bulkId, { lastId: first }))).map(({ event }) => event)).toEqual(['end']);
  expect((await follow(bulkId, { lastId: last })).status).toBe(204);
});

it('is followed by those who may see it, as long as they may', async () => {
  const bulkId = await sendFile();
  const { partyId } = await bank.openCustomer();
  const stranger = `Bearer ${await bank.createKey({ actingFor: partyId })}`;
  const tenantId = await bank.createTenant('Other');
  const elsewhere = `Bearer ${await bank.createKey({ tenantId })}`;
  const reader = `Bearer ${await bank.createKey({ scopes: ['ledger:read'] })}`;
  expect((await follow(bulkId, { authorization: stranger })).status).toBe(404);
  expect((await follow(bulkId, { authorization: elsewhere })).status).toBe(404);
  expect((await follow(bulkId, { authorization: reader })).status).toBe(403);
  const seen = await follow(bulkId, { authorization: api.authorization });
  expect(seen.status).toBe(200);
  await seen.body?.cancel();
});

it('tells no more once the mandate has ended, and ends when the server stops', async () => {
  const due = new Date(Date.now() + 365 * 86_400_000).toISOString().slice(0, 10);
  const head = { messageId: 'LATER', debtorAccountId: anna.accountId, executionDate: due };
  const line = { endToEndId: 'E1', amount: eur('1.00'), creditor: { name: 'Ben', iban: payeeIban } };
  const taken = await fetch(`${api.url}/v1/bulk-payments`, {
    method: 'POST',
    headers: { authorization: annasKey, 'content-type': 'application/x-ndjson' },
    body: `${JSON.stringify(head)}\n${JSON.stringify(line)}`,
  });
  const bulkId = textOf((await taken.json()) as Body, 'bulkId');
  await bank.settle();
  const byStaff = listen(await follow(bulkId, { authorization: api.authorization }));
  const [mandate] = itemsOf(await staff.see(`/v1/mandates?accountId=${anna.accountId}`));
  const heard = await listen(await follow(bulkId), () => {
    void staff.make(`/v1/mandates/${textOf(mandate ?? {}, 'mandateId')}/revocation`, {});
  });
  expect(heard.map(({ event }) => event)).toEqual(['progress']);
  const began = performance.now();
  await api.close();
  expect((await byStaff).map(({ event }) => event)).toEqual(['progress']);
  expect(performance.now() - began).toBeLessThan(5_000);
});
