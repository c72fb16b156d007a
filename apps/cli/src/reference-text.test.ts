import { Command, Option } from 'commander';
import { expect, test } from 'vitest';
import { commandLine } from './command-line.ts';
import { explain } from './explanation.ts';
import { createOutput } from './output.ts';
import { referenceText } from './reference-text.ts';
import { exitCodes } from './session.ts';

const program = (): Command => {
  const made = new Command('bank').option('--json', 'for machines');
  const group = made.command('till').description('the tills');
  explain(group.command('open').argument('<name>', 'what it is called').argument('[notes...]', 'in the drawer'), {
    details: ['It rings.'],
    examples: ['bank till open front 10 20'],
  })
    .description('open a till')
    .requiredOption('--asset <code>', 'what is in it')
    .option('--limit <amount>', 'the most it holds', '100')
    .addOption(new Option('--side <side>', 'which way it opens | swings').choices(['left', 'right']));
  return made;
};

const real = (): Command => {
  const streams = { stdout: process.stdout, stderr: process.stderr };
  return commandLine(
    { environment: {}, streams, output: () => createOutput(false, streams), exitCode: exitCodes.ok },
    streams,
  );
};

test('a command is shown with its usage, arguments, options, defaults, details and examples', () => {
  const text = referenceText(program());
  expect(text.slice(text.indexOf('## till'))).toBe(`## till

The tills.

### till open

Open a till.

\`\`\`sh
finaegis till open <name> [notes…] --asset <code> [options]
\`\`\`

| argument | means |
|---|---|
| \`<name>\` | what it is called |
| \`[notes…]\` | in the drawer |

| option | means | default |
|---|---|---|
| \`--asset <code>\` | what is in it | required |
| \`--limit <amount>\` | the most it holds | \`100\` |
| \`--side <side>\` | which way it opens \\| swings; one of left, right |  |

It rings.

\`\`\`sh
bank till open front 10 20
\`\`\`
`);
});

test('an overview leads to every command, and every exit code is told', () => {
  const text = referenceText(program());
  expect(text).toContain('| [`till open`](#till-open) | open a till |');
  for (const code of Object.values(exitCodes)) expect(text).toContain(`\n| ${code} | `);
});

test('examples are shown by --help as well', () => {
  const open = program().commands[0]?.commands[0] as Command;
  let shown = '';
  open.configureOutput({ writeOut: (text) => (shown += text) }).outputHelp();
  expect(shown).toContain('Examples:\n  $ bank till open front 10 20');
});

test('of the commands there are, none is without a description, and neither is any argument or option', () => {
  const all = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(all)];
  const silent = all(real()).flatMap((command) => [
    ...(command.description() === '' ? [command.name()] : []),
    ...command.registeredArguments.filter(({ description }) => description === '').map((one) => one.name()),
    ...command.options.filter(({ description }) => description === '').map(({ flags }) => flags),
  ]);
  expect(silent).toEqual([]);
  expect(all(real()).length).toBeGreaterThan(20);
});

test('every example calls a command there is, with options it has', () => {
  const lines = [...referenceText(real()).matchAll(/^finaegis (?!.*[<[])(.+)$/gm)].map(([, line = '']) => line);
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines) {
    const words = line.split(' ');
    let command = real();
    for (let child: Command | undefined; ; command = child) {
      child = command.commands.find((one) => one.name() === words[0]);
      if (child === undefined) break;
      words.shift();
    }
    expect(command.commands, line).toEqual([]);
    const known = command.options.map(({ long }) => long);
    expect(
      words.filter((word) => word.startsWith('--') && !known.includes(word)),
      line,
    ).toEqual([]);
  }
});
