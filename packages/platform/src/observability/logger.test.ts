import { expect, it } from 'vitest';

import { createLogger } from './logger.ts';

const logged = (write: (logger: ReturnType<typeof createLogger>) => void): string => {
  let text = '';
  write(createLogger({ level: 'debug', service: 'test', destination: { write: (line) => void (text += line) } }));
  return text;
};

it('a line is one JSON object that says what, when, how grave and by which process', () => {
  const line = JSON.parse(logged((logger) => logger.warn({ check: 'database' }, 'a check failed'))) as Record<
    string,
    unknown
  >;
  expect(line).toMatchObject({
    level: 'warn',
    service: 'test',
    pid: process.pid,
    check: 'database',
    msg: 'a check failed',
  });
  expect(line['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

it.each([
  { authorization: 'hunter2' },
  { headers: { authorization: 'hunter2', cookie: 'hunter2', 'idempotency-key': 'hunter2' } },
  { request: { headers: { 'set-cookie': 'hunter2', 'x-api-key': 'hunter2' } } },
  { apiKey: 'hunter2', password: 'hunter2' },
  { settings: { databaseUrl: 'hunter2', masterKey: 'hunter2' } },
  { party: { name: 'hunter2', email: 'hunter2', address: { street: 'hunter2' } } },
  { event: { data: { iban: 'hunter2', birthDate: 'hunter2' } } },
])('a secret or a personal value never reaches the log: %j', (values) => {
  const text = logged((logger) => logger.info(values, 'something'));
  expect(text).toContain('[hidden]');
  expect(text).not.toContain('hunter2');
});

it('an error is logged with its stack and its cause', () => {
  const line = JSON.parse(
    logged((logger) => logger.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed')),
  ) as { err: Record<string, string> };
  expect(line.err['stack']).toContain('inner');
});
