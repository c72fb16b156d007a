import { readdirSync, readFileSync } from 'node:fs';
import { canonicalJson } from '@finaegis/kernel/canonical-json';
import { describe, expect, it } from 'vitest';
import { eventCatalogue } from '../../event-store/catalogue.ts';
import { roleEvents } from './events.ts';

const golden = new URL('golden/', import.meta.url);
const catalogue = eventCatalogue(roleEvents);

describe('the events of a role', () => {
  it.each(readdirSync(golden))('%s is read for ever as it was written', (file) => {
    const [, type = '', version = ''] = /^(\w+)\.v(\d+)\.json$/.exec(file) ?? [];
    const stored = JSON.parse(readFileSync(new URL(file, golden), 'utf8')) as Record<string, unknown>;
    expect(canonicalJson(catalogue.decode(type, Number(version), stored))).toBe(canonicalJson(stored));
  });

  it('have a golden file for each version of each type', () => {
    const wanted = roleEvents.flatMap(({ type, schemaVersion }) =>
      Array.from({ length: schemaVersion }, (_, index) => `${type}.v${index + 1}.json`),
    );
    expect(readdirSync(golden).toSorted()).toEqual(wanted.toSorted());
  });
});
