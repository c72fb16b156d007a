import { invalidRequest } from './problem.ts';

/** Parameters of a request: text, or a list or object of more of them. */
export type Param = string | readonly Param[] | Params;
export interface Params {
  readonly [name: string]: Param | undefined;
}

/** Decodes what Stripe's libraries send: `metadata[order]=7`, `line_items[0][quantity]=1`, `expand[]=charge`. */
export const decodeForm = (text: string): Params => {
  const root: Branch = Object.create(null) as Branch;
  for (const [name, value] of new URLSearchParams(text)) {
    const [first = '', ...inner] = name.split('[').map((part) => part.replace(/\]$/, ''));
    let branch = root;
    let key = first;
    for (const next of inner) {
      const grown = branch[key];
      const below = typeof grown === 'object' ? grown : (Object.create(null) as Branch);
      branch[key] = below;
      branch = below;
      key = next === '' ? String(Object.keys(below).length) : next;
    }
    branch[key] = value;
  }
  return Object.fromEntries(Object.entries(root).map(([name, value]) => [name, ripen(value)]));
};

interface Branch {
  [name: string]: string | Branch;
}

// A branch whose names count from 0 is a list.
const ripen = (value: string | Branch): Param => {
  if (typeof value === 'string') return value;
  const entries = Object.entries(value);
  const isList = entries.every(([name], index) => name === String(index));
  return isList
    ? entries.map(([, below]) => ripen(below))
    : Object.fromEntries(entries.map(([name, below]) => [name, ripen(below)]));
};

/** Refuses a parameter the double has no use for, so that nobody believes it did something. */
export const refuseUnknown = (params: Params, known: readonly string[]): void => {
  for (const name of Object.keys(params))
    if (!known.includes(name))
      throw invalidRequest(`Received unknown parameter: ${name}`, { code: 'parameter_unknown', param: name });
};

/** A text; the empty one, which unsets a field, is null; undefined when not sent. */
export const readText = (params: Params, name: string): string | null | undefined => {
  const value = params[name];
  if (value === undefined || typeof value === 'string') return value === '' ? null : value;
  throw invalidRequest(`Invalid string: ${JSON.stringify(value)}`, { param: name });
};

/** A text that has to be there. */
export const requireText = (params: Params, name: string): string => {
  const value = readText(params, name);
  if (value === undefined || value === null) throw missing(name);
  return value;
};

/** One of a few words. */
export const readChoice = <T extends string>(params: Params, name: string, choices: readonly T[]): T | undefined => {
  const value = readText(params, name) ?? undefined;
  const choice = choices.find((each) => each === value);
  if (value !== undefined && choice === undefined)
    throw invalidRequest(`Invalid ${name}: must be one of ${choices.join(', ')}`, { param: name });
  return choice;
};

export const readFlag = (params: Params, name: string): boolean =>
  readChoice(params, name, ['true', 'false']) === 'true';

/** A whole number that is not negative. */
export const readInteger = (params: Params, name: string): number | undefined => {
  const value = readText(params, name) ?? undefined;
  if (value === undefined) return undefined;
  if (!/^\d{1,15}$/.test(value))
    throw invalidRequest(`Invalid integer: ${value}`, { code: 'parameter_invalid_integer', param: name });
  return Number(value);
};

const amountMax = 99_999_999;

/** An amount in minor units, within what Stripe takes. */
export const readAmount = (params: Params, name: string): number | undefined => {
  const amount = readInteger(params, name);
  if (amount === 0)
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: name,
    });
  if (amount !== undefined && amount > amountMax)
    throw invalidRequest('Amount must be no more than 999,999.99', { code: 'amount_too_large', param: name });
  return amount;
};

export const missing = (name: string) =>
  invalidRequest(`Missing required param: ${name}.`, { code: 'parameter_missing', param: name });

/** Parameters below one name; none when not sent. */
export const readParams = (params: Params, name: string): Params => {
  const value = params[name];
  if (value === undefined || value === '') return {};
  if (typeof value === 'string') throw invalidRequest('Invalid object', { param: name });
  return value as Params;
};

/** The texts of a list, such as `expand`. */
export const readTexts = (params: Params, name: string): readonly string[] | undefined => {
  const value = params[name];
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every((each): each is string => typeof each === 'string'))
    throw invalidRequest('Invalid array', { param: name });
  return value;
};

const metadataKeysMax = 50;

/** Metadata after this request: given keys replace, empty values remove. */
export const readMetadata = (params: Params, before: Readonly<Record<string, string>> = {}): Record<string, string> => {
  const given = Object.entries(readParams(params, 'metadata'));
  const after = new Map(Object.entries(before));
  for (const [key, value] of given) {
    if (typeof value !== 'string') throw invalidRequest('Invalid string', { param: `metadata[${key}]` });
    if (key.length > 40)
      throw invalidRequest('Metadata keys have at most 40 characters.', { param: `metadata[${key}]` });
    if (value.length > 500)
      throw invalidRequest('Metadata values have at most 500 characters.', { param: `metadata[${key}]` });
    if (value === '') after.delete(key);
    else after.set(key, value);
  }
  if (after.size > metadataKeysMax) throw invalidRequest('Metadata has at most 50 keys.', { param: 'metadata' });
  return Object.fromEntries(after);
};
