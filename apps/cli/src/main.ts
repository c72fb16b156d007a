#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { addImportCommands } from './commands/import-commands.ts';
import { addLogCommands } from './commands/log-commands.ts';
import { addRunCommands } from './commands/run-commands.ts';
import { addTenantCommands } from './commands/tenant-commands.ts';
import { addViewCommands } from './commands/view-commands.ts';
import { createOutput, type Output } from './output.ts';
import { exitCodeOf, exitCodes } from './session.ts';

const program = new Command('finaegis')
  .description('Operates a FinAegis installation. The environment says which; see `finaegis config`.')
  .option('--json', 'one line of JSON on standard output, for machines')
  .version('0.1.0')
  .exitOverride()
  .showHelpAfterError();

const output = (): Output => createOutput(program.opts<{ json?: boolean }>().json === true);

addRunCommands(program, output);
addTenantCommands(program, output);
addImportCommands(program, output);
addLogCommands(program, output);
addViewCommands(program, output);

/** Options for machines may stand anywhere on the line: `finaegis tenant list --json`. */
const anywhere = (args: readonly string[]): string[] => (args.includes('--json') ? ['--json', ...args.filter((arg) => arg !== '--json')] : [...args]);

try {
  await program.parseAsync(anywhere(process.argv.slice(2)), { from: 'user' });
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  } else {
    const message = error instanceof Error ? error.message : String(error);
    if (program.opts<{ json?: boolean }>().json === true) process.stdout.write(`${JSON.stringify({ error: message })}\n`);
    else process.stderr.write(`${message}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
