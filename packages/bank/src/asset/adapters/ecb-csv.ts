import { isAssetCode } from '@finaegis/kernel/asset';
import { isLocalDate, type LocalDate, localDate } from '@finaegis/kernel/local-date';
import { isRate } from '@finaegis/kernel/money';
import { RateSourceFault } from '../ports.ts';
import type { RateSheet, SheetQuote } from '../rate/rate-sheet.ts';

/** What the European Central Bank calls itself in our events. */
export const ecbName = 'ecb';

/** Every rate of the European Central Bank is units of a currency for one euro. */
export const ecbBase = 'EUR';

const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/**
 * Reads the European Central Bank's reference rates: the history (eurofxref-hist.csv, days as 2025-03-14) or one day's file (eurofxref.csv,
 * 14 March 2025). `N/A` is a currency that was not quoted that day; lines may end with a comma.
 * @returns one sheet per day that has any rate, oldest first
 * @throws RateSourceFault naming the line; half a file is worse than none
 */
export const parseEcbCsv = (text: string): readonly RateSheet[] => {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const codes = readHeader(lines[0] ?? '');
  const sheets = new Map<LocalDate, RateSheet>();
  for (const [index, content] of lines.entries()) {
    if (index === 0 || content.trim() === '') continue;
    const sheet = readRow(content, codes, index + 1);
    if (sheets.has(sheet.date)) throw unreadable(`the day ${sheet.date} stands there twice`, index + 1);
    if (sheet.quotes.length > 0) sheets.set(sheet.date, sheet);
  }
  return [...sheets.values()].sort((a, b) => (a.date < b.date ? -1 : 1));
};

const fieldsOf = (line: string): readonly string[] => {
  const fields = line.split(',').map((field) => field.trim());
  return fields.at(-1) === '' ? fields.slice(0, -1) : fields;
};

const readHeader = (line: string): readonly string[] => {
  const [first, ...codes] = fieldsOf(line);
  if (first !== 'Date') throw unreadable('the first line must begin with "Date"', 1);
  if (codes.length === 0 || new Set(codes).size !== codes.length)
    throw unreadable('the first line must name currencies, each once', 1);
  const wrong = codes.find((code) => !isAssetCode(code) || code === ecbBase);
  if (wrong !== undefined) throw unreadable(`"${wrong}" cannot be quoted`, 1);
  return codes;
};

const readRow = (line: string, codes: readonly string[], number: number): RateSheet => {
  const [first = '', ...rates] = fieldsOf(line);
  const date = readDay(first);
  if (date === undefined) throw unreadable(`"${first}" is no day`, number);
  if (rates.length !== codes.length)
    throw unreadable(`there are ${rates.length} rates for ${codes.length} currencies`, number);
  const quotes = codes.flatMap((asset, index): readonly SheetQuote[] => {
    const mid = rates[index] ?? '';
    if (mid === 'N/A' || mid === '') return [];
    if (!isRate(mid)) throw unreadable(`"${mid}" is no rate of ${asset}`, number);
    return [{ asset, mid }];
  });
  return { provider: ecbName, date, base: ecbBase, quotes };
};

const readDay = (text: string): LocalDate | undefined => {
  if (isLocalDate(text)) return text;
  const [, day, month, year] = /^(\d{1,2}) ([A-Za-z]+) (\d{4})$/.exec(text) ?? [];
  const index = months.indexOf((month ?? '').toLowerCase());
  if (index < 0) return undefined;
  try {
    return localDate(Number(year), index + 1, Number(day));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

const unreadable = (reason: string, line: number): RateSourceFault =>
  new RateSourceFault('source_unreadable', `The rates cannot be read: ${reason}.`, { line });
