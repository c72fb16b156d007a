import { readFile } from 'node:fs/promises';
import type { LocalDate } from '@finaegis/kernel/local-date';
import type { ProviderCalls } from '@finaegis/platform/resilience/guarded-call';
import { sendText } from '@finaegis/platform/resilience/outbound-http';
import { type RateProvider, RateSourceFault } from '../ports.ts';
import type { RateSheet } from '../rate/rate-sheet.ts';
import { ecbBase, ecbName, parseEcbCsv } from './ecb-csv.ts';
import { parseEcbXml } from './ecb-xml.ts';

/** Where the European Central Bank's rates are read from. */
export interface EcbOptions {
  /** An http(s) or file URL, or the path of a file, CSV or XML. Chosen by whoever runs the platform, never by a client. Without it only files that are sent are read. */
  readonly source?: string | URL;
  readonly priority?: number;
  /** How long the bank's server may take where there are no `calls`; 10,000 ms unless told. */
  readonly timeoutMs?: number;
  /** Breaker, retries and time-out of whoever calls a server; one try without them. */
  readonly calls?: ProviderCalls<'rates'>;
}

const timeoutDefaultMs = 10_000;
// The whole history is under two megabytes in either form.
const bytesMax = 32 * 1024 * 1024;

/**
 * The European Central Bank's euro reference rates, published on every day of its calendar at about 16:00 in Frankfurt. Until then the newest rate is
 * one business day old, and one publication may fail; older than two is stale.
 */
export const ecbRates = ({ source, priority = 20, ...limits }: EcbOptions = {}): RateProvider => ({
  name: ecbName,
  priority,
  base: ecbBase,
  scope: 'platform',
  calendar: 'target',
  staleAfterBusinessDays: 2,
  fetch: async (date?: LocalDate) => {
    if (source === undefined) return [];
    const sheets = parseEcb(await load(source, limits));
    return date === undefined ? sheets : sheets.filter((sheet) => sheet.date === date);
  },
});

/** Reads rates of the European Central Bank in either of its forms. @throws RateSourceFault naming the line */
export const parseEcb = (text: string): readonly RateSheet[] =>
  /^\uFEFF?\s*</.test(text) ? parseEcbXml(text) : parseEcbCsv(text);

const load = async (source: string | URL, limits: Pick<EcbOptions, 'calls' | 'timeoutMs'>): Promise<string> => {
  const isRemote = /^https?:/i.test(String(source));
  try {
    return isRemote ? await download(String(source), limits) : await readFile(fileOf(source), 'utf8');
  } catch (error) {
    if (error instanceof RateSourceFault) throw error;
    throw new RateSourceFault('source_unreachable', 'The rates could not be fetched.', { cause: error });
  }
};

const fileOf = (source: string | URL): string | URL =>
  typeof source === 'string' && source.startsWith('file:') ? new URL(source) : source;

const download = async (
  url: string,
  { calls, timeoutMs = timeoutDefaultMs }: Pick<EcbOptions, 'calls' | 'timeoutMs'>,
): Promise<string> => {
  const get = ({ signal }: { readonly signal: AbortSignal }) =>
    sendText({ url, method: 'GET', headers: { accept: 'text/csv, application/xml' }, bytesMax, signal });
  const { status, body } =
    calls === undefined
      ? await get({ signal: AbortSignal.timeout(timeoutMs) })
      : await calls.call('rates', get, { isRead: true });
  if (status !== 200) throw new RateSourceFault('source_unreachable', `The source answered ${status}.`);
  return body;
};
