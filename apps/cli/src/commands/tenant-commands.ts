import { randomUUID } from 'node:crypto';
import { revokeApiKeyCommand } from '@finaegis/platform/auth/commands';
import { newApiKeySecret } from '@finaegis/platform/auth/key-text';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import type { CommandHandler, Refusal } from '@finaegis/platform/command/handler';
import { read } from '@finaegis/platform/services';
import { createTenantCommand, resumeTenantCommand, suspendTenantCommand } from '@finaegis/platform/tenancy/commands';
import { type Command, Option } from 'commander';
import { explain } from '../explanation.ts';
import { explained } from '../import/import-target.ts';
import { columns } from '../output.ts';
import { type Cli, CliExit, exitCodes, type Session, tenantOf, withBank } from '../session.ts';

/**
 * Submits one command as the operator at the terminal.
 * @throws CliExit with the refusal
 */
export const submit = async <Data, Refs, Result, R extends Refusal>(
  { bank }: Session,
  tenantId: string,
  handler: CommandHandler<Data, Refs, Result, R>,
  data: Data,
): Promise<Result> => {
  const parsed = handler.schema.safeParse(data);
  if (!parsed.success)
    throw new CliExit(
      exitCodes.usage,
      parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    );
  const metadata = { actor: 'operator', channel: 'cli', correlation: bank.services.newId() };
  const settled = await bank.services.commands.submit(handler, parsed.data, { tenantId, metadata, timeoutMs: 30_000 });
  if (settled.kind !== 'decided') throw new Error(`Without a key nothing is ${settled.kind}.`);
  if (!settled.outcome.accepted) throw new CliExit(exitCodes.failed, explained(settled.outcome.refusal));
  return settled.outcome.result;
};

/** Tenants and their API keys. */
export const addTenantCommands = (program: Command, cli: Cli): void => {
  const tenant = program.command('tenant').description('the organisations that use this installation');
  explain(tenant.command('create').argument('<name>', 'what the organisation is called'), {
    examples: ['finaegis tenant create "First Bank"'],
  })
    .description('make a tenant; the same id and name again change nothing')
    .option('--id <uuid>', 'its id; a new one unless given')
    .action((name: string, { id = randomUUID() }: { id?: string }) =>
      withBank(cli.environment, async (session) => {
        await requireNewName(session, { id, name });
        const made = await submit(session, platformTenantId, createTenantCommand, { tenantId: id, name });
        cli.output().result(made, made.tenantId);
      }),
    );
  tenant
    .command('list')
    .description('show all tenants')
    .action(() => withBank(cli.environment, (session) => listTenants(session, cli)));
  explain(tenant.command('suspend').argument('<tenant>', 'id or name'), {
    examples: ['finaegis tenant suspend "First Bank" --reason contract_ended'],
  })
    .description('let a tenant read but not write until it is resumed')
    .requiredOption('--reason <code>', 'why, as a code such as contract_ended')
    .action((name: string, { reason }: { reason: string }) =>
      withBank(cli.environment, async (session) => {
        const suspended = await submit(session, platformTenantId, suspendTenantCommand, {
          tenantId: await tenantOf(session, name),
          reason,
        });
        cli.output().result(suspended, `${suspended.name} is suspended.`);
      }),
    );
  tenant
    .command('resume')
    .argument('<tenant>', 'id or name')
    .description('end a suspension')
    .action((name: string) =>
      withBank(cli.environment, async (session) => {
        const resumed = await submit(session, platformTenantId, resumeTenantCommand, {
          tenantId: await tenantOf(session, name),
        });
        cli.output().result(resumed, `${resumed.name} is active.`);
      }),
    );
  addKeyCommands(program, cli);
};

/** A tenant is named by its name in other commands: two of one name are wanted only by whoever gives the second an id. */
const requireNewName = async (
  { bank }: Session,
  { id, name }: { readonly id: string; readonly name: string },
): Promise<void> => {
  const { rows } = await bank.pools.read.query<{ id: string }>(
    'select tenant_id as id from tenants where name = $1 order by tenant_id limit 1',
    [name],
  );
  const [namesake] = rows;
  if (namesake !== undefined && namesake.id !== id)
    throw new CliExit(exitCodes.failed, `${name} is there already, as ${namesake.id}; a name stands for one tenant.`);
};

