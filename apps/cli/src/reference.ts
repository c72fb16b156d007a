import { commandLine } from './command-line.ts';
import { createOutput } from './output.ts';
import { referenceText } from './reference-text.ts';
import { exitCodes } from './session.ts';

// Prints the reference of this release's command line; committed as docs/reference/cli.md and compared by `npm run check`.
const cli = { environment: {}, streams: process, output: () => createOutput(false, process), exitCode: exitCodes.ok };
process.stdout.write(referenceText(commandLine(cli, process)));
