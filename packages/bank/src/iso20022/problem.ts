import type { BicProblem } from '@finaegis/kernel/bic';
import type { CreditorReferenceProblem } from '@finaegis/kernel/creditor-reference';
import type { IbanProblem } from '@finaegis/kernel/iban';
import type { AmountProblem } from '@finaegis/kernel/money';
import { type FileRefusal, FileRefused } from './text-source.ts';

/** What can be wrong with a message or a field of it. */
export type MessageProblemCode =
  | FileRefusal
  | IbanProblem
  | BicProblem
  | CreditorReferenceProblem
  | AmountProblem
  | 'amount_not_positive'
  | 'amount_needs_quote'
  | 'currency_unknown'
  | 'field_missing'
  | 'date_malformed'
  | 'uetr_malformed'
  | 'code_unknown'
  | 'text_too_long'
  | 'text_not_writable'
  | 'count_differs'
  | 'control_sum_differs'
  | 'closing_balance_differs'
  | 'schema_violated';

/** One thing wrong with a message, for whoever sent it or has to repair it. */
export interface MessageProblem {
  readonly code: MessageProblemCode;
  /** Counts from 1; missing where a message is being written. */
  readonly line?: number;
  /** Elements from the outside in with their positions, such as 'PmtInf[2]/CdtTrfTxInf[17]/CdtrAcct/Id/IBAN'. */
  readonly path: string;
  /** The rest of a sentence that begins with the path, in words. */
  readonly reason: string;
}

/** What was read of a message, as far as it can be read, and everything wrong with it. */
export interface Read<Message> {
  /** Missing for a file that cannot be read to its end. */
  readonly message?: Message;
  readonly problems: readonly MessageProblem[];
}

/**
 * Reads to the end, and turns a file that cannot be read into its one problem: what was read before it proves nothing.
 * Any other error is passed on.
 */
export const readOrProblem = async <Message>(read: () => Promise<Read<Message>>): Promise<Read<Message>> => {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    // Only files are refused while a message is read, with the codes of files.
    return { problems: [problemOf(error as FileRefused)] };
  }
};

const problemOf = ({ code, line, path, reason }: FileRefused): MessageProblem =>
  line === undefined ? { code, path, reason } : { code, line, path, reason };

/** A message was to be written that its standard has no form for. */
export class MessageNotWritable extends Error {
  readonly problems: readonly MessageProblem[];

  constructor(problems: readonly MessageProblem[]) {
    super(`The message cannot be written: ${problems.map(({ path, code }) => `${path} ${code}`).join(', ')}.`);
    this.name = 'MessageNotWritable';
    this.problems = problems;
  }
}
