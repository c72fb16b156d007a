import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '../event-store/event.ts';
import { publishedCatalogue } from './catalogue.ts';
import { messageBody, messageId } from './message.ts';
import { definePublished } from './published-event.ts';

const potFilled = defineEvent({
  type: 'PotFilled',
  schemaVersion: 1,
  schema: z.strictObject({ potId: z.string(), secret: z.string() }),
});
const named = (name: string) =>
  definePublished({
    name,
    version: 1,
    summary: 'A pot was filled.',
    from: potFilled,
    schema: z.object({ potId: z.string() }),
    sample: { potId: 'p' },
    concerns: () => ({}),
    show: (data) => data,
  });
const pots = (...names: readonly string[]) => [{ name: 'pots', events: [potFilled], publishes: names.map(named) }];

describe('the catalogue of published events', () => {
  it('knows them by name, and what an event of the log is made into', () => {
    const catalogue = publishedCatalogue(pots('pots.pot.refilled', 'pots.pot.filled'));
    expect(catalogue.events.map(({ name }) => name)).toEqual(['pots.pot.filled', 'pots.pot.refilled']);
    expect(catalogue.madeOf('PotFilled')).toHaveLength(2);
    expect(catalogue.madeOf('PotBroken')).toEqual([]);
    expect(catalogue.contexts).toEqual(['pots']);
    expect(catalogue.find('pots.pot.filled')?.version).toBe(1);
  });

  it.each([['pots.pot'], ['pans.pot.filled'], ['pots.Pot.filled'], ['pots.pot.filled.twice']])(
    'takes no name such as %s',
    (name) => {
      expect(() => publishedCatalogue(pots(name))).toThrow('is no name');
    },
  );

  it('takes no name twice, and nothing that no context records', () => {
    expect(() => publishedCatalogue(pots('pots.pot.filled', 'pots.pot.filled'))).toThrow('published twice');
    expect(() => publishedCatalogue([{ name: 'pots', events: [], publishes: [named('pots.pot.filled')] }])).toThrow(
      'no context records',
    );
  });
});

describe('a message', () => {
  it('has an id without full stops, which divide what is signed', () => {
    expect(messageId('0190a000-0000-7000-8000-000000000001', 'pots.pot.filled')).toBe(
      'msg_0190a000-0000-7000-8000-000000000001_pots_pot_filled',
    );
  });

  it('says that it is a test where it is one', () => {
    const body = messageBody(named('pots.pot.filled'), { id: 'm', timestamp: 't', data: {} });
    expect(JSON.parse(body)).toEqual({
      id: 'm',
      type: 'pots.pot.filled',
      version: 1,
      timestamp: 't',
      isTest: true,
      data: {},
    });
  });
});
