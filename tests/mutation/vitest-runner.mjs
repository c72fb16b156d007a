import { strykerValidationSchema, strykerPlugins as theirs } from '@stryker-mutator/vitest-runner';

// Stryker's runner for vitest counts failed tests only. A mutant that breaks a test file while it is loaded leaves no test to fail and would
// be counted as a survivor; here a file that cannot be loaded has noticed it. Without any mutant it is a mistake in what is copied, and stops.

/**
 * What is used of the runner and of its answer.
 * @typedef {{ status: string, nrOfTests: number }} Result
 * @typedef {{ name: string, result?: { state?: string } }} File
 * @typedef {(options: unknown) => Promise<Result>} Run
 * @typedef {{ ctx: { state: { getFiles(): File[] } }, dryRun: Run, mutantRun: Run }} Runner
 */

/** @param {Runner} runner */
const noticingBrokenFiles = (runner) => {
  const [dryRun, mutantRun] = [runner.dryRun.bind(runner), runner.mutantRun.bind(runner)];
  const brokenFiles = () =>
    runner.ctx.state
      .getFiles()
      .flatMap(({ name, result }) => (result?.state === 'fail' ? [name] : []))
      .join(', ');
  runner.dryRun = async (options) => {
    const result = await dryRun(options);
    const broken = brokenFiles();
    if (broken !== '') throw new Error(`Tests fail or cannot be loaded: ${broken}.`);
    return result;
  };
  runner.mutantRun = async (options) => {
    const result = await mutantRun(options);
    const broken = brokenFiles();
    return result.status === 'survived' && broken !== ''
      ? { ...result, status: 'killed', killedBy: [], failureMessage: `${broken} could not be loaded` }
      : result;
  };
  return runner;
};

/** @param {{ (injector: unknown): unknown, inject: unknown }} factory */
const noticing = (factory) =>
  Object.assign((/** @type {unknown} */ injector) => noticingBrokenFiles(/** @type {Runner} */ (factory(injector))), {
    inject: factory.inject,
  });

export const strykerPlugins = theirs.map((plugin) => ({ ...plugin, factory: noticing(plugin.factory) }));
export { strykerValidationSchema };
