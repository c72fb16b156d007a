import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { canonicalJson } from '@finaegis/kernel/canonical-json';
import { eventCatalogue } from '@finaegis/platform/event-store/catalogue';
import type { EventData } from '@finaegis/platform/event-store/event';
import { declaredModules } from '@finaegis/server/modules';
import { describe, expect, it } from 'vitest';
import { root } from './architecture/repository.ts';

// What was once written is read for ever: the files in the folders `golden` beside the aggregates are never edited; a new version of an event
// adds one. `hold-placed.v1.json` holds stored data of version 1 of HoldPlaced.
const catalogue = eventCatalogue(declaredModules().flatMap(({ events }) => events));

interface Golden {
  readonly type: string;
  readonly version: number;
  readonly stored: EventData;
}

const goldenOf = (path: string): Golden => {
  const [, words, version] = /^([a-z0-9]+(?:-[a-z0-9]+)*)\.v(\d+)\.json$/.exec(basename(path)) ?? [];
  if (words === undefined) throw new Error(`${path} is not named after an event and a version.`);
  return {
    type: words.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    version: Number(version),
    stored: JSON.parse(readFileSync(path, 'utf8')) as EventData,
  };
};

const golden = ['packages/platform/src', 'packages/bank/src'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /[/\\]golden[/\\][^/\\]+$/.test(path))
    .map((path) => goldenOf(join(root, folder, path))),
);

// What a saga is given and what its steps find is plain JSON to it, amounts included.
const opaque = new Set(['input', 'result']);

/** Every value under a name that ends in Minor, however deep. */
const amountsIn = (value: unknown): readonly unknown[] => {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, member]) => {
    if (opaque.has(name)) return [];
    return name.endsWith('Minor') ? [member] : amountsIn(member);
  });
};

describe('events as they were once stored', () => {
  it.each(golden)('$type version $version is read as it was meant', ({ type, version, stored }) => {
    const data = catalogue.decode(type, version, stored);
    expect(amountsIn(data).map((amount) => typeof amount)).toEqual(amountsIn(data).map(() => 'bigint'));
    // Written again, the text comes out that was hashed; an older version has been brought up to the newest, and stays that.
    const { schemaVersion } = catalogue.definition(type);
    const written = JSON.parse(canonicalJson(data)) as EventData;
    expect(canonicalJson(version === schemaVersion ? data : catalogue.decode(type, schemaVersion, written))).toBe(
      canonicalJson(version === schemaVersion ? stored : written),
    );
  });

  it('are kept of every version of every event', () => {
    const wanted = catalogue.types.flatMap((type) =>
      Array.from({ length: catalogue.definition(type).schemaVersion }, (_, index) => `${type} ${index + 1}`),
    );
    expect(golden.map(({ type, version }) => `${type} ${version}`).toSorted()).toEqual(wanted.toSorted());
    expect(wanted.length).toBeGreaterThan(150);
  });

  it('include amounts that a float could not hold', () => {
    const large = golden.filter(({ type, version, stored }) =>
      amountsIn(catalogue.decode(type, version, stored)).some((amount) => amount === 9_007_199_254_740_993n),
    );
    expect(large.length).toBeGreaterThan(10);
  });
});
