import { describe, expect, it } from 'vitest';

import { ConfigError, describeConfig, readConfig } from './config.ts';

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

const key = 'ab'.repeat(32);

describe('the configuration', () => {
  it('needs nothing: an empty environment starts everything on this machine alone', () => {
    expect(readConfig({ PATH: '/bin' })).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 3000,
      FINAEGIS_DATA: '.finaegis',
      FINAEGIS_ROLE: ['api', 'worker', 'realtime', 'market'],
      FINAEGIS_TRACING: 'off',
      FINAEGIS_TRUSTED_PROXIES: false,
      RATE_LIMIT_BULK: { perSecond: 5, burst: 20 },
      LOG_LEVEL: 'info',
    });
  });

  it('is parsed into what the program needs', () => {
    const config = readConfig({
      PORT: ' 8080 ',
      FINAEGIS_ROLE: 'worker, api,worker',
      FINAEGIS_MASTER_KEY: key,
      RATE_LIMIT_READ: '0.5/3',
      FINAEGIS_TRUSTED_PROXIES: '10.0.0.1, 10.0.0.2',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
    });
    expect(config).toMatchObject({
      PORT: 8080,
      FINAEGIS_ROLE: ['worker', 'api'],
      RATE_LIMIT_READ: { perSecond: 0.5, burst: 3 },
      FINAEGIS_TRUSTED_PROXIES: ['10.0.0.1', '10.0.0.2'],
      FINAEGIS_TRACING: 'otlp',
    });
    expect(config.FINAEGIS_MASTER_KEY?.toString('hex')).toBe(key);
    expect(
      readConfig({ FINAEGIS_MASTER_KEY: Buffer.from(key, 'hex').toString('base64') }).FINAEGIS_MASTER_KEY?.toString(
        'hex',
      ),
    ).toBe(key);
  });

  it('takes an empty variable for an absent one', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: ' ' })).toMatchObject({ PORT: 3000 });
  });

  it('tells all that is wrong at once, by name, and repeats no secret', () => {
    const problems = problemsOf({
      PORT: '70000',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://root:hunter2@db/bank',
      FINAEGIS_MASTER_KEY: 'hunter2',
      FINAEGIS_ROLE: 'api,king',
      RATE_LIMIT_READ: 'fast',
      RATE_LIMIT_BULK: '0/0',
      FINAEGIS_DATE: '/var',
      DATABASE_POOL_READ: '1.5',
    });
    const named = problems.map((problem) => problem.split(' ', 1)[0]);
    expect(named.toSorted()).toEqual([
      'DATABASE_POOL_READ',
      'DATABASE_URL',
      'FINAEGIS_DATE',
      'FINAEGIS_MASTER_KEY',
      'FINAEGIS_ROLE',
      'LOG_LEVEL',
      'PORT',
      'RATE_LIMIT_BULK',
      'RATE_LIMIT_READ',
    ]);
    expect(problems.join()).not.toContain('hunter2');
    expect(problems).toContain('PORT must be a port from 0 to 65535');
    expect(problems).toContain('FINAEGIS_DATE is not a variable of this version');
  });

  it('refuses to migrate one database while serving another', () => {
    expect(problemsOf({ DATABASE_ADMIN_URL: 'postgres://a/b' })).toEqual([
      'DATABASE_ADMIN_URL needs DATABASE_URL beside it',
    ]);
  });

  it('is printed with its secrets hidden', () => {
    const lines = describeConfig(
      readConfig({ DATABASE_URL: 'postgres://bank:hunter2@db/bank', FINAEGIS_MASTER_KEY: key }),
    );
    const shownAs = (wanted: string) => lines.find(({ name }) => name === wanted)?.value;
    expect(shownAs('DATABASE_URL')).toBe('(hidden)');
    expect(shownAs('FINAEGIS_MASTER_KEY')).toBe('(hidden)');
    expect(shownAs('DATABASE_ADMIN_URL')).toBe('');
    expect(shownAs('RATE_LIMIT_READ')).toBe('500/1000');
    expect(shownAs('FINAEGIS_ROLE')).toBe('api,worker,realtime,market');
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    expect(lines.every(({ about }) => about.endsWith('.'))).toBe(true);
  });

  it('is printed without what stands in its addresses beside the address', () => {
    const lines = describeConfig(
      readConfig({
        RATES_ECB_URL: 'https://user:hunter2@ecb.example/rates.csv?token=hunter2',
        STRIPE_URL: 'http://127.0.0.1:12111/',
        BANK_CONNECTIONS: JSON.stringify([{ kind: 'demo-bank', url: 'https://me:hunter2@bank.example/v1' }]),
      }),
    );
    const shownAs = (wanted: string) => lines.find(({ name }) => name === wanted)?.value;
    expect(shownAs('RATES_ECB_URL')).toBe('https://(hidden)@ecb.example/rates.csv?(hidden)');
    expect(shownAs('STRIPE_URL')).toBe('http://127.0.0.1:12111/');
    expect(shownAs('BANK_CONNECTIONS')).toBe('[{"kind":"demo-bank","url":"https://(hidden)@bank.example/v1"}]');
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });
});
