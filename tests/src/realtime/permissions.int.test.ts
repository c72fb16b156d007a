import { revokeApiKeyCommand } from '@finaegis/platform/auth/commands';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import { resumeTenantCommand, suspendTenantCommand } from '@finaegis/platform/tenancy/commands';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ClientTerms,
  calm,
  type Message,
  type RawClient,
  rawClient,
  signatureFor,
  streamOf,
  until,
} from './client.ts';

let bank: TestBank;
let api: TestApi;
let clockMs = 0;
let anna: { readonly partyId: string; readonly accountId: string };
let boris: typeof anna;

beforeAll(async () => {
  bank = await startTestBank({ isFollowing: false, now: () => Date.now() + clockMs });
  api = await bank.serve();
  await calm(api);
  [anna, boris] = [
    await bank.openCustomer({ amountMinor: 10_000n }),
    await bank.openCustomer({ amountMinor: 10_000n }),
  ];
});

afterAll(async () => {
  await api.close();
  await bank.close();
});

const as = async (terms: Parameters<TestBank['createKey']>[0] = {}): Promise<ClientTerms> => ({
  url: api.url,
  tenantId: terms.tenantId ?? bank.tenantId,
  authorization: `Bearer ${await bank.createKey(terms)}`,
});
const open = ({ tenantId }: ClientTerms): RawClient => rawClient(api.url, `/app/${tenantId}?protocol=7`);
const listen = async (terms: ClientTerms, channel: string): Promise<RawClient> => {
  const client = open(terms);
  await client.subscribe(terms, channel);
  await client.next('pusher_internal:subscription_succeeded');
  return client;
};
/** Facts have an id; how the account is now has none, and is told besides. */
const isFact = ({ event, data }: { readonly event: string; readonly data: unknown }): boolean =>
  !event.startsWith('pusher') && (data as Partial<Message>).id !== undefined;
const messagesOf = ({ frames }: RawClient): readonly Message[] =>
  frames.filter(isFact).map(({ data }) => data as Message);
const refusalOf = async (terms: ClientTerms, channel: string): Promise<string> => {
  const refused = await signatureFor(terms, { socket_id: '1.1', channel_name: channel }).then(
    () => '',
    (error: unknown) => (error as Error).message,
  );
  const stream = await streamOf(terms, [channel]);
  stream.close();
  return `${/"code":"(\w+)"/.exec(refused)?.[1] ?? 'signed'} ${stream.status}`;
};
const tenant = (part = ''): string => `private-tenant.${bank.tenantId}${part}`;
const transfer = async (from: string, to: string): Promise<void> => {
  const line = { asset: 'EUR', amountMinor: 5n, purpose: 'principal' } as const;
  await bank.accept(bank.bank.modules.ledger.handlers.postJournal, {
    journalId: bank.bank.services.newId(),
    kind: 'transfer',
    captures: [],
    postings: [
      { account: from, side: 'debit', ...line },
      { account: to, side: 'credit', ...line },
    ],
  });
};

describe('who may listen to what', () => {
  it('staff to what its scopes name, within its tenant', async () => {
    const elsewhere = await bank.createTenant('Other');
    const all = await as();
    for (const part of ['', '.accounts', '.transactions', '.compliance', `.accounts.${anna.accountId}`])
      expect([part, await refusalOf(all, tenant(part))]).toEqual([part, 'signed 200']);
    const auditor = await as({ scopes: ['realtime:read', 'ledger:read'] });
    expect(await refusalOf(auditor, tenant('.transactions'))).toBe('signed 200');
    expect(await refusalOf(auditor, tenant('.compliance'))).toBe('channel_not_allowed 403');
    expect(await refusalOf(auditor, tenant('.accounts'))).toBe('channel_not_allowed 403');
    const deaf = await as({ scopes: ['ledger:*', 'account:*'] });
    expect(await refusalOf(deaf, tenant('.transactions'))).toBe('permission_missing 403');
    const stranger = await as({ tenantId: elsewhere });
    for (const part of ['', '.accounts', `.accounts.${anna.accountId}`])
      expect(await refusalOf(stranger, tenant(part))).toBe('channel_not_allowed 403');
  });

  it('nobody to what is not there, nor to a name that only begins or ends like one', async () => {
    const all = await as();
    for (const name of [
      'private-tenant',
      `private-tenant.${bank.tenantId.slice(0, -1)}`,
      `private-tenant.${bank.tenantId}0`,
      tenant('.'),
      tenant('.accounts.'),
      tenant('.accounts.a.b'),
      tenant('.accounts*'),
      `tenant.${bank.tenantId}`,
      `public-tenant.${bank.tenantId}`,
      `presence-tenant.${bank.tenantId}.accounts`,
      `private-user.${anna.partyId}`,
    ])
      expect([name, await refusalOf(all, name)]).toEqual([name, 'channel_not_allowed 403']);
  });

  it('a customer to its own accounts and itself, and to nothing else of the tenant', async () => {
    const key = await as({ actingFor: anna.partyId });
    expect(await refusalOf(key, tenant(`.accounts.${anna.accountId}`))).toBe('signed 200');
    expect(await refusalOf(key, `private-user.${anna.partyId}`)).toBe('signed 200');
    for (const name of [
      tenant(),
      tenant('.accounts'),
      tenant('.transactions'),
      tenant('.compliance'),
      tenant(`.accounts.${boris.accountId}`),
      `private-user.${boris.partyId}`,
      `presence-tenant.${bank.tenantId}`,
    ])
      expect([name, await refusalOf(key, name)]).toEqual([name, 'channel_not_allowed 403']);
  });
});

