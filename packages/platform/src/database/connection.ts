import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { ConnectionOptions } from 'node:tls';

/** Where a PostgreSQL server listens and as whom to enter it. */
export interface ConnectionSettings {
  /** Host name or address; a value that starts with `/` is the folder of a unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password?: string;
  /** TLS options, or absent for none. */
  readonly tls?: ConnectionOptions;
  readonly wantsChannelBinding?: boolean;
}

const knownParameters = new Set([
  'host',
  'port',
  'user',
  'password',
  'dbname',
  'sslmode',
  'sslrootcert',
  'channel_binding',
  'application_name',
]);

/**
 * Reads a connection URL as libpq writes it: `postgres://user:password@host:5432/database?sslmode=verify-full`, or for a unix socket
 * `postgres:///database?host=/run/postgresql` and `postgres://%2Frun%2Fpostgresql/database`.
 * Without `sslmode` a connection over TCP is not encrypted; `prefer` and `allow` are refused because nobody notices when they fall back.
 * @throws TypeError naming the part that cannot be read; a misspelt parameter is an error, not a default. The password is never in the message.
 */
export const connectionFromUrl = (text: string): ConnectionSettings => {
  const url = parse(text);
  for (const name of url.searchParams.keys()) {
    if (!knownParameters.has(name))
      throw new TypeError(`The database URL has the parameter "${name}", which is not known here.`);
  }
  const parameter = (name: string): string | undefined => url.searchParams.get(name) ?? undefined;

  const host =
    nonEmpty(parameter('host')) ??
    nonEmpty(decodeURIComponent(url.hostname.replace(/^\[(.*)\]$/, '$1'))) ??
    'localhost';
  const user = nonEmpty(parameter('user')) ?? nonEmpty(decodeURIComponent(url.username)) ?? userInfo().username;
  const password = nonEmpty(parameter('password')) ?? nonEmpty(decodeURIComponent(url.password));
  const tls = tlsOptions(parameter('sslmode'), parameter('sslrootcert'));
  return {
    host,
    port: portNumber(nonEmpty(parameter('port')) ?? nonEmpty(url.port) ?? '5432'),
    user,
    database: nonEmpty(parameter('dbname')) ?? nonEmpty(decodeURIComponent(url.pathname.slice(1))) ?? user,
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined || host.startsWith('/') ? {} : { tls }),
    ...(parameter('channel_binding') === 'require' ? { wantsChannelBinding: true } : {}),
  };
};

/** The settings in one line that may be logged: everything but the password. */
export const describeConnection = ({ host, port, user, database }: ConnectionSettings): string =>
  host.startsWith('/') ? `${user}@${host}/.s.PGSQL.${port}/${database}` : `${user}@${host}:${port}/${database}`;

const parse = (text: string): URL => {
  // The URL is not repeated in the message, it may hold a password.
  if (!/^postgres(ql)?:\/\//.test(text))
    throw new TypeError('The database URL must start with postgres:// or postgresql://.');
  try {
    return new URL(text);
  } catch {
    throw new TypeError('The database URL cannot be read; special characters in the password must be percent-encoded.');
  }
};

const tlsOptions = (
  mode: string | undefined,
  rootCertificateFile: string | undefined,
): ConnectionOptions | undefined => {
  const authority = rootCertificateFile === undefined ? {} : { ca: readFileSync(rootCertificateFile, 'utf8') };
  switch (mode) {
    case undefined:
    case 'disable':
      return undefined;
    case 'require':
      // As in libpq: encrypted, and checked only when a root certificate was given.
      return rootCertificateFile === undefined
        ? { rejectUnauthorized: false }
        : { ...authority, checkServerIdentity: () => undefined };
    case 'verify-ca':
      return { ...authority, checkServerIdentity: () => undefined };
    case 'verify-full':
      return { ...authority, rejectUnauthorized: true };
    default:
      throw new TypeError(
        `The database URL has sslmode=${mode}; known are disable, require, verify-ca and verify-full.`,
      );
  }
};

const portNumber = (text: string): number => {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new TypeError(`The database URL has the port "${text}".`);
  return port;
};

const nonEmpty = (text: string | undefined): string | undefined =>
  text === undefined || text === '' ? undefined : text;
