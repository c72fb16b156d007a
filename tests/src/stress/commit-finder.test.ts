import { describe, expect, it } from 'vitest';
import { commitFinder, isCommitted } from './commit-finder.ts';

const lengthOf = (body: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(Buffer.byteLength(body) + 4);
  return length;
};
const message = (type: string, body: string): Buffer =>
  Buffer.concat([Buffer.from(type), lengthOf(body), Buffer.from(body)]);
const entering = (user: string, application = 'finaegis-write'): Buffer => {
  const body = `\0\x03\0\0user\0${user}\0application_name\0${application}\0\0`;
  return Buffer.concat([lengthOf(body), Buffer.from(body)]);
};
const insert = message('Q', 'insert into t values (1)\0');

describe('the COMMIT of a batch is found', () => {
  it.each([
    ['as a text', [message('Q', 'commit\0')], 0],
    ['in capitals with a semicolon', [message('Q', 'COMMIT;\0')], 0],
    ['behind another statement', [message('Q', 'select 1; commit\0')], 0],
    ['behind writes of the same flush', [insert, message('Q', 'commit\0')], insert.length],
    [
      'as a statement without a name',
      [message('P', '\0commit\0\0\0'), message('B', '\0\0\0\0\0\0\0\0')],
      message('P', '\0commit\0\0\0').length,
    ],
    [
      'as a statement that was prepared',
      [message('P', 'done\0commit\0\0\0'), insert, message('B', '\0done\0\0\0\0\0\0\0')],
      message('P', 'done\0commit\0\0\0').length + insert.length,
    ],
  ])('%s', (_, sent, place) => {
    const finder = commitFinder();
    finder.read(entering('finaegis_write'));
    expect(finder.read(Buffer.concat(sent)).commitAt).toBe(place);
  });

  it('however the bytes are cut into chunks, and every byte is passed on once', () => {
    const finder = commitFinder();
    const all = Buffer.concat([entering('finaegis_write'), insert, message('Q', 'commit\0')]);
    const found = [...all].map((byte) => finder.read(Buffer.of(byte)));
    expect(found.filter(({ commitAt }) => commitAt !== undefined)).toHaveLength(1);
    expect(Buffer.concat(found.map(({ messages }) => messages))).toEqual(all);
  });
});

describe('no COMMIT of a batch is', () => {
  it.each([
    ['one of a reader', 'finaegis_read', 'finaegis-read', 'commit'],
    ['one that follows the log', 'finaegis_write', 'finaegis-follow', 'commit'],
    ['a text that speaks of one', 'finaegis_write', 'finaegis-write', "select 'commit' as word"],
  ])('%s', (_, user, application, text) => {
    const finder = commitFinder();
    finder.read(entering(user, application));
    expect(finder.read(message('Q', `${text}\0`)).commitAt).toBeUndefined();
  });
});

it('PostgreSQL has committed when it says COMMIT, not when it says ROLLBACK', () => {
  expect(isCommitted(message('C', 'COMMIT\0'))).toBe(true);
  expect(isCommitted(message('C', 'ROLLBACK\0'))).toBe(false);
});
