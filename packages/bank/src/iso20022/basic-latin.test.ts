import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { basicLatin } from './basic-latin.ts';

describe('the characters every bank accepts', () => {
  it.each([
    ['Jiří Dvořák & synové', 'Jiri Dvorak + synove'],
    ['Příliš žluťoučký kůň úpěl ďábelské ódy', 'Prilis zlutoucky kun upel dabelske ody'],
    ['Groß, Weiß GmbH', 'Gross, Weiss GmbH'],
    ['Łódź Ærø Þór', 'Lodz Aero Thor'],
    ['Ελλάδα', 'Ellada'],
    ['Йордан Щербаков', 'Yordan Shterbakov'],
    ['“quoted” – it’s', "'quoted' - it's"],
    ['a\r\nb\t c', 'a b c'],
    ['東京 😀', '.. .'],
    ['100 €', '100 EUR'],
  ])('%s becomes %s', (text, expected) => {
    expect(basicLatin(text)).toBe(expected);
  });

  it('nothing else ever comes out, and what is plain already is not touched again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const latin = basicLatin(text);
        expect(latin).toMatch(/^[a-zA-Z0-9/\-?:().,'+ ]*$/);
        expect(basicLatin(latin)).toBe(latin);
      }),
    );
  });
});
