import type { LedgerModule } from '@finaegis/bank/ledger/module';
import { newApiKeySecret } from '@finaegis/platform/auth/key-text';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import type { Checks } from '@finaegis/platform/command/checks';
import type { CommandHandler, Outcome, Refusal } from '@finaegis/platform/command/handler';
import { readConfig } from '@finaegis/platform/config/config';
import type { ConnectionSettings } from '@finaegis/platform/database/connection';
import { createPool } from '@finaegis/platform/database/pool';
import type { EventMetadata } from '@finaegis/platform/event-store/event';
import { createLogger } from '@finaegis/platform/observability/logger';
import { createMetrics } from '@finaegis/platform/observability/metrics';
import { createTenantCommand } from '@finaegis/platform/tenancy/commands';
import { type Provisioned, provision } from '@finaegis/platform/tenancy/provision';
import type { Follower } from '@finaegis/platform/view/follower';
import { type Bank, openBank } from '@finaegis/server/bank';
import { declaredModules, type OutsideWorld } from '@finaegis/server/modules';
import { createServer } from '@finaegis/server/server';
import type { Pool } from 'pg';
import { freshDatabase } from './database/fresh-database.ts';

/** Terms of an entity to open. */
export type EntityTerms = Parameters<LedgerModule['handlers']['openEntity']['decide']>[1];

/** How a test's bank differs from the usual one. */
export interface TestBankOptions {
  /** Terms of `main` that are not the usual ones (EUR, Europe/Prague, TARGET, 2026-03-02). */
  readonly entity?: Partial<EntityTerms>;
  readonly checks?: Checks;
  /** The clock at the edge; commits go by the database's. */
  readonly now?: () => number;
  /** Told of every saga the bank brings to its end. */
  readonly onSagaSettled?: (status: string) => void;
  /** Providers that the bank reaches; none unless told. */
  readonly outside?: OutsideWorld;
  /** Whether subscribed views are followed; true unless told. */
  readonly isFollowing?: boolean;
}

/** How a command of a test is submitted, where it matters. */
export interface SubmitOptions {
  /** The first tenant unless told. */
  readonly tenantId?: string;
  readonly metadata?: Partial<EventMetadata>;
  readonly lane?: 'interactive' | 'bulk';
}

/** An API that listens, with what a test needs to call it. */
export interface TestApi {
  readonly url: string;
  /** `Authorization` header of a key that may do everything in the first tenant. */
  readonly authorization: string;
  close(): Promise<void>;
}

/** What to give a key; by default everything. */
export interface KeyTerms {
  readonly tenantId?: string;
  readonly scopes?: readonly string[];
  readonly roles?: readonly string[];
  /** Party whose mandates bound it. */
  readonly actingFor?: string;
}

/** The whole bank over a database of its own, with one tenant whose entity `main` is open. */
export interface TestBank {
  readonly bank: Bank;
  readonly tenantId: string;
  readonly connections: Provisioned & { readonly admin: ConnectionSettings };
  readonly masterKey: Uint8Array;
  /** As the superuser, for looking and for what no role of the product may do. */
  readonly adminPool: Pool;
  /** Undefined when nothing is followed. */
  readonly follower: Follower | undefined;
  /** Faults that were reported in the background. */
  readonly faults: readonly { readonly where: string; readonly error: unknown }[];
  submit<Data, Refs, Result, R extends Refusal>(
    handler: CommandHandler<Data, Refs, Result, R>,
    data: Data,
    options?: SubmitOptions,
  ): Promise<Outcome<Result, R>>;
  /**
   * Submits what must be accepted.
   * @throws Error with the refusal
   */
  accept<Data, Refs, Result, R extends Refusal>(
    handler: CommandHandler<Data, Refs, Result, R>,
    data: Data,
    options?: SubmitOptions,
  ): Promise<Result>;
  /** Another tenant, its `main` open like the first one's. */
  createTenant(name: string): Promise<string>;
  /** A fresh API key's text. */
  createKey(terms?: KeyTerms): Promise<string>;
  /** A customer with an account and, when given, money from cash on it; gives back both ids. */
  openCustomer(options?: CustomerOptions): Promise<{ readonly partyId: string; readonly accountId: string }>;
  /** Until the subscribed views have folded everything written so far. */
  settle(tenantId?: string): Promise<void>;
  /** Serves the API on a free port; every answer is held against its published schema. */
  serve(): Promise<TestApi>;
  close(): Promise<void>;
}

