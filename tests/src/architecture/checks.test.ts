import { describe, expect, test } from 'vitest';
import { declaredEvents, declaredRefusals, eventNameProblems } from './catalogue.ts';
import { nameProblems, readmeHeadings, roomProblems } from './rooms.ts';
import { countLines, longFunctions } from './sizes.ts';
import { parse } from './syntax.ts';
import { bannedWords, otherWordsIn } from './words.ts';

// A check that cannot fail is worse than none: here each tidy check sees what it is for.
const wordsIn = (path: string, text: string): readonly string[] => bannedWords(path, parse(text));

describe('sizes', () => {
  const body = '  work();\n'.repeat(70);

  test.each([
    ['a function', `function longOne() {\n${body}}\n`, 'longOne', 72],
    ['an arrow', `// höher\nexport const longOne = () => {\n${body}};\n`, 'longOne', 72],
    ['a method', `class A {\n  longOne() {\n${body}  }\n}\n`, 'longOne', 72],
    ['a function in an object', `const a = { longOne: () => {\n${body}} };\n`, 'longOne', 72],
  ])('%s of 72 lines is too long', (_kind, text, name, lines) => {
    expect(longFunctions(parse(text))).toEqual([{ name, lines }]);
  });

  test('a function of 70 lines may stand, and braces in a string are no function', () => {
    expect(longFunctions(parse(`const f = () => {\n${'  work();\n'.repeat(68)}};\n`))).toEqual([]);
    expect(longFunctions(parse(`const text = \`function f() {${'\n'.repeat(80)}}\`;\n`))).toEqual([]);
  });

  test('lines are counted as an editor does', () => {
    expect([countLines('a\nb\n'), countLines('a\nb'), countLines('a')]).toEqual([2, 2, 1]);
  });
});

describe('words', () => {
  const decider = 'packages/bank/src/ledger/hold/hold.ts';

  test.each([
    'const at = Date.now();',
    'const at = new Date();',
    'const at = performance.now();',
    'const r = Math.random();',
    'const id = crypto.randomUUID();',
    'const id = globalThis.crypto.randomUUID();',
    "import { randomUUID } from 'node:crypto';",
  ])('a decision does not take its time or chance from the machine: %s', (text) => {
    expect(wordsIn(decider, text)).toHaveLength(1);
    expect(wordsIn('packages/kernel/src/id.ts', text)).toHaveLength(1);
  });

  test('a date that is given is a fact, and an adapter, a test or the platform may look at the clock', () => {
    expect(wordsIn(decider, 'const at = new Date(facts.now);')).toEqual([]);
    expect(wordsIn(decider, 'const source = (randomBytes: () => Uint8Array) => randomBytes();')).toEqual([]);
    for (const path of [
      'packages/bank/src/asset/adapters/ecb.ts',
      'packages/bank/src/ledger/hold/hold.test.ts',
      'packages/platform/src/a.ts',
    ]) {
      expect(wordsIn(path, 'const at = Date.now();')).toEqual([]);
    }
  });

  test.each([
    'test.only("a", f);',
    'describe.skip("a", f);',
    'test.skipIf(x)("a", f);',
    'it.concurrent.only("a", f);',
    'test.todo("a");',
  ])('no test is left out: %s', (text) => {
    expect(wordsIn('packages/bank/src/a/a.test.ts', text).length).toBeGreaterThan(0);
  });

  test('any, and work left behind in a comment, are seen; the same words in a string are not', () => {
    expect(wordsIn('apps/cli/src/a.ts', 'const a = (b: any) => b;')).toHaveLength(1);
    expect(wordsIn('apps/cli/src/a.ts', '// TODO later\n')).toHaveLength(1);
    expect(wordsIn('apps/cli/src/a.ts', '/**\n * FIXME later\n */\n')).toHaveLength(1);
    expect(wordsIn('apps/cli/src/a.ts', 'const a = "any TODO, Date.now()";')).toEqual([]);
  });

  test("the ledger's own words are used, whoever else's method may be called", () => {
    expect(wordsIn(decider, 'const freezeAccount = 1;')).toHaveLength(1);
    expect(wordsIn(decider, 'type A = { readonly creditLimit: bigint };')).toHaveLength(1);
    expect(wordsIn(decider, 'const a = Object.freeze({ legacy: 1 });')).toEqual([]);
    expect(otherWordsIn('account_frozen')).toHaveLength(1);
    expect(otherWordsIn('account_blocked')).toEqual([]);
  });
});

describe('rooms', () => {
  const home = 'packages/bank/src/ledger';
  const complete = [
    'README.md',
    'contract.ts',
    'module.ts',
    'hold/events.ts',
    'hold/hold.ts',
    'views/holds.ts',
    'http/routes.ts',
  ].map((path) => `${home}/${path}`);
  const readme = readmeHeadings.map((heading) => `## ${heading}\n\nText.\n`).join('\n');

  test('a complete context has no problem', () => {
    expect(roomProblems('ledger', complete, readme)).toEqual([]);
  });

  test.each(complete.slice(0, 5))('a context needs %s', (missing) => {
    expect(
      roomProblems(
        'ledger',
        complete.filter((path) => path !== missing),
        readme,
      ),
    ).toHaveLength(1);
  });

  test('an invented room, adapters without ports and a README with other headings are found', () => {
    expect(roomProblems('ledger', [...complete, `${home}/controllers/holds.ts`], readme)).toHaveLength(2);
    expect(roomProblems('ledger', [...complete, `${home}/adapters/ecb.ts`], readme)).toHaveLength(1);
    expect(roomProblems('ledger', complete, readme.replace('## Refuses', '## Errors'))).toHaveLength(1);
  });

  test.each([
    'packages/bank/src/ledger/helpers/a.ts',
    'packages/platform/src/HttpServer.ts',
    'packages/kernel/src/index.ts',
    'apps/web/src/pageParts/a.ts',
    'packages/bank/src/a/a.service.ts',
  ])('a name that says nothing, or says it otherwise, is found: %s', (path) => {
    expect(nameProblems(path)).toHaveLength(1);
  });

  test.each([
    'packages/bank/src/ledger/hold/hold.int.test.ts',
    'packages/kernel/src/iso4217.table.ts',
    'packages/platform/src/services.ts',
  ])('%s is a good name', (path) => {
    expect(nameProblems(path)).toEqual([]);
  });
});

describe('events and refusals', () => {
  const source = parse(`
    export const a = defineEvent({ type: 'HoldPlaced', schemaVersion: 1, schema });
    const b = defineEvent({ type: 'JournalPosted' as const, schemaVersion: 1, schema });
    type R = { readonly code: 'hold_unknown' } | { readonly code: 'hold_closed' | 'hold_lost' };
    const f = () => reject({ code: 'hold_taken', holdId });
  `);

  test('declarations are found where they are written', () => {
    expect(declaredEvents(source)).toEqual(['HoldPlaced', 'JournalPosted']);
    expect(declaredRefusals(source)).toEqual(['hold_unknown', 'hold_closed', 'hold_lost', 'hold_taken']);
  });

  test.each([
    ['HoldPlaced', 0],
    ['ledger.HoldPlaced', 0],
    ['QuoteWithdrawn', 0],
    ['asset.HoldPlaced', 1],
    ['PlaceHold', 1],
    ['holdPlaced', 1],
    ['hold_placed', 1],
  ])('%s as the name of an event of the ledger has %i problems', (type, problems) => {
    expect(eventNameProblems(type, 'ledger')).toHaveLength(problems);
  });
});
