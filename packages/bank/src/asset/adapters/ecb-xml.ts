import { isAssetCode } from '@finaegis/kernel/asset';
import { isLocalDate, type LocalDate } from '@finaegis/kernel/local-date';
import { isRate } from '@finaegis/kernel/money';
import { SaxesParser } from 'saxes';
import { RateSourceFault } from '../ports.ts';
import type { RateSheet, SheetQuote } from '../rate/rate-sheet.ts';
import { ecbBase, ecbName } from './ecb-csv.ts';

/**
 * Reads the European Central Bank's XML (eurofxref-daily.xml, -hist-90d.xml, -hist.xml): `<Cube time>` per day, in it a `<Cube currency rate>` each.
 * @returns one sheet per day, oldest first
 * @throws RateSourceFault naming the line
 */
export const parseEcbXml = (text: string): readonly RateSheet[] => {
  const days = new Map<LocalDate, SheetQuote[]>();
  let quotes: SheetQuote[] | undefined;
  const parser = new SaxesParser();
  const fail = (reason: string, cause?: unknown): never => {
    throw new RateSourceFault('source_unreadable', `The rates cannot be read: ${reason}.`, {
      line: parser.line,
      cause,
    });
  };
  parser.on('error', (error) => fail('the file is no well-formed XML', error));
  // The rates have no document type; whoever sends one is not the bank.
  parser.on('doctype', () => fail('a document type is not expected'));
  parser.on('opentag', ({ name, attributes }) => {
    if (name !== 'Cube' && !name.endsWith(':Cube')) return;
    const { time, currency, rate } = attributes as Readonly<Record<string, string | undefined>>;
    if (time !== undefined) {
      if (!isLocalDate(time) || days.has(time)) fail(`"${time}" is no day, or stands there twice`);
      quotes = [];
      days.set(time, quotes);
    }
    if (currency === undefined && rate === undefined) return;
    if (quotes === undefined || currency === undefined || rate === undefined)
      return fail('a rate lacks its day, currency or value');
    if (!isAssetCode(currency) || currency === ecbBase || quotes.some(({ asset }) => asset === currency))
      fail(`"${currency}" cannot be quoted here`);
    if (!isRate(rate)) fail(`"${rate}" is no rate of ${currency}`);
    quotes.push({ asset: currency, mid: rate });
  });
  parser.write(text).close();
  if (days.size === 0) fail('there is no day in it');
  return [...days]
    .filter(([, its]) => its.length > 0)
    .map(([date, its]): RateSheet => ({ provider: ecbName, date, base: ecbBase, quotes: its }))
    .sort((a, b) => (a.date < b.date ? -1 : 1));
};