const listTenants = async ({ bank }: Session, cli: Cli): Promise<void> => {
  const { rows } = await bank.pools.read.query<{
    tenantId: string;
    name: string;
    status: string;
    createdAt: string;
    events: bigint;
  }>(
    `select t.tenant_id as "tenantId", t.name, t.status, t.created_at as "createdAt", h.seq as events from tenants t join tenant_heads h using (tenant_id) order by t.created_at, t.tenant_id`,
  );
  cli
    .output()
    .result(
      { tenants: rows },
      columns(
        rows.map(({ tenantId, name, status, createdAt, events }) => [
          tenantId,
          name,
          status,
          createdAt,
          `${events} events`,
        ]),
      ),
    );
};

interface KeyOptions {
  readonly tenant?: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly addresses: readonly string[];
  readonly actingFor?: string;
  readonly expiresAt?: string;
}

const list = (text: string): readonly string[] => text.split(',').map((part) => part.trim());
const tenantOption = (): Option => new Option('--tenant <tenant>', 'id or name; the only tenant unless given');

const addKeyCommands = (program: Command, cli: Cli): void => {
  const key = program.command('key').description('API keys of a tenant');
  explain(key.command('create'), {
    examples: ['finaegis key create --name Till --scopes ledger:read,account:* --addresses 10.0.0.0/8'],
  })
    .description('make a key and show it, this once')
    .addOption(tenantOption())
    .requiredOption('--name <name>', 'what it is for')
    .option('--scopes <list>', 'what it may do, separated by commas', list, ['*'])
    .option('--addresses <list>', 'addresses or CIDR blocks it may be used from', list, [])
    .option('--acting-for <party>', 'the party whose mandates bound it')
    .option('--expires-at <instant>', 'UTC instant with milliseconds')
    .action((options: KeyOptions) => withBank(cli.environment, (session) => createKey(session, options, cli)));
  key
    .command('list')
    .description('show the keys of a tenant, never their secrets')
    .addOption(tenantOption())
    .action(({ tenant }: { tenant?: string }) =>
      withBank(cli.environment, (session) => listKeys(session, tenant, cli)),
    );
  key
    .command('revoke')
    .argument('<keyId>', 'id of the key, as `key list` shows it')
    .description('end a key at once')
    .addOption(tenantOption())
    .option('--reason <code>', 'why, as a code', 'operator_request')
    .action((keyId: string, { tenant, reason }: { tenant?: string; reason: string }) =>
      withBank(cli.environment, async (session) => {
        const revoked = await submit(session, await tenantOf(session, tenant), revokeApiKeyCommand, { keyId, reason });
        cli.output().result({ keyId, status: revoked.status }, `${keyId} is ${revoked.status}.`);
      }),
    );
};

const createKey = async (
  session: Session,
  { tenant, name, scopes, addresses, actingFor, expiresAt }: KeyOptions,
  cli: Cli,
): Promise<void> => {
  const tenantId = await tenantOf(session, tenant);
  const { text, prefix, secretHash } = newApiKeySecret('live');
  const keyId = session.bank.services.newId();
  await submit(session, tenantId, session.bank.modules.auth.handlers.createApiKey, {
    keyId,
    prefix,
    secretHash,
    name,
    scopes: [...scopes],
    addresses: [...addresses],
    grantor: { scopes: ['*'] },
    ...(actingFor === undefined ? {} : { actingFor }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
  cli.output().result({ tenantId, keyId, key: text }, text);
};

const listKeys = async (session: Session, tenant: string | undefined, cli: Cli): Promise<void> => {
  const tenantId = await tenantOf(session, tenant);
  const { rows } = await read(session.bank.services, tenantId, (tx) =>
    tx.query<{
      keyId: string;
      name: string;
      prefix: string;
      status: string;
      scopes: readonly string[];
      usedAt: string | null;
    }>(
      `select k.key_id as "keyId", k.name, k.prefix, k.status, k.scopes, u.used_at as "usedAt" from auth_api_keys k
        left join key_last_use u on u.tenant_id = k.tenant_id and u.key_id = k.key_id where k.tenant_id = $1 order by k.created_at, k.key_id`,
      [tenantId],
    ),
  );
  cli
    .output()
    .result(
      { tenantId, keys: rows },
      columns(
        rows.map(({ keyId, name, prefix, status, scopes, usedAt }) => [
          keyId,
          name,
          prefix,
          status,
          scopes.join(','),
          usedAt ?? 'never used',
        ]),
      ),
    );
};
