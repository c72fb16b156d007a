import { readdirSync, readFileSync } from 'node:fs';
import { canonicalJson } from '@finaegis/kernel/canonical-json';
import { expect, test } from 'vitest';
import { eventCatalogue } from '../event-store/catalogue.ts';
import type { EventData } from '../event-store/event.ts';
import { sagaEvents } from './events.ts';

const catalogue = eventCatalogue(sagaEvents);
const folder = new URL('./golden/', import.meta.url);

/** `saga-step-done.v1.json` holds stored data of version 1 of SagaStepDone. */
const golden = readdirSync(folder).map((file): [string, number, EventData] => {
  const [, words = '', version = ''] = /^([a-z-]+)\.v(\d+)\.json$/.exec(file) ?? [];
  const type = words.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return [type, Number(version), JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as EventData];
});

test.each(golden)('%s version %i can be read for ever', (type, version, stored) => {
  expect(canonicalJson(catalogue.decode(type, version, stored))).toBe(canonicalJson(stored));
});

test('data are kept of every version of every event', () => {
  const known = catalogue.types.flatMap((type) =>
    Array.from({ length: catalogue.definition(type).schemaVersion }, (_, index) => `${type} ${index + 1}`),
  );
  expect(golden.map(([type, version]) => `${type} ${version}`).sort()).toEqual(known.sort());
});
