import { TextDecoder } from 'node:util';

/** A file as it arrives: pieces of bytes, such as a read stream gives them, or of text. */
export type TextSource = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** Why a file cannot be read as text or as XML at all. */
export type FileRefusal =
  | 'encoding_not_known'
  | 'text_not_in_encoding'
  | 'file_too_large'
  | 'xml_malformed'
  | 'xml_has_doctype'
  | 'xml_too_deep'
  | 'xml_element_too_large'
  | 'message_not_expected';

/** A file cannot be read at all; nothing that was read of it before may be trusted to be everything. */
export class FileRefused<Code extends string = FileRefusal> extends Error {
  readonly code: Code;
  readonly reason: string;
  readonly line: number | undefined;
  readonly path: string;

  /** @param path the element that was being read, where there are elements */
  constructor(code: Code, reason: string, line?: number, path = '') {
    super(line === undefined ? reason : `Line ${line}: ${reason}`);
    this.name = 'FileRefused';
    this.code = code;
    this.reason = reason;
    this.line = line;
    this.path = path;
  }
}

/**
 * Decodes a file piece by piece, without its byte order mark, and refuses bytes that are none in its encoding: a name read
 * with the wrong table is worse than no name.
 * @param options `encoding` as browsers name them ('utf-8', 'windows-1250'); `sizeMax` in bytes
 * @throws FileRefused
 */
export async function* decodeText(
  source: TextSource,
  options: { readonly encoding: string; readonly sizeMax: number },
): AsyncGenerator<string, void, undefined> {
  const decoder = decoderOf(options.encoding);
  let size = 0;
  let isFirst = true;
  for await (const piece of source) {
    size += piece.length;
    if (size > options.sizeMax)
      throw new FileRefused('file_too_large', `The file has more than ${options.sizeMax} bytes.`);
    const text = typeof piece === 'string' ? piece : decode(decoder, options.encoding, piece);
    if (text === '') continue;
    yield isFirst ? text.replace(/^\uFEFF/, '') : text;
    isFirst = false;
  }
  const rest = decode(decoder, options.encoding);
  if (rest !== '') yield rest;
}

const decoderOf = (encoding: string): TextDecoder => {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (error) {
    if (error instanceof RangeError) throw new FileRefused('encoding_not_known', `There is no encoding "${encoding}".`);
    throw error;
  }
};

const decode = (decoder: TextDecoder, encoding: string, piece?: Uint8Array): string => {
  try {
    return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
  } catch (error) {
    if (error instanceof TypeError) throw new FileRefused('text_not_in_encoding', `The file is not ${encoding} text.`);
    throw error;
  }
};
