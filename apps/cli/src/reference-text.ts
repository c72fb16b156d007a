import type { Argument, Command, Option } from 'commander';
import { explanationOf } from './explanation.ts';
import { exitCodeMeanings, exitCodes } from './session.ts';

const introduction = `# The CLI

<!-- Written by \`npm run generate\` from the declarations in apps/cli/src/commands. -->

\`npm run build\` makes it; \`npm run finaegis -- COMMAND\` runs it. The environment says which installation is meant (\`DATABASE_URL\` or the embedded
database in \`FINAEGIS_DATA\`); \`finaegis config\` shows what it says. Every command but \`config\` and \`audit check\` opens the database, and brings it up
to this release. Commands about one tenant take \`--tenant\` with its id or name; it may be left out where there is only one.

Results go to standard output, everything else (notes, questions, progress bars, only on a terminal) to standard error. \`--json\`, anywhere on the
line, makes the result one line of JSON; an error is then \`{"error": "…"}\`. \`finaegis COMMAND --help\` says what is said here.`;

/** docs/reference/cli.md: every command with its arguments, options, defaults and examples, and what the exit codes mean. */
export const referenceText = (program: Command): string => {
  const names = Object.keys(exitCodes) as (keyof typeof exitCodes)[];
  const codes = table(
    ['code', 'meaning'],
    names.map((name) => [String(exitCodes[name]), exitCodeMeanings[name]]),
  );
  const commands = leavesOf(program);
  const overview = table(
    ['command', 'does'],
    commands.map((command) => [`[\`${nameOf(command)}\`](#${anchorOf(nameOf(command))})`, command.description()]),
  );
  const parts = [
    introduction,
    `## Exit codes\n\n${codes}`,
    `## Options of every command\n\n${table(['option', 'means', 'default'], program.options.map(optionRow))}`,
    `## Commands\n\n${overview}`,
    ...commandsOf(program).map(sectionOf),
  ];
  return `${parts.join('\n\n')}\n`;
};

/** Groups before their commands, in the order they were declared. */
const commandsOf = (command: Command): readonly Command[] =>
  command.commands.flatMap((child) => [child, ...commandsOf(child)]);

const isGroup = (command: Command): boolean => command.commands.length > 0;
const leavesOf = (program: Command): readonly Command[] => commandsOf(program).filter((command) => !isGroup(command));

/** `audit verify`, without the program's own name. */
const nameOf = (command: Command): string => {
  const { parent } = command;
  return parent === null || parent.parent === null ? command.name() : `${nameOf(parent)} ${command.name()}`;
};

const anchorOf = (heading: string): string => heading.toLowerCase().replaceAll(' ', '-');

const sectionOf = (command: Command): string => {
  const { details = [], examples = [] } = explanationOf(command);
  const title = `${nameOf(command).includes(' ') ? '###' : '##'} ${nameOf(command)}`;
  const parts = [title, sentence(command.description()), ...(isGroup(command) ? [] : [usageOf(command)])];
  if (command.registeredArguments.length > 0)
    parts.push(table(['argument', 'means', 'default'], command.registeredArguments.map(argumentRow)));
  if (command.options.length > 0) parts.push(table(['option', 'means', 'default'], command.options.map(optionRow)));
  parts.push(...details);
  if (examples.length > 0) parts.push(fenced(examples.join('\n')));
  return parts.join('\n\n');
};

const usageOf = (command: Command): string => {
  const needed = command.options.filter(({ mandatory }) => mandatory).map(({ flags }) => flags);
  const others = command.options.length > needed.length ? ['[options]'] : [];
  const args = command.registeredArguments.map(placeOf);
  return fenced(['finaegis', nameOf(command), ...args, ...needed, ...others].join(' '));
};

const placeOf = (argument: Argument): string => {
  const name = `${argument.name()}${argument.variadic ? '…' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
};

const argumentRow = (argument: Argument): readonly string[] => [
  `\`${placeOf(argument)}\``,
  argument.description,
  shown(argument.defaultValue),
];

const optionRow = ({ flags, description, mandatory, defaultValue, argChoices }: Option): readonly string[] => [
  `\`${flags}\``,
  [description, ...(argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`])].join('; '),
  mandatory ? 'required' : shown(defaultValue),
];

const shown = (value: unknown): string => {
  if (value === undefined) return '';
  const text = Array.isArray(value) ? value.join(',') : typeof value === 'string' ? value : JSON.stringify(value);
  return text === '' ? '' : `\`${text}\``;
};

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const fenced = (text: string): string => `\`\`\`sh\n${text}\n\`\`\``;

/** A Markdown table; a column nothing stands in is left out. */
const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string => {
  const kept = heads.map((_, index) => index).filter((index) => rows.some((row) => (row[index] ?? '') !== ''));
  const line = (cells: readonly string[]): string =>
    `| ${kept.map((index) => (cells[index] ?? '').replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), `|${'---|'.repeat(kept.length)}`, ...rows.map(line)].join('\n');
};
