import { expect, test } from 'vitest';
import { countTests } from './test-report.ts';

const report = (...files: readonly (readonly [status: string, ...tests: readonly string[]])[]): string =>
  JSON.stringify({
    testResults: files.map(([status, ...tests]) => ({
      name: 'a',
      status,
      assertionResults: tests.map((each) => ({ status: each })),
    })),
  });

test('tests that passed and failed are counted', () => {
  expect(countTests(report(['passed', 'passed', 'passed'], ['failed', 'passed', 'failed']), false)).toEqual({
    passed: 3,
    failed: 1,
  });
});

test('a test that is skipped or left for later has proved nothing and counts as failed', () => {
  expect(countTests(report(['passed', 'passed', 'skipped', 'pending', 'todo']), true)).toEqual({
    passed: 1,
    failed: 3,
  });
});

test('a file that does not load counts as one failure', () => {
  expect(countTests(report(['passed', 'passed'], ['failed']), false)).toEqual({ passed: 1, failed: 1 });
});

test('a run without a report, without tests, or with an error outside every test has failed', () => {
  expect(countTests(undefined, false)).toEqual({ passed: 0, failed: 1 });
  expect(countTests(report(), true)).toEqual({ passed: 0, failed: 1 });
  expect(countTests(report(['passed', 'passed']), false)).toEqual({ passed: 1, failed: 1 });
});
