import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type BadRow, MappingInvalid, parseMapping, readMapped } from './mapping.ts';
import type { RecordKind, RecordOf } from './records.ts';

const examples = new URL('../../../../examples/', import.meta.url);

const load = async <Kind extends RecordKind>(kind: Kind, source: Parameters<typeof readMapped>[0], mapping: string) => {
  const file = readMapped(source, parseMapping(mapping), kind);
  const good: { readonly line: number; readonly record: RecordOf<Kind> }[] = [];
  for await (const row of file.good) good.push(row);
  return { good, bad: file.bad };
};

const czech = async <Kind extends RecordKind>(kind: Kind, file: string, mapping: string) =>
  load(
    kind,
    createReadStream(new URL(`data/czech-bank/${file}`, examples)),
    await readFile(new URL(`czech-bank/${mapping}`, examples), 'utf8'),
  );

const order = (changes: object = {}): string =>
  JSON.stringify({
    record: 'standing_order',
    layout: { separator: 'semicolon', hasHeader: true },
    fields: {
      externalId: { column: 'id' },
      accountExternalId: { column: 'account' },
      counterpartyBank: { constant: '0800' },
      counterpartyAccount: { column: 'to', default: '107' },
      amountMinor: { column: 'amount', amount: { decimals: 2, decimalPoint: ',', grouping: ' ' } },
      asset: { constant: 'CZK' },
      frequency: { constant: 'monthly' },
      firstOn: { column: 'from', date: 'D.M.YYYY' },
      ...changes,
    },
  });

const orders = async (rows: readonly string[], changes?: object) =>
  load('standing_order', [`id;account;to;amount;from\n${rows.join('\n')}\n`], order(changes));

describe('the files of the Czech bank', () => {
  it('give every client, account and mandate, and no bad row', async () => {
    const parties = await czech('party', 'fin_client.tsv', 'parties.mapping.json');
    const accounts = await czech('account', 'fin_account.tsv', 'accounts.mapping.json');
    const mandates = await czech('mandate', 'fin_disp.tsv', 'mandates.mapping.json');
    expect([parties.good.length, accounts.good.length, mandates.good.length]).toEqual([5_369, 4_500, 5_369]);
    expect([...parties.bad, ...accounts.bad, ...mandates.bad]).toEqual([]);
    expect(mandates.good.filter(({ record }) => record.right === 'owner').length).toBe(4_500);
    expect(parties.good[0]).toEqual({
      line: 1,
      record: {
        externalId: 'czech-bank-client-1',
        type: 'person',
        name: 'Client 1',
        birthDate: '1990-12-13',
        townName: 'District 18',
        country: 'CZ',
      },
    });
    expect(accounts.good[0]?.record).toMatchObject({ asset: 'CZK', openedOn: '2015-03-24', statementCycle: 'monthly' });
  });

  it('give every standing order, 2,122,899.36 a month at thirteen banks', async () => {
    const { good, bad } = await czech('standing_order', 'fin_order.tsv', 'standing-orders.mapping.json');
    expect(bad).toEqual([]);
    expect(good.length).toBe(6_471);
    expect(good.reduce((sum, { record }) => sum + record.amountMinor, 0n)).toBe(212_289_936n);
    expect(new Set(good.map(({ record }) => record.counterpartyBank)).size).toBe(13);
    expect(new Set(good.map(({ record }) => record.purpose))).toEqual(
      new Set(['household', 'loan', 'insurance', 'leasing', 'unspecified']),
    );
  });
});

