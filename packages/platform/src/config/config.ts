import { z } from 'zod';

import { logLevels } from '../observability/logger.ts';

/** What a process of the platform may do; `all` stands for every one of them. */
export const roles = ['api', 'worker', 'realtime', 'market'] as const;
export type Role = (typeof roles)[number];

const port = z.coerce
  .number('must be a port')
  .int('must be a port')
  .min(0, 'must be a port from 0 to 65535')
  .max(65_535, 'must be a port from 0 to 65535');
const count = (min: number, max: number) =>
  z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);
const clockOffsetMaxMs = 30 * 24 * 3_600_000;
const timeoutMs = count(0, 600_000);
const flag = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');
const postgresUrl = z.string().regex(/^postgres(ql)?:\/\/\S+$/, 'must be a URL that starts with postgres://');

const roleList = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(z.array(z.enum([...roles, 'all'], `must be a list of ${roles.join(', ')}, or all`)).min(1))
  .transform((names): readonly Role[] =>
    names.includes('all') ? roles : [...new Set(names.filter((name) => name !== 'all'))],
  );

/** `50/100`: fifty a second, at most a hundred at once. */
const rateLimit = z
  .string()
  .regex(/^[0-9]+(\.[0-9]+)?\/[0-9]+$/, 'must be tokens per second and burst, such as 50/100')
  .transform((text) => {
    const [perSecond = Number.NaN, burst = Number.NaN] = text.split('/').map(Number);
    return { perSecond, burst };
  })
  .refine(({ perSecond, burst }) => perSecond > 0 && burst >= 1, 'must allow something');

const assetList = z
  .string()
  .regex(/^[A-Z0-9]+(,[A-Z0-9]+)*$/, 'must be a list of assets such as EUR,USD')
  .transform((text): readonly string[] => text.split(','));

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'must be JSON' });
    return z.NEVER;
  }
});

