import type { Transaction } from '@finaegis/platform/database/transaction';
import type { LoggedEvent } from '@finaegis/platform/event-store/event';
import { liveTables } from '@finaegis/platform/view/view';
import { describe, expect, it } from 'vitest';
import { partyDirectory } from './directory.ts';

const partyId = '0197f2c4-6f5e-7c3a-9b1d-000000000001';
const registered = {
  seq: 1n,
  context: 'party',
  type: 'PartyRegistered',
  data: { partyId, kind: 'person', details: { name: { family: { ref: 'ref-1', commitment: '' } } } },
} as unknown as LoggedEvent;

/** The tokens the view writes for one registration whose name reads so. */
const tokensFor = async (name: string): Promise<readonly bigint[]> => {
  let tokens: readonly bigint[] = [];
  const tx = {
    query: async (text: string, values: readonly unknown[]) => {
      if (text.startsWith('insert into party_directory_tokens_v1')) tokens = values[3] as readonly bigint[];
    },
  } as unknown as Transaction;
  const personalData = { read: async () => new Map([['ref-1', name]]), blindIndex: async () => () => 7n };
  const view = partyDirectory({ personalData: personalData as never });
  await view.apply(tx, liveTables(view, 'tenant'), [registered]);
  return tokens;
};

describe('a rebuild of the directory', () => {
  it('meets registrations of parties erased since, and does not make them searchable as "erased"', async () => {
    expect(await tokensFor('erased')).toEqual([]);
    expect(await tokensFor('Nová')).toEqual([7n]);
  });
});
