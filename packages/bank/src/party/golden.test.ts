import { readdirSync, readFileSync } from 'node:fs';
import { canonicalJson } from '@finaegis/kernel/canonical-json';
import { eventCatalogue } from '@finaegis/platform/event-store/catalogue';
import type { EventData } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import { mandateEvents } from './mandate/events.ts';
import { partyEvents } from './party/events.ts';

const catalogue = eventCatalogue([...partyEvents, ...mandateEvents]);

/** `party-kyc-set.v1.json` holds stored data of version 1 of PartyKycSet. */
const golden = ['party', 'mandate'].flatMap((aggregate) => {
  const folder = new URL(`./${aggregate}/golden/`, import.meta.url);
  return readdirSync(folder).map((file): [string, number, EventData] => {
    const [, words = '', version = ''] = /^([a-z-]+)\.v(\d+)\.json$/.exec(file) ?? [];
    const type = words.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return [type, Number(version), JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as EventData];
  });
});

describe('events as they were once stored', () => {
  it.each(golden)('%s version %i can be read for ever', (type, version, stored) => {
    const data = catalogue.decode(type, version, stored);
    // Read and written again, the text that was hashed comes out; older versions come out as they are upcast.
    const isCurrent = version === catalogue.definition(type).schemaVersion;
    expect(isCurrent ? canonicalJson(data) : data).toEqual(isCurrent ? canonicalJson(stored) : expect.anything());
  });

  it('have amounts that can be compared, also where a float could not hold them', () => {
    const [, , stored] = golden.find(([type]) => type === 'MandateLimitsChanged') ?? [];
    const { limits } = catalogue.decode('MandateLimitsChanged', 1, stored ?? {});
    expect(limits).toEqual([{ asset: 'ETH', decimals: 18, perTransferMinor: 90_071_992_547_409_930_000n }]);
  });

  it('are kept of every version of every type', () => {
    const kept = golden.map(([type, version]) => `${type} ${version}`).sort();
    const known = catalogue.types.flatMap((type) =>
      Array.from({ length: catalogue.definition(type).schemaVersion }, (_, index) => `${type} ${index + 1}`),
    );
    expect(kept).toEqual(known.sort());
  });
});
