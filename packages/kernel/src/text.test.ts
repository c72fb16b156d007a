import { expect, test } from 'vitest';
import { isStorableText, isWellFormed } from './text.ts';

test('names in any script and emoji are storable', () => {
  for (const text of ['', 'Žofie Dvořáková', '日本', '😀', '\ud83d\ude00', '\uffff', '\n\t'])
    expect(isStorableText(text)).toBe(true);
});

test('U+0000 is not storable, since PostgreSQL refuses it', () => {
  expect(isStorableText('a\u0000b')).toBe(false);
});

test('a lone surrogate is not storable wherever it stands', () => {
  for (const text of ['\ud83d', '\ude00', 'a\ud83db', '\ude00\ud83d', '\ud83d\ud83d\ude00']) {
    expect(isStorableText(text)).toBe(false);
    expect(isWellFormed(text)).toBe(false);
  }
});
