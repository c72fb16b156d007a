import { expect, test } from 'vitest';
import { generatedFiles, staleFiles } from './generated.ts';

const printing = (text: string) => ['node', '-e', `process.stdout.write(${JSON.stringify(text)})`] as const;

test('a file that is not what its program writes is stale, and so is one that is missing', async () => {
  const problems = await staleFiles([
    { path: '.npmrc', command: printing('something else') },
    { path: 'docs/reference/nowhere.json', command: printing('{}') },
  ]);
  expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['.npmrc', 'docs/reference/nowhere.json']);
});

test('a file that is what its program writes is current', async () => {
  const copying = ['node', '-e', "process.stdout.write(require('node:fs').readFileSync('.npmrc'))"] as const;
  expect(await staleFiles([{ path: '.npmrc', command: copying }])).toEqual([]);
});

test('a program that fails, or writes nothing, is told of with what it said', async () => {
  const [failing, silent] = await staleFiles([
    { path: 'a.json', command: ['node', '-e', 'console.error("no such table"); process.exit(3)'] },
    { path: 'b.json', command: ['node', '-e', ''] },
  ]);
  expect(failing).toContain('no such table');
  expect(silent).toContain('b.json could not be generated');
});

test('every generated file is named once', () => {
  expect(new Set(generatedFiles.map(({ path }) => path)).size).toBe(generatedFiles.length);
});
