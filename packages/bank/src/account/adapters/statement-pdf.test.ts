import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { StatementInvalid } from '../statement/document.ts';
import { demoEntry, demoStatement, variedEntries } from '../statement/fixtures/demo-statement.ts';
import { writeStatementPdf } from './statement-pdf.ts';

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

const pagesOf = (bytes: Uint8Array): number => Number(/\/Type \/Pages\s*\/Count (\d+)/.exec(latin1(bytes))?.[1]);

/** The text of a PDF of ours: the codes of its glyphs looked up in the tables the fonts carry for copy and paste. */
const textOf = (bytes: Uint8Array): string => {
  const objects = new Map(
    Array.from(latin1(bytes).matchAll(/(\d+) 0 obj\n(.*?)\nendobj/gs), ([, id = '', body = '']) => [id, body]),
  );
  const streamOf = (body = ''): string => {
    const data = Buffer.from(/stream\n(.*)\nendstream/s.exec(body)?.[1] ?? '', 'latin1');
    return (body.includes('FlateDecode') ? inflateSync(data) : data).toString('latin1');
  };
  const glyphsOf = (font = ''): readonly string[] => {
    const table = streamOf(objects.get(/\/ToUnicode (\d+) 0 R/.exec(font)?.[1] ?? ''));
    const ranges = Array.from(table.matchAll(/\[([^\]]*)\]/g), ([, range = '']) => range).join(' ');
    return Array.from(ranges.matchAll(/<([0-9a-f ]*)>/gi), ([, hex = '']) =>
      Buffer.from(hex.replaceAll(' ', ''), 'hex').swap16().toString('utf16le'),
    );
  };
  const fontIds = new Map(
    Array.from(latin1(bytes).matchAll(/\/(F\d+) (\d+) 0 R/g), ([, name = '', id = '']) => [name, id]),
  );
  const tables = new Map(Array.from(fontIds, ([name, id]) => [name, glyphsOf(objects.get(id))]));
  const contents = Array.from(objects.values())
    .filter((body) => body.includes('stream\n'))
    .map(streamOf)
    .filter((stream) => stream.includes(' Tf'));
  return contents
    .map((content) => {
      let font: readonly string[] = [];
      return Array.from(content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g), ([, name, shown]) => {
        if (name !== undefined) {
          font = tables.get(name) ?? [];
          return '';
        }
        return Array.from((shown ?? '').matchAll(/<([0-9a-f]+)>/g), ([, hex = '']) =>
          (hex.match(/.{4}/g) ?? []).map((code) => font[Number.parseInt(code, 16)] ?? '?').join(''),
        ).join('');
      }).join('\n');
    })
    .join('\n');
};

describe('a statement as PDF', () => {
  it('is the same to the last byte each time it is made', async () => {
    const document = demoStatement(variedEntries);
    const [first, second] = await Promise.all([writeStatementPdf(document), writeStatementPdf(document)]);
    expect(Buffer.compare(first, second)).toBe(0);
    expect(latin1(first.subarray(0, 5))).toBe('%PDF-');
    const later = await writeStatementPdf({ ...document, createdAt: '2025-02-02T02:15:00.000Z' });
    expect(Buffer.compare(first, later)).not.toBe(0);
  });

  it('shows names with their own letters, and every entry with its amount and the balance after it', async () => {
    const text = textOf(await writeStatementPdf(demoStatement(variedEntries)));
    for (const shown of [
      'Jiří Dvořák & synové',
      'Škoda Žižkov',
      'Na Příkopě 12/3',
      'Běžný účet',
      'CZ65 0800 0000 1920 0014 5399',
      'No. 7',
    ])
      expect(text).toContain(shown);
    for (const amount of ['-2\u00A0500.50', '-1\u00A0400.50', '-0.50', '1\u00A0099.50']) expect(text).toContain(amount);
  });

  it('fits on one page when short and counts its pages when long, losing no entry', async () => {
    const entries = Array.from({ length: 120 }, (_, index) =>
      demoEntry(index, { counterparty: { name: `Payer ${index}.` }, remittance: 'Rent '.repeat(index % 40) }),
    );
    const long = await writeStatementPdf(demoStatement(entries));
    const pages = pagesOf(long);
    expect(pagesOf(await writeStatementPdf(demoStatement([])))).toBe(1);
    expect(pages).toBeGreaterThan(5);
    const text = textOf(long);
    expect(text).toContain(`Page ${pages} of ${pages}`);
    for (let index = 0; index < 120; index += 1) expect(text).toContain(`Payer ${index}.`);
  });

  it('shows an amount of 36 digits whole, on one line', async () => {
    const document = demoStatement([demoEntry(1, { amountMinor: 123_456_789_012_345_678_901_234_567_890_123_456n })]);
    const text = textOf(
      await writeStatementPdf({ ...document, account: { ...document.account, currency: 'ETH', decimals: 18 } }),
    );
    expect(text).toContain('123\u00A0456\u00A0789\u00A0012\u00A0345\u00A0678.901234567890123456');
  });

  it('is never made from numbers that do not add up', async () => {
    const document = demoStatement([demoEntry(1)], { closingBalance: { amountMinor: 0n, date: '2025-01-31' } });
    await expect(writeStatementPdf(document)).rejects.toThrow(StatementInvalid);
  });

  it('survives whatever customers write', async () => {
    const remittance = `\u0000\u0007${'\uD83D\uDE00'.repeat(50)} ${'東京'.repeat(200)} ${'W'.repeat(3000)}`;
    expect(
      pagesOf(
        await writeStatementPdf(demoStatement([demoEntry(1, { remittance, counterparty: { name: remittance } })])),
      ),
    ).toBe(1);
  });
});
