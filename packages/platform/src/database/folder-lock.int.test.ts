import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withFolderLock } from './folder-lock.ts';
import { isRunning, processIdentity, thisProcess } from './process-identity.ts';

const build = new URL('../../dist/database/folder-lock.js', import.meta.url);

let folder: string;
let journal: string;

beforeAll(() => {
  if (!existsSync(build))
    throw new Error('These tests start processes from dist/: run `npx tsc -b packages/platform` first.');
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
  journal = join(folder, 'journal.txt');
  writeFileSync(journal, '');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Takes the lock again and again and writes its coming and going; runs until it is killed. */
const program = `
  import { appendFileSync } from 'node:fs';
  import { setTimeout as pause } from 'node:timers/promises';
  import { withFolderLock } from ${JSON.stringify(build.href)};
  for (;;) await withFolderLock(process.argv[1], async () => {
    appendFileSync(process.argv[2], 'in ' + process.pid + '\\n');
    if (Math.random() < 0.3) await pause(Math.random() * 4);
    appendFileSync(process.argv[2], 'out ' + process.pid + '\\n');
  });`;

const contender = (): ChildProcess =>
  spawn(process.execPath, ['--input-type=module', '-e', program, folder, journal], { stdio: 'inherit' });

const killed = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => {
    child.once('exit', () => resolve(child.pid ?? 0));
    child.kill('SIGKILL');
  });

describe('the lock of a folder', () => {
  it('has one holder at a time, however many are killed while holding it', { timeout: 60_000 }, async () => {
    let contenders = [contender(), contender(), contender(), contender(), contender()];
    const dead = new Set<number>();
    for (let round = 0; round < 8; round += 1) {
      await pause(150);
      const [victim, ...rest] = contenders;
      if (victim !== undefined) {
        dead.add(await killed(victim));
        appendFileSync(journal, `killed ${victim.pid}\n`);
      }
      contenders = [...rest, contender()];
    }
    // The last ones, too, may be killed inside, and another of them come in before its own end.
    for (const pid of await Promise.all(contenders.map(killed))) dead.add(pid);

    // Whoever came in leaves before another comes in, unless it was killed inside.
    let inside: string | undefined;
    let visits = 0;
    for (const line of readFileSync(journal, 'utf8').trim().split('\n')) {
      const [what, who] = line.split(' ');
      if (what === 'killed') continue;
      if (what === 'in') {
        expect(inside === undefined || dead.has(Number(inside)), `${who} came in while ${inside} was inside`).toBe(
          true,
        );
        visits += 1;
      }
      inside = what === 'in' ? who : undefined;
    }
    expect(visits).toBeGreaterThan(50);
    expect(readdirSync(folder).filter((name) => name.startsWith('lock.')).length).toBeLessThan(4);
  });

  it('keeps calls of one process apart, and is free again after a failure', async () => {
    const order: string[] = [];
    const visit = (name: string) =>
      withFolderLock(folder, async () => {
        order.push(`${name} in`);
        await pause(5);
        order.push(`${name} out`);
      });
    await expect(withFolderLock(folder, () => Promise.reject(new Error('inside')))).rejects.toThrow('inside');
    await Promise.all([visit('a'), visit('b')]);
    expect([order[0]?.[0], order[1]?.[0], order[2]?.[0], order[3]?.[0]]).toEqual(
      order[0] === 'a in' ? ['a', 'a', 'b', 'b'] : ['b', 'b', 'a', 'a'],
    );
  });

  it('is taken over from a process whose id another process has by now', async () => {
    const stranger = (await thisProcess()).replace(/@\d+@/, '@1@');
    writeFileSync(join(folder, 'floor'), '7');
    writeFileSync(join(folder, 'lock.7'), stranger);
    expect(await withFolderLock(folder, () => Promise.resolve('in'), 1_000)).toBe('in');
  });

  it('is not taken by one whose count is out of date', async () => {
    // The holder's file is a pipe, which is read to its end when we say so: meanwhile the row goes from 3 to 9 and is cleared away below, so that
    // 4 is free to create, and worth nothing.
    const pipe = join(folder, 'lock.3');
    execFileSync('mkfifo', [pipe]);
    writeFileSync(join(folder, 'floor'), '3');
    const late = withFolderLock(folder, () => Promise.resolve('in'), 30);
    const writer = await open(pipe, 'w');
    writeFileSync(join(folder, 'lock.9'), await thisProcess());
    writeFileSync(join(folder, 'floor'), '9');
    await writer.writeFile('released');
    await writer.close();
    await expect(late).rejects.toThrow('does not let go');
    expect(readdirSync(folder).sort()).toEqual(['floor', 'journal.txt', 'lock.3', 'lock.9']);
  });

  it('is not waited for for ever', async () => {
    writeFileSync(join(folder, 'floor'), '6');
    writeFileSync(join(folder, 'lock.7'), await thisProcess());
    await expect(withFolderLock(folder, () => Promise.resolve(), 50)).rejects.toThrow('does not let go');
  });
});

describe('a process identity', () => {
  it('is known while the process runs and not afterwards', async () => {
    const child = spawn('sleep', ['60']);
    const identity = (await processIdentity(child.pid ?? 0)) ?? '';
    expect(await isRunning(identity)).toBe(true);
    await killed(child);
    expect(await isRunning(identity)).toBe(false);
    expect(await isRunning('not an identity')).toBe(false);
  });
});