/** A customer to open. */
export interface CustomerOptions {
  readonly tenantId?: string;
  readonly asset?: string;
  /** Minor units deposited from cash; nothing unless told. */
  readonly amountMinor?: bigint;
}

const masterKey = new Uint8Array(32).fill(7);
const usualEntity: EntityTerms = {
  entity: 'main',
  name: 'Test Bank',
  functionalAsset: 'EUR',
  timeZone: 'Europe/Prague',
  calendar: 'target',
  businessDate: '2026-03-02',
};
const usualMetadata: EventMetadata = { actor: 'tester', channel: 'test', correlation: 'test' };

/** Starts it; a provisioned database with the platform's assets is prepared once per run and copied. */
export const startTestBank = async (options: TestBankOptions = {}): Promise<TestBank> => {
  const database = await freshDatabase({ name: 'bank', prepare: prepareTemplate });
  const admin = database.adminConnection;
  const connections = { ...(await provision(admin, { modules: declaredModules() })), admin };
  const faults: { where: string; error: unknown }[] = [];
  const bank = await openBank({
    connections,
    masterKey,
    ...options.outside,
    onError: (where, error) => faults.push({ where, error }),
    ...(options.checks === undefined ? {} : { checks: options.checks }),
    ...(options.now === undefined ? {} : { now: options.now }),
    ...(options.onSagaSettled === undefined ? {} : { onSagaSettled: options.onSagaSettled }),
  });
  const adminPool = createPool(admin, { applicationName: 'finaegis-test-admin', max: 3 });
  const follower = options.isFollowing === false ? undefined : bank.follow();
  const tenantId = bank.services.newId();
  const tools = { bank, tenantId, adminPool, follower, entity: { ...usualEntity, ...options.entity } };
  await createTenant(tools, tenantId, 'Test');
  const submit = submitTo(tools);
  return {
    ...tools,
    connections,
    masterKey,
    faults,
    submit,
    accept: accepting(submit),
    createTenant: (name) => createTenant(tools, bank.services.newId(), name),
    createKey: (terms) => createKey(tools, terms),
    openCustomer: (customer) => openCustomer(tools, customer),
    settle: (its) => settle(tools, its ?? tenantId),
    serve: () => serve(tools),
    close: async () => {
      await bank.close();
      await adminPool.end();
      await database.drop();
    },
  };
};

const prepareTemplate = async (admin: ConnectionSettings): Promise<void> => {
  const bank = await openBank({ connections: await provision(admin, { modules: declaredModules() }), masterKey });
  await bank.modules.asset.seed();
  await bank.close();
};

interface Tools {
  readonly bank: Bank;
  readonly tenantId: string;
  readonly adminPool: Pool;
  readonly follower: Follower | undefined;
  readonly entity: EntityTerms;
}

const submitTo =
  ({ bank, tenantId }: Tools): TestBank['submit'] =>
  async (handler, data, { tenantId: its = tenantId, metadata, lane = 'interactive' } = {}) => {
    const settled = await bank.services.commands.submit(handler, data, {
      tenantId: its,
      metadata: { ...usualMetadata, ...metadata },
      lane,
      timeoutMs: 60_000,
    });
    if (settled.kind !== 'decided') throw new Error(`Without a key nothing is ${settled.kind}.`);
    return settled.outcome;
  };

const accepting =
  (submit: TestBank['submit']): TestBank['accept'] =>
  async (handler, data, options) => {
    const outcome = await submit(handler, data, options);
    if (outcome.accepted) return outcome.result;
    throw new Error(
      `${handler.name} was refused: ${JSON.stringify(outcome.refusal, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`,
    );
  };

