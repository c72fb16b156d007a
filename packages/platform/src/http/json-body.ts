import { isUtf8 } from 'node:buffer';

import { isStorableText } from '@finaegis/kernel/text';
import { firstRepeatedMember, firstWrongOffset, pointerToken } from './json-position.ts';
import { type FieldError, ProblemError, type ProblemExtras } from './problem.ts';

const depthMax = 32;

/**
 * Reads a request's JSON body.
 *
 * @throws ProblemError malformed_json (not UTF-8, not JSON, too deep), text_not_storable, or validation_failed for a member that is there twice
 * or named `__proto__`
 */
export const parseJsonBody = (bytes: Buffer): unknown => {
  // Decoding would replace wrong bytes silently, and the text stored would not be the text sent.
  if (!isUtf8(bytes)) throw malformed('The body is not UTF-8.');
  // Counted in the bytes: JSON.parse takes a third of a second over a million open brackets.
  const { depth, colons } = shapeOf(bytes, depthMax);
  if (depth > depthMax) throw malformed(`The body is nested deeper than ${depthMax} levels.`);
  const text = bytes.toString('utf8');
  const value = parse(text);
  // Without escapes the text of valid JSON in UTF-8 can hold neither U+0000 nor half a pair, nor a name in disguise.
  const hasEscapes = text.includes('\\u');
  if (hasEscapes || text.includes('__proto__')) inspect(value, hasEscapes);
  // Each member of the text has a colon; of two with one name JSON.parse has kept the last, silently.
  if (membersOf(value) !== colons)
    refuse('validation_failed', {
      field: firstRepeatedMember(text, '/body') ?? '/body',
      code: 'repeated_field',
      message: 'is there more than once',
    });
  return value;
};

const malformed = (detail: string, facts: ProblemExtras['facts'] = {}, cause?: unknown): ProblemError => {
  const errors = [{ field: '/body', code: 'malformed_json', message: 'must be JSON in UTF-8, not nested too deep' }];
  return new ProblemError('malformed_json', { detail, facts, errors }, { cause });
};

const membersOf = (value: unknown): number => {
  if (value === null || typeof value !== 'object') return 0;
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  let count = Array.isArray(value) ? 0 : parts.length;
  for (const part of parts) if (typeof part === 'object') count += membersOf(part);
  return count;
};

/** How deep the brackets go, counted only as far as one too many, and how many colons stand outside of texts. */
const shapeOf = (bytes: Buffer, depthMost: number): { readonly depth: number; readonly colons: number } => {
  const [quote, backslash, openArray, closeArray, openObject, closeObject] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];
  const colon = 0x3a;
  let colons = 0;
  let depth = 0;
  let deepest = 0;
  let isInText = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (isInText) {
      if (byte === backslash) index += 1;
      else if (byte === quote) isInText = false;
    } else if (byte === quote) isInText = true;
    else if (byte === openArray || byte === openObject) {
      depth += 1;
      if (depth > deepest) deepest = depth;
      if (depth > depthMost) break;
    } else if (byte === closeArray || byte === closeObject) depth -= 1;
    else if (byte === colon) colons += 1;
  }
  return { depth: deepest, colons };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const position = firstWrongOffset(text);
    if (position === undefined) throw malformed('The body is not JSON.', {}, cause);
    throw malformed(`The body stops being JSON at offset ${position}.`, { position }, cause);
  }
};

const inspect = (root: unknown, hasEscapes: boolean): void => {
  const visit = (value: unknown, path: string): void => {
    if (typeof value === 'string') {
      if (hasEscapes && !isStorableText(value))
        refuse('text_not_storable', {
          field: path,
          code: 'text_not_storable',
          message: 'must not contain U+0000 or lone surrogates',
        });
      return;
    }
    if (value === null || typeof value !== 'object') return;
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) visit(item, `${path}/${index}`);
      return;
    }
    for (const [name, item] of Object.entries(value)) {
      // JSON.parse makes an ordinary member of it, but whoever copies the object afterwards would set its prototype.
      if (name === '__proto__')
        refuse('validation_failed', {
          field: `${path}/__proto__`,
          code: 'unknown_field',
          message: 'is not a field of this request',
        });
      if (hasEscapes && !isStorableText(name))
        refuse('text_not_storable', {
          field: path,
          code: 'text_not_storable',
          message: 'has a member whose name cannot be stored',
        });
      visit(item, `${path}/${pointerToken(name)}`);
    }
  };
  visit(root, '/body');
};

/** Refuses texts that cannot be stored among parameters, where the percent-encoding can hide U+0000. */
export const refuseUnstorable = (
  values: Readonly<Record<string, unknown>>,
  root: '/params' | '/query' | '/body',
): void => {
  for (const [name, value] of Object.entries(values)) {
    const texts: readonly unknown[] = Array.isArray(value) ? [name, ...(value as readonly unknown[])] : [name, value];
    const isBad = texts.some((text) => typeof text === 'string' && !isStorableText(text));
    if (isBad)
      refuse('text_not_storable', {
        field: `${root}/${isStorableText(name) ? pointerToken(name) : ''}`,
        code: 'text_not_storable',
        message: 'must not contain U+0000 or lone surrogates',
      });
  }
};

const refuse = (code: string, error: FieldError): never => {
  throw new ProblemError(code, { errors: [error] });
};
