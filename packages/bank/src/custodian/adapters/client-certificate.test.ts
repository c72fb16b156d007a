import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTlsIdentity } from '@finaegis/platform/resilience/tls-identity';
import { createCertificateAuthority } from '@finaegis/provider-doubles/certificates';
import { startIsoBank } from '@finaegis/provider-doubles/iso20022/iso-bank';
import { startOpenBanking } from '@finaegis/provider-doubles/open-banking/open-banking';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BankOrder } from '../connector.ts';
import { type BankConnection, bankConnectionSchema, configuredConnections } from './configured-connections.ts';
import { connectorContract, firstNoonMs, ibans, latencyMs, payeeName } from './fixtures/connector-contract.ts';
import { callsAlone } from './fixtures/provider-calls.ts';
import { memoryRecords } from './memory-records.ts';
import { openBankingConnector, openBankingOperations } from './open-banking-connector.ts';

const [bankAuthority, clientAuthority] = [
  createCertificateAuthority('Bank CA'),
  createCertificateAuthority('Client CA'),
];
const own = clientAuthority.issue('finaegis');
const wanted = { ...bankAuthority.issue('bank'), clientAuthority: clientAuthority.certificate };
const client = { clientId: 'finaegis', clientSecret: 'open-secret' };
const accounts = [{ iban: ibans.own, asset: 'EUR', owner: 'Main Bank', openingMinor: 100_000n }];

connectorContract('a bank behind an Open Banking API that wants a client certificate', async () => {
  let nowMs = firstNoonMs;
  const now = (): number => nowMs;
  const bank = await startOpenBanking({
    accounts,
    ...client,
    now,
    latencyMs,
    closedIbans: [ibans.closed],
    returningIbans: [ibans.returning],
    tls: wanted,
  });
  return {
    connector: openBankingConnector({
      url: bank.url,
      ...client,
      identity: createTlsIdentity({ ...own, authority: bankAuthority.certificate }),
      assets: ['EUR'],
      now,
      calls: callsAlone('open-banking', openBankingOperations),
    }),
    advance: async (ms) => {
      nowMs += ms;
      bank.book.settleDue();
    },
    close: () => bank.close(),
  };
});

