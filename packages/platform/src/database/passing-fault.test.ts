import { expect, it } from 'vitest';
import { isPassingFault } from './passing-fault.ts';
import { CommitUnknown, DatabaseFault } from './transaction.ts';

it.each([
  ['a lost connection', new DatabaseFault('connection_lost', ''), true],
  [
    'a commit whose outcome is not known',
    new CommitUnknown({ transactionId: '7', backend: undefined }, new Error()),
    true,
  ],
  ['a deadlock', new DatabaseFault('40P01', ''), true],
  ['a lock somebody kept', new DatabaseFault('55P03', ''), true],
  ['a full disk', new DatabaseFault('53100', ''), true],
  ['too many connections', new DatabaseFault('53300', ''), true],
  ['a row that is there twice', new DatabaseFault('23505', ''), false],
  ['a table that is not there', new DatabaseFault('42P01', ''), false],
  ['a fault of ours', new Error('a bug'), false],
])('%s passes by itself or does not', (_, fault, expected) => {
  expect(isPassingFault(fault)).toBe(expected);
});
