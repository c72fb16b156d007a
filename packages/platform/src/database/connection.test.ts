import { describe, expect, it } from 'vitest';
import { instantText } from './column-types.ts';
import { connectionFromUrl, describeConnection } from './connection.ts';

describe('a database URL', () => {
  it.each([
    [
      'postgres://ann:p%40ss@db.bank.example:6543/ledger',
      { host: 'db.bank.example', port: 6543, user: 'ann', password: 'p@ss', database: 'ledger' },
    ],
    ['postgresql://ann@localhost/ledger', { host: 'localhost', port: 5432, user: 'ann', database: 'ledger' }],
    ['postgres://ann@localhost', { host: 'localhost', port: 5432, user: 'ann', database: 'ann' }],
    ['postgres://ann@[::1]:5433/ledger', { host: '::1', port: 5433, user: 'ann', database: 'ledger' }],
    [
      'postgres:///ledger?host=/run/postgresql&user=ann',
      { host: '/run/postgresql', port: 5432, user: 'ann', database: 'ledger' },
    ],
    [
      'postgres://ann@%2Frun%2Fpostgresql/ledger',
      { host: '/run/postgresql', port: 5432, user: 'ann', database: 'ledger' },
    ],
    [
      'postgres:///?host=/run/pg&port=5433&user=ann&dbname=ledger',
      { host: '/run/pg', port: 5433, user: 'ann', database: 'ledger' },
    ],
    [
      'postgres://ann@db/ledger?sslmode=require',
      { host: 'db', port: 5432, user: 'ann', database: 'ledger', tls: { rejectUnauthorized: false } },
    ],
    [
      'postgres://ann@db/ledger?sslmode=verify-full',
      { host: 'db', port: 5432, user: 'ann', database: 'ledger', tls: { rejectUnauthorized: true } },
    ],
  ])('%s is read', (url, settings) => {
    expect(connectionFromUrl(url)).toEqual(settings);
  });

  it.each([
    ['mysql://ann@db/ledger', 'must start with postgres://'],
    ['postgres://ann:secret@db:99999999/ledger', 'cannot be read'],
    ['postgres://ann@db/ledger?sslmode=prefer', 'sslmode=prefer'],
    ['postgres://ann@db/ledger?slmode=require', '"slmode"'],
    ['postgres:///ledger?host=/run&port=0', 'port "0"'],
  ])('%s is refused', (url, reason) => {
    expect(() => connectionFromUrl(url)).toThrow(reason);
  });

  it('never shows its password', () => {
    expect(() => connectionFromUrl('postgres://ann:secret@db:99999999/ledger')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') as string }) as Error,
    );
    expect(describeConnection(connectionFromUrl('postgres://ann:secret@db/ledger'))).toBe('ann@db:5432/ledger');
  });
});

describe('an instant', () => {
  it.each([
    ['2026-01-02 03:04:05.678+00', '2026-01-02T03:04:05.678Z'],
    ['2026-01-02 03:04:05.999999+00', '2026-01-02T03:04:05.999Z'],
    ['2026-01-02 08:34:05.5+05:30', '2026-01-02T03:04:05.500Z'],
    ['2026-01-02 01:04:05-02', '2026-01-02T03:04:05.000Z'],
    ['-infinity', '-infinity'],
    ['0044-03-15 12:00:00+00 BC', '0044-03-15 12:00:00+00 BC'],
  ])('%s is written %s', (text, expected) => {
    expect(instantText(text)).toBe(expected);
  });
});
