import { SaxesParser, type SaxesTagNS } from 'saxes';
import { decodeText, type FileRefusal, FileRefused, type TextSource } from './text-source.ts';

/** An element of an XML document with what stands in it; text is trimmed, and runs of spaces in it are one space. */
export interface XmlNode {
  readonly name: string;
  readonly namespace: string;
  readonly line: number;
  readonly attributes: ReadonlyMap<string, string>;
  readonly text: string;
  readonly children: readonly XmlNode[];
}

/** An element that was asked for, and those around it, outermost first, with what has been read of them so far. */
export interface XmlItem {
  readonly node: XmlNode;
  readonly parents: readonly XmlNode[];
}

interface OpenNode extends XmlNode {
  text: string;
  readonly children: XmlNode[];
  readonly weightBefore: number;
  /** Names from the outside in, each after a slash. */
  readonly path: string;
}

const SIZE_MAX = 256 * 1024 * 1024;
const DEPTH_MAX = 64;
const WEIGHT_MAX = 256 * 1024;
const SILENCE_MAX = 1024 * 1024;
const PIECE_LENGTH = 65_536;
// A path is for reading: whoever nests or names without end does not get all of it back.
const PATH_NAMES_MAX = 12;
const NAME_SHOWN_MAX = 40;

/**
 * Reads an XML document from a stream and hands out the elements at the given paths as each of them ends, forgetting them
 * afterwards, so that a file of any length needs the memory of one item. Depth, size of an item and size of the file are
 * bounded; a document type is refused before anything in it counts, and no entity is expanded but the five of XML.
 * @param paths names from the outside in, such as 'CstmrCdtTrfInitn/PmtInf'; an element is an item when its path ends so
 * @param options `weightMax`: how much may be held at once, in characters of text and 50 for each element
 * @throws FileRefused with the line
 */
export async function* readXmlItems(
  source: TextSource,
  paths: readonly string[],
  { weightMax = WEIGHT_MAX }: { readonly weightMax?: number } = {},
): AsyncGenerator<XmlItem, void, undefined> {
  const builder = new ItemBuilder(paths, weightMax);
  const { encoding, pieces } = await withEncoding(source);
  for await (const text of decodeText(pieces, { encoding, sizeMax: SIZE_MAX })) {
    for (let at = 0; at < text.length; at += PIECE_LENGTH) yield* builder.write(text.slice(at, at + PIECE_LENGTH));
  }
  yield* builder.end();
}

/** The encoding by byte order mark, by the first two bytes, or as the XML declaration says; XML without any is UTF-8. */
const withEncoding = async (
  source: TextSource,
): Promise<{ readonly encoding: string; readonly pieces: TextSource }> => {
  const iterator = asyncIteratorOf(source);
  const first: (Uint8Array | string)[] = [];
  let head = '';
  while (head.length < 256) {
    const next = await iterator.next();
    if (next.done === true) break;
    first.push(next.value);
    if (typeof next.value === 'string') break;
    head += Buffer.from(next.value.subarray(0, 256)).toString('latin1');
  }
  const pieces = (async function* () {
    yield* first;
    yield* { [Symbol.asyncIterator]: () => iterator };
  })();
  return { encoding: encodingOf(head), pieces };
};

const asyncIteratorOf = (source: TextSource): AsyncIterator<Uint8Array | string> => {
  if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
  return (async function* () {
    yield* source;
  })();
};

const encodingOf = (head: string): string => {
  if (head.startsWith('\xFF\xFE') || head.startsWith('<\0')) return 'utf-16le';
  if (head.startsWith('\xFE\xFF') || head.startsWith('\0<')) return 'utf-16be';
  return /^(?:\xEF\xBB\xBF)?\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']+)["']/.exec(head)?.[1] ?? 'utf-8';
};

class ItemBuilder {
  readonly #paths: readonly string[];
  readonly #weightMax: number;
  readonly #parser = new SaxesParser({ xmlns: true, position: true });
  readonly #open: OpenNode[] = [];
  #ready: XmlItem[] = [];
  #weight = 0;
  #lastTagAt = 0;

  constructor(paths: readonly string[], weightMax: number) {
    this.#weightMax = weightMax;
    this.#paths = paths.map((path) => `/${path}`);
    this.#parser.on('doctype', () => {
      throw this.#refused('xml_has_doctype', 'The message has a document type, which ISO 20022 knows none of.');
    });
    this.#parser.on('opentag', (tag) => this.#start(tag));
    this.#parser.on('closetag', () => this.#finish());
    this.#parser.on('text', (text) => this.#append(text));
    this.#parser.on('cdata', (text) => this.#append(text));
    this.#parser.on('error', (error) => {
      throw this.#refused('xml_malformed', error.message.replace(/^\d+:\d+: /, ''));
    });
  }

  write(text: string): readonly XmlItem[] {
    this.#parser.write(text);
    // Text without a tag, or a tag without an end, is kept by the parser until it is complete.
    if (this.#parser.position - this.#lastTagAt > SILENCE_MAX)
      throw this.#refused('xml_element_too_large', 'A text is too long.');
    return this.#take();
  }

  end(): readonly XmlItem[] {
    this.#parser.close();
    return this.#take();
  }

  #take(): readonly XmlItem[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  #start(tag: SaxesTagNS): void {
    this.#lastTagAt = this.#parser.position;
    if (this.#open.length >= DEPTH_MAX)
      throw this.#refused('xml_too_deep', `Elements are nested more than ${DEPTH_MAX} deep.`);
    const attributes = new Map(Object.values(tag.attributes).map(({ local, value }) => [local, value]));
    this.#open.push({
      name: tag.local,
      namespace: tag.uri,
      line: this.#parser.line,
      attributes,
      text: '',
      children: [],
      weightBefore: this.#weight,
      path: `${this.#open.at(-1)?.path ?? ''}/${tag.local}`,
    });
    this.#weigh(50);
  }

  #append(text: string): void {
    const current = this.#open.at(-1);
    if (current === undefined || text.trim() === '') return;
    this.#weigh(text.length);
    current.text += text;
  }

  #finish(): void {
    this.#lastTagAt = this.#parser.position;
    const node = this.#open.pop();
    if (node === undefined) return;
    // String.trim knows the no-break spaces with which some banks indent.
    node.text = node.text.trim().replace(/\s+/g, ' ');
    if (this.#paths.some((wanted) => node.path.endsWith(wanted))) {
      this.#ready.push({ node, parents: [...this.#open] });
      this.#weight = node.weightBefore;
    } else {
      this.#open.at(-1)?.children.push(node);
    }
  }

  #weigh(weight: number): void {
    this.#weight += weight;
    if (this.#weight > this.#weightMax) throw this.#refused('xml_element_too_large', 'An element holds too much.');
  }

  #refused(code: FileRefusal, reason: string): FileRefused {
    const names = this.#open.slice(0, PATH_NAMES_MAX).map(({ name }) => name.slice(0, NAME_SHOWN_MAX));
    return new FileRefused(code, reason, this.#parser.line, names.join('/'));
  }
}
