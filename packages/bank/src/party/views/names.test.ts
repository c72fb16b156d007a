import { describe, expect, it } from 'vitest';
import { displayName, nameTexts, searchTexts, wordsOf } from './names.ts';

/** Whether a search finds a name: all its texts are among the name's. */
const finds = (search: string, ...names: readonly string[]): boolean => {
  const texts = new Set(nameTexts(names));
  return searchTexts(search)?.every((text) => texts.has(text)) ?? false;
};

describe('names are found', () => {
  it.each([
    ['Nováková', 'in full'],
    ['novakova', 'without accents and capitals'],
    ['NOVÁKOVÁ jana', 'in any order'],
    ['nov*', 'by their beginning'],
    ['jan* novak*', 'by several beginnings'],
    ['Jana Nov*', 'by a word and a beginning'],
    ['nova\u0301kova\u0301', 'however the accents are encoded'],
  ])('by %j: %s', (search) => {
    expect(finds(search, 'Jana', 'Nováková')).toBe(true);
  });

  it.each(['Novák', 'ovak*', 'jana malá', 'n*', 'novakovaaa*'])('but not by %j', (search) => {
    expect(finds(search, 'Jana', 'Nováková')).toBe(false);
  });

  it('word by word where they are written together, and in other scripts', () => {
    expect(finds('malá', 'Nováková-Malá')).toBe(true);
    expect(finds('nováková-malá', 'Nováková-Malá')).toBe(true);
    expect(finds('o’nei*', "O'Neil")).toBe(true);
    expect(finds('北京*', '北京银行')).toBe(true);
  });
});

describe('a search', () => {
  it.each(['*', '-', 'a*', '--- jana', 'abcdefghi*', '   '])('such as %j cannot be answered', (search) => {
    expect(searchTexts(search)).toBeUndefined();
  });

  it('takes beginnings of 2 to 8 letters, counted as people count them', () => {
    expect(searchTexts('ab*')).toEqual(['prefix:ab']);
    expect(searchTexts('abcdefgh*')).toEqual(['prefix:abcdefgh']);
    expect(searchTexts('𠮷野*')).toEqual(['prefix:𠮷野']);
  });
});

describe('a name in one line', () => {
  it('is given and family name, the family name alone, or the legal name', () => {
    expect(displayName({ given: 'Jana', family: 'Nováková' })).toBe('Jana Nováková');
    expect(displayName({ family: 'Sukarno' })).toBe('Sukarno');
    expect(displayName({ legal: 'Pekárna s.r.o.', trading: 'Pekárna' })).toBe('Pekárna s.r.o.');
  });
});

describe('words', () => {
  it('are letters and digits only', () => {
    expect(wordsOf(' 3M  Česko, s.r.o. ')).toEqual(['3m', 'cesko', 's', 'r', 'o']);
  });
});
