import { readFile } from 'node:fs/promises';
import { memoryPages, validateXML } from 'xmllint-wasm';
import { isMessageName, type MessageName, messageOfNamespace } from './message.ts';
import type { MessageProblem } from './problem.ts';

/** Why a document was refused before a parser saw it. */
export type XmlRefusal = 'xml_too_large' | 'xml_has_doctype' | 'xml_not_utf8';

/** What a schema says about a document; `line` counts from 1 and is missing where the validator named none. */
export interface XsdResult {
  readonly isValid: boolean;
  readonly refusal?: XmlRefusal;
  readonly problems: readonly { readonly line?: number; readonly message: string }[];
}

/** Documents up to this size are validated; a statement of 20,000 entries has about 20 MB. */
export const XML_SIZE_MAX = 32 * 1024 * 1024;

// The declaration and the root element are where a document begins; nothing further in decides what it is.
const HEAD_LENGTH = 4_096;

/**
 * Whether a document may be given to a parser: not too large, UTF-8, and without a document type, which ISO 20022 never
 * has and through which a parser can be made to read files or to expand a few bytes into gigabytes.
 */
export const xmlRefusal = (xml: Uint8Array, sizeMax: number = XML_SIZE_MAX): XmlRefusal | undefined => {
  if (xml.byteLength > sizeMax) return 'xml_too_large';
  if (!isUtf8(xml)) return 'xml_not_utf8';
  // Looked at as bytes: the text of a large file is as large again.
  const bytes = Buffer.from(xml.buffer, xml.byteOffset, xml.byteLength);
  // In another encoding the bytes of a document type would not look like one to this check, but would to the parser.
  const declared = /^\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']/.exec(
    bytes.toString('latin1', 0, HEAD_LENGTH).replace(/^\xEF\xBB\xBF/, ''),
  )?.[1];
  if (declared !== undefined && !/^(?:utf-8|us-ascii)$/i.test(declared)) return 'xml_not_utf8';
  if (bytes.includes(0)) return 'xml_not_utf8';
  return hasDoctype(bytes) ? 'xml_has_doctype' : undefined;
};

const PIECE_LENGTH = 65_536;

const isUtf8 = (xml: Uint8Array): boolean => {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for (let at = 0; at < xml.byteLength; at += PIECE_LENGTH)
      decoder.decode(xml.subarray(at, at + PIECE_LENGTH), { stream: true });
    decoder.decode();
    return true;
  } catch {
    return false;
  }
};

const hasDoctype = (bytes: Buffer): boolean => {
  for (let at = bytes.indexOf('<!'); at !== -1; at = bytes.indexOf('<!', at + 2))
    if (/^<!(?:doctype|entity)/i.test(bytes.toString('latin1', at, at + 9))) return true;
  return false;
};

// A larger document is read through once, since its tree takes ten times its size; of a smaller one the tree tells more.
const TREE_SIZE_MAX = 8 * 1024 * 1024;

const schemas = new Map<MessageName, Promise<string>>();

const schemaText = (name: MessageName): Promise<string> => {
  const known = schemas.get(name);
  if (known !== undefined) return known;
  const text = readFile(new URL(`../../schemas/${name}.xsd`, import.meta.url), 'utf8');
  schemas.set(name, text);
  return text;
};

/**
 * Validates a document against a published schema, in a worker thread whose memory is bounded and which can neither
 * open files nor reach the network.
 * @param xml text, or UTF-8 bytes as they were received
 */
export const validateXml = async (
  xml: string | Uint8Array,
  schema: MessageName,
  sizeMax: number = XML_SIZE_MAX,
): Promise<XsdResult> => {
  const bytes = typeof xml === 'string' ? new TextEncoder().encode(xml) : xml;
  const refusal = xmlRefusal(bytes, sizeMax);
  if (refusal !== undefined) return { isValid: false, refusal, problems: [{ message: refusal }] };
  const { valid, errors } = await validateXML({
    xml: { fileName: 'document.xml', contents: bytes },
    schema: { fileName: 'schema.xsd', contents: await schemaText(schema) },
    maxMemoryPages: 512 * memoryPages.MiB,
    modifyArguments: (args) => ['--nonet', ...(bytes.byteLength > TREE_SIZE_MAX ? ['--stream'] : []), ...args],
  });
  // A parser error is followed by the offending line and a caret, which the validator takes for errors without a place.
  const problems = errors.flatMap(({ message, loc }) => (loc === null ? [] : [{ line: loc.lineNumber, message }]));
  if (!valid && problems.length === 0)
    return { isValid: false, problems: [{ message: errors[0]?.message ?? 'not valid' }] };
  return { isValid: valid, problems: problems.slice(0, PROBLEMS_MAX) };
};

// A document of another schema has a problem in every element; nobody reads them all.
const PROBLEMS_MAX = 100;

/**
 * What the published schema of a message says against a document that came in, by the schema its namespace names. Readers
 * are more patient than schemas: who has an agreement with the sender about the form of its messages asks here first.
 * @param xml UTF-8 bytes as they were received, of a document that is not wrapped in another
 */
export const checkSchema = async (
  xml: Uint8Array,
  sizeMax: number = XML_SIZE_MAX,
): Promise<readonly MessageProblem[]> => {
  const message = messageIn(xml);
  const { isValid, refusal, problems } =
    message === undefined
      ? { isValid: false, refusal: xmlRefusal(xml, sizeMax), problems: [] }
      : await validateXml(xml, message, sizeMax);
  if (isValid) return [];
  if (refusal !== undefined) return [{ code: refusalCodes[refusal], path: '', reason: refusal }];
  if (message === undefined) {
    const reason = 'The document has no namespace of a message that is read here.';
    return [{ code: 'message_not_expected', path: 'Document', reason }];
  }
  return problems.map(({ line, message: reason }) => ({
    code: 'schema_violated',
    path: '',
    reason,
    ...(line === undefined ? {} : { line }),
  }));
};

const refusalCodes = {
  xml_too_large: 'file_too_large',
  xml_has_doctype: 'xml_has_doctype',
  xml_not_utf8: 'text_not_in_encoding',
} as const satisfies Record<XmlRefusal, MessageProblem['code']>;

const messageIn = (xml: Uint8Array): MessageName | undefined => {
  const head = Buffer.from(xml.subarray(0, HEAD_LENGTH)).toString('utf8');
  const root = /<(?:[\w.-]+:)?Document\s[^>]*>/.exec(head)?.[0] ?? '';
  const namespaces = Array.from(root.matchAll(/\sxmlns(?::[\w.-]+)?\s*=\s*["']([^"']*)["']/g), ([, uri]) => uri ?? '');
  return namespaces.map(messageOfNamespace).find(isMessageName);
};
