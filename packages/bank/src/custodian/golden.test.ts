import { readdirSync, readFileSync } from 'node:fs';
import { canonicalJson } from '@finaegis/kernel/canonical-json';
import { eventCatalogue } from '@finaegis/platform/event-store/catalogue';
import type { EventData } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import { allocationAggregate } from './allocation/allocation.ts';
import { partnerBankAggregate } from './bank/bank.ts';
import { breakAggregate } from './break/break.ts';
import { bankDayAggregate } from './day/day.ts';
import { reconciliationAggregate } from './reconciliation/reconciliation.ts';
import { transferAggregate } from './transfer/transfer.ts';

const aggregates = [
  partnerBankAggregate,
  allocationAggregate,
  transferAggregate,
  reconciliationAggregate,
  breakAggregate,
  bankDayAggregate,
];
const catalogue = eventCatalogue(aggregates.flatMap(({ events }) => events));

/** `break-found.v1.json` holds stored data of version 1 of BreakFound. */
const golden = ['bank', 'allocation', 'transfer', 'reconciliation', 'break', 'day'].flatMap((room) => {
  const folder = new URL(`./${room}/golden/`, import.meta.url);
  return readdirSync(folder).map((file): [string, number, EventData] => {
    const [, words = '', version = ''] = /^([a-z-]+)\.v(\d+)\.json$/.exec(file) ?? [];
    const type = words.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return [type, Number(version), JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as EventData];
  });
});

describe('events as they were once stored', () => {
  it.each(golden)(
    '%s version %i can be read for ever, and written again comes out as it was hashed',
    (type, version, stored) => {
      expect(canonicalJson(catalogue.decode(type, version, stored))).toBe(canonicalJson(stored));
    },
  );

  it('have amounts and differences that can be compared, also where a float could not hold them', () => {
    const dataOf = (type: string) => catalogue.decode(type, 1, golden.find(([one]) => one === type)?.[2] ?? {});
    expect(dataOf('CustodianTransferRequested')).toMatchObject({ amountMinor: 9_007_199_254_740_993n });
    expect(dataOf('BreakFound')).toMatchObject({ differenceMinor: -9_007_199_254_740_993n });
    expect(dataOf('NostroReconciled')).toMatchObject({ bankClosingMinor: -9_007_199_254_740_993n });
    expect(dataOf('PartnerBankRegistered')).toMatchObject({
      terms: { rails: [{ limitMinor: 9_007_199_254_740_993n }, { feeMinor: 80n }] },
    });
  });

  it('are kept of every version of every type', () => {
    const kept = golden.map(([type, version]) => `${type} ${version}`).sort();
    const known = catalogue.types.flatMap((type) =>
      Array.from({ length: catalogue.definition(type).schemaVersion }, (_, index) => `${type} ${index + 1}`),
    );
    expect(kept).toEqual([...known].sort());
  });
});
