import { describe, expect, test } from 'vitest';
import { countDefinitions, declaredEvents, declaredRefusals, eventNameProblems } from './catalogue.ts';
import { longFilesAllowed, longFunctionsAllowed } from './ratchet.ts';
import { filesBelow, readText, sourceFiles } from './repository.ts';
import { nameProblems, roomProblems } from './rooms.ts';
import { countLines, fileLinesMax, longFunctions } from './sizes.ts';
import { parse } from './syntax.ts';
import { bannedWords, otherWordsIn } from './words.ts';

// The style of the house (STYLE.md) as far as a machine can see it. The checks themselves are tried in checks.test.ts.
const isTest = (path: string): boolean => path.endsWith('.test.ts');
const files = sourceFiles()
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readText(path);
    return { path, text, syntax: parse(text) };
  });
// What a program wrote is read by compilers; the program is what people read.
const isGenerated = (path: string): boolean => path.startsWith('packages/sdk/src/generated/');
const bankFiles = files.filter(({ path }) => path.startsWith('packages/bank/src/'));
const bankSources = bankFiles.filter(({ path }) => !isTest(path));
const contextOf = (path: string): string => path.split('/')[3] ?? '';

describe('sizes', () => {
  test(`no file is longer than ${fileLinesMax} lines`, () => {
    const long = files
      .filter(({ path }) => !isGenerated(path))
      .map(({ path, text }) => [path, countLines(text)] as const)
      .filter(
        ([path, lines]) => lines > (isTest(path) ? 2 * fileLinesMax : fileLinesMax) && !path.endsWith('.table.ts'),
      );
    expect(Object.fromEntries(long)).toEqual(longFilesAllowed);
  });

  test('no function is too long to be read at once', () => {
    const long = files
      .filter(({ path }) => !isTest(path))
      .flatMap(({ path, syntax }) =>
        longFunctions(syntax).map(({ name, lines }) => [`${path} ${name}`, lines] as const),
      );
    expect(Object.fromEntries(long)).toEqual(longFunctionsAllowed);
  });
});

describe('words', () => {
  test('no file says what has a better word', () => {
    expect(files.flatMap(({ path, syntax }) => bannedWords(path, syntax))).toEqual([]);
  });

  test('files and folders are named after what is in them', () => {
    expect(files.flatMap(({ path }) => nameProblems(path))).toEqual([]);
  });
});

describe('contexts', () => {
  const paths = filesBelow('packages/bank/src');
  // The message formats that contexts share are none themselves: they have no streams, no doors and no rooms.
  const formats = new Set(['iso20022']);
  const contexts = [...new Set(paths.filter((path) => path.split('/').length > 4).map(contextOf))].filter(
    (context) => !formats.has(context),
  );

  test('every context has its doors, its README and no room of its own invention', () => {
    const problems = contexts.flatMap((context) => {
      const readme = `packages/bank/src/${context}/README.md`;
      return roomProblems(context, paths, paths.includes(readme) ? readText(readme) : undefined);
    });
    expect(problems).toEqual([]);
  });

  test('the bank is made of contexts and nothing lies beside them', () => {
    expect(paths.filter((path) => path.split('/').length <= 4)).toEqual([]);
  });
});

describe('events and refusals', () => {
  const events = bankSources.flatMap(({ path, syntax }) => declaredEvents(syntax).map((type) => ({ type, path })));
  const codes = [...new Set(bankSources.flatMap(({ syntax }) => declaredRefusals(syntax)))];

  test('every event is declared with a literal type, which is its name for ever', () => {
    const unnamed = bankSources.filter(({ syntax }) => countDefinitions(syntax) !== declaredEvents(syntax).length);
    expect(unnamed.map(({ path }) => path)).toEqual([]);
  });

  test('no two events of the bank share a name', () => {
    const repeated = events.filter(({ type }, index) => events.findIndex((each) => each.type === type) !== index);
    expect(repeated).toEqual([]);
  });

  test('events say what has happened, refusals state a fact, both in the words of the ledger', () => {
    const problems = [
      ...events.flatMap(({ type, path }) => eventNameProblems(type, contextOf(path))),
      ...codes.filter((code) => !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(code)).map((code) => `${code} is not snake_case`),
      ...[...events.map(({ type }) => type), ...codes].flatMap(otherWordsIn),
    ];
    expect(problems).toEqual([]);
  });
});
