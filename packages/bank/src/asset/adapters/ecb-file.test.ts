import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RateSourceFault } from '../ports.ts';
import { ecbRates, parseEcb } from './ecb-file.ts';
import { rateProviderContract } from './fixtures/rate-provider-contract.ts';
import { manualRates } from './manual-rates.ts';
import { memoryRates } from './memory-rates.ts';

const history = new URL('../../../../../examples/data/ecb/eurofxref-hist.csv', import.meta.url);

const dailyCsv = 'Date, USD, JPY, TRY, \n14 March 2025, 1.0889, 161.88, 39.9381, \n';
const dailyXml = `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <Cube><Cube time='2025-03-14'><Cube currency='USD' rate='1.0889'/><Cube currency='JPY' rate='161.88'/><Cube currency='TRY' rate='39.9381'/></Cube></Cube>
</gesmes:Envelope>`;

const fault = (text: string): unknown => {
  try {
    return parseEcb(text);
  } catch (error) {
    return error instanceof RateSourceFault ? [error.code, error.line] : error;
  }
};

describe('the file of the European Central Bank', () => {
  rateProviderContract(async () => ({ provider: ecbRates({ source: history }), dayWithout: '2025-03-15' }));

  it('can be given by its path', async () => {
    expect(await ecbRates({ source: fileURLToPath(history) }).fetch('1999-01-04')).toHaveLength(1);
  });

  it('says the same in its daily CSV, its XML and its history', async () => {
    const [fromCsv] = parseEcb(dailyCsv);
    expect(parseEcb(dailyXml)).toEqual([fromCsv]);
    const [whole] = await ecbRates({ source: history }).fetch('2025-03-14');
    expect(whole?.quotes).toEqual(expect.arrayContaining([...(fromCsv?.quotes ?? [])]));
    expect(whole?.quotes).toHaveLength(30);
  });

  it.each([
    ['', 1],
    ['Datum,USD\n2025-03-14,1.1\n', 1],
    ['Date,USD,USD\n2025-03-14,1.1,1.1\n', 1],
    ['Date,EUR\n2025-03-14,1\n', 1],
    ['Date,USD\n2025-02-30,1.1\n', 2],
    ['Date,USD\n31 Febtober 2025,1.1\n', 2],
    ['Date,USD\n2025-03-14,1.1,2.2\n', 2],
    ['Date,USD\n2025-03-14,1.1\n2025-03-13,-1\n', 3],
    ['Date,USD\n2025-03-14,0\n', 2],
    ['Date,USD\n2025-03-14,1e3\n', 2],
    ['Date,USD\n2025-03-14,1.1\n2025-03-14,1.2\n', 3],
    ['<Envelope>\n<Cube', 2],
    ['<!DOCTYPE x [<!ENTITY a "b">]><Cube time="2025-03-14"/>', 1],
    ['<Cube/>', 1],
    ['<Cube><Cube currency="USD" rate="1"/></Cube>', 1],
    ['<Cube time="2025-03-14">\n<Cube currency="USD" rate="x"/></Cube>', 2],
    ['<Cube time="2025-03-14"><Cube currency="USD" rate="1"/><Cube currency="USD" rate="1"/></Cube>', 1],
    ['<Cube time="2025-02-30"/>', 1],
  ])('is refused as a whole when it is not what it should be: %j', (text, line) => {
    expect(fault(text)).toEqual(['source_unreadable', line]);
  });

  it('skips what was not quoted, and days on which nothing was', () => {
    expect(parseEcb('Date,USD,HRK,\n2025-03-14,1.0889,N/A,\n2025-03-13,N/A,N/A,\n')).toEqual([
      { provider: 'ecb', date: '2025-03-14', base: 'EUR', quotes: [{ asset: 'USD', mid: '1.0889' }] },
    ]);
  });
});

describe('the European Central Bank over the network', () => {
  let server: Server;
  let address: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/daily.xml') response.end(dailyXml);
      else if (request.url === '/elsewhere') response.writeHead(302, { location: '/daily.xml' }).end();
      else if (request.url !== '/never') response.writeHead(503).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  rateProviderContract(async () => ({
    provider: ecbRates({ source: `${address}/daily.xml` }),
    dayWithout: '2025-03-13',
  }));

  it.each(['/missing', '/elsewhere', '/never'])('is a fault, not an answer, when it fails: %s', async (path) => {
    await expect(ecbRates({ source: `${address}${path}`, timeoutMs: 200 }).fetch()).rejects.toMatchObject({
      code: 'source_unreachable',
    });
  });
});

describe('the twin in memory', () => {
  const facts = {
    name: 'twin',
    priority: 1,
    base: 'EUR',
    scope: 'platform',
    calendar: 'target',
    staleAfterBusinessDays: 2,
  } as const;
  const sheet = (date: string) => ({
    provider: 'twin',
    date,
    base: 'EUR',
    quotes: [{ asset: 'USD', mid: '1.1', bid: '1.09', ask: '1.11' }],
  });
  rateProviderContract(async () => ({
    provider: memoryRates(facts, [sheet('2025-03-14'), sheet('2025-03-13')]),
    dayWithout: '2025-03-12',
  }));
});

describe('manual rates', () => {
  it('are set by people: there is nothing to fetch', async () => {
    expect(await manualRates().fetch()).toEqual([]);
    expect(await ecbRates().fetch()).toEqual([]);
  });
});
