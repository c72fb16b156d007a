import type { Command } from 'commander';

/** What is said of a command besides what it takes. */
export interface Explanation {
  /** Paragraphs of Markdown for the reference. */
  readonly details?: readonly string[];
  /** Lines as they are typed; shown by `--help` and in the reference. */
  readonly examples?: readonly string[];
}

const explanations = new WeakMap<Command, Explanation>();

/** Explains a command where it is declared, for its `--help` and for docs/reference/cli.md. */
export const explain = (command: Command, explanation: Explanation): Command => {
  explanations.set(command, explanation);
  const { examples = [] } = explanation;
  return examples.length === 0
    ? command
    : command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}`);
};

/** What was said of a command; empty where nothing was. */
export const explanationOf = (command: Command): Explanation => explanations.get(command) ?? {};
