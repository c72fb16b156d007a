import type { OperationPolicy, ProviderCalls } from '@finaegis/platform/resilience/guarded-call';
import { z } from 'zod';
import type { CustodianConnector } from '../connector.ts';
import type { Connections } from '../gateway.ts';
import { demoBankConnector, demoBankOperations } from './demo-bank-connector.ts';
import { isoFolderConnector } from './iso-folder-connector.ts';
import { openMessageFolder } from './message-folder.ts';
import { openBankingConnector, openBankingOperations } from './open-banking-connector.ts';

const name = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/);
/** Secrets stand in the environment; a configuration names them. */
const secretName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of a variable of the environment');

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
    assets: z.array(z.string()).min(1).readonly(),
  }),
  z.strictObject({
    kind: z.literal('iso20022-folder'),
    name,
    path: z.string().min(1),
    initiator: z.string().min(1).max(140),
    bic: z.string(),
    assets: z.array(z.string()).min(1).readonly(),
    message: z.enum(['pain.001.001.03', 'pain.001.001.09']).optional(),
  }),
]);
export type BankConnection = z.output<typeof bankConnectionSchema>;

/** What connections are made with. */
export interface ConnectionTools {
  calls<Name extends string>(provider: string, policies: Readonly<Record<Name, OperationPolicy>>): ProviderCalls<Name>;
  /** A variable of the environment. */
  secretOf(name: string): string | undefined;
  readonly now: () => number;
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
    const calls = tools.calls(providerOf(connection.name), openBankingOperations);
    return openBankingConnector({ url, clientId, clientSecret: secret(clientSecretFrom, tools), assets, now, calls });
  }
  const { path, initiator, bic, assets, message } = connection;
  return whenOpen(
    async () => {
      const folder = await openMessageFolder(path);
      return isoFolderConnector({ folder, initiator, bic, assets, now, ...(message === undefined ? {} : { message }) });
    },
    {
      assets,
      rails: ['sepa', 'sepa-instant', 'swift'],
      hasStatements: true,
      verifiesPayees: false,
      hasWebhooks: false,
    },
  );
};

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
    verifyPayee: async (payee, abort) => (await opening()).verifyPayee(payee, abort),
    verifyWebhook: () => ({ isGenuine: false, reason: 'signature_missing' }),
  };
};

const secret = (variable: string, { secretOf }: ConnectionTools): string => {
  const value = secretOf(variable);
  if (value === undefined || value === '')
    throw new Error(`The variable ${variable} is named by a connection and not set.`);
  return value;
};
