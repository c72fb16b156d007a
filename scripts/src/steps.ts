import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generatedFiles, staleFiles } from './generated.ts';
import { runTool } from './run.ts';
import { countSources } from './sources.ts';
import { countTests } from './test-report.ts';

/** What one step found. */
export interface Found {
  readonly passed: number;
  readonly failed: number;
  /** Shown when something failed. */
  readonly output: string;
  /** Shown beside the step's name. */
  readonly note?: string;
}

/** One thing `npm run check` looks at. */
export interface Step {
  readonly name: string;
  readonly run: () => Promise<Found>;
}

const found = (isOk: boolean, output: string, note?: string): Found => ({
  passed: isOk ? 1 : 0,
  failed: isOk ? 0 : 1,
  output,
  ...(note === undefined ? {} : { note }),
});

const codeFolders = ['packages', 'apps', 'tests', 'benchmarks', 'examples', 'scripts'];

const types = async (): Promise<Found> => {
  const product = await runTool('tsc', ['-b']);
  // The tests are no part of the build; a project of their own reads them and writes nothing.
  const tests = await runTool('tsc', ['-p', 'tsconfig.tests.json']);
  return found(product.isOk && tests.isOk, product.output + tests.output);
};

const tool =
  (name: string, ...args: readonly string[]) =>
  async (): Promise<Found> => {
    const { isOk, output } = await runTool(name, args);
    return found(isOk, output);
  };

const boundaries = async (): Promise<Found> => {
  const { isOk, output } = await runTool('depcruise', ['--config', '.dependency-cruiser.mjs', ...codeFolders]);
  const seen = Number(/([0-9]+) modules,/.exec(output)?.[1] ?? 0);
  const written = await countSources(codeFolders);
  // A parser that is set wrong sees no modules, and finds no violations in them.
  return found(isOk && seen >= written, `${output}${seen} modules seen of ${written} files\n`, `${seen} modules`);
};

const generated = async (): Promise<Found> => {
  const problems = await staleFiles(generatedFiles);
  return found(problems.length === 0, `${problems.join('\n')}\n`, `${generatedFiles.length} files`);
};

const tests = async (): Promise<Found> => {
  const folder = await mkdtemp(join(tmpdir(), 'finaegis-check-'));
  try {
    const report = join(folder, 'report.json');
    const notes = join(folder, 'decided');
    await mkdir(notes);
    const env = { FINAEGIS_NOTE_DECISIONS: notes };
    const { isOk } = await runTool(
      'vitest',
      ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      { isShown: true, env },
    );
    const text = await readFile(report, 'utf8').catch(() => undefined);
    const counts = countTests(text, isOk);
    const note = `${counts.passed} tests`;
    if (counts.failed > 0) return { ...counts, output: '', note };
    // What the tests noted is looked at when all of them have run; where one failed, its decisions may be missing.
    const after = await runTool('vitest', ['run', '--config', 'vitest.after.config.ts'], { env });
    return {
      passed: counts.passed + (after.isOk ? 1 : 0),
      failed: after.isOk ? 0 : 1,
      output: after.output,
      note,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Everything a change must pass, cheapest first; the tidy test is among the tests. */
export const steps: readonly Step[] = [
  { name: 'types', run: types },
  { name: 'format and lint (biome)', run: tool('biome', 'check', '--error-on-warnings', '.') },
  {
    name: 'lint with types (oxlint)',
    run: tool('oxlint', '-c', '.oxlintrc.json', '--type-aware', '--deny-warnings', ...codeFolders),
  },
  { name: 'boundaries', run: boundaries },
  { name: 'nothing unused (knip)', run: tool('knip') },
  { name: 'generated files are current', run: generated },
  { name: 'tests', run: tests },
];
