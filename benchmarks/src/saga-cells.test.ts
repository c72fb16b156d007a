import { expect, test } from 'vitest';
import { sagaCells, selectSagaCells } from './saga-cells.ts';

test('one, sixteen and sixty-four callers, with and without compensation, stand beside the peer with as many', () => {
  expect(sagaCells.map(({ id }) => id)).toEqual([
    'c1',
    'c16',
    'c64',
    'c1-compensate',
    'c16-compensate',
    'c64-compensate',
    'dbos-c1',
    'dbos-c16',
    'dbos-c64',
  ]);
  expect(selectSagaCells()).toBe(sagaCells);
});

test('single cells and patterns can be asked for', () => {
  expect(selectSagaCells(['c64', '*-c1']).map(({ id }) => id)).toEqual(['c64', 'dbos-c1']);
  expect(selectSagaCells(['c1*']).map(({ id }) => id)).toEqual(['c1', 'c16', 'c1-compensate', 'c16-compensate']);
});

test('a cell that does not exist is an error that names those that do', () => {
  expect(() => selectSagaCells(['c65'])).toThrow('No cell is named c65. There are c1, c16');
});
