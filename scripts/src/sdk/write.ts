import type { OpenApi } from './document.ts';
import { type Operation, type Part, schemaNames } from './operations.ts';
import { comment, declaration, importOf, typeName } from './type-text.ts';

/** What stands at the top of every generated file. */
export const head =
  '// Written by `npm run generate` from docs/reference/openapi.json; what is changed here is lost.\n';

/** The components of the document as types. */
export const schemasText = (api: OpenApi): string =>
  [
    head,
    ...Object.entries(api.components.schemas)
      .filter(([name]) => name !== 'Problem')
      .map(([name, schema]) => declaration(typeName(name), schema)),
  ].join('\n');

/** Named types for what operations take and answer, and the map of all operations. */
export const operationsText = (api: OpenApi, operations: readonly Operation[]): string => {
  const declared = operations.flatMap(({ query, body, answer }) => [query, body, answer].filter(isDeclared));
  const clash = declared.find(({ type }) => schemaNames(api).includes(type));
  if (clash !== undefined) throw new Error(`${clash.type} is a component and would be an operation's, too.`);
  const types = declared.map(({ type, declared: schema }) => declaration(type, schema));
  const common = commonProblems(operations.filter(({ written }) => written['x-permission'] !== undefined));
  const command = commonProblems(operations.filter(({ takesKey }) => takesKey)).filter(
    (code) => !common.includes(code),
  );
  const sets = { CommonProblem: common, CommandProblem: command };
  const members = operations.map((operation) => {
    const { params, query, body, answer, problems } = operation;
    const whole = Object.entries(sets).filter(([, codes]) => codes.every((code) => problems.includes(code)));
    const own = problems.filter((code) => !whole.some(([, codes]) => codes.includes(code)));
    return `  readonly ${operation.id}: {
    readonly params: ${params.length === 0 ? 'Nothing' : `{ ${params.map(({ name, type }) => `readonly ${name}: ${type}`).join('; ')} }`};
    readonly query: ${query?.type ?? 'Nothing'};
    readonly body: ${body?.type ?? 'undefined'};
    readonly answer: ${answer.type};
    readonly problems: ${[...whole.map(([name]) => name), ...own.map((code) => `'${code}'`)].join(' | ')};
  };\n`;
  });
  const text = `${types.join('\n')}
/** No parameters. */
type Nothing = Readonly<Record<never, never>>;

/** What every request may be refused with. */
export type CommonProblem =${common.map((code) => `\n  | '${code}'`).join('')};

/** What every command may be refused with besides. */
export type CommandProblem =${command.map((code) => `\n  | '${code}'`).join('')};

/** What every operation takes and answers, by its id in the OpenAPI document. */
export interface Operations {\n${members.join('')}}
`;
  return `${head}${importOf(['FileBody'], text, '../file-body.ts')}${importOf(schemaNames(api), text, './schemas.ts')}\n${text}`;
};

const isDeclared = (part: Part | undefined): part is Required<Part> => part?.declared !== undefined;

const commonProblems = (operations: readonly Operation[]): readonly string[] =>
  (operations[0]?.problems ?? []).filter((code) => operations.every(({ problems }) => problems.includes(code)));

/** The methods of the client, by group. */
export const groupsText = (api: OpenApi, operations: readonly Operation[]): string => {
  const everywhere = new Set(commonProblems(operations.filter(({ takesKey }) => takesKey)));
  const groups = [...new Set(operations.map(({ group }) => group))].map((group) => {
    const its = operations.filter((operation) => operation.group === group);
    return `  readonly ${group}: {\n${its.map((each) => methodText(each, everywhere)).join('')}  };\n`;
  });
  const text = `/** Every operation, as \`client.<group>.<method>\`. */\nexport interface Groups {\n${groups.join('')}}\n`;
  const declared = operations.flatMap(({ query, body, answer }) => [query, body, answer].filter(isDeclared));
  const imports = [
    importOf(['FileBody'], text, '../file-body.ts'),
    importOf(['Listing'], text, '../listing.ts'),
    importOf(['CommandOptions', 'RequestOptions'], text, '../options.ts'),
    importOf(
      declared.map(({ type }) => type),
      text,
      './operations.ts',
    ),
    importOf(schemaNames(api), text, './schemas.ts'),
  ];
  return `${head}${imports.join('')}\n${text}`;
};

const methodText = (operation: Operation, everywhere: ReadonlySet<string>): string => {
  const { written, params, body, query, answer, isPaged, problems } = operation;
  const isCommand = operation.takesKey || operation.takesDryRun;
  const required = [
    ...params.map(({ name, type }) => `${name}: ${type}`),
    ...(body === undefined ? [] : [`body${body.isOptional ? '?' : ''}: ${body.type}`]),
    ...(query === undefined ? [] : [`query${query.isOptional ? '?' : ''}: ${query.type}`]),
    `options?: ${isCommand ? 'CommandOptions' : 'RequestOptions'}`,
  ];
  const own = problems.filter((code) => !everywhere.has(code));
  const doc = [
    `${written.summary}.`,
    ...(written.description === undefined ? [] : ['', written.description]),
    '',
    `\`${operation.verb} ${operation.path}\`${written['x-permission'] === undefined ? '' : `, needs \`${written['x-permission']}\``}`,
    ...(own.length === 0 || !isCommand ? [] : [`@throws FinAegisProblem ${own.join(', ')}`]),
  ];
  const gives = isPaged ? `Listing<${answer.type}['items'][number], ${answer.type}>` : `Promise<${answer.type}>`;
  return `${comment(doc.join('\n'), '    ')}    ${operation.method}(${required.join(', ')}): ${gives};\n`;
};

/** What the client must know while it runs: where each operation is, and what it takes. */
export const routesText = (operations: readonly Operation[]): string => {
  const rows = operations.map((operation) => {
    const { id, group, method, verb, path, body, files, query, isPaged, takesKey, mayWait, media } = operation;
    const takes = [
      ...(body === undefined ? [] : [files.length > 0 ? 'file' : 'body']),
      ...(query === undefined ? [] : ['query']),
      ...(takesKey ? ['key'] : []),
      ...(isPaged ? ['pages'] : []),
      ...(mayWait ? ['approval'] : []),
      ...(media === 'application/json' ? [] : [media]),
    ];
    return `  ${id}: ['${group}', '${method}', '${verb}', '${path}', '${takes.join(' ')}'],\n`;
  });
  return `${head}
/** Group, method, verb, path, and of \`body\`, \`file\`, \`query\`, \`key\`, \`pages\` and \`approval\` what applies, and the media type of what is not answered in JSON. */
export type RouteRow = readonly [group: string, method: string, verb: string, path: string, takes: string];

/** Every operation by its id. */
export const routes: Readonly<Record<string, RouteRow>> = {\n${rows.join('')}};
`;
};

/** Every problem the document knows, with its status. */
export const problemsText = (api: OpenApi): string => {
  const found = new Map<string, { readonly status: string; readonly title: string }>();
  for (const methods of Object.values(api.paths))
    for (const { responses } of Object.values(methods))
      for (const [status, { description }] of Object.entries(responses))
        for (const [, code = '', title = ''] of status < '400' ? [] : description.matchAll(/^`([a-z0-9_]+)`: (.*)$/gm))
          found.set(code, { status, title });
  const members = [...found]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { status, title }]) => `${comment(title, '  ')}  readonly ${code}: ${status};\n`);
  return `${head}\n/** Every problem by its code, with the status it comes with. */\nexport interface KnownProblems {\n${members.join('')}}\n`;
};
