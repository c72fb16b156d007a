import { basename, dirname } from 'node:path/posix';

/** The headings of a context's README, in order. */
export const readmeHeadings = [
  'Purpose',
  'Words',
  'Streams',
  'Accepts',
  'Publishes',
  'Refuses',
  'Invariants',
  'Depends on',
] as const;

const doors = ['README.md', 'contract.ts', 'module.ts'] as const;
const rooms = new Set(['http', 'views', 'sagas', 'adapters']);
const drawers = new Set([
  'utils',
  'util',
  'helpers',
  'helper',
  'common',
  'services',
  'managers',
  'misc',
  'lib',
  'shared',
]);
const kebab = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const fileName = /^[a-z0-9]+(-[a-z0-9]+)*(\.(int\.test|test|table|config))?\.tsx?$/;

/** What is wrong with the rooms of one context, given the paths of all its files (from the root of the repository) and its README. */
export const roomProblems = (
  context: string,
  paths: readonly string[],
  readme: string | undefined,
): readonly string[] => {
  const home = `packages/bank/src/${context}`;
  const below = paths.filter((path) => path.startsWith(`${home}/`)).map((path) => path.slice(home.length + 1));
  const folders = [
    ...new Set(below.filter((path) => path.includes('/')).map((path) => path.slice(0, path.indexOf('/')))),
  ];
  return [
    ...doors.filter((door) => !below.includes(door)).map((door) => `${home} lacks ${door}`),
    ...folders
      .filter((folder) => !rooms.has(folder))
      .flatMap((aggregate) =>
        lackingForAggregate(aggregate, below).map(
          (lack) => `${home}/${aggregate} is no room of a context, and lacks ${lack} to be an aggregate`,
        ),
      ),
    ...below
      .filter((path) => path.startsWith('adapters/') && !below.includes('ports.ts'))
      .slice(0, 1)
      .map(() => `${home} has adapters and no ports.ts that they plug into`),
    ...(readme === undefined ? [] : headingProblems(home, readme)),
  ];
};

/** An aggregate's folder has its events and a file named after it; two aggregates of one idea (`rate-sheet`, `manual-rate`) may share a folder. */
const lackingForAggregate = (aggregate: string, below: readonly string[]): readonly string[] => {
  const names = below
    .filter((path) => path.startsWith(`${aggregate}/`))
    .map((path) => path.slice(aggregate.length + 1, -'.ts'.length));
  const isNamedAfterIt = names.some(
    (name) => name === aggregate || name.startsWith(`${aggregate}-`) || name.endsWith(`-${aggregate}`),
  );
  return [
    ...(names.includes('events') ? [] : [`${aggregate}/events.ts`]),
    ...(isNamedAfterIt ? [] : [`${aggregate}/${aggregate}.ts`]),
  ];
};

const headingProblems = (home: string, readme: string): readonly string[] => {
  const found = [...readme.matchAll(/^(?:## (.+?)\s*$|\*\*(.+?)\.?\*\*)/gm)].map(
    ([, heading, opening]) => heading ?? opening,
  );
  return found.join(' · ') === readmeHeadings.join(' · ')
    ? []
    : [
        `${home}/README.md has the headings ${found.join(' · ') || '(none)'}; a context has ${readmeHeadings.join(' · ')}`,
      ];
};

/** What is wrong with the names of a file and its folders. */
export const nameProblems = (path: string): readonly string[] => {
  const folders = dirname(path).split('/');
  return [
    ...folders
      .filter((folder) => drawers.has(folder))
      .map((folder) => `${path} lies in ${folder}/; name the folder after what is in it`),
    ...folders
      .filter((folder) => !kebab.test(folder))
      .map((folder) => `${path} lies in ${folder}/, which is not kebab-case`),
    ...(fileName.test(basename(path)) ? [] : [`${path} is not kebab-case, named after the thing`]),
    ...(/^index\.tsx?$/.test(basename(path)) ? [`${path} is a barrel; import from the file that has the thing`] : []),
  ];
};
