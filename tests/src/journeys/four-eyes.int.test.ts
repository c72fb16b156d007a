import { assertCoherent } from '@finaegis/testing/assert-coherent';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Body, balanceOf, type Caller, callerOf, eur, itemsOf, textOf } from '../api.ts';
import { enter, type Person } from '../person.ts';

let bank: TestBank;
let api: TestApi;
let owner: Caller;
let maker: Person;
let checker: Person;
let from: string;
let to: string;
let offsetMs = 0;

beforeAll(async () => {
  bank = await startTestBank({ now: () => Date.now() + offsetMs });
  api = await bank.serve();
  owner = callerOf(api.url, api.authorization);
  maker = await enter({ bank, api }, ['operator']);
  checker = await enter({ bank, api }, ['operator']);
  from = (await bank.openCustomer({ amountMinor: 1_000_000n })).accountId;
  to = (await bank.openCustomer()).accountId;
  await owner.make('/v1/approval-policies', { command: 'ledger.PostJournal', from: [eur('100.00')] });
  await felt();
});

afterAll(async () => {
  await assertCoherent(bank.bank, bank.tenantId);
  await api.close();
  await bank.close();
});

/** Until a policy counts. */
const felt = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1_000));
const code = ({ status, body }: Answer): string => `${status} ${String(body['code'])}`;
const transfer = (amount: string, more: object = {}) => ({ from, to, amount: eur(amount), ...more });

const wait = async (amount: string, by: Caller = maker.caller): Promise<string> => {
  const { status, body, text } = await by.post('/v1/transfers', transfer(amount));
  expect(status, text).toBe(202);
  return textOf(body, 'approvalId');
};
const agree = (approvalId: string, by: Caller = checker.caller, path = 'approval'): Promise<Answer> =>
  by.post(`/v1/approvals/${approvalId}/${path}`, path === 'rejection' ? {} : undefined);

const posted = async (account: string): Promise<unknown> => (await balanceOf(owner, account))['posted'];
const eventsOf = async (stream: string) =>
  (
    await bank.adminPool.query<{ type: string; envelope: string }>(
      'select type, envelope from events where tenant_id = $1 and stream = $2 order by version',
      [bank.tenantId, stream],
    )
  ).rows;

