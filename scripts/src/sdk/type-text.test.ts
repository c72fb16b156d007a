import { describe, expect, test } from 'vitest';
import { comment, declaration, importOf, typeName, typeText } from './type-text.ts';

describe('a schema as a type', () => {
  test.each([
    [{ type: 'string' }, 'string'],
    [{ type: 'integer' }, 'number'],
    [{ $ref: '#/components/schemas/Amount' }, 'Amount'],
    [{ $ref: '#/components/schemas/__schema0' }, 'AnyJson0'],
    [{ enum: ['a', "it's", 1] }, `'a' | "it's" | 1`],
    [{ type: 'string', const: 'person' }, `'person'`],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }, { type: 'string' }] }, 'string | null'],
    [{ type: 'array', items: { type: 'string' } }, 'readonly string[]'],
    [{ type: 'array', items: { enum: ['a', 'b'] } }, `readonly ('a' | 'b')[]`],
    [{ type: 'array', items: { type: 'array', items: { type: 'string' } } }, 'readonly (readonly string[])[]'],
    [{ type: 'object', additionalProperties: { type: 'string' } }, '{ readonly [name: string]: string }'],
    [{ type: 'object', additionalProperties: false }, 'Readonly<Record<string, never>>'],
    [{ description: 'Anything.' }, 'unknown'],
  ])('%j', (schema, type) => {
    expect(typeText(schema)).toBe(type);
  });

  test('says of every member whether it may be absent', () => {
    const schema = {
      type: 'object',
      required: ['id'],
      properties: { id: { type: 'string' }, 'a-b': { type: 'boolean', description: 'Whether */ so.' } },
    };
    expect(declaration('Thing', schema)).toBe(
      'export interface Thing {\n  readonly id: string;\n  /** Whether *\\/ so. */\n  readonly "a-b"?: boolean | undefined;\n}\n',
    );
  });

  test('of a kind nobody has thought of stops the generator', () => {
    expect(() => typeText({ type: 'tuple' })).toThrow('There is no type');
    expect(() => typeText({ allOf: [{ type: 'string' }] })).toThrow('There is no type');
  });
});

test('only what a text uses is imported, and not what it only mentions in words of another', () => {
  expect(importOf(['Amount', 'Transfer', 'Signed'], `a: Amount; b: SignedAmount; c: 'Transfer'`, './s.ts')).toBe(
    "import type {\n  Amount,\n} from './s.ts';\n",
  );
});

test('comments of several lines, and none', () => {
  expect(comment('a\n\nb', '  ')).toBe('  /**\n   * a\n   *\n   * b\n   */\n');
  expect(comment(undefined)).toBe('');
  expect(typeName('Account')).toBe('Account');
});