describe('a mapped file', () => {
  it('reads days, grouped amounts with a decimal comma and defaults as the mapping says', async () => {
    const { good } = await orders(['a;b;;1 234,5;1.12.2025', 'a;b;2000145399;0,10;31.1.2025']);
    expect(good.map(({ record }) => [record.amountMinor, record.firstOn, record.counterpartyAccount])).toEqual([
      [123_450n, '2025-12-01', '107'],
      [10n, '2025-01-31', '2000145399'],
    ]);
  });

  it.each<[string, Omit<BadRow, 'line'>]>([
    ['a;b;c;1,005;1.1.2025', { field: 'amountMinor', reason: '"1,005" is finer than 2 decimals' }],
    ['a;b;c;1.5;1.1.2025', { field: 'amountMinor', reason: '"1.5" is no amount' }],
    ['a;b;c;12 34,5;1.1.2025', { field: 'amountMinor', reason: '"12 34,5" is no amount' }],
    ['a;b;c;-5;1.1.2025', { field: 'amountMinor', reason: '"-5" is no amount' }],
    ['a;b;c;0;1.1.2025', { field: 'amountMinor', reason: 'is not above zero' }],
    ['a;b;c;;1.1.2025', { field: 'amountMinor', reason: 'is missing' }],
    ['a;b;c;1;30.2.2025', { field: 'firstOn', reason: '"30.2.2025" is no date written D.M.YYYY' }],
    ['a;b;c;1;2025-01-01', { field: 'firstOn', reason: '"2025-01-01" is no date written D.M.YYYY' }],
    [';b;c;1;1.1.2025', { field: 'externalId', reason: 'is missing' }],
    ['a;b;c;1', { reason: 'has 4 cells instead of 5' }],
  ])('explains what is wrong with "%s" and reads on', async (row, problem) => {
    const { good, bad } = await orders([row, 'ok;b;c;1;1.1.2025']);
    expect(bad).toEqual([{ line: 2, ...problem }]);
    expect(good.map(({ line, record }) => [line, record.externalId])).toEqual([[3, 'ok']]);
  });

  it('names every wrong field of a row, each once', async () => {
    const { bad } = await orders([';b;c;x;y']);
    expect(bad.map(({ field }) => field)).toEqual(['amountMinor', 'firstOn', 'externalId']);
  });

  it('does not guess what a code means that its lookup table does not list', async () => {
    const lookup = { frequency: { column: 'to', lookup: { M: 'monthly' } } };
    const { bad } = await orders(['a;b;Q;1;1.1.2025', 'a;b;toString;1;1.1.2025'], lookup);
    expect(bad.map(({ reason }) => reason)).toEqual([
      '"Q" is not in the lookup table',
      '"toString" is not in the lookup table',
    ]);
  });

  it('is refused when it lacks a column that the mapping names', async () => {
    await expect(load('standing_order', ['id;account\n1;2\n'], order())).rejects.toMatchObject({
      code: 'header_missing',
    });
  });
});

describe('a mapping file', () => {
  it.each([
    ['not JSON', '{', 'not JSON'],
    [
      'with a field no record has',
      order({ colour: { constant: 'red' } }),
      'fields.colour: a standing_order has no such field',
    ],
    [
      'without a field every record needs',
      order({ asset: undefined }),
      'fields.asset: a standing_order needs this field',
    ],
    ['with a date format that is none', order({ firstOn: { column: 'from', date: 'YYYY' } }), 'fields.firstOn'],
    [
      'with an unknown column',
      JSON.stringify({
        record: 'mandate',
        layout: { separator: 'tab', hasHeader: false, columns: ['a'] },
        fields: { right: { column: 'b' } },
      }),
      'the layout has no column "b"',
    ],
    [
      'without columns',
      JSON.stringify({ record: 'mandate', layout: { separator: 'tab', hasHeader: false }, fields: {} }),
      'a file without a header needs columns',
    ],
  ])('%s is refused and says where', (_, json, message) => {
    expect(() => parseMapping(json)).toThrow(MappingInvalid);
    expect(() => parseMapping(json)).toThrow(message);
  });

  it('for another sort of record is not used by mistake', () => {
    expect(() => readMapped([], parseMapping(order()), 'party')).toThrow('maps a standing_order and not a party');
  });
});