describe('what is told', () => {
  it('to staff only of contexts it could read', async () => {
    const ledgerOnly = await as({ scopes: ['realtime:read', 'ledger:read'] });
    const [some, all] = [await listen(ledgerOnly, tenant()), await listen(await as(), tenant())];
    await bank.openCustomer({ amountMinor: 5n });
    await until(() => messagesOf(all).some(({ type }) => type === 'account.deposit.booked'));
    await until(() => messagesOf(some).length > 0);
    expect([...new Set(messagesOf(some).map(({ type }) => type.split('.')[0]))]).toEqual(['ledger']);
    expect(new Set(messagesOf(all).map(({ type }) => type.split('.')[0])).size).toBeGreaterThan(2);
    for (const client of [some, all]) client.socket.close();
  });

  it('to a customer: its own lines of a journal, nothing of the other side, and nothing between others', async () => {
    const key = await as({ actingFor: anna.partyId });
    const [own, self] = [
      await listen(key, tenant(`.accounts.${anna.accountId}`)),
      await listen(key, `private-user.${anna.partyId}`),
    ];
    await transfer(boris.accountId, anna.accountId);
    await transfer(boris.accountId, (await bank.openCustomer()).accountId);
    await transfer(anna.accountId, boris.accountId);
    for (const client of [own, self]) {
      await until(() => messagesOf(client).length === 2);
      for (const { isPart, data } of messagesOf(client)) {
        expect(isPart).toBe(true);
        expect(data?.['postings']).toEqual([expect.objectContaining({ account: anna.accountId })]);
      }
      expect(JSON.stringify(client.frames)).not.toContain(boris.accountId);
      client.socket.close();
    }
  });

  it('the same by Server-Sent Events, each message once however many channels it goes through', async () => {
    const key = await as({ actingFor: anna.partyId });
    const stream = await streamOf(key, [`private-user.${anna.partyId}`, tenant(`.accounts.${anna.accountId}`)]);
    await until(() => stream.events.some(({ event }) => event === 'begun'));
    await transfer(boris.accountId, anna.accountId);
    const facts = () => stream.events.filter(isFact);
    await until(() => facts().length === 1);
    await transfer(anna.accountId, boris.accountId);
    await until(() => facts().length === 2);
    expect(facts().map(({ event }) => event)).toEqual(['ledger.journal.posted', 'ledger.journal.posted']);
    expect(facts()[0]?.id).toBe(facts()[0]?.data.position);
    expect(JSON.stringify(stream.events)).not.toContain(boris.accountId);
    stream.close();
  });
});

/** How long something takes to happen. */
const within = async (what: Promise<unknown>): Promise<number> => {
  const begunAt = performance.now();
  await what;
  return performance.now() - begunAt;
};

