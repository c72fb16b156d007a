import { derivedUuid } from '@finaegis/kernel/id';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PartyBank, startPartyBank } from '../fixtures/bank.ts';
import type { RegisterPartyData } from './commands.ts';

let bank: PartyBank;

beforeAll(async () => {
  bank = await startPartyBank();
});

afterAll(() => bank.close());

const clients = 5_369;

const client = (number: number): RegisterPartyData => ({
  partyId: derivedUuid('client', String(number)),
  kind: 'person',
  details: {
    name: { given: 'Klient', family: `Číslo ${number}` },
    birthDate: '1970-12-13',
    address: { townName: 'Hl.m. Praha', districtName: 'Prague', country: 'CZ' },
    externalReference: String(number),
  },
});

const registerAll = async (): Promise<{ readonly seconds: number; readonly repeats: number }> => {
  const start = performance.now();
  const outcomes = await Promise.all(
    Array.from({ length: clients }, (_, index) =>
      bank.submit(bank.module.handlers.registerParty, client(index + 1), 'bulk'),
    ),
  );
  const repeats = outcomes.filter((one) => one.accepted && one.isRepeat).length;
  expect(outcomes.every((one) => one.accepted)).toBe(true);
  return { seconds: (performance.now() - start) / 1_000, repeats };
};

describe('an import through the bulk lane', () => {
  it('registers the 5,369 clients of a bank within seconds, and again adds nothing', async () => {
    const first = await registerAll();
    expect(first.repeats).toBe(0);
    // Two seconds on an idle machine of two cores; tests share theirs.
    expect(first.seconds).toBeLessThan(20);
    const second = await registerAll();
    expect(second.repeats).toBe(clients);
    const [{ count } = { count: 0n }] = await bank.query('select count(*) from events');
    expect(count).toBe(BigInt(clients));
    await bank.settle();
    const found = await bank.call('listParties', { query: { externalReference: '4711' } });
    expect(found.body.items).toHaveLength(1);
  });
});
