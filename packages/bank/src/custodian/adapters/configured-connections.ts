import { readFileSync } from 'node:fs';
import type { OperationPolicy, ProviderCalls } from '@finaegis/platform/resilience/guarded-call';
import { createRenewedIdentity, type TlsIdentity } from '@finaegis/platform/resilience/tls-identity';
import { z } from 'zod';
import type { CustodianConnector } from '../connector.ts';
import type { Connections } from '../gateway.ts';
import { demoBankConnector, demoBankOperations } from './demo-bank-connector.ts';
import { openFolderRecords } from './folder-records.ts';
import { isoCapabilities, isoConnector } from './iso-connector.ts';
import { openFolderTransport } from './iso-folder-transport.ts';
import { isoHttpOperations, isoHttpTransport } from './iso-http-transport.ts';
import type { IsoTransport } from './iso-transport.ts';
import type { MessageRecords } from './message-records.ts';
import { openBankingConnector, openBankingOperations } from './open-banking-connector.ts';
import type { RequestAuth } from './request-auth.ts';

const name = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/);
/** Secrets stand in the environment; a configuration names them. */
const secretName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of a variable of the environment');

/** A PEM: in a file, or in a variable of the environment. */
const pem = z.union([z.strictObject({ path: z.string().min(1) }), z.strictObject({ from: secretName })]);
/** Our certificate to a bank that wants one, and the authorities its own may be of. */
const tls = z.strictObject({ certificate: pem.optional(), key: pem.optional(), authority: pem.optional() });

/** What is said of messages, whatever carries them. */
const isoMessages = {
  initiator: z.string().min(1).max(140),
  bic: z.string(),
  assets: z.array(z.string()).min(1).readonly(),
  message: z.enum(['pain.001.001.03', 'pain.001.001.09']).optional(),
};
/** Paths are put behind it. */
const serviceUrl = z.url().regex(/^https?:[^?#]*[^?#/]$/, 'must have no query and no slash at its end');

/** One connection of a process to a bank, as it is configured. */
export const bankConnectionSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('demo-bank'),
    name,
    url: z.url(),
    apiKeyFrom: secretName,
    webhookSecretFrom: secretName,
  }),
  z.strictObject({
    kind: z.literal('open-banking'),
    name,
    url: z.url(),
    clientId: z.string().min(1),
    clientSecretFrom: secretName,
    tls: tls.optional(),
    assets: z.array(z.string()).min(1).readonly(),
  }),
  z.strictObject({ kind: z.literal('iso20022-folder'), name, path: z.string().min(1), ...isoMessages }),
  z.strictObject({
    kind: z.literal('iso20022-http'),
    name,
    url: serviceUrl,
    auth: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('bearer'), tokenFrom: secretName }),
      z.strictObject({
        kind: z.literal('hmac'),
        keyId: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
        secretFrom: secretName,
      }),
    ]),
    tls: tls.optional(),
    ...isoMessages,
  }),
]);
export type BankConnection = z.output<typeof bankConnectionSchema>;

/** What connections are made with. */
export interface ConnectionTools {
  calls<Name extends string>(provider: string, policies: Readonly<Record<Name, OperationPolicy>>): ProviderCalls<Name>;
  /** A variable of the environment. */
  secretOf(name: string): string | undefined;
  readonly now: () => number;
  /** The records of a connection that carries messages over HTTP: every process sees them. */
  recordsOf(connection: string): MessageRecords;
}

/**
 * The connections of a process.
 * @throws Error for two of one name and for a secret that is not there: found when the process starts, not when money is to move
 */
export const configuredConnections = (configured: readonly BankConnection[], tools: ConnectionTools): Connections => {
  const byName = new Map<string, CustodianConnector>();
  for (const connection of configured) {
    if (byName.has(connection.name)) throw new Error(`Two connections to banks are named ${connection.name}.`);
    byName.set(connection.name, connect(connection, tools));
  }
  return { find: (wanted) => byName.get(wanted) };
};

/** The provider a connection's calls are counted as. */
export const providerOf = (connection: string): string => `bank-${connection}`;

