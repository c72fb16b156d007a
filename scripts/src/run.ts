import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** How a program ended and what it said on both channels, in order. */
export interface Ran {
  readonly isOk: boolean;
  readonly output: string;
  /** What it wrote to its standard output alone. */
  readonly stdout: string;
}

interface RunOptions {
  readonly isShown?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a program in the repository's folder. A program that cannot be started has failed; it does not throw.
 * @param options `isShown` lets the program write to our own output instead of gathering it; `env` is added to our own environment
 */
export const run = (
  command: string,
  args: readonly string[],
  { isShown = false, env = {} }: RunOptions = {},
): Promise<Ran> =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', isShown ? 'inherit' : 'pipe', isShown ? 'inherit' : 'pipe'],
    });
    let output = '';
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      stdout += chunk;
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    child.once('error', (error) => resolve({ isOk: false, output: `${output}${error.message}\n`, stdout }));
    child.once('close', (code, signal) =>
      resolve({ isOk: code === 0, output: signal === null ? output : `${output}ended by ${signal}\n`, stdout }),
    );
  });

/** Runs a tool that npm has installed here. */
export const runTool = (name: string, args: readonly string[], options?: RunOptions): Promise<Ran> =>
  run(join(root, 'node_modules/.bin', name), args, options);
