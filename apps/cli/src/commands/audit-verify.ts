import { availableParallelism } from 'node:os';
import type { SignedTreeHead } from '@finaegis/kernel/tree-head';
import { examineInThreads } from '@finaegis/platform/audit/examine-in-threads';
import { readHeadsFile } from '@finaegis/platform/audit/heads-file';
import { type LogVerdict, verifyLog } from '@finaegis/platform/audit/verify-log';
import { columns } from '../output.ts';
import { type Cli, CliExit, exitCodes, type Session, tenantOf } from '../session.ts';

/** What `audit verify` is told. */
export interface VerifyOptions {
  readonly tenant?: string;
  readonly all?: boolean;
  readonly heads?: string;
  readonly key?: string;
  readonly threads?: string;
}

/** @throws CliExit for a key that is none */
export const keyOf = (text: string | undefined): string | undefined => {
  if (text !== undefined && !/^[0-9a-f]{64}$/i.test(text))
    throw new CliExit(exitCodes.usage, 'A public key is 64 hexadecimal digits.');
  return text?.toLowerCase();
};

/** @throws CliExit for anything but a whole number from 1 on */
export const numberOf = (text: string | undefined, name: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new CliExit(exitCodes.usage, `${name} is a number from 1 on.`);
  return value;
};

/** `audit verify`: one tenant's log, or with `--all` those of all. */
export const verify = async (session: Session, options: VerifyOptions, cli: Cli): Promise<void> => {
  const trustedKey = keyOf(options.key);
  const count =
    options.threads === undefined
      ? Math.max(1, availableParallelism() - 1)
      : numberOf(options.threads, 'The number of threads');
  const heads = options.heads === undefined ? [] : await headsIn(options.heads);
  const threads = examineInThreads({ connection: session.database.read, count });
  const verified = (tenantId: string): Promise<Verified> =>
    measured(tenantId, cli, (onProgress) =>
      // One is hashed while the next is read.
      verifyLog({
        pool: session.bank.pools.read,
        tenantId,
        heads,
        trustedKey,
        examine: threads.examine,
        atOnce: 2 * count,
        onProgress,
      }),
    );
  try {
    if (options.all === true) await verifyAll(await tenantsOf(session, heads), verified, cli);
    else tell(await verified(await tenantOf(session, options.tenant)), cli);
  } finally {
    await threads.close();
  }
};

/** A log that was replayed, and how fast that went. */
interface Verified {
  readonly tenantId: string;
  readonly verdict: LogVerdict;
  readonly speed: {
    readonly eventsPerSecond: number;
    readonly cores: number;
    readonly eventsPerSecondPerCore: number;
  };
}

const measured = async (
  tenantId: string,
  cli: Cli,
  work: (onProgress: (done: bigint, total: bigint) => void) => Promise<LogVerdict>,
): Promise<Verified> => {
  const progress = cli.output().progress('events');
  const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
  const verdict = await work((done, total) => progress.set(Number(done), Number(total))).finally(() => progress.stop());
  const { user, system } = process.cpuUsage(startCpu);
  const seconds = (performance.now() - startMs) / 1_000;
  const cores = (user + system) / 1e6 / seconds;
  const eventsPerSecond = Math.round(verdict.events / seconds);
  const eventsPerSecondPerCore = Math.round(verdict.events / seconds / cores);
  return { tenantId, verdict, speed: { eventsPerSecond, cores: Number(cores.toFixed(2)), eventsPerSecondPerCore } };
};

const headsIn = async (file: string): Promise<readonly SignedTreeHead[]> => {
  const heads: SignedTreeHead[] = [];
  for await (const line of readHeadsFile(file)) if (line.kind === 'head') heads.push(line.head);
  if (heads.length === 0) throw new CliExit(exitCodes.failed, `${file} has no heads.`);
  return heads;
};

const tell = ({ tenantId, verdict, speed }: Verified, cli: Cli): void => {
  const { eventsPerSecond, cores, eventsPerSecondPerCore } = speed;
  const pace = `${eventsPerSecond} events/s on ${cores} cores of this process, ${eventsPerSecondPerCore} per core`;
  const text = verdict.isIntact
    ? `${verdict.events} events are intact, ${verdict.sealed} of them under ${verdict.heads} signed heads.\nroot ${verdict.root}\n${pace}`
    : faultText(verdict);
  cli.output().result({ tenantId, ...verdict, ...speed }, text);
  if (!verdict.isIntact) cli.exitCode = exitCodes.failed;
};

const faultText = ({ events, fault }: Extract<LogVerdict, { isIntact: false }>): string => {
  const { seq, stream, code, detail, between } = fault;
  if (between === undefined && seq === 0n) return `The log cannot be believed: ${code}, ${detail}.`;
  const place =
    between === undefined
      ? `${seq}${stream === undefined ? '' : ` of ${stream}`}`
      : `behind ${between.lastGood} and up to ${between.firstBad}`;
  return `Event ${place} is wrong: ${code}, ${detail}. The ${events} before it are intact.`;
};

interface NamedTenant {
  readonly tenantId: string;
  readonly name: string;
}

/** Every tenant that has a log, or had one by a head that was signed of it: the register alone could have lost one. */
const tenantsOf = async ({ bank }: Session, heads: readonly SignedTreeHead[]): Promise<readonly NamedTenant[]> => {
  const { rows } = await bank.pools.system.query<NamedTenant>(
    `select tenant_id as "tenantId", coalesce(t.name, 'a tenant that is in no register') as name
      from (select tenant_id from tenants union select tenant_id from tenant_heads union select tenant_id from audit_heads
        union select unnest($1::uuid[])) known
      left join tenants t using (tenant_id) order by t.created_at nulls last, tenant_id`,
    [[...new Set(heads.map(({ tenant }) => tenant))]],
  );
  return rows;
};

const verifyAll = async (
  tenants: readonly NamedTenant[],
  verified: (tenantId: string) => Promise<Verified>,
  cli: Cli,
): Promise<void> => {
  const found: (Verified & NamedTenant)[] = [];
  for (const tenant of tenants) found.push({ ...(await verified(tenant.tenantId)), ...tenant });
  const wrong = found.filter(({ verdict }) => !verdict.isIntact).length;
  const intact = found.length - wrong;
  const events = found.reduce((sum, { verdict }) => sum + verdict.events, 0);
  const lines = columns(
    found.map(({ tenantId, name, verdict }) => [
      verdict.isIntact ? 'intact' : 'WRONG',
      tenantId,
      name,
      verdict.isIntact
        ? `${verdict.events} events, ${verdict.sealed} under ${verdict.heads} heads, root ${verdict.root.slice(0, 16)}…`
        : faultText(verdict),
    ]),
  );
  const summary = `${found.length} logs, ${events} events: ${intact} intact, ${wrong} wrong.`;
  cli.output().result(
    {
      isIntact: wrong === 0,
      tenants: found.map(({ tenantId, name, verdict, speed }) => ({ tenantId, name, ...verdict, ...speed })),
      intact,
      wrong,
    },
    `${lines}\n${summary}`,
  );
  if (wrong > 0) cli.exitCode = exitCodes.failed;
};
