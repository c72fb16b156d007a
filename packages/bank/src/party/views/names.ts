import type { PartyDetails } from '../party/details.ts';

/** Shortest and longest beginning of a word that can be searched for; longer ones would only grow the index. */
export const prefixLength = { min: 2, max: 8 } as const;

/** One word of a search: a whole word, or with a star the beginning of one. */
const searchWord = /^(\S+?)(\*?)$/;

/** Words as they are compared: no accents, no case, letters and digits only. `Nováková-Malá` is two words. */
export const wordsOf = (text: string): readonly string[] =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

const wordText = (word: string): string => `word:${word}`;
const prefixText = (prefix: string): string => `prefix:${prefix}`;

/** What is put through the blind index for the words of a name. */
export const nameTexts = (names: readonly string[]): readonly string[] => {
  const texts = new Set<string>();
  for (const word of names.flatMap(wordsOf)) {
    texts.add(wordText(word));
    const letters = Array.from(word);
    for (let length = prefixLength.min; length <= Math.min(prefixLength.max, letters.length); length++)
      texts.add(prefixText(letters.slice(0, length).join('')));
  }
  return [...texts];
};

/** What is put through the blind index for an external reference: exact, so nothing of it is changed. */
export const referenceText = (externalReference: string): string => `reference:${externalReference}`;

/**
 * Reads a search such as `jana nov*`: every word must be found in the name, those with a star as the beginning of a word.
 * Undefined when a word cannot be searched for: nothing but signs, or a beginning that is too short or too long.
 */
export const searchTexts = (search: string): readonly string[] | undefined => {
  const texts = new Set<string>();
  for (const part of search.trim().split(/\s+/)) {
    const [, written = '', star] = searchWord.exec(part) ?? [];
    const words = [...wordsOf(written)];
    const prefix = star === '*' ? words.pop() : undefined;
    if (prefix === undefined ? words.length === 0 || star === '*' : !isSearchable(prefix)) return undefined;
    for (const word of words) texts.add(wordText(word));
    if (prefix !== undefined) texts.add(prefixText(prefix));
  }
  return [...texts];
};

const isSearchable = (prefix: string): boolean => {
  const { length } = Array.from(prefix);
  return length >= prefixLength.min && length <= prefixLength.max;
};

/** A name in one line, as it is shown. */
export const displayName = (name: PartyDetails['name']): string =>
  'legal' in name ? name.legal : [name.given, name.family].filter((part) => part !== undefined).join(' ');
