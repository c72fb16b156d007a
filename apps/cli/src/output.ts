import cliProgress from 'cli-progress';

/** Where results and the way there are shown. */
export interface Output {
  readonly isJson: boolean;
  /** The result: one line of JSON for machines, the text for people. */
  result(value: unknown, text: string): void;
  /** A sentence about the way, for people only. */
  note(text: string): void;
  /** A bar on standard error where somebody is watching it; nothing otherwise. */
  progress(title: string, total?: number): Progress;
}

/** A long work's way. */
export interface Progress {
  set(done: number, total?: number): void;
  increase(): void;
  stop(): void;
}

const json = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item));

/** Where a process writes, and where it hears somebody answer. */
export interface Streams {
  /** Nobody can be asked where it is absent or no terminal. */
  readonly stdin?: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** The output of a call: results on standard output, everything else on standard error. */
export const createOutput = (isJson: boolean, { stdout, stderr }: Streams): Output => ({
  isJson,
  result: (value, text) => {
    stdout.write(`${isJson ? json(value) : text}\n`);
  },
  note: (text) => {
    if (!isJson) stderr.write(`${text}\n`);
  },
  progress: (title, total = 0) => {
    if (!(stderr.isTTY ?? false)) return { set: () => undefined, increase: () => undefined, stop: () => undefined };
    const bar = new cliProgress.SingleBar({
      stream: stderr,
      format: `${title} {bar} {value}/{total} {eta_formatted}`,
      hideCursor: true,
      clearOnComplete: true,
    });
    bar.start(total, 0);
    return {
      set: (done, of) => {
        if (of !== undefined) bar.setTotal(of);
        bar.update(done);
      },
      increase: () => {
        bar.increment();
        if (bar.getTotal() < bar.getProgress()) bar.setTotal(bar.getProgress());
      },
      stop: () => bar.stop(),
    };
  },
});

/** Rows as columns of a fixed width, for people. */
export const columns = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
