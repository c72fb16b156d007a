/** What we read of the report vitest writes as JSON. */
interface TestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** How many tests passed, and how many did not: what is left out proves nothing, so it counts as failed. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
}

/**
 * Counts the tests of a report.
 * @param text the report, or nothing where vitest ended without writing one
 * @param isOk whether vitest itself was content; an error outside any test fails the run, too
 */
export const countTests = (text: string | undefined, isOk: boolean): TestCounts => {
  const { testResults } = text === undefined ? { testResults: [] } : (JSON.parse(text) as TestReport);
  const statuses = testResults.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
  const passed = statuses.filter((status) => status === 'passed').length;
  // A file that does not load has no tests to fail, and would otherwise be missed.
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((each) => each.status !== 'failed'),
  ).length;
  const failed = statuses.length - passed + broken;
  return { passed, failed: failed === 0 && (!isOk || passed === 0) ? 1 : failed };
};
