import { isWellFormed } from './text.ts';

/** Why a value has no canonical JSON. */
export type CanonicalJsonProblem =
  | 'number_not_finite'
  | 'text_not_well_formed'
  | 'value_not_json'
  | 'nested_too_deeply';

/** A value that has no canonical JSON was given to `canonicalJson`. */
export class CanonicalJsonError extends Error {
  override readonly name = 'CanonicalJsonError';
  readonly code: CanonicalJsonProblem;

  constructor(code: CanonicalJsonProblem, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The canonical JSON text of a value (RFC 8785, JSON Canonicalization Scheme): no white space, properties ordered by
 * UTF-16 code units, numbers and strings as ECMAScript writes them. Equal values give equal bytes, so it can be hashed.
 *
 * Beyond the RFC: a bigint is written as a JSON string of its decimal digits (money is never a JSON number), and a
 * property that is undefined is left out. Arrays may not hold undefined.
 *
 * @throws CanonicalJsonError for numbers that are not finite, lone surrogates, values that are not plain data
 * (Date, Map, functions …) and nesting beyond 256 levels, which a cycle also reaches.
 */
export const canonicalJson = (value: unknown): string => write(value, 0);

const DEPTH_MAX = 256;

const write = (value: unknown, depth: number): string => {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'object':
      if (value === null) return 'null';
      if (depth === DEPTH_MAX)
        throw new CanonicalJsonError(
          'nested_too_deeply',
          `The value is nested beyond ${DEPTH_MAX} levels, or holds itself.`,
        );
      return Array.isArray(value) ? writeArray(value, depth + 1) : writeObject(value, depth + 1);
    case 'bigint':
      return `"${value}"`;
    case 'number':
      if (!Number.isFinite(value)) throw new CanonicalJsonError('number_not_finite', `JSON has no number ${value}.`);
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    default:
      throw new CanonicalJsonError('value_not_json', `JSON has no ${typeof value}.`);
  }
};

const writeArray = (items: readonly unknown[], depth: number): string => {
  if (items.length === 0) return '[]';
  let text = `[${write(items[0], depth)}`;
  for (let i = 1; i < items.length; i += 1) text += `,${write(items[i], depth)}`;
  return `${text}]`;
};

const writeObject = (value: object, depth: number): string => {
  if (!isPlain(value))
    throw new CanonicalJsonError('value_not_json', 'Only plain objects and arrays have canonical JSON.');
  const properties = value as Readonly<Record<string, unknown>>;
  let text = '{';
  let separator = '';
  for (const key of sorted(Object.keys(properties))) {
    const property = properties[key];
    if (property === undefined) continue;
    text += `${separator}${label(key)}${write(property, depth)}`;
    separator = ',';
  }
  return `${text}}`;
};

const labelsMax = 2_000;
const labels = new Map<string, string>();

/** A key as it is written, with its colon. The same few keys come again and again; strange ones must not fill the memory. */
const label = (key: string): string => {
  const known = labels.get(key);
  if (known !== undefined) return known;
  const text = `${quote(key)}:`;
  if (labels.size < labelsMax) labels.set(key, text);
  return text;
};

// An insertion sort: the objects of events have a dozen keys, often written in order already, and there it is several
// times faster than Array.sort. `<` compares UTF-16 code units, which is the order the RFC asks for.
const sorted = (keys: string[]): string[] => {
  if (keys.length > 24) return keys.sort();
  for (let i = 1; i < keys.length; i += 1) {
    const key = keys[i] as string;
    let j = i - 1;
    while (j >= 0 && key < (keys[j] as string)) {
      keys[j + 1] = keys[j] as string;
      j -= 1;
    }
    keys[j + 1] = key;
  }
  return keys;
};

// A class instance (Date, Map, Uint8Array) would be written as {} or as its internals: silently another value.
// The last clause admits plain objects made in another realm, such as a browser frame.
const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
};

// Control characters, quote and backslash need an escape; any surrogate needs the check that it is half of a pair.
const NEEDS_CARE = /[\u0000-\u001f"\\\ud800-\udfff]/;

const quote = (text: string): string => {
  if (!NEEDS_CARE.test(text)) return `"${text}"`;
  if (!isWellFormed(text)) throw new CanonicalJsonError('text_not_well_formed', 'The text holds a lone surrogate.');
  return JSON.stringify(text);
};
