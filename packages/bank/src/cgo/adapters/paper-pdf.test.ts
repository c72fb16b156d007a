import { describe, expect, it } from 'vitest';
import { type PaperToPrint, writePaper } from './paper-pdf.ts';

const paper: PaperToPrint = {
  title: 'Share certificate',
  number: 'CGO-E-2026-000001',
  issuedAt: '2026-03-16T12:00:00.000Z',
  holder: 'Jiří Dvořák & synové',
  facts: [['Shares', '200.0000 CGO1']],
  text: 'The holder is entered in the share register.',
  rows: [],
};

const pagesOf = (bytes: Uint8Array): number =>
  Number(/\/Type \/Pages\s*\/Count (\d+)/.exec(Buffer.from(bytes).toString('latin1'))?.[1]);

describe('a paper as PDF', () => {
  it('is the same to the last byte each time it is made, and another when anything on it is', async () => {
    const [first, second] = await Promise.all([writePaper(paper), writePaper(paper)]);
    expect(Buffer.compare(first, second)).toBe(0);
    expect(Buffer.from(first.subarray(0, 5)).toString()).toBe('%PDF-');
    for (const change of [{ number: 'CGO-E-2026-000002' }, { mark: 'Void since 2026-03-20' }, { holder: 'Jan Dvořák' }])
      expect(Buffer.compare(first, await writePaper({ ...paper, ...change }))).not.toBe(0);
  });

  it('takes as many pages as it has lines, and survives whatever people are called', async () => {
    expect(pagesOf(await writePaper(paper))).toBe(1);
    const rows = Array.from({ length: 150 }, (_, index) => [
      `2026-03-${index}`,
      'Round 1',
      'confirmed',
      '1.00 USD',
      '1.0000',
      '',
    ]);
    expect(pagesOf(await writePaper({ ...paper, rows }))).toBeGreaterThan(2);
    const holder = `\u0000\u0007${'\uD83D\uDE00'.repeat(50)} ${'東京'.repeat(200)} ${'W'.repeat(3_000)}`;
    expect(pagesOf(await writePaper({ ...paper, holder }))).toBe(1);
  });
});
