import { readdirSync, readFileSync } from 'node:fs';
import { canonicalJson } from '@finaegis/kernel/canonical-json';
import { eventCatalogue } from '@finaegis/platform/event-store/catalogue';
import type { EventData } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import { requestAggregate } from '../request/request.ts';
import { scheduleAggregate } from '../schedule/schedule.ts';
import { batchAggregate } from './batch.ts';
import { bulkAggregate } from './bulk.ts';

const catalogue = eventCatalogue(
  [bulkAggregate, batchAggregate, scheduleAggregate, requestAggregate].flatMap(({ events }) => events),
);

/** `bulk-payment-taken.v1.json` holds stored data of version 1 of BulkPaymentTaken. */
const golden = ['bulk', 'schedule', 'request'].flatMap((room) => {
  const folder = new URL(`../${room}/golden/`, import.meta.url);
  return readdirSync(folder).map((file): [string, number, EventData] => {
    const [, words = '', version = ''] = /^([a-z-]+)\.v(\d+)\.json$/.exec(file) ?? [];
    const type = words.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return [type, Number(version), JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as EventData];
  });
});

describe('events of files, orders and requests as they were once stored', () => {
  it.each(golden)(
    '%s version %i can be read for ever, and written again comes out as it was hashed',
    (type, version, stored) => {
      expect(canonicalJson(catalogue.decode(type, version, stored))).toBe(canonicalJson(stored));
    },
  );

  it('have amounts that a float could not hold', () => {
    const taken = catalogue.decode('BulkLinesTaken', 1, golden.find(([type]) => type === 'BulkLinesTaken')?.[2] ?? {});
    expect(taken).toMatchObject({ lines: [{ amountMinor: 9_007_199_254_740_993n }, {}, {}] });
  });

  it('are kept of every version of every type', () => {
    const kept = golden.map(([type, version]) => `${type} ${version}`).sort();
    const known = catalogue.types.flatMap((type) =>
      Array.from({ length: catalogue.definition(type).schemaVersion }, (_, index) => `${type} ${index + 1}`),
    );
    expect(kept).toEqual([...known].sort());
  });
});