describe('a command under four eyes', () => {
  it('below its amount is carried out, from it on waits, and another person has it carried out', async () => {
    const before = await posted(to);
    expect((await maker.caller.post('/v1/transfers', transfer('99.99'))).status).toBe(201);
    const request = transfer('100.00', { metadata: { order: '7' } });
    const { status, body } = await maker.caller.post('/v1/transfers', request);
    expect(status).toBe(202);
    expect(body).toMatchObject({
      command: 'ledger.PostJournal',
      operationId: 'createTransfer',
      permission: 'ledger:transfer',
      maker: maker.userId,
      status: 'pending',
    });
    const approvalId = textOf(body, 'approvalId');
    const shown = await checker.caller.see(`/v1/approvals/${approvalId}`);
    expect(shown['request']).toEqual({ params: {}, query: {}, body: request });
    expect(shown['preview']).toMatchObject({ status: 201, body: { kind: 'transfer', metadata: { order: '7' } } });
    expect(await posted(to)).not.toBe(before);
    const waiting = await posted(to);

    const agreed = await agree(approvalId);
    expect(agreed.body).toMatchObject({
      approval: { approvalId, status: 'executed', decidedBy: checker.userId },
      answer: { status: 201, body: { kind: 'transfer', metadata: { order: '7' } } },
    });
    expect(await posted(to)).not.toBe(waiting);
    const journal = (agreed.body['answer'] as { body: Body }).body;
    const [event] = await eventsOf(`journal:${textOf(journal, 'journalId')}`);
    expect(JSON.parse(event?.envelope ?? '{}')).toMatchObject({
      metadata: { actor: maker.userId, approver: checker.userId },
    });
    expect((await eventsOf(`approval:${approvalId}`)).map(({ type }) => type)).toEqual([
      'ApprovalRequested',
      'ApprovalExecuted',
    ]);
  });

  it('asked for twice under one key waits once, and agreed to however often is carried out once', async () => {
    const key = 'the-same-wish';
    const first = await maker.caller.post('/v1/transfers', transfer('200.00'), { key });
    const again = await maker.caller.post('/v1/transfers', transfer('200.00'), { key });
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const approvalId = textOf(first.body, 'approvalId');
    const second = await enter({ bank, api }, ['operator']);
    const told = await Promise.all([
      agree(approvalId),
      agree(approvalId),
      agree(approvalId, second.caller),
      agree(approvalId, second.caller),
    ]);
    expect(told.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(1);
    for (const answer of told.filter(({ status }) => status !== 200))
      expect(code(answer)).toBe('409 approval_is_decided');
    expect((await eventsOf(`approval:${approvalId}`)).map(({ type }) => type)).toEqual([
      'ApprovalRequested',
      'ApprovalExecuted',
    ]);
    const { rows } = await bank.adminPool.query<{ count: string }>(
      `select count(*)::text as count from events where tenant_id = $1 and type = 'JournalPosted' and envelope like '%"20000"%'`,
      [bank.tenantId],
    );
    expect(rows[0]?.count).toBe('1');
    // The maker's own key tells what it told before.
    expect((await maker.caller.post('/v1/transfers', transfer('200.00'), { key })).body).toEqual(first.body);
  });

  it('that would be refused is refused at once; what is refused by then ends there', async () => {
    expect(code(await maker.caller.post('/v1/transfers', transfer('99999.00')))).toBe('422 insufficient_funds');
    const approvalId = await wait('9000.00');
    const other = await wait('9000.00');
    expect((await agree(other)).body).toMatchObject({ approval: { status: 'executed' } });
    const late = await agree(approvalId);
    expect(late).toMatchObject({
      status: 200,
      body: { approval: { status: 'failed', reason: 'insufficient_funds' } },
    });
    expect(late.body['answer']).toBeUndefined();
    expect((await eventsOf(`approval:${approvalId}`)).map(({ type }) => type)).toEqual([
      'ApprovalRequested',
      'ApprovalFailed',
    ]);
  });

  it('is rejected by another, or taken back by its maker, and nothing happens then', async () => {
    for (const by of [checker.caller, maker.caller]) {
      const approvalId = await wait('100.00');
      expect((await agree(approvalId, by, 'rejection')).body).toMatchObject({ status: 'rejected', reason: 'rejected' });
      expect(code(await agree(approvalId))).toBe('409 approval_is_decided');
      expect((await eventsOf(`approval:${approvalId}`)).map(({ type }) => type)).toEqual([
        'ApprovalRequested',
        'ApprovalRejected',
      ]);
    }
  });

  it('is only tried in a dry run, and leaves nothing waiting', async () => {
    const before = itemsOf((await checker.caller.get('/v1/approvals?status=pending')).body).length;
    expect((await maker.caller.post('/v1/transfers?dryRun=true', transfer('100.00'))).status).toBe(201);
    expect(itemsOf((await checker.caller.get('/v1/approvals?status=pending')).body)).toHaveLength(before);
  });
});

describe('whoever wants to do without a second person', () => {
  it('cannot agree to its own, by no other session and no other key', async () => {
    const made = await enter({ bank, api }, ['owner']);
    const keys = [];
    for (const name of ['one', 'two'])
      keys.push(textOf(await made.caller.make('/v1/api-keys', { name, scopes: ['*'] }), 'key'));
    const [one, two] = keys.map((key) => callerOf(api.url, `Bearer ${key}`)) as [Caller, Caller];
    const grandchild = callerOf(
      api.url,
      `Bearer ${textOf(await one.make('/v1/api-keys', { name: 'three', scopes: ['*'] }), 'key')}`,
    );
    const byKey = await wait('100.00', one);
    const bySession = await wait('100.00', made.caller);
    for (const approvalId of [byKey, bySession])
      for (const by of [one, two, grandchild, made.caller])
        expect(code(await agree(approvalId, by))).toBe('403 maker_cannot_check');
    // A key that is nobody's might be the maker's.
    expect(code(await agree(byKey, owner))).toBe('403 approver_not_a_person');
    const nobodys = await wait('100.00', owner);
    expect(code(await agree(nobodys, owner))).toBe('403 approver_not_a_person');
    expect((await agree(byKey)).body).toMatchObject({ approval: { status: 'executed' } });
  });

  it('gets no agreement from whoever may not ask for the command itself', async () => {
    const compliance = await enter({ bank, api }, ['compliance']);
    const support = await enter({ bank, api }, ['support']);
    const approvalId = await wait('100.00');
    expect(await agree(approvalId, compliance.caller)).toMatchObject({
      status: 403,
      body: { code: 'permission_missing', permission: 'ledger:transfer' },
    });
    expect(code(await agree(approvalId, support.caller))).toBe('403 permission_missing');
    expect(code(await agree(approvalId, compliance.caller, 'rejection'))).toBe('403 permission_missing');
  });

  it('finds the door of the batch shut as well', async () => {
    const batch = (amount: string, mode: string) => ({ mode, transfers: [transfer(amount), transfer('1.00')] });
    expect(code(await maker.caller.post('/v1/transfer-batches', batch('100.00', 'independent')))).toBe(
      '403 approval_needed',
    );
    expect((await maker.caller.post('/v1/transfer-batches', batch('2.00', 'independent'))).status).toBe(200);
  });

  it('does not use an approval of another tenant, nor a payment’s key beforehand', async () => {
    const approvalId = await wait('100.00');
    const other = await bank.createTenant('Other');
    const foreign = callerOf(api.url, `Bearer ${await bank.createKey({ tenantId: other })}`);
    for (const path of ['approval', 'rejection']) expect((await agree(approvalId, foreign, path)).status).toBe(404);
    expect((await foreign.get(`/v1/approvals/${approvalId}`)).status).toBe(404);
    // The key it would be carried out under, spent by its maker on something else.
    await maker.caller.post('/v1/transfers', transfer('1.00'), { key: approvalId });
    expect((await agree(approvalId)).body).toMatchObject({ approval: { status: 'executed' } });
  });

  it('waits no longer than the policy says', async () => {
    await owner.make('/v1/approval-policies', { command: 'party.RegisterParty', validForSeconds: 60 });
    await felt();
    const register = { kind: 'person', name: { family: 'Nováková' } };
    const { status, body } = await maker.caller.post('/v1/parties', register);
    expect(status).toBe(202);
    const approvalId = textOf(body, 'approvalId');
    offsetMs = 61_000;
    expect((await checker.caller.get(`/v1/approvals/${approvalId}`)).body).toMatchObject({ status: 'expired' });
    offsetMs = 0;
    // What was asked for is nowhere in clear.
    const { rows } = await bank.adminPool.query(
      "select 1 from events where tenant_id = $1 and envelope like '%Nováková%'",
      [bank.tenantId],
    );
    expect(rows).toEqual([]);
    expect((await agree(approvalId)).body).toMatchObject({
      approval: { status: 'executed' },
      answer: { status: 201, body: { name: { family: 'Nováková' } } },
    });
    await owner.make('/v1/approval-policies/party.RegisterParty/removal', undefined);
  });

  it('does not change the policy alone, where a policy says so', async () => {
    const boss = await enter({ bank, api }, ['owner']);
    const other = await enter({ bank, api }, ['owner']);
    // The second one first: once setting is under four eyes, it would wait.
    for (const command of ['approval.RemovePolicy', 'approval.SetPolicy'])
      await owner.make('/v1/approval-policies', { command });
    await felt();
    const asked = await boss.caller.post('/v1/approval-policies/ledger.PostJournal/removal', undefined);
    const set = await boss.caller.post('/v1/approval-policies', {
      command: 'ledger.PostJournal',
      from: [eur('5000.00')],
    });
    expect([asked.status, set.status]).toEqual([202, 202]);
    expect(code(await agree(textOf(set.body, 'approvalId'), boss.caller))).toBe('403 maker_cannot_check');
    expect((await agree(textOf(set.body, 'approvalId'), other.caller)).body).toMatchObject({
      answer: { status: 200, body: { command: 'ledger.PostJournal', from: [eur('5000.00')] } },
    });
    await felt();
    expect((await maker.caller.post('/v1/transfers', transfer('100.00'))).status).toBe(201);
    expect(code(await boss.caller.post('/v1/approval-policies', { command: 'ledger.PostJurnal' }))).toBe(
      '422 command_unknown',
    );
    expect(itemsOf((await boss.caller.get('/v1/approval-policies')).body).map(({ command }) => command)).toContain(
      'approval.SetPolicy',
    );
  });
});
