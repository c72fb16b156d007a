import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '@finaegis/kernel/canonical-json';
import { eventCatalogue } from '@finaegis/platform/event-store/catalogue';
import type { EventData } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import { ledgerAccountAggregate } from './account/account.ts';
import { entityAggregate } from './entity/entity.ts';
import { holdAggregate } from './hold/hold.ts';
import { incomingAggregate } from './incoming/incoming.ts';
import { journalAggregate } from './journal/journal.ts';
import { quoteAggregate } from './quote/quote.ts';
import { repairAggregate } from './repair/repair.ts';

// What was once written is read for ever: these files are never edited, a new version of an event adds one.
const golden = [
  entityAggregate,
  ledgerAccountAggregate,
  journalAggregate,
  holdAggregate,
  incomingAggregate,
  quoteAggregate,
  repairAggregate,
].flatMap((aggregate) => {
  const folder = join(import.meta.dirname, aggregate.name, 'golden');
  return readdirSync(folder).map((name) => {
    const [type = '', version = ''] = name.split('.');
    return {
      type,
      version: Number(version.slice(1)),
      stored: JSON.parse(readFileSync(join(folder, name), 'utf8')) as EventData,
      aggregate,
    };
  });
});
const definitions = [
  ...entityAggregate.events,
  ...ledgerAccountAggregate.events,
  ...journalAggregate.events,
  ...holdAggregate.events,
  ...incomingAggregate.events,
  ...quoteAggregate.events,
  ...repairAggregate.events,
];
const catalogue = eventCatalogue(definitions);

describe('events ever written', () => {
  it.each(golden)('$type version $version is read as it was meant', ({ type, version, stored }) => {
    const data = catalogue.decode(type, version, stored);
    // Nothing was lost or added: written again, the current version is the same text; older ones have been brought up to it.
    const isCurrent = version === catalogue.definition(type).schemaVersion;
    expect(canonicalJson(isCurrent ? data : catalogue.decode(type, version, stored))).toBe(
      canonicalJson(isCurrent ? stored : data),
    );
  });

  it('include every version of every event', () => {
    const wanted = definitions.flatMap(({ type, schemaVersion }) =>
      Array.from({ length: schemaVersion }, (_, index) => `${type}.v${index + 1}`),
    );
    expect(golden.map(({ type, version }) => `${type}.v${version}`).sort()).toEqual(wanted.sort());
  });

  it.each(golden)('of which an amount is a whole number again, not a text: $type', ({ type, version, stored }) => {
    const amounts = amountsIn(catalogue.decode(type, version, stored));
    expect(amounts.map((amount) => typeof amount)).toEqual(amountsIn(stored).map(() => 'bigint'));
  });
});

/** Every value under a name that ends in Minor, however deep. */
const amountsIn = (value: unknown): readonly unknown[] => {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, member]) => (name.endsWith('Minor') ? [member] : amountsIn(member)));
};
