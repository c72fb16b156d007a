import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { demoEntry, demoStatement, variedEntries } from '../statement/fixtures/demo-statement.ts';
import { writeStatementCsv } from './statement-csv.ts';

/** A plain reader of RFC 4180, written for these tests only, so that the writer is not judged by itself. */
const readCsv = (text: string): string[][] => {
  const rows: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  let row: string[] = [];
  for (let match = cell.exec(text); match !== null; match = cell.exec(text)) {
    row.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
    if (match[3] === '\r\n') {
      rows.push(row);
      row = [];
    }
    if (cell.lastIndex === text.length) return rows;
  }
  throw new Error('Not RFC 4180.');
};

const column = (rows: readonly (readonly string[])[], name: string): readonly string[] => {
  const index = rows[0]?.indexOf(name) ?? -1;
  return rows.slice(1).map((row) => row[index] ?? '');
};

describe('a statement as CSV', () => {
  it('has a header, an opening row, the entries with their running balance, and a closing row', () => {
    const rows = readCsv(writeStatementCsv(demoStatement(variedEntries)));
    expect(column(rows, 'record')).toEqual(['opening', 'entry', 'entry', 'entry', 'entry', 'closing']);
    expect(column(rows, 'amount')).toEqual(['', '100.00', '-2500.50', '-0.50', '2500.50', '']);
    expect(column(rows, 'balance')).toEqual(['1000.00', '1100.00', '-1400.50', '-1401.00', '1099.50', '1099.50']);
    expect(column(rows, 'reversal').at(4)).toBe('true');
  });

  it('ends every line with CRLF and gives every row the same number of cells', () => {
    const text = writeStatementCsv(demoStatement(variedEntries));
    expect(text.endsWith('\r\n')).toBe(true);
    const lengths = new Set(readCsv(text).map((row) => row.length));
    expect([...lengths]).toEqual([16]);
  });

  it('a name that is a formula is text for every spreadsheet', () => {
    const rows = readCsv(writeStatementCsv(demoStatement(variedEntries)));
    expect(column(rows, 'counterparty_name').at(2)).toBe(`'=HYPERLINK("http://evil.example";"x")`);
    expect(column(rows, 'remittance').at(2)).toBe(`'+420 "rent"; '=1+1\n'@SUM(A1)`);
  });

  it('a price written "100,-" stays as it was', () => {
    const rows = readCsv(writeStatementCsv(demoStatement([demoEntry(1, { remittance: 'Nájem 100,-' })])));
    expect(column(rows, 'remittance').at(1)).toBe('Nájem 100,-');
  });

  it('no text from outside ever starts a formula, and all of it can be read back', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '"', ',', ';', '\t', '\r', '\n', ' ', 'a', 'ř', '＝') }),
        (remittance) => {
          const rows = readCsv(writeStatementCsv(demoStatement([demoEntry(1, { remittance })])));
          const cell = column(rows, 'remittance').at(1) ?? '';
          for (const part of cell.split(/[;\t\r\n]/)) expect(part).not.toMatch(/^\s*[=+\-@＝]/);
          expect(cell.replaceAll("'", '')).toBe(remittance);
        },
      ),
    );
  });
});
