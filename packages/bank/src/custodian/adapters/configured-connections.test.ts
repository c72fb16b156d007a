import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bankConnectionSchema, configuredConnections } from './configured-connections.ts';
import { callsAlone } from './fixtures/provider-calls.ts';

const demo = {
  kind: 'demo-bank',
  name: 'ing',
  url: 'http://127.0.0.1:1',
  apiKeyFrom: 'ING_API_KEY',
  webhookSecretFrom: 'ING_WEBHOOK_SECRET',
} as const;
const tools = {
  calls: callsAlone,
  secretOf: (name: string) => ({ ING_API_KEY: 'key', ING_WEBHOOK_SECRET: 'secret' })[name],
  now: () => 0,
  recordsOf: (connection: string): never => {
    throw new Error(`Nobody asks ${connection} for anything here.`);
  },
};

describe('connections to banks', () => {
  it('are found by their names', () => {
    const connections = configuredConnections([demo], tools);
    expect(connections.find('ing')?.capabilities.hasWebhooks).toBe(true);
    expect(connections.find('kb')).toBeUndefined();
  });

  it('are refused when the process starts where a secret is missing or a name is there twice', () => {
    expect(() => configuredConnections([{ ...demo, apiKeyFrom: 'OTHER' }], tools)).toThrow('OTHER');
    expect(() => configuredConnections([demo, demo], tools)).toThrow('ing');
  });

  it('name their secrets and never hold them', () => {
    expect(bankConnectionSchema.safeParse(demo).success).toBe(true);
    expect(bankConnectionSchema.safeParse({ ...demo, apiKeyFrom: 'sk-live-1234' }).success).toBe(false);
    expect(bankConnectionSchema.safeParse({ ...demo, apiKey: 'key' }).success).toBe(false);
  });

  it('over a folder open it when they are first used', async () => {
    const path = await mkdtemp(join(tmpdir(), 'finaegis-connection-'));
    const folder = {
      kind: 'iso20022-folder',
      name: 'kb',
      path,
      initiator: 'Main',
      bic: 'KOMBCZPP',
      assets: ['EUR'],
    } as const;
    const connector = configuredConnections([folder], tools).find('kb');
    expect(await connector?.find('00000000-0000-4000-8000-000000000001', AbortSignal.timeout(1_000))).toEqual({
      kind: 'absent',
    });
    await rm(path, { recursive: true });
  });

  it.each([
    [{ kind: 'bearer', tokenFrom: 'ING_API_KEY' }, {}],
    [{ kind: 'hmac', keyId: 'main', secretFrom: 'OTHER' }, { refusal: 'OTHER' }],
  ] as const)('over HTTP take the proof they are told: %j', (auth, { refusal }: { readonly refusal?: string }) => {
    const service = {
      kind: 'iso20022-http',
      name: 'csob',
      url: 'http://127.0.0.1:1/v1',
      auth,
      initiator: 'Main',
      bic: 'CEKOCZPP',
      assets: ['EUR'],
    } as const;
    expect(bankConnectionSchema.safeParse(service).success).toBe(true);
    expect(bankConnectionSchema.safeParse({ ...service, url: 'http://127.0.0.1:1/' }).success).toBe(false);
    expect(bankConnectionSchema.safeParse({ ...service, auth: { kind: 'none' } }).success).toBe(false);
    if (refusal !== undefined) expect(() => configuredConnections([service], tools)).toThrow(refusal);
    else expect(configuredConnections([service], tools).find('csob')?.capabilities.hasStatements).toBe(true);
  });
});