const connect = (connection: BankConnection, tools: ConnectionTools): CustodianConnector => {
  if (connection.kind === 'demo-bank')
    return demoBankConnector({
      url: connection.url,
      apiKey: secret(connection.apiKeyFrom, tools),
      webhookSecret: secret(connection.webhookSecretFrom, tools),
      calls: tools.calls(providerOf(connection.name), demoBankOperations),
    });
  const { now } = tools;
  if (connection.kind === 'open-banking') {
    const { url, clientId, clientSecretFrom, assets } = connection;
    const identity = identityOf(connection, tools);
    const calls = tools.calls(providerOf(connection.name), openBankingOperations);
    const clientSecret = secret(clientSecretFrom, tools);
    return openBankingConnector({ url, clientId, clientSecret, identity, assets, now, calls });
  }
  if (connection.kind === 'iso20022-folder')
    return isoMessagesOver(connection, now, async () => ({
      transport: await openFolderTransport(connection.path),
      records: await openFolderRecords(connection.path),
    }));
  const transport = isoHttpTransport({
    url: connection.url,
    auth: authOf(connection.auth, tools),
    identity: identityOf(connection, tools),
    now,
    calls: tools.calls(providerOf(connection.name), isoHttpOperations),
  });
  return isoMessagesOver(connection, now, async () => ({ transport, records: tools.recordsOf(connection.name) }));
};

type IsoBankConnection = Extract<BankConnection, { readonly initiator: string }>;

const isoMessagesOver = (
  { initiator, bic, assets, message }: IsoBankConnection,
  now: () => number,
  open: () => Promise<{ readonly transport: IsoTransport; readonly records: MessageRecords }>,
): CustodianConnector =>
  whenOpen(async () => {
    const version = message === undefined ? {} : { message };
    return isoConnector({ ...(await open()), initiator, bic, assets, now, ...version });
  }, isoCapabilities(assets));

const authOf = (
  auth: Extract<BankConnection, { readonly kind: 'iso20022-http' }>['auth'],
  tools: ConnectionTools,
): RequestAuth =>
  auth.kind === 'bearer'
    ? { kind: 'bearer', token: secret(auth.tokenFrom, tools) }
    : { kind: 'hmac', keyId: auth.keyId, secret: secret(auth.secretFrom, tools) };

/** @throws Error that names the connection and what is wrong with its certificate, key or authorities */
const identityOf = (
  { name: connection, url, tls: parts }: Extract<BankConnection, { readonly tls?: unknown }>,
  tools: ConnectionTools,
): TlsIdentity | undefined => {
  if (parts === undefined) return undefined;
  try {
    if (!url.startsWith('https:')) throw new Error('A certificate needs an address that begins with https.');
    const { certificate, key, authority } = parts;
    // Read again for each connection, since certificates are renewed while the process runs.
    return createRenewedIdentity(() => ({
      certificate: certificate && pemOf(certificate, tools),
      key: key && pemOf(key, tools),
      authority: authority && pemOf(authority, tools),
    }));
  } catch (cause) {
    throw new Error(`The connection ${connection}: ${(cause as Error).message}`, { cause });
  }
};

const pemOf = (source: z.output<typeof pem>, tools: ConnectionTools): string =>
  'path' in source ? readFileSync(source.path, 'utf8') : secret(source.from, tools);

/** A connector that opens when it is first used: a folder that is away for a while must not keep a process from starting. */
const whenOpen = (
  open: () => Promise<CustodianConnector>,
  capabilities: CustodianConnector['capabilities'],
): CustodianConnector => {
  let opened: Promise<CustodianConnector> | undefined;
  const opening = (): Promise<CustodianConnector> =>
    (opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    }));
  return {
    capabilities,
    balances: async (abort) => (await opening()).balances(abort),
    submit: async (order, abort) => (await opening()).submit(order, abort),
    find: async (key, abort) => (await opening()).find(key, abort),
    statements: async (date, abort) => (await opening()).statements(date, abort),
    notifications: async (date, abort) => (await opening()).notifications(date, abort),
    verifyPayee: async (payee, abort) => (await opening()).verifyPayee(payee, abort),
    verifyWebhook: () => ({ isGenuine: false, reason: 'signature_missing' }),
    readWebhook: () => ({ kind: 'other' }),
  };
};

const secret = (variable: string, { secretOf }: ConnectionTools): string => {
  const value = secretOf(variable);
  if (value === undefined || value === '')
    throw new Error(`The variable ${variable} is named by a connection and not set.`);
  return value;
};
