import { readdirSync, readFileSync } from 'node:fs';
import { eventCatalogue } from '@finaegis/platform/event-store/catalogue';
import type { EventData } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import { assetAggregate } from './asset/asset.ts';
import { manualRateAggregate } from './rate/manual-rate.ts';
import { rateSheetAggregate } from './rate/rate-sheet.ts';

const catalogue = eventCatalogue([
  ...assetAggregate.events,
  ...rateSheetAggregate.events,
  ...manualRateAggregate.events,
]);

const golden = ['asset/golden/', 'rate/golden/'].flatMap((folder) => {
  const url = new URL(folder, import.meta.url);
  return readdirSync(url).map((name) => ({
    name,
    stored: JSON.parse(readFileSync(new URL(name, url), 'utf8')) as EventData,
  }));
});

describe('an event of this context, once written', () => {
  it.each(golden)('is read for ever: $name', ({ name, stored }) => {
    const [type = '', version = ''] = name.split('.');
    expect(catalogue.decode(type, Number(version.slice(1)), stored)).toEqual(stored);
  });

  it('has a golden file for each of its versions', () => {
    const wanted = catalogue.types.map((type) => `${type}.v${catalogue.definition(type).schemaVersion}.json`);
    expect(golden.map(({ name }) => name)).toEqual(expect.arrayContaining(wanted));
  });
});