const masterKey = z
  .string()
  .transform((text) => (/^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')))
  .refine((bytes) => bytes.length === 32, 'must be 32 bytes, as 64 hexadecimal digits or base64');

const proxies = z
  .string()
  .transform((text): boolean | readonly string[] =>
    text === 'true' ? true : text === 'false' ? false : text.split(',').map((part) => part.trim()),
  );

type Variable = { readonly schema: z.ZodType; readonly isSecret?: boolean; readonly about: string };

/** Every variable the platform reads, in the order `finaegis config` prints them. Values given to `default` are what the environment would say. */
const variables = {
  HOST: { schema: z.string().min(1).default('127.0.0.1'), about: 'Address to listen on.' },
  PORT: { schema: port.default(3000), about: 'Port of the API.' },
  PUBLIC_URL: {
    schema: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
    about: 'Where callers reach the API, as OAuth’s metadata tell it; the host they asked for when absent.',
  },
  METRICS_PORT: { schema: port.optional(), about: 'Serves /metrics on a port of its own instead of the API’s.' },
  DATABASE_URL: {
    schema: postgresUrl.optional(),
    isSecret: true,
    about: 'PostgreSQL 17 or newer; absent, the embedded one in FINAEGIS_DATA is used.',
  },
  DATABASE_ADMIN_URL: {
    schema: postgresUrl.optional(),
    isSecret: true,
    about: 'The same database as a user who may create roles; for migrations only.',
  },
  DATABASE_POOL_WRITE: { schema: count(1, 100).default(4), about: 'Connections for commands.' },
  DATABASE_POOL_READ: { schema: count(1, 500).default(10), about: 'Connections for queries.' },
  DATABASE_POOL_SYSTEM: { schema: count(1, 50).default(2), about: 'Connections for the sealer and the tailer.' },
  FINAEGIS_DATA: {
    schema: z.string().min(1).default('.finaegis'),
    about: 'Data folder: embedded database, keys made at the first start.',
  },
  FINAEGIS_ROLE: {
    schema: roleList.prefault('all'),
    about: `What this process does: a list of ${roles.join(', ')}, or all.`,
  },
  FINAEGIS_MASTER_KEY: {
    schema: masterKey.optional(),
    isSecret: true,
    about:
      '32 bytes (hex or base64) that wrap the keys of personal data; absent, one is made in FINAEGIS_DATA, and is lost with that folder.',
  },
  AUDIT_SIGNING_KEY: {
    schema: masterKey.optional(),
    isSecret: true,
    about:
      '32-byte seed (hex or base64) of the Ed25519 key that signs the heads of the audit log; absent, one is made in FINAEGIS_DATA.',
  },
  AUDIT_SIGNING_KEY_PREVIOUS: {
    schema: masterKey.optional(),
    isSecret: true,
    about: 'Seed of the key before it, which announces the new one; needed once, at the first start with a new key.',
  },
  AUDIT_HEADS_FILE: {
    schema: z.string().min(1).optional(),
    about: 'File to which signed heads are appended; it should lie where the database’s owner cannot write.',
  },
  FINAEGIS_TRUSTED_PROXIES: {
    schema: proxies.prefault('false'),
    about: 'Addresses whose X-Forwarded-For is believed, true or false.',
  },
  FINAEGIS_TRACING: {
    schema: z.enum(['off', 'otlp', 'console']).optional(),
    about: 'Where spans go; otlp when OTEL_EXPORTER_OTLP_ENDPOINT is set, else off.',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: { schema: z.url('must be a URL').optional(), about: 'OpenTelemetry collector.' },
  LOG_LEVEL: { schema: z.enum(logLevels).default('info'), about: `One of ${logLevels.join(', ')}.` },
  RATE_LIMIT_READ: {
    schema: rateLimit.prefault('500/1000'),
    about: 'Requests per second and burst of one key, for reading.',
  },
  RATE_LIMIT_WRITE: { schema: rateLimit.prefault('200/400'), about: 'The same for commands.' },
  RATE_LIMIT_BULK: { schema: rateLimit.prefault('5/20'), about: 'The same for batches, files and exports.' },
  RATE_LIMIT_SENSITIVE: {
    schema: rateLimit.prefault('1/20'),
    about: 'The same for keys and sign-in, and of one address that fails to authenticate.',
  },
  HTTP_BODY_BYTES_MAX: {
    schema: count(1_024, 64 * 1_024 * 1_024).default(4 * 1_024 * 1_024),
    about: 'Largest body; files of payments may be larger.',
  },
  HTTP_HANDLER_TIMEOUT_MS: { schema: timeoutMs.min(100).default(30_000), about: 'Longest time until an answer.' },
  HTTP_DRAIN_DELAY_MS: {
    schema: timeoutMs.default(0),
    about: 'Between "not ready" and closing the port; as long as a balancer needs to notice.',
  },
  HTTP_DRAIN_TIMEOUT_MS: { schema: timeoutMs.default(20_000), about: 'Time for requests in flight to finish.' },
  HTTP_EVENT_LOOP_DELAY_MAX_MS: {
    schema: timeoutMs.default(1_000),
    about: 'A process whose event loop lags more than this answers `overloaded`; 0 lets it lag.',
  },
  RATES_ECB_URL: {
    schema: z.url({ protocol: /^(https?|file)$/, error: 'must be an http, https or file URL' }).optional(),
    about:
      'File of the European Central Bank with its rates, CSV or XML, that workers read every hour while a day is missing; without it rates come by files that are sent.',
  },
  BANK_CONNECTIONS: {
    schema: jsonText.optional(),
    about:
      'Ways to partner banks: a JSON list as in the guide on connecting a bank; secrets are named in it, not written.',
  },
  STRIPE_API_KEY: {
    schema: z.string().min(1).optional(),
    isSecret: true,
    about: 'Secret key of the Stripe account that takes card payments; without it nothing is payable by card.',
  },
  STRIPE_WEBHOOK_SECRET: {
    schema: z.string().min(1).optional(),
    isSecret: true,
    about: 'Secret that Stripe signs its messages with; needed with STRIPE_API_KEY.',
  },
  STRIPE_URL: {
    schema: z.url('must be a URL').optional(),
    about: 'Where Stripe is, for a double of it; its own hosts when absent.',
  },
  STRIPE_ASSETS: { schema: assetList.prefault('EUR'), about: 'Assets that are payable by card, as a list.' },
  STRIPE_PAYOUT_BANK: { schema: z.string().min(1).default('ing'), about: 'Partner bank that Stripe pays out to.' },
  COINBASE_KEY_ID: {
    schema: z.string().min(1).optional(),
    about: 'Key of the Coinbase Developer Platform that takes crypto by the Checkouts API; without it there is none.',
  },
  COINBASE_PRIVATE_KEY: {
    schema: z.string().min(1).optional(),
    isSecret: true,
    about: 'Private half of that key, as Coinbase gives it: PEM (\\n for line ends) or base64.',
  },
  COINBASE_WEBHOOK_SECRET: {
    schema: z.string().min(1).optional(),
    isSecret: true,
    about: 'Secret that the Checkouts API signs its messages with; needed with COINBASE_KEY_ID.',
  },
  COINBASE_URL: {
    schema: z.url('must be a URL').optional(),
    about: 'Where the Checkouts API is, for a double of it; its own host when absent.',
  },
  COINBASE_COMMERCE_API_KEY: {
    schema: z.string().min(1).optional(),
    isSecret: true,
    about: 'Key of a Coinbase Commerce account, which takes new crypto deposits only where COINBASE_KEY_ID is absent.',
  },
  COINBASE_COMMERCE_WEBHOOK_SECRET: {
    schema: z.string().min(1).optional(),
    isSecret: true,
    about: 'Secret that Commerce signs its messages with; needed with COINBASE_COMMERCE_API_KEY.',
  },
  COINBASE_COMMERCE_URL: {
    schema: z.url('must be a URL').optional(),
    about: 'Where Coinbase Commerce is, for a double of it; its own host when absent.',
  },
  WEBHOOKS_ALLOW_LOOPBACK: {
    schema: flag.prefault('false'),
    about: 'Webhooks may go to this machine, over http too; for development.',
  },
  CLOCK_OFFSET_MS: {
    schema: z.coerce
      .number('must be a number')
      .int('must be a whole number')
      .min(-clockOffsetMaxMs, 'must be at most 30 days back')
      .max(clockOffsetMaxMs, 'must be at most 30 days ahead')
      .default(0),
    about: 'How far the clock of this process is from the machine’s; for tests of clocks that are wrong.',
  },
  FINAEGIS_CHECK_ANSWERS: {
    schema: flag.prefault('false'),
    about: 'Hold every answer against its published schema; for tests.',
  },
} as const satisfies Record<string, Variable>;

type Variables = { readonly [Name in keyof typeof variables]: z.output<(typeof variables)[Name]['schema']> };

/** The configuration of a process: every variable by its name, parsed. Settings of the bank itself are commands, not variables. */
export type Config = Variables & { readonly FINAEGIS_TRACING: 'off' | 'otlp' | 'console' };

/** Thrown with everything that is wrong with the environment, so that it is put right once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the environment is wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/**
 * Reads the configuration from the environment. An empty variable is an absent one; a variable named FINAEGIS_… that
 * nobody knows is an error, since it is a misspelt one.
 *
 * @throws ConfigError naming every wrong variable; values of secrets are never repeated
 */
export const readConfig = (environment: Readonly<Record<string, string | undefined>>): Config => {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { schema }] of Object.entries<Variable>(variables)) {
    const result = schema.safeParse(environment[name]?.trim() || undefined);
    if (result.success) values[name] = result.data;
    else problems.push(...result.error.issues.map(({ message }) => `${name} ${message}`));
  }
  const unknown = Object.keys(environment).filter(
    (name) => name.startsWith('FINAEGIS_') && !Object.hasOwn(variables, name),
  );
  problems.push(...unknown.map((name) => `${name} is not a variable of this version`));
  if (values['DATABASE_ADMIN_URL'] !== undefined && values['DATABASE_URL'] === undefined)
    problems.push('DATABASE_ADMIN_URL needs DATABASE_URL beside it');
  if (problems.length > 0) throw new ConfigError([...new Set(problems)]);
  values['FINAEGIS_TRACING'] ??= values['OTEL_EXPORTER_OTLP_ENDPOINT'] === undefined ? 'off' : 'otlp';
  return values as Config;
};

/** One variable as `finaegis config` shows it. `value` is text; a secret that is set reads `(hidden)`. */
export type ConfigLine = {
  readonly name: string;
  readonly value: string;
  readonly isSet: boolean;
  readonly about: string;
};

/** The configuration with its secrets hidden, for printing. */
export const describeConfig = (config: Config): readonly ConfigLine[] =>
  Object.entries<Variable>(variables).map(([name, { isSecret = false, about }]) => {
    const value = (config as Readonly<Record<string, unknown>>)[name];
    return {
      name,
      value: value === undefined ? '' : isSecret ? '(hidden)' : shown(value),
      isSet: value !== undefined,
      about,
    };
  });

const shown = (value: unknown): string => {
  if (typeof value === 'string') return withoutCredentials(value);
  if (Array.isArray(value) && value.every((part) => typeof part === 'string')) return value.join(',');
  if (typeof value === 'object' && value !== null && 'perSecond' in value && 'burst' in value)
    return `${String(value.perSecond)}/${String(value.burst)}`;
  if (typeof value !== 'object' || value === null) return String(value);
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? withoutCredentials(part) : part));
};

/** An address tells where it leads; who we are there, and what stands in its query, is nobody's business who reads over a shoulder. */
const withoutCredentials = (text: string): string => {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text)) return text;
  const { protocol, host, pathname, username, password, search, hash } = new URL(text);
  const who = username === '' && password === '' ? '' : '(hidden)@';
  return `${protocol}//${who}${host}${pathname}${search === '' ? '' : '?(hidden)'}${hash === '' ? '' : '#(hidden)'}`;
};
