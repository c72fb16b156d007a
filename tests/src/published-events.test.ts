import { openApiDocument } from '@finaegis/platform/http/openapi';
import { publishedCatalogue } from '@finaegis/platform/published/catalogue';
import { messageSchema, sampleMessage } from '@finaegis/platform/published/message';
import { declaredModules } from '@finaegis/server/modules';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const modules = declaredModules();
const catalogue = publishedCatalogue(modules);
const ajv = new Ajv2020({ strict: false });

/** Names of all members of a JSON value, however deep. */
const membersOf = (value: unknown): readonly string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([name, member]) => [
        ...(Array.isArray(value) ? [] : [name]),
        ...membersOf(member),
      ]);

describe('what is published', () => {
  it('is of every context whose doings those outside wait for', () => {
    expect(catalogue.events.length).toBeGreaterThan(25);
    expect([...new Set(catalogue.events.map(({ name }) => name.split('.')[0]))]).toEqual(
      expect.arrayContaining(['account', 'ledger', 'party', 'payment']),
    );
  });

  it.each(catalogue.events.map((event) => [event.name, event] as const))(
    '%s has a sample that fits its schema, zod’s and the one that is published',
    (_, event) => {
      expect(event.schema.safeParse(event.sample).success).toBe(true);
      const validate = ajv.compile(z.toJSONSchema(messageSchema(event)));
      expect(validate(sampleMessage(event)), JSON.stringify(validate.errors)).toBe(true);
      expect(validate({ ...sampleMessage(event), type: 'something.else.happened' })).toBe(false);
    },
  );

  it.each(catalogue.events.map((event) => [event.name, event] as const))(
    '%s tells neither minor units nor references to personal data',
    (_, event) => {
      const members = [...membersOf(event.sample), ...membersOf(z.toJSONSchema(event.schema))];
      expect(members.filter((name) => /Minor$|^commitment$|^ref$/.test(name))).toEqual([]);
    },
  );

  it('names what it concerns in words of the log, for every event of the log it is made of', () => {
    const types = new Set(modules.flatMap(({ events }) => events.map(({ type }) => type)));
    expect(catalogue.events.filter(({ first }) => first !== undefined && !types.has(first.type))).toEqual([]);
  });

  it('stands in the published document, with its sample', () => {
    const { webhooks } = openApiDocument([], {}, { title: 'Bank', version: '1' }, catalogue.events) as {
      readonly webhooks: Readonly<Record<string, unknown>>;
    };
    expect(Object.keys(webhooks)).toEqual(catalogue.events.map(({ name }) => name));
  });
});
