import { expect, test } from 'vitest';
import { ledgerCells, selectCells } from './ledger-cells.ts';

const idsOf = (only?: readonly string[], isQuick = false): readonly string[] =>
  selectCells({ isQuick, only }).map(({ id }) => id);

test('the full run covers every combination of callers, transfers per call and accounts, and the cells beside it', () => {
  expect(idsOf()).toHaveLength(3 * 3 * 4 + 4);
  expect(new Set(idsOf()).size).toBe(ledgerCells.length);
});

test('a quick run measures the cells that have a bar', () => {
  expect(idsOf(undefined, true)).toEqual([
    'c1-b1-uniform',
    'c8-b1-uniform',
    'c64-b1-uniform',
    'c64-b1-hot10',
    'c64-b1-hot1',
    'c4-b1000-uniform',
    'c64-b1-fee',
    'hold-capture-c64',
    'http-c64',
  ]);
});

test('single cells and patterns can be asked for, of a quick run too', () => {
  expect(idsOf(['c64-b1-fee', 'c8-b1-*'], true)).toEqual([
    'c8-b1-uniform',
    'c8-b1-zipf',
    'c8-b1-hot10',
    'c8-b1-hot1',
    'c64-b1-fee',
  ]);
});

test('a cell that does not exist is an error, not an empty run', () => {
  expect(() => idsOf(['c65-b1-uniform'])).toThrow('No cell is named c65-b1-uniform');
});