const createTenant = async (tools: Tools, tenantId: string, name: string): Promise<string> => {
  const accept = accepting(submitTo(tools));
  const { ledger, account } = tools.bank.modules;
  await accept(createTenantCommand, { tenantId, name }, { tenantId: platformTenantId });
  await accept(ledger.handlers.openEntity, tools.entity, { tenantId });
  for (const product of ['current', 'savings']) {
    const terms = {
      product,
      version: 1,
      name: product,
      statementCycle: 'monthly',
      allowsOverdraft: product === 'current',
    } as const;
    await accept(account.handlers.publishProduct, terms, { tenantId });
  }
  return tenantId;
};

const createKey = async (
  tools: Tools,
  { tenantId = tools.tenantId, roles, scopes = roles === undefined ? ['*'] : undefined, actingFor }: KeyTerms = {},
): Promise<string> => {
  const { text, prefix, secretHash } = newApiKeySecret('test');
  const terms = {
    name: 'Test',
    ...(scopes === undefined ? {} : { scopes: [...scopes] }),
    ...(roles === undefined ? {} : { roles: [...roles] }),
    addresses: [],
    grantor: { scopes: ['*'] },
    ...(actingFor === undefined ? {} : { actingFor }),
  };
  await accepting(submitTo(tools))(
    tools.bank.modules.auth.handlers.createApiKey,
    { keyId: tools.bank.services.newId(), prefix, secretHash, ...terms },
    { tenantId },
  );
  return text;
};

const openCustomer: (tools: Tools, options?: CustomerOptions) => ReturnType<TestBank['openCustomer']> = async (
  tools,
  { tenantId = tools.tenantId, asset = tools.entity.functionalAsset, amountMinor } = {},
) => {
  const accept = accepting(submitTo(tools));
  const { newId } = tools.bank.services;
  const { party, account } = tools.bank.modules;
  const [partyId, accountId, mandateId] = [newId(), newId(), newId()] as [string, string, string];
  await accept(
    party.handlers.registerParty,
    { partyId, kind: 'person', details: { name: { family: `Customer ${partyId.slice(-4)}` } } },
    { tenantId },
  );
  const holders = [{ partyId, kind: 'owner', mandateId }] as const;
  await accept(
    account.handlers.openAccount,
    { accountId, entity: tools.entity.entity, product: 'current', asset, holders },
    { tenantId },
  );
  if (amountMinor !== undefined)
    await accept(account.handlers.recordDeposit, { depositId: newId(), accountId, asset, amountMinor }, { tenantId });
  return { partyId, accountId };
};

const settle = async ({ adminPool, follower }: Tools, tenantId: string): Promise<void> => {
  if (follower === undefined) throw new Error('Nothing is followed here.');
  const { rows } = await adminPool.query<{ seq: bigint }>('select seq from tenant_heads where tenant_id = $1', [
    tenantId,
  ]);
  follower.wake();
  const isThere = await follower.caughtUp({ tenantId, seq: rows[0]?.seq ?? 0n }, 30_000);
  if (!isThere) throw new Error(`The views are behind: ${JSON.stringify([...follower.stopped])}`);
};

const generous = '100000/100000';

const serve = async (tools: Tools): Promise<TestApi> => {
  const config = readConfig({
    FINAEGIS_CHECK_ANSWERS: 'true',
    // Tests share their process with the compiler of everything they import.
    HTTP_EVENT_LOOP_DELAY_MAX_MS: '0',
    LOG_LEVEL: 'error',
    RATE_LIMIT_READ: generous,
    RATE_LIMIT_WRITE: generous,
    RATE_LIMIT_BULK: generous,
    RATE_LIMIT_SENSITIVE: generous,
  });
  const logger = createLogger({ level: 'error', service: 'finaegis-test' });
  const http = await createServer({
    bank: tools.bank,
    config,
    logger,
    metrics: createMetrics(),
    follower: tools.follower,
  });
  const { url } = await http.listen({ host: '127.0.0.1', port: 0 });
  return { url, authorization: `Bearer ${await createKey(tools)}`, close: () => http.close() };
};
