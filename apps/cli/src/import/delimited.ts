import { decodeText, FileRefused, type TextSource } from '@finaegis/bank/iso20022/text-source';

/** How a delimited file is laid out. */
export interface DelimitedLayout {
  readonly separator: 'comma' | 'semicolon' | 'tab';
  /** Whether the first line names the columns; otherwise `columns` must. */
  readonly hasHeader: boolean;
  /** Names of the columns in order, for a file without a header. */
  readonly columns?: readonly string[] | undefined;
  /** Whether cells may stand in double quotes (RFC 4180); true unless said otherwise, false for tabs. */
  readonly isQuoted?: boolean | undefined;
  /** 'utf-8' unless said otherwise. */
  readonly encoding?: string | undefined;
}

/** A line of a delimited file by the names of its columns, or why it cannot be read. `line` counts from 1. */
export type DelimitedRow =
  | { readonly line: number; readonly cells: ReadonlyMap<string, string> }
  | { readonly line: number; readonly reason: string };

/** Files up to this size are read; 1 GiB is some ten million lines. */
export const DELIMITED_SIZE_MAX = 1024 * 1024 * 1024;

const CELL_LENGTH_MAX = 65_536;
const CELLS_MAX = 1_000;
const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t' } as const;

/**
 * Reads a delimited file row by row, however it is cut into pieces, in constant memory. Line ends may be LF, CRLF or CR;
 * empty lines are skipped; a row whose cells do not fit its columns is handed out with the reason and reading goes on.
 * @throws FileRefused for bytes that are not in the encoding, for a file too large, and for a header that is missing
 */
export async function* readDelimited(
  source: TextSource,
  layout: DelimitedLayout,
): AsyncGenerator<DelimitedRow, void, undefined> {
  let columns = layout.hasHeader ? undefined : (layout.columns ?? []);
  for await (const raw of readRows(source, layout)) {
    if (columns === undefined) {
      columns = headerOf(raw);
      continue;
    }
    yield rowOf(raw, columns);
  }
  if (columns === undefined)
    throw new FileRefused('header_missing', 'The file is empty; its first line should name the columns.');
}

interface RawRow {
  readonly line: number;
  readonly cells: readonly string[];
  readonly reason?: string | undefined;
}

const headerOf = ({ line, cells, reason }: RawRow): readonly string[] => {
  const names = cells.map((name) => name.trim());
  const repeated = names.find((name, index) => name === '' || names.indexOf(name) !== index);
  if (reason !== undefined) throw new FileRefused('header_missing', reason, line);
  if (repeated !== undefined)
    throw new FileRefused('header_missing', `The header names a column "${repeated}" twice or not at all.`, line);
  return names;
};

const rowOf = ({ line, cells, reason }: RawRow, columns: readonly string[]): DelimitedRow => {
  if (reason !== undefined) return { line, reason };
  if (cells.length !== columns.length)
    return { line, reason: `has ${cells.length} cells instead of ${columns.length}` };
  return { line, cells: new Map(columns.map((column, index) => [column, cells[index] ?? ''])) };
};

async function* readRows(source: TextSource, layout: DelimitedLayout): AsyncGenerator<RawRow, void, undefined> {
  const scanner = new RowScanner(SEPARATORS[layout.separator], layout.isQuoted ?? layout.separator !== 'tab');
  for await (const text of decodeText(source, { encoding: layout.encoding ?? 'utf-8', sizeMax: DELIMITED_SIZE_MAX })) {
    yield* scanner.scan(text);
  }
  yield* scanner.end();
}

/** Finds rows in text that comes in pieces; a quoted cell, a CRLF and a doubled quote may be cut anywhere. */
class RowScanner {
  readonly #separator: string;
  readonly #isQuoted: boolean;
  #state: 'start' | 'plain' | 'quoted' | 'quote_seen' = 'start';
  #cell = '';
  #cells: string[] = [];
  #reason: string | undefined;
  #line = 1;
  #rowLine = 1;
  #isAfterCr = false;

  constructor(separator: string, isQuoted: boolean) {
    this.#separator = separator;
    this.#isQuoted = isQuoted;
  }

  *scan(text: string): Generator<RawRow, void, undefined> {
    for (let index = 0; index < text.length; index += 1) {
      const character = text.charAt(index);
      // The LF of a CRLF: its line end was already counted.
      if (this.#isAfterCr && character === '\n') {
        this.#isAfterCr = false;
        if (this.#state === 'quoted') this.#append(character);
        continue;
      }
      this.#isAfterCr = character === '\r';
      const isLineEnd = character === '\n' || character === '\r';
      if (isLineEnd) this.#line += 1;

      if (this.#state === 'quoted') this.#inQuotes(character);
      else if (isLineEnd) yield* this.#endRow();
      else this.#outsideQuotes(character);
    }
  }

  *end(): Generator<RawRow, void, undefined> {
    if (this.#state === 'quoted') this.#reason ??= 'has a quote that is never closed';
    yield* this.#endRow();
  }

  #inQuotes(character: string): void {
    if (character === '"') this.#state = 'quote_seen';
    else this.#append(character);
  }

  #outsideQuotes(character: string): void {
    if (character === this.#separator) {
      this.#endCell();
    } else if (this.#state === 'quote_seen' && character === '"') {
      this.#append('"');
      this.#state = 'quoted';
    } else if (this.#state === 'quote_seen') {
      this.#reason ??= 'has text behind a closing quote';
    } else if (this.#state === 'start' && character === '"' && this.#isQuoted) {
      this.#state = 'quoted';
    } else {
      this.#append(character);
      this.#state = 'plain';
    }
  }

  // A quote that is never closed would otherwise swallow the rest of the file into one cell.
  #append(character: string): void {
    if (this.#cell.length < CELL_LENGTH_MAX) this.#cell += character;
    else this.#reason ??= `has a cell of more than ${CELL_LENGTH_MAX} characters`;
  }

  #endCell(): void {
    if (this.#cells.length < CELLS_MAX) this.#cells.push(this.#cell);
    else this.#reason ??= `has more than ${CELLS_MAX} cells`;
    this.#cell = '';
    this.#state = 'start';
  }

  *#endRow(): Generator<RawRow, void, undefined> {
    const isEmpty = this.#cells.length === 0 && this.#cell === '' && this.#state === 'start';
    if (!isEmpty) {
      this.#endCell();
      yield { line: this.#rowLine, cells: this.#cells, reason: this.#reason };
    }
    this.#cells = [];
    this.#reason = undefined;
    this.#rowLine = this.#line;
  }
}
