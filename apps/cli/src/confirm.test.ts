import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { confirm } from './confirm.ts';
import { createOutput } from './output.ts';
import { type Cli, exitCodes } from './session.ts';

/** A call at a terminal where somebody types `typed`; nobody is there when it is undefined. */
const callOf = (typed: string | undefined, isJson = false) => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const stdin = Object.assign(new PassThrough(), { isTTY: typed !== undefined });
  stdin.end(typed ?? '');
  const streams = { stdin, stdout, stderr };
  const cli: Cli = { environment: {}, streams, output: () => createOutput(isJson, streams), exitCode: exitCodes.ok };
  return { cli, asked: () => String(stderr.read() ?? '') };
};
const meaning = 'Everything is forgotten.';

test('only a yes goes on', async () => {
  const yes = callOf('Yes\n');
  await confirm(yes.cli, { meaning, isConfirmed: false });
  expect(yes.asked()).toContain('Everything is forgotten.\nType yes to go on:');
  for (const typed of ['no\n', '\n', 'y\n', ''])
    await expect(confirm(callOf(typed).cli, { meaning, isConfirmed: false })).rejects.toMatchObject({
      exitCode: 2,
      message: 'Nothing was done.',
    });
});

test('who said yes on the line is not asked', async () => {
  const { cli, asked } = callOf(undefined);
  await confirm(cli, { meaning, isConfirmed: true });
  expect(asked()).toBe('');
});

test('where nobody can be asked, nothing is done', async () => {
  for (const { cli } of [callOf(undefined), callOf('yes\n', true)])
    await expect(confirm(cli, { meaning, isConfirmed: false })).rejects.toMatchObject({
      exitCode: 2,
      message: `${meaning} Nobody is here to confirm that; say --yes.`,
    });
});
