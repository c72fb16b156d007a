import { type DestinationStream, type Logger, pino } from 'pino';

/** The platform's logger: one JSON object a line. */
export type { Logger };

/** Levels of the log, from silent to everything. */
export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

const secrets = [
  'authorization',
  'cookie',
  'password',
  'passphrase',
  'secret',
  'token',
  'apiKey',
  'privateKey',
  'masterKey',
  'mnemonic',
  'databaseUrl',
  'set-cookie',
  'idempotency-key',
  'x-api-key',
];
const personal = [
  'name',
  'givenName',
  'familyName',
  'email',
  'phone',
  'address',
  'birthDate',
  'taxId',
  'iban',
  'accountHolder',
  'freeText',
  'remittance',
];

// pino compiles these paths once; a wildcard costs, so depth ends where our own log calls end: the object, and two levels below.
const paths = [...secrets, ...personal].flatMap((field) => {
  const step = /^\w+$/.test(field) ? field : `["${field}"]`;
  const below = step.startsWith('[') ? step : `.${step}`;
  return [step, `*${below}`, `*.*${below}`];
});
// What a component is called is not a person's name.
const withoutTopName = paths.filter((path) => path !== 'name');

/**
 * Makes the logger of a process. Secrets and personal data are replaced by `[hidden]` wherever a log call has put them
 * (up to two objects deep); that is the second wall, the first is not to log them.
 *
 * @param destination where lines go; standard output unless told
 */
export const createLogger = ({
  level,
  service,
  // Lines that come while one is being written go out together, and the rest when the process ends. A reader that stands still costs lines, not memory.
  destination = pino.destination({ dest: 1, sync: false, maxLength: 16 * 2 ** 20 }),
}: {
  level: (typeof logLevels)[number];
  service: string;
  destination?: DestinationStream;
}): Logger =>
  pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: withoutTopName, censor: '[hidden]' },
      serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
    },
    destination,
  );
