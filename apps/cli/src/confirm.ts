import { createInterface } from 'node:readline/promises';
import { type Cli, CliExit, exitCodes } from './session.ts';

/**
 * Asks the person at the terminal before something that cannot be taken back; whoever said `--yes` has answered already.
 * @param meaning what will happen, in whole sentences
 * @throws CliExit when the answer is not yes, or nobody is there to give it
 */
export const confirm = async (
  { streams: { stdin, stderr }, output }: Cli,
  { meaning, isConfirmed }: { readonly meaning: string; readonly isConfirmed: boolean },
): Promise<void> => {
  if (isConfirmed) return;
  if (output().isJson || stdin?.isTTY !== true)
    throw new CliExit(exitCodes.usage, `${meaning} Nobody is here to confirm that; say --yes.`);
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    // Whoever closes the terminal instead has not said yes either.
    const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
    const answer = await Promise.race([terminal.question(`${meaning}\nType yes to go on: `), closed]);
    if (answer.trim().toLowerCase() !== 'yes') throw new CliExit(exitCodes.usage, 'Nothing was done.');
  } finally {
    terminal.close();
  }
};
