import type { Outcome, Refusal } from '@finaegis/platform/command/handler';
import { tenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountBank, type Answered, startAccountBank } from './fixtures/account-bank.ts';

let bank: AccountBank;
let partyId: string;

beforeAll(async () => {
  bank = await startAccountBank();
  partyId = bank.services.newId();
  await bank.run(bank.modules.party.handlers.registerParty, {
    partyId,
    kind: 'person',
    details: { name: { given: 'Jana', family: 'Nováková' } },
  });
});

afterAll(() => bank.close());

const open = (accountId: string, more: object = {}): Promise<Answered> =>
  bank.call('openAccount', { body: { accountId, asset: 'EUR', holders: [{ partyId }], name: 'Trip', ...more } });

const byText = (a: unknown, b: unknown): number => String(a).localeCompare(String(b));

const keysOf = async (accountId: string): Promise<number> => {
  const { rows } = await bank.adminPool.query('select from subject_keys where subject = $1', [`account:${accountId}`]);
  return rows.length;
};

describe('the key of texts about an account', () => {
  it('is made by the commit that needs it, and by no refused command', async () => {
    const accountId = bank.services.newId();
    expect(await open(accountId, { product: 'unheard-of' })).toMatchObject({ status: 422 });
    expect(await open(accountId, { entity: 'unheard-of' })).toMatchObject({ status: 404 });
    expect(await keysOf(accountId)).toBe(0);
    expect(await open(accountId)).toMatchObject({ status: 201, body: { name: 'Trip' } });
    expect(await keysOf(accountId)).toBe(1);
    expect(await open(accountId)).toMatchObject({ status: 200, body: { name: 'Trip' } });
  });

  it('is one key also when two processes need it first at the same moment, so that a repeat is known for one', async () => {
    const other = bank.another();
    for (let round = 0; round < 25; round += 1) {
      const accountId = bank.services.newId();
      const holders = [{ mandateId: bank.services.newId(), partyId, kind: 'owner' as const }];
      const data = { accountId, product: 'current', asset: 'EUR', holders };
      const outcomes = (await Promise.all(
        [bank, other, bank, other].map((process) =>
          process.submit(process.modules.account.handlers.openAccount, { ...data, entity: 'main', name: 'Trip' }),
        ),
      )) as readonly Outcome<unknown, Refusal>[];
      expect(
        outcomes.map((outcome) => (outcome.accepted ? outcome.isRepeat : outcome.refusal)).toSorted(byText),
      ).toEqual([false, true, true, true]);
      expect(await keysOf(accountId)).toBe(1);
      expect(await bank.call('getAccount', { params: { accountId } })).toMatchObject({ body: { name: 'Trip' } });
    }
  });

  it('is not made again for an account whose texts are erased', async () => {
    const accountId = bank.services.newId();
    await bank.adminPool.query("insert into subject_keys (tenant_id, subject, wrapped_key) values ($1, $2, '')", [
      tenantId,
      `account:${accountId}`,
    ]);
    expect(await open(accountId)).toMatchObject({ status: 201, body: { name: 'erased' } });
  });
});
