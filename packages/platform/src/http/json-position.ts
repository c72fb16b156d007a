/** One step of a JSON pointer (RFC 6901), cut where a client's own name is unreasonably long. */
export const pointerToken = (name: string): string => name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');

type Expectation = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'nothing';

// One token of RFC 8259: punctuation, a string, a number, a literal.
const tokenPattern =
  /[[\]{}:,]|"(?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null/y;
const spacePattern = /[ \t\n\r]*/y;

/**
 * Where a text stops being JSON (RFC 8259): the offset of the first token that cannot stand there, in UTF-16 code units,
 * the text's length when it ends too soon, or undefined when it is valid.
 * JSON.parse of Node 20 tells the offset of some errors only; this runs after it has refused, never before.
 */
export const firstWrongOffset = (json: string): number | undefined => {
  const open: ('[' | '{')[] = [];
  let expected: Expectation = 'value';
  let offset = skipSpace(json, 0);
  while (offset < json.length) {
    tokenPattern.lastIndex = offset;
    const token: string | undefined = tokenPattern.exec(json)?.[0];
    const next: Expectation | undefined = token === undefined ? undefined : afterToken(token, expected, open);
    if (token === undefined || next === undefined) return offset;
    expected = next;
    offset = skipSpace(json, offset + token.length);
  }
  return expected === 'nothing' ? undefined : json.length;
};

/**
 * Where an object has a member twice, as a JSON pointer below `root`, or undefined when none has. What such a text means is anybody's guess
 * (RFC 8259 §4), so it must not be one (RFC 7493 §2.3).
 * @param json valid JSON: JSON.parse has accepted it
 */
export const firstRepeatedMember = (json: string, root: string): string | undefined => {
  const open: { readonly names?: Set<string>; at: string | number }[] = [];
  let isName = false;
  for (let offset = skipSpace(json, 0); offset < json.length; ) {
    tokenPattern.lastIndex = offset;
    const token: string | undefined = tokenPattern.exec(json)?.[0];
    if (token === undefined) return undefined;
    const inner = open.at(-1);
    if (token === '{' || token === '[') open.push(token === '{' ? { names: new Set(), at: '' } : { at: 0 });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ',' && typeof inner?.at === 'number') inner.at += 1;
    else if (isName && inner?.names !== undefined) {
      inner.at = JSON.parse(token) as string;
      if (inner.names.has(inner.at)) return [root, ...open.map(({ at }) => pointerToken(String(at)))].join('/');
      inner.names.add(inner.at);
    }
    isName = token === '{' || (token === ',' && inner?.names !== undefined);
    offset = skipSpace(json, offset + token.length);
  }
  return undefined;
};

const skipSpace = (json: string, offset: number): number => {
  spacePattern.lastIndex = offset;
  spacePattern.exec(json);
  return spacePattern.lastIndex;
};

const afterValue = (open: readonly string[]): Expectation => (open.length === 0 ? 'nothing' : 'comma or end');

/** What may follow the token, or undefined when it may not stand here. Keeps `open` up to date. */
const afterToken = (token: string, expected: Expectation, open: ('[' | '{')[]): Expectation | undefined => {
  const mayBeValue = expected === 'value' || expected === 'value or end';
  switch (token) {
    case '[':
    case '{':
      if (!mayBeValue) return undefined;
      open.push(token);
      return token === '[' ? 'value or end' : 'key or end';
    case ']':
      if ((expected !== 'value or end' && expected !== 'comma or end') || open.pop() !== '[') return undefined;
      return afterValue(open);
    case '}':
      if ((expected !== 'key or end' && expected !== 'comma or end') || open.pop() !== '{') return undefined;
      return afterValue(open);
    case ':':
      return expected === 'colon' ? 'value' : undefined;
    case ',':
      if (expected !== 'comma or end') return undefined;
      return open.at(-1) === '[' ? 'value' : 'key';
    default:
      if (mayBeValue) return afterValue(open);
      return (expected === 'key' || expected === 'key or end') && token.startsWith('"') ? 'colon' : undefined;
  }
};
