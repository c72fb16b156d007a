import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoTenantId } from '@finaegis/server/demo';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerOf, eur, itemsOf, textOf } from '../api.ts';
import { calm, listenTo, pusherOf, streamOf, until } from '../realtime/client.ts';
import { dataFolder, type ServerProcess, startServer } from '../server-process.ts';

let folder: Awaited<ReturnType<typeof dataFolder>>;
let server: ServerProcess;

beforeAll(async () => {
  folder = await dataFolder();
  server = await startServer(folder.path);
});

afterAll(async () => {
  await server.stop();
  await folder.remove();
});

describe('whoever starts the platform and listens', () => {
  it('hears over WebSocket and as a stream what is booked over HTTP, and the customer’s app hears its own part', async () => {
    const staff = { url: server.url, tenantId: demoTenantId, authorization: server.authorization };
    await calm(staff);
    const caller = callerOf(server.url, server.authorization);
    const accounts = itemsOf(await caller.see('/v1/accounts'));
    const account = accounts.find(({ asset }) => asset === 'EUR') ?? {};
    const accountId = textOf(account, 'accountId');
    const [holder] = account['holders'] as readonly { readonly partyId: string }[];
    const { key } = await caller.make('/v1/api-keys', {
      name: 'App of a customer',
      scopes: ['realtime:read', 'account:read', 'ledger:read'],
      actingFor: holder?.partyId,
    });
    const customer = { ...staff, authorization: `Bearer ${String(key)}` };
    const [desk, app] = [pusherOf(staff), pusherOf(customer)];
    const everything = listenTo(desk, `private-tenant.${demoTenantId}.transactions`);
    const own = listenTo(app, `private-tenant.${demoTenantId}.accounts.${accountId}`);
    const stream = await streamOf(customer, [`private-user.${holder?.partyId ?? ''}`]);
    await Promise.all([everything.subscribed, own.subscribed, until(() => stream.events.length > 0)]);
    const { depositId } = await caller.make('/v1/deposits', { accountId, amount: eur('12.34') });
    await until(() => [everything, own].every(({ heard }) => heard.length >= 2) && stream.events.length >= 3);
    const deposited = { type: 'account.deposit.booked', data: { depositId, accountId, amount: eur('12.34') } };
    expect(everything.heard).toContainEqual(
      expect.objectContaining({ ...deposited, data: expect.objectContaining(deposited.data) as object }),
    );
    for (const heard of [own.heard, stream.events.map(({ data }) => data)])
      expect(heard.find(({ type }) => type === deposited.type)).toMatchObject({ ...deposited, isPart: true });
    expect(JSON.stringify([own.heard, stream.events])).not.toContain('main:');
    stream.close();
    for (const pusher of [desk, app]) pusher.disconnect();
  });

  it('finds the document of what it may hear where the server says', async () => {
    const response = await fetch(`${server.url}/asyncapi.json`);
    const committed = readFileSync(join(import.meta.dirname, '../../../docs/reference/asyncapi.json'), 'utf8');
    expect([response.status, await response.text()]).toEqual([200, committed]);
  });
});
