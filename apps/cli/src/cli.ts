import { CommanderError } from 'commander';
import { commandLine } from './command-line.ts';
import { createOutput, type Streams } from './output.ts';
import { type Cli, type Environment, exitCodeOf, exitCodes } from './session.ts';

/**
 * One call of the CLI.
 * @param args what stands behind `finaegis` on the line
 * @returns the exit code; errors are written, not thrown
 */
export const runCli = async (args: readonly string[], environment: Environment, streams: Streams): Promise<number> => {
  // Options for machines may stand anywhere on the line: `finaegis tenant list --json`.
  const isJson = args.includes('--json');
  const cli: Cli = { environment, streams, output: () => createOutput(isJson, streams), exitCode: exitCodes.ok };
  try {
    await commandLine(cli, streams).parseAsync(
      args.filter((arg) => arg !== '--json'),
      { from: 'user' },
    );
    return cli.exitCode;
  } catch (error) {
    // Commander has written its own message already; asking for help is no mistake.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const message = error instanceof Error ? error.message : String(error);
    if (isJson) cli.output().result({ error: message }, message);
    else streams.stderr.write(`${message}\n`);
    return exitCodeOf(error);
  }
};
