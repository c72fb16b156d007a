/** Reads what a client sends to PostgreSQL (frontend messages of protocol 3.0), chunk by chunk. */
export interface CommitFinder {
  /**
   * The whole messages that have arrived with this chunk, and where among them the COMMIT of a batch of commands begins, if there is one.
   * It counts on connections that enter as `finaegis_write` and do not follow the log.
   */
  read(chunk: Buffer): { readonly messages: Buffer; readonly commitAt: number | undefined };
}

const commitText = /(^|;)\s*commit\s*;?\s*$/i;
const isCommitText = (text: string): boolean => commitText.test(text.slice(-40));

/** Finds COMMIT however it is sent: as text, alone or behind other statements, or as a statement prepared before. */
export const commitFinder = (): CommitFinder => {
  let rest: Buffer = Buffer.alloc(0);
  let isStarted = false;
  let isCommitter = false;
  const commits = new Set<string>();

  const isCommit = (type: string, body: Buffer): boolean => {
    if (type === 'Q') return isCommitText(textAt(body, 0));
    const first = textAt(body, 0);
    const second = textAt(body, Buffer.byteLength(first) + 1);
    if (type === 'P') {
      if (isCommitText(second)) commits.add(first);
      else commits.delete(first);
    }
    return type === 'B' && commits.has(second);
  };

  return {
    read: (chunk) => {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let at = 0;
      let commitAt: number | undefined;
      for (;;) {
        // The first message has no type: it says who enters.
        const typeLength = isStarted ? 1 : 0;
        if (bytes.length < at + typeLength + 4) break;
        const end = at + typeLength + bytes.readInt32BE(at + typeLength);
        if (bytes.length < end) break;
        const body = bytes.subarray(at + typeLength + 4, end);
        if (!isStarted) {
          isStarted = true;
          isCommitter = body.includes('finaegis_write') && !body.includes('follow');
        } else if (isCommitter && isCommit(String.fromCharCode(bytes[at] ?? 0), body)) commitAt ??= at;
        at = end;
      }
      rest = Buffer.from(bytes.subarray(at));
      return { messages: bytes.subarray(0, at), commitAt };
    },
  };
};

const textAt = (body: Buffer, from: number): string => {
  const end = body.indexOf(0, from);
  return body.toString('utf8', from, end === -1 ? body.length : end);
};

/** Whether PostgreSQL said in these bytes that it committed (CommandComplete with the tag COMMIT). */
export const isCommitted = (answer: Buffer): boolean => answer.includes('C\0\0\0\x0bCOMMIT\0', 0, 'latin1');
