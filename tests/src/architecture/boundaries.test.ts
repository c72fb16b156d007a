import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeFolders, root, sourceFiles } from './repository.ts';

// The rules live in .dependency-cruiser.mjs. Here each of them is shown to catch what it is for, and the whole tree is held to them.
const cruiseTree = async (baseDir: string, folders: readonly string[]): Promise<ICruiseResult> => {
  const options = await extractDepcruiseOptions(join(root, '.dependency-cruiser.mjs'));
  const { output } = await cruise([...folders], { ...options, baseDir });
  if (typeof output === 'string') throw new Error('dependency-cruiser was asked for objects and answered with text');
  return output;
};

const violationsOf = ({ summary }: Pick<ICruiseResult, 'summary'>): readonly string[] =>
  summary.violations
    .map(({ rule, from, to }) => `${rule.name}: ${from} → ${to.replace(/^.*node_modules\//, '')}`)
    .toSorted();

const bank = 'packages/bank/src';
const expected = [
  'kernel-imports-nothing-of-ours: packages/kernel/src/asks-the-platform.ts → packages/platform/src/event-store/event.ts',
  'kernel-runs-everywhere: packages/kernel/src/reads-the-disk.ts → fs',
  'sdk-imports-the-kernel-only: packages/sdk/src/asks-the-platform.ts → packages/platform/src/event-store/event.ts',
  'sdk-runs-everywhere: packages/sdk/src/reads-the-disk.ts → fs',
  `platform-knows-no-bank: packages/platform/src/knows-the-ledger.ts → ${bank}/ledger/contract.ts`,
  `neighbours-by-contract: ${bank}/payment/http/reaches-inside-the-ledger.ts → ${bank}/ledger/journal/journal.ts`,
  `tests-of-a-context-by-the-doors: ${bank}/payment/payout/payout.test.ts → ${bank}/ledger/journal/journal.ts`,
  `formats-know-no-context: ${bank}/iso20022/asks-the-ledger.ts → ${bank}/ledger/contract.ts`,
  `formats-read-themselves-only: ${bank}/iso20022/fetches-a-schema.ts → net`,
  `formats-at-the-edges: ${bank}/payment/payout/writes-xml.ts → ${bank}/iso20022/xml-writer.ts`,
  `contract-is-light: ${bank}/payment/contract.ts → ${bank}/ledger/contract.ts`,
  `deciders-do-no-io: ${bank}/payment/payout/asks-the-database.ts → pg/esm/index.mjs`,
  `deciders-do-no-io: ${bank}/payment/fees.ts → os`,
  `deciders-do-no-io: ${bank}/payment/sagas/waits-on-the-net.ts → net`,
  `deciders-know-the-shapes-only: ${bank}/payment/payout/opens-a-transaction.ts → packages/platform/src/database/transaction.ts`,
  `aggregates-know-no-edge: ${bank}/payment/payout/shows-itself.ts → ${bank}/payment/views/payouts.ts`,
  `handlers-know-rows-only: ${bank}/payment/payout/commands.ts → ${bank}/payment/http/serves-itself.ts`,
  `handlers-use-the-services: ${bank}/payment/payout/commands.ts → packages/platform/src/database/transaction.ts`,
  `bank-knows-no-framework: ${bank}/payment/http/serves-itself.ts → fastify/fastify.js`,
  `apps-wire-modules: benchmarks/src/builds-a-bank.ts → ${bank}/ledger/module.ts`,
  `nobody-imports-apps: ${bank}/payment/http/calls-the-server.ts → apps/server/src/main.ts`,
  `product-needs-no-test-kit: ${bank}/payment/views/ships-the-test-kit.ts → packages/testing/src/given.ts`,
  `doubles-know-nothing-of-ours: packages/provider-doubles/src/asks-the-ledger.ts → ${bank}/ledger/contract.ts`,
  `packages-know-no-double: ${bank}/payment/http/talks-to-a-double.ts → packages/provider-doubles/src/double.ts`,
  'no-cycles: packages/kernel/src/chicken.ts → packages/kernel/src/egg.ts',
  'everything-resolves: packages/kernel/src/imports-nothing-real.ts → ./nowhere.ts',
];

let fixture: string;
let violating: ICruiseResult;

beforeAll(async () => {
  // Copied out of the repository, so that its imports find the fixture's own packages and not the real ones.
  fixture = mkdtempSync(join(tmpdir(), 'finaegis-boundaries-'));
  cpSync(join(root, 'tests/src/architecture/fixtures/boundaries'), fixture, { recursive: true });
  const link = (name: string, target: string): void => {
    const path = join(fixture, 'node_modules', name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path, 'dir');
  };
  for (const name of ['kernel', 'platform', 'bank', 'testing', 'provider-doubles'])
    link(`@finaegis/${name}`, join(fixture, 'packages', name));
  link('@finaegis/server', join(fixture, 'apps/server'));
  for (const name of ['pg', 'fastify', 'zod']) link(name, join(root, 'node_modules', name));
  violating = await cruiseTree(fixture, ['packages', 'apps', 'benchmarks']);
});

afterAll(() => rmSync(fixture, { recursive: true, force: true }));

test('each boundary is guarded: the files that cross one are found, and nothing else is', () => {
  expect(violationsOf(violating)).toEqual(expected.toSorted());
});

test('no boundary rule goes without a file that violates it', async () => {
  const options = await extractDepcruiseOptions(join(root, '.dependency-cruiser.mjs'));
  const names = options.ruleSet?.forbidden?.map(({ name }) => name).toSorted();
  expect([...new Set(expected.map((line) => line.slice(0, line.indexOf(':'))))].toSorted()).toEqual(names);
});

test('the boundaries hold in the whole tree, and every file of ours was looked at', async () => {
  const folders = codeFolders.filter((folder) => sourceFiles().some((path) => path.startsWith(`${folder}/`)));
  const { modules, summary } = await cruiseTree(root, folders);
  const seen = new Set(modules.map(({ source }) => source));
  // A parser that is set wrong reports no modules, and no violations either.
  expect(sourceFiles().filter((path) => !seen.has(path))).toEqual([]);
  expect(summary.totalCruised).toBeGreaterThanOrEqual(sourceFiles().length);
  expect(violationsOf({ summary })).toEqual([]);
});

test('an import of another package leads to its source, where the rules can see it', async () => {
  const { modules } = await cruiseTree(root, ['packages/platform/src']);
  const across = modules
    .flatMap(({ dependencies }) => dependencies)
    .filter(({ module }) => module.startsWith('@finaegis/'));
  expect(across.length).toBeGreaterThan(10);
  expect(across.filter(({ resolved }) => !/^(packages|apps)\/[^/]+\/src\/.+\.ts$/.test(resolved))).toEqual([]);
});
