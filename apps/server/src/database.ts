import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '@finaegis/platform/config/config';
import { type ConnectionSettings, connectionFromUrl } from '@finaegis/platform/database/connection';
import { type EmbeddedServer, startEmbedded } from '@finaegis/platform/database/embedded';
import { type Provisioned, provision } from '@finaegis/platform/tenancy/provision';
import { roleConnections } from '@finaegis/platform/tenancy/role-passwords';
import { declaredModules } from './modules.ts';

/** A database that is up to date, with the key that wraps its personal data. */
export interface OpenDatabase extends Provisioned {
  readonly admin: ConnectionSettings;
  readonly masterKey: Uint8Array;
  /** Seed of the key that signs the heads of the audit log. */
  readonly auditKey: Uint8Array;
  /** The embedded server, when no other was configured. */
  readonly embedded: EmbeddedServer | undefined;
  /** Where this installation keeps what only it may read. */
  readonly dataFolder: string;
  close(): Promise<void>;
}

/**
 * Opens the database the configuration names and brings it up to date: PostgreSQL behind DATABASE_ADMIN_URL or DATABASE_URL, or the embedded one
 * in the data folder, joined if another process already runs it.
 */
export const openDatabase = async (config: Config): Promise<OpenDatabase> => {
  const dataFolder = resolve(config.FINAEGIS_DATA);
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const masterKey = config.FINAEGIS_MASTER_KEY ?? (await keptKey(dataFolder, 'master.key'));
  const auditKey = config.AUDIT_SIGNING_KEY ?? (await keptKey(dataFolder, 'audit.key'));
  const url = config.DATABASE_ADMIN_URL ?? config.DATABASE_URL;
  const embedded = url === undefined ? await startEmbedded({ dataFolder: join(dataFolder, 'postgres') }) : undefined;
  const admin = embedded?.adminConnection ?? connectionFromUrl(url ?? '');
  const provisioned = await provision(admin, {
    modules: declaredModules(),
    ...(embedded === undefined ? { passwords: { masterKey } } : {}),
  });
  // With both URLs the administrator's is for provisioning only: a pooler or another address in front of the database is in the serving one.
  const serving =
    config.DATABASE_ADMIN_URL === undefined || config.DATABASE_URL === undefined
      ? {}
      : roleConnections(connectionFromUrl(config.DATABASE_URL), masterKey);
  const keys = { masterKey, auditKey };
  return { ...provisioned, ...serving, ...keys, admin, embedded, dataFolder, close: async () => embedded?.stop() };
};

/** A key made at the first start of a data folder; whoever loses `master.key` loses the personal data, which is what it is for. */
const keptKey = async (dataFolder: string, name: 'master.key' | 'audit.key'): Promise<Uint8Array> => {
  const file = join(dataFolder, name);
  const kept = await readSecret(file);
  if (kept !== undefined) return Buffer.from(kept, 'hex');
  await writeSecretOnce(file, randomBytes(32).toString('hex'));
  return Buffer.from((await readSecret(file)) ?? '', 'hex');
};

/** A secret kept in a file of the data folder, or undefined when there is none yet. */
export const readSecret = async (file: string): Promise<string | undefined> => {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Writes a secret that only this user may read; of two processes that do so together, one wins and both then read the same. */
export const writeSecretOnce = async (file: string, secret: string): Promise<void> => {
  const draft = `${file}.${randomBytes(4).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  await handle.writeFile(`${secret}\n`);
  await handle.sync();
  await handle.close();
  if ((await readSecret(file)) === undefined) await rename(draft, file);
  else await rm(draft, { force: true });
};
