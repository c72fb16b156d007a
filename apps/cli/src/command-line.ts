import { Command } from 'commander';
import { addAuditCommands } from './commands/audit-commands.ts';
import { addImportCommands } from './commands/import-commands.ts';
import { addLogCommands } from './commands/log-commands.ts';
import { addRunCommands } from './commands/run-commands.ts';
import { addSagaCommands } from './commands/saga-commands.ts';
import { addTenantCommands } from './commands/tenant-commands.ts';
import { addViewCommands } from './commands/view-commands.ts';
import type { Streams } from './output.ts';
import type { Cli } from './session.ts';

/** Every command there is, with its arguments and options. */
export const commandLine = (cli: Cli, { stdout, stderr }: Streams): Command => {
  const program = new Command('finaegis')
    .description('Operates a FinAegis installation. The environment says which; see `finaegis config`.')
    .option('--json', 'one line of JSON on standard output, for machines; may stand anywhere on the line')
    .version('0.1.0')
    .exitOverride()
    .showHelpAfterError('See `finaegis --help`.')
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) });
  addRunCommands(program, cli);
  addTenantCommands(program, cli);
  addImportCommands(program, cli);
  addLogCommands(program, cli);
  addAuditCommands(program, cli);
  addSagaCommands(program, cli);
  addViewCommands(program, cli);
  return program;
};