describe('whoever may no longer listen is told nothing more, within two seconds', () => {
  const keyIdOf = async (terms: ClientTerms): Promise<string> => {
    const prefix = terms.authorization.split('_')[2];
    const { rows } = await bank.adminPool.query<{ key_id: string }>(
      'select key_id from auth_api_keys where prefix = $1',
      [prefix],
    );
    return rows[0]?.key_id ?? '';
  };

  it('when its key is revoked', async () => {
    const key = await as();
    const [client, stream] = [await listen(key, tenant()), await streamOf(key, [tenant()])];
    await bank.accept(revokeApiKeyCommand, { keyId: await keyIdOf(key), reason: 'test' });
    expect(await within(Promise.all([client.closed, stream.ended]))).toBeLessThan(2_000);
    expect(await client.closed).toMatchObject({ code: 4009 });
    expect(stream.events.at(-1)).toMatchObject({ event: 'end', data: { reason: 'revoked' } });
  });

  it('when its key expires', async () => {
    const key = await as();
    const [client, other] = [await listen(key, tenant()), await listen(await as(), tenant())];
    await bank.adminPool.query('update auth_api_keys set expires_at = $2 where key_id = $1', [
      await keyIdOf(key),
      new Date(Date.now() + 3_600_000).toISOString(),
    ]);
    clockMs = 3_600_001;
    expect(await within(client.closed)).toBeLessThan(2_000);
    clockMs = 0;
    expect(await client.closed).toMatchObject({ code: 4009 });
    expect(other.socket.readyState).toBe(other.socket.OPEN);
    other.socket.close();
  });

  it('when the secret it came with is replaced: it comes again with the new one', async () => {
    const key = await as();
    const client = await listen(key, tenant());
    await bank.adminPool.query('update auth_api_keys set previous_valid_until = $2 where key_id = $1', [
      await keyIdOf(key),
      new Date(Date.now() + 500).toISOString(),
    ]);
    expect(await within(client.closed)).toBeLessThan(2_500);
    expect(await client.closed).toMatchObject({ code: 4200 });
    (await listen(key, tenant())).socket.close();
  });

  it('when its mandate ends: the channel is closed to it, the connection goes on', async () => {
    const [carl, key] = [await bank.openCustomer({ amountMinor: 1_000n }), await as({ actingFor: anna.partyId })];
    const { grantMandate, revokeMandate } = bank.bank.modules.party.handlers;
    const mandateId = bank.bank.services.newId();
    const granted = {
      mandateId,
      partyId: anna.partyId,
      accountId: carl.accountId,
      kind: 'viewer',
      limits: [],
    } as const;
    const self = await listen(key, `private-user.${anna.partyId}`);
    await bank.accept(grantMandate, granted);
    const client = await listen(key, tenant(`.accounts.${carl.accountId}`));
    // A new mandate counts for who listens already when it is asked about next, as the end of one does.
    await new Promise((resolve) => setTimeout(resolve, 700));
    await transfer(carl.accountId, boris.accountId);
    await until(() => messagesOf(client).length === 1);
    await until(() => messagesOf(self).length === 1);
    await bank.accept(revokeMandate, { mandateId });
    expect(await within(client.next('pusher:subscription_error'))).toBeLessThan(2_000);
    await new Promise((resolve) => setTimeout(resolve, 700));
    await transfer(carl.accountId, boris.accountId);
    await transfer(anna.accountId, boris.accountId);
    await until(() => messagesOf(self).length === 2);
    client.send('pusher:ping', {});
    await client.next('pusher:pong');
    expect(messagesOf(client)).toHaveLength(1);
    expect(await refusalOf(key, tenant(`.accounts.${carl.accountId}`))).toBe('channel_not_allowed 403');
    for (const its of [client, self]) its.socket.close();
  });

  it('when its tenant is suspended, until it is not any more', async () => {
    const tenantId = await bank.createTenant('Suspended');
    const key = await as({ tenantId });
    const name = `private-tenant.${tenantId}`;
    const client = await listen(key, name);
    await bank.accept(suspendTenantCommand, { tenantId, reason: 'unpaid' }, { tenantId: platformTenantId });
    expect(await within(client.closed)).toBeLessThan(2_000);
    expect(await client.closed).toMatchObject({ code: 4003 });
    // Whoever connects is held against what was known a moment ago.
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await open(key).closed).toMatchObject({ code: 4001 });
    await bank.accept(resumeTenantCommand, { tenantId }, { tenantId: platformTenantId });
    await until(
      () =>
        signatureFor(key, { socket_id: '1.1', channel_name: name }).then(
          () => true,
          () => false,
        ),
      3_000,
    );
    // That it is there again is known to whoever connects a moment later.
    await new Promise((resolve) => setTimeout(resolve, 400));
    (await listen(key, name)).socket.close();
  });

  it('whatever it was let in with: a signature of before is worth nothing', async () => {
    const key = await as();
    const client = open(key);
    const { socket_id } = (await client.next('pusher:connection_established')).data as { readonly socket_id: string };
    const signed = await signatureFor(key, { socket_id, channel_name: tenant() });
    await bank.accept(revokeApiKeyCommand, { keyId: await keyIdOf(key), reason: 'test' });
    client.send('pusher:subscribe', { channel: tenant(), ...signed });
    expect(await client.next('pusher:subscription_error')).toMatchObject({ data: { status: 403 } });
    client.socket.close();
  });
});
