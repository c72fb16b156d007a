import specifications from '@asyncapi/specs';
import { permissionsOf } from '@finaegis/platform/auth/permissions';
import { messageBody } from '@finaegis/platform/published/message';
import { carries, channelTable, readPermission } from '@finaegis/platform/realtime/channel';
import { declaredModules } from '@finaegis/server/modules';
import { publishedApi } from '@finaegis/server/server';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { readText } from './architecture/repository.ts';

const document = JSON.parse(readText('docs/reference/asyncapi.json')) as {
  readonly channels: Readonly<Record<string, { readonly address: string; readonly messages: object }>>;
  readonly components: {
    readonly messages: Readonly<
      Record<string, { readonly payload: object; readonly examples: readonly { readonly payload: object }[] }>
    >;
  };
};
const modules = declaredModules();
const { channels, published } = publishedApi(modules);
const ajv = new Ajv2020({ strict: false });

describe('the document of what is told as it happens', () => {
  it('is AsyncAPI 3.0', () => {
    const schema: object = specifications.schemas['3.0.0'];
    const validate = new Ajv({ strict: false, meta: false, validateSchema: false, validateFormats: false }).compile(
      schema,
    );
    expect([validate(document), validate.errors]).toEqual([true, null]);
    expect(validate({ ...document, asyncapi: '2.0.0' })).toBe(false);
  });

  it('names every channel, and what goes through it', () => {
    const addresses = Object.values(document.channels).map(({ address }) => address);
    for (const { name } of channels) expect(addresses).toContain(`private-${name}`);
    for (const { messages } of Object.values(document.channels))
      expect(Object.keys(messages).length).toBeGreaterThan(0);
  });

  it.each(published.map((event) => [event.name, event] as const))('%s may be told as it says', (_, event) => {
    const { payload, examples } = document.components.messages[event.name] ?? { payload: {}, examples: [] };
    const validate = ajv.compile({ ...payload, components: document.components });
    expect(validate(examples[0]?.payload), JSON.stringify(validate.errors)).toBe(true);
    const { forCustomers, sample } = event;
    if (typeof forCustomers !== 'function') return;
    const data = forCustomers(sample, new Set());
    if (data === undefined) return;
    const envelope = { id: 'msg_1', timestamp: '2026-03-02T10:15:30.123Z', position: 'MDE' };
    expect(validate(JSON.parse(messageBody(event, { ...envelope, data, isPart: true })))).toBe(true);
    expect(validate(JSON.parse(messageBody(event, { ...envelope, data: {} })))).toBe(false);
  });
});

describe('the channels', () => {
  it('ask for scopes that there are, and carry what somebody could read', () => {
    const known = permissionsOf(modules);
    for (const { permission } of channels) expect(known).toContain(permission);
    for (const { name } of published) expect(known).toContain(readPermission(name));
  });

  it('carry every event that is published, to staff, and to customers no event that is not for them', () => {
    const table = channelTable(channels);
    const staff = { kind: 'key', id: 'k', tenantId: 't', scopes: ['*'] } as const;
    const all = table.find('private-tenant.t');
    expect(published.filter(({ name }) => all === undefined || !carries(all, staff, name))).toEqual([]);
  });
});
