import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseJsonBody } from './json-body.ts';
import { firstRepeatedMember, firstWrongOffset } from './json-position.ts';
import { ProblemError } from './problem.ts';

const problemOf = (body: string | Buffer): ProblemError => {
  try {
    parseJsonBody(Buffer.from(body));
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
  throw new Error('was accepted');
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('where a text stops being JSON', () => {
  it.each([
    ['', 0],
    ['  ', 2],
    ['{"a":1', 6],
    ['{"a":1,}', 7],
    ['[1,]', 3],
    ['[1 2]', 3],
    ['{"a" 1}', 5],
    ['{a:1}', 1],
    ['"\n"', 0],
    ['[1}', 2],
    ['{]', 1],
    ['01', 1],
    ['1 1', 2],
    [']', 0],
    [' nulL', 1],
    ['["\\x"]', 1],
  ])('%j at %d', (text, offset) => {
    expect(firstWrongOffset(text)).toBe(offset);
  });

  it('agrees with JSON.parse about every text made of pieces of JSON', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"a"',
      '"',
      '\\',
      '1',
      '-',
      '0',
      '.5',
      'e9',
      'true',
      'null',
      ' ',
      '\n',
      '\u00a0',
      'x',
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.oneof(text, fc.json()), (json) => {
        expect(firstWrongOffset(json) === undefined).toBe(isJson(json));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a JSON body', () => {
  it('is read as it is', () => {
    expect(parseJsonBody(Buffer.from('{"a":["é😀","\\ud83d\\ude00"]}'))).toEqual({ a: ['é😀', '😀'] });
  });

  it('that is broken is refused with the place', () => {
    expect(problemOf('{"a":1,}')).toMatchObject({ code: 'malformed_json', extras: { facts: { position: 7 } } });
  });

  it('in Latin-1 is refused rather than stored with other letters', () => {
    expect(problemOf(Buffer.from('{"a":"é"}', 'latin1')).code).toBe('malformed_json');
  });

  it('nested a million levels deep is refused and overflows nothing', () => {
    expect(problemOf('['.repeat(1_000_000) + ']'.repeat(1_000_000)).code).toBe('malformed_json');
  });

  it('may be 32 levels deep, whatever brackets its texts hold', () => {
    const deep = (levels: number): string => '[{"a":'.repeat(levels / 2) + '"\\"[[["' + '}]'.repeat(levels / 2);
    expect(() => parseJsonBody(Buffer.from(deep(32)))).not.toThrow();
    expect(problemOf(deep(34)).code).toBe('malformed_json');
  });

  it.each([
    ['{"a":[{"b":"x\\u0000"}]}', '/body/a/0/b'],
    ['{"a/b~":"\\ud800"}', '/body/a~1b~0'],
    ['{"a":{"\\udc00":1}}', '/body/a'],
    ['"\\ud800\\ud800"', '/body'],
  ])('with a text that cannot be stored names the field: %s', (body, field) => {
    expect(problemOf(body)).toMatchObject({ code: 'text_not_storable', extras: { errors: [{ field }] } });
  });

  it.each([
    ['{"a":1,"a":1}', '/body/a'],
    ['{"amount":"1.00","asset":"EUR","\\u0061mount":"9.00"}', '/body/amount'],
    ['[{"a":{"a":1}},{"a":1,"b":[0,{"c/d":[],"c/d":null}]}]', '/body/1/b/1/c~1d'],
    ['{"":0,"":0}', '/body/'],
    ['{"a":[1,2],"b":":,{\\"","b":1}', '/body/b'],
  ])('with a member twice is refused, since which one counts would be a guess: %s', (body, field) => {
    expect(problemOf(body)).toMatchObject({
      code: 'validation_failed',
      extras: { errors: [{ field, code: 'repeated_field' }] },
    });
  });

  it('is refused for a repeated member only where one is', () => {
    const name = fc.constantFrom('a', 'b', ':', '"', '\\', 'é');
    const { tree } = fc.letrec<{ tree: string }>((tie) => {
      const text = name.map((its) => JSON.stringify(its));
      const member = fc.tuple(text, tie('tree')).map(([its, value]) => `${its} : ${value}`);
      return {
        tree: fc.oneof(
          { maxDepth: 4 },
          text,
          fc.array(member, { maxLength: 3 }).map((members) => `{${members.join(',')}}`),
          fc.array(tie('tree'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
        ),
      };
    });
    let refused = 0;
    fc.assert(
      fc.property(tree, (json) => {
        const isRepeated = firstRepeatedMember(json, '') !== undefined;
        refused += isRepeated ? 1 : 0;
        // The scanner that names the member, and the count that is taken of every body, know nothing of each other.
        if (isRepeated) expect(problemOf(json).code).toBe('validation_failed');
        else expect(() => parseJsonBody(Buffer.from(json))).not.toThrow();
      }),
      { numRuns: 2_000 },
    );
    expect(refused).toBeGreaterThan(50);
  });

  it.each(['{"__proto__":{"isAdmin":true}}', '{"a":{"\\u005f_proto__":1}}'])(
    'that would set a prototype is refused: %s',
    (body) => {
      expect(problemOf(body)).toMatchObject({
        code: 'validation_failed',
        extras: { errors: [{ code: 'unknown_field' }] },
      });
    },
  );
});
