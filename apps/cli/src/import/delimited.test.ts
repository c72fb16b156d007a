import { createReadStream } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DelimitedLayout, type DelimitedRow, readDelimited } from './delimited.ts';

const comma: DelimitedLayout = { separator: 'comma', hasHeader: true };

const read = async (
  source: Parameters<typeof readDelimited>[0],
  layout: DelimitedLayout,
): Promise<readonly DelimitedRow[]> => {
  const rows: DelimitedRow[] = [];
  for await (const row of readDelimited(source, layout)) rows.push(row);
  return rows;
};

const table = (rows: readonly DelimitedRow[]): readonly unknown[] =>
  rows.map((row) => ('cells' in row ? [row.line, ...row.cells.values()] : [row.line, row.reason]));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a delimited file', () => {
  it('with a header, quotes, commas and line ends inside cells, a byte order mark and CRLF', async () => {
    const text = '\uFEFFname,note\r\nŠkoda,"a ""b"", c"\r\n"two\r\nlines",x\r\n\r\nlast,""';
    expect(table(await read([bytes(text)], comma))).toEqual([
      [2, 'Škoda', 'a "b", c'],
      [3, 'two\r\nlines', 'x'],
      [6, 'last', ''],
    ]);
  });

  it.each([
    ['semicolon', 'a;b\n1;2,0\n'],
    ['tab', 'a\tb\r1\t2,0\r'],
  ] as const)('separated by %s', async (separator, text) => {
    expect(table(await read([text], { separator, hasHeader: true }))).toEqual([[2, '1', '2,0']]);
  });

  it('without a header takes its columns from the layout', async () => {
    const [row] = await read(['7\tM\n'], { separator: 'tab', hasHeader: false, columns: ['id', 'frequency'] });
    expect(row).toEqual({
      line: 1,
      cells: new Map([
        ['id', '7'],
        ['frequency', 'M'],
      ]),
    });
  });

  it('of tabs keeps quotes as they are', async () => {
    expect(table(await read(['5" pipe\t"x"\n'], { separator: 'tab', hasHeader: false, columns: ['a', 'b'] }))).toEqual([
      [1, '5" pipe', '"x"'],
    ]);
  });

  it('reports a bad row with its line and goes on with the next', async () => {
    const text = 'a,b\n1\n1,2,3\n"x"y,2\nok,ok\n';
    expect(table(await read([text], comma))).toEqual([
      [2, 'has 1 cells instead of 2'],
      [3, 'has 3 cells instead of 2'],
      [4, 'has text behind a closing quote'],
      [5, 'ok', 'ok'],
    ]);
  });

  it('names the line where a quote was opened that is never closed', async () => {
    expect(table(await read(['a,b\n1,2\n3,"4\n5,6\n'], comma))).toEqual([
      [2, '1', '2'],
      [3, 'has a quote that is never closed'],
    ]);
  });

  it('in an older encoding is read with its own letters, and refused when it is in another than said', async () => {
    const latin2 = new Uint8Array([0xf8, 0x2c, 0x9e, 0x0a]);
    expect(
      table(await read([latin2], { ...comma, hasHeader: false, columns: ['a', 'b'], encoding: 'windows-1250' })),
    ).toEqual([[1, 'ř', 'ž']]);
    await expect(read([latin2], comma)).rejects.toMatchObject({ code: 'text_not_in_encoding' });
    await expect(read([], { ...comma, encoding: 'klingon' })).rejects.toMatchObject({ code: 'encoding_not_known' });
  });

  it('is refused without the header it should have', async () => {
    await expect(read([], comma)).rejects.toMatchObject({ code: 'header_missing' });
    await expect(read(['a,a\n1,2\n'], comma)).rejects.toMatchObject({ code: 'header_missing', line: 1 });
  });

  it('is read the same however it is cut into pieces', async () => {
    const cell = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', 'ř', '€', ' '), maxLength: 6 });
    const rows = fc.array(
      fc.tuple(cell, cell).filter(([left, right]) => left + right !== ''),
      { maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(rows, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), async (pairs, sizes) => {
        const text = pairs
          .map((pair) => `${pair.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')}\r\n`)
          .join('');
        const whole = bytes(text);
        const pieces: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < whole.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          pieces.push(whole.subarray(at, at + size));
          at += size;
        }
        const read_ = await read(pieces, { ...comma, hasHeader: false, columns: ['left', 'right'] });
        expect(read_.map((row) => ('cells' in row ? [...row.cells.values()] : row.reason))).toEqual(pairs);
      }),
    );
  });

  it('of a real bank is read to its last line', async () => {
    const source = createReadStream(new URL('../../../../examples/data/czech-bank/fin_order.tsv', import.meta.url));
    const rows = await read(source, {
      separator: 'tab',
      hasHeader: false,
      columns: ['order', 'account', 'bank', 'counterparty', 'amount', 'purpose'],
    });
    expect(rows.length).toBe(6_471);
    expect(rows.every((row) => 'cells' in row)).toBe(true);
  });
});
