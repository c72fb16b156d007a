/** One event of a stream. */
export interface StreamEvent {
  /** The last id the stream has named, which later events keep. */
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/**
 * Reads Server-Sent Events (WHATWG HTML §9.2) from bytes as they come, cut anywhere. What the end of the stream leaves half said is dropped.
 * @param onLine called for every line, comments included: the other side is alive
 */
export async function* readEvents(
  bytes: ReadableStream<Uint8Array>,
  onLine: () => void,
): AsyncGenerator<StreamEvent, void, undefined> {
  let [id, event, data]: [string | undefined, string, string[]] = [undefined, '', []];
  for await (const line of linesOf(bytes)) {
    onLine();
    if (line === '') {
      if (data.length > 0) yield { id, event: event === '' ? 'message' : event, data: data.join('\n') };
      [event, data] = ['', []];
      continue;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
  }
}

async function* linesOf(bytes: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const reader = bytes.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      // A carriage return at the end may be half of a line's end.
      const lines = text.split(/\r\n|\n|\r(?!$)/);
      text = lines.pop() ?? '';
      yield* lines;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