describe('a connection with a client certificate', () => {
  const abort = AbortSignal.timeout(30_000);
  let path: string;
  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), 'finaegis-certificates-'));
    await writeFile(join(path, 'client.pem'), own.certificate);
    await writeFile(join(path, 'authority.pem'), bankAuthority.certificate);
  });
  afterAll(() => rm(path, { recursive: true }));
  const variables: Readonly<Record<string, string>> = {
    CLIENT_KEY: own.key,
    OTHER_KEY: clientAuthority.issue('other').key,
    SECRET: client.clientSecret,
  };
  const tools = {
    calls: callsAlone,
    secretOf: (name: string) => variables[name],
    now: () => firstNoonMs,
    recordsOf: memoryRecords,
  };
  const tls = () => ({
    certificate: { path: join(path, 'client.pem') },
    key: { from: 'CLIENT_KEY' },
    authority: { path: join(path, 'authority.pem') },
  });
  const openBanking = (url: string, more: object = {}): BankConnection =>
    bankConnectionSchema.parse({
      kind: 'open-banking',
      name: 'bbva',
      url,
      clientId: client.clientId,
      clientSecretFrom: 'SECRET',
      assets: ['EUR'],
      tls: tls(),
      ...more,
    });
  const messages = (url: string, more: object = {}): BankConnection =>
    bankConnectionSchema.parse({
      kind: 'iso20022-http',
      name: 'csob',
      url,
      auth: { kind: 'bearer', tokenFrom: 'SECRET' },
      initiator: 'Main Bank',
      bic: 'CEKOCZPP',
      assets: ['EUR'],
      tls: tls(),
      ...more,
    });
  const order: BankOrder = {
    key: '00000000-0000-4000-8000-000000000001',
    rail: 'sepa',
    asset: 'EUR',
    amountMinor: 100n,
    decimals: 2,
    reference: 'R1',
    endToEndId: 'E1',
    debtor: { iban: ibans.own },
    creditor: { name: payeeName, iban: ibans.elsewhere },
    executionDate: '2026-03-02',
  };
  const banks = [
    [
      'Open Banking',
      () => startOpenBanking({ accounts, ...client, now: tools.now, tls: wanted }),
      (url: string, more?: object) => configuredConnections([openBanking(url, more)], tools).find('bbva'),
    ],
    [
      'ISO 20022',
      () =>
        startIsoBank({
          accounts,
          proof: { kind: 'bearer', token: client.clientSecret },
          now: tools.now,
          tls: wanted,
        }),
      (url: string, more?: object) => configuredConnections([messages(url, more)], tools).find('csob'),
    ],
  ] as const;

  it.each(banks)('for %s pays, and is refused without it, having done nothing', async (_, start, connect) => {
    const bank = await start();
    const stranger = connect(bank.url, { tls: { authority: tls().authority } });
    await expect(stranger?.submit(order, abort)).rejects.toMatchObject({
      name: 'ProviderFault',
      code: 'client_certificate_refused',
      isRetryable: false,
    });
    const connector = connect(bank.url);
    expect(await connector?.find(order.key, abort)).toEqual({ kind: 'absent' });
    await connector?.submit(order, abort);
    expect(await connector?.find(order.key, abort)).toMatchObject({ kind: 'settled' });
    await bank.close();
  });

  it('renewed while the process runs is used from then on, and a renewal that does not fit changes nothing', async () => {
    const stranger = createCertificateAuthority('Former CA').issue('finaegis');
    const [certificate, key] = [join(path, 'renewed.pem'), join(path, 'renewed.key')];
    const install = async (its: { readonly certificate: string; readonly key: string }): Promise<void> => {
      await writeFile(certificate, its.certificate);
      await writeFile(key, its.key);
    };
    await install(stranger);
    const warned: string[] = [];
    const onWarning = ({ name, message }: Error): unknown => name === 'TlsRenewal' && warned.push(message);
    process.on('warning', onWarning);
    const bank = await startOpenBanking({ accounts, ...client, now: tools.now, tls: wanted });
    const parts = { certificate: { path: certificate }, key: { path: key }, authority: tls().authority };
    const connector = configuredConnections([openBanking(bank.url, { tls: parts })], tools).find('bbva');
    await expect(connector?.submit(order, abort)).rejects.toMatchObject({ name: 'ProviderFault' });
    await install(own);
    await connector?.submit(order, abort);
    expect(await connector?.find(order.key, abort)).toMatchObject({ kind: 'settled' });

    // The certificate is there and its key not yet: the last pair that fits stays in use, and somebody is told, once.
    await writeFile(certificate, clientAuthority.issue('finaegis').certificate);
    const again = { ...order, key: '00000000-0000-4000-8000-000000000002', endToEndId: 'E2', reference: 'R2' };
    await connector?.submit(again, abort);
    expect(await connector?.find(again.key, abort)).toMatchObject({ kind: 'settled' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(warned).toEqual(['The key is not that of the client certificate. The last good one stays in use.']);
    process.off('warning', onWarning);
    await bank.close();
  });

  it.each([
    ['https://127.0.0.1:1', { key: { from: 'OTHER_KEY' } }, 'The connection bbva: The key is not that'],
    ['https://127.0.0.1:1', { key: { from: 'NOT_SET' } }, 'NOT_SET'],
    ['https://127.0.0.1:1', { key: { path: '/nowhere/key.pem' } }, '/nowhere/key.pem'],
    ['https://127.0.0.1:1', { key: undefined }, 'one of them is missing'],
    ['http://127.0.0.1:1', {}, 'begins with https'],
  ])('that is wrong keeps the process from starting: %s %j', (url, more, problem) => {
    expect(() => configuredConnections([openBanking(url, { tls: { ...tls(), ...more } })], tools)).toThrow(problem);
  });
});
