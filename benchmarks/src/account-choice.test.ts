import { describe, expect, test } from 'vitest';
import { choices, sidesOf } from './account-choice.ts';

const accounts = Array.from({ length: 1_000 }, (_, index) => `account-${index}`);
const drawn = (choice: (typeof choices)[number], times = 20_000) => {
  const next = sidesOf(choice, accounts);
  return Array.from({ length: times }, () => next());
};
const isHot = (account: string, hot: number): boolean => Number(account.slice('account-'.length)) < hot;

describe('the accounts of a benchmark', () => {
  test.each(choices)('no transfer of %s pays its own account', (choice) => {
    const known = new Set(accounts);
    expect(drawn(choice).filter(({ from, to }) => from === to || !known.has(from) || !known.has(to))).toEqual([]);
  });

  test('one hot account is a side of every transfer, as payer and as payee', () => {
    const sides = drawn('hot1');
    expect(sides.every(({ from, to }) => isHot(from, 1) || isHot(to, 1))).toBe(true);
    expect(sides.some(({ from }) => isHot(from, 1))).toBe(true);
    expect(sides.some(({ to }) => isHot(to, 1))).toBe(true);
  });

  test('ten hot accounts share all transfers', () => {
    const sides = drawn('hot10');
    expect(sides.every(({ from, to }) => isHot(from, 10) || isHot(to, 10))).toBe(true);
    expect(new Set(sides.flatMap(({ from, to }) => [from, to].filter((side) => isHot(side, 10)))).size).toBe(10);
  });

  test('under Zipf the first account is drawn about twice as often as the second and ten times as often as the tenth', () => {
    const counts = new Map<string, number>();
    for (const { from } of drawn('zipf', 200_000)) counts.set(from, (counts.get(from) ?? 0) + 1);
    const first = counts.get('account-0') ?? 0;
    expect(first / (counts.get('account-1') ?? 1)).toBeGreaterThan(1.8);
    expect(first / (counts.get('account-1') ?? 1)).toBeLessThan(2.2);
    expect(first / (counts.get('account-9') ?? 1)).toBeGreaterThan(8);
    expect(first / (counts.get('account-9') ?? 1)).toBeLessThan(12);
  });

  test('uniform transfers prefer nobody', () => {
    const counts = new Map<string, number>();
    for (const { from } of drawn('uniform', 100_000)) counts.set(from, (counts.get(from) ?? 0) + 1);
    expect(counts.size).toBe(1_000);
    expect(Math.max(...counts.values())).toBeLessThan(200);
  });
});
