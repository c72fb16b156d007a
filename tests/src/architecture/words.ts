import { nameOf, type Syntax, type SyntaxNode } from './syntax.ts';

/** Something that may not be written somewhere, and what to write instead. */
interface Ban {
  readonly says: RegExp;
  readonly where: RegExp;
  readonly instead: string;
}

const everywhere = /./;
// What decides. Routes, views and adapters meet the outside world, and its clock.
const writeSide = /^packages\/(kernel\/src\/|bank\/src\/[^/]+\/(?!(http|views|adapters)\/))(?!.*\.test\.ts$)/;
// At the root of a context a directory may measure how old its cache is; nothing that decides may measure anything.
const deciders = /^packages\/(kernel\/src\/|bank\/src\/[^/]+\/(?!(http|views|adapters)\/)[^/]+\/)(?!.*\.test\.ts$)/;

/** Code that may not be written, as `nameOf` reads it. */
const bans: readonly Ban[] = [
  {
    says: /^((globalThis\.)?Date\.now|new Date\(\))$/,
    where: writeSide,
    instead: '`now` from the facts of the decision',
  },
  { says: /^(globalThis\.)?performance\.now$/, where: deciders, instead: '`now` from the facts of the decision' },
  { says: /^Math\.random$/, where: writeSide, instead: 'randomness as an argument' },
  {
    says: /^((globalThis\.)?crypto\.|import )(randomUUID|randomBytes|getRandomValues)$/,
    where: writeSide,
    instead: 'the id, or a source of bytes, as an argument',
  },
  {
    says: /^(test|it|describe|suite)\.(.+\.)?(only|skip|skipIf|runIf|todo)$/,
    where: everywhere,
    instead: 'a test that runs wherever the others run',
  },
  { says: /^any$/, where: everywhere, instead: 'the type, or `unknown` and a check' },
];

/** Words of other banks for what LEDGER.md calls by one name; only those that cannot mean anything else in this code. */
const otherWords: Readonly<Record<string, string>> = {
  freeze: 'block',
  frozen: 'blocked',
  unfreeze: 'unblock',
  discrepancy: 'break',
  exposure: 'position',
  transit: 'clearing',
  team: 'tenant',
  'base currency': 'functional asset',
  'credit limit': 'overdraft limit',
  'custodian account': 'nostro',
  'pending transaction': 'hold',
};

/** What a file writes that it may not, as sentences with the line and the replacement. */
export const bannedWords = (path: string, { nodes, linesOf, unquotedLines }: Syntax): readonly string[] => [
  ...nodes.flatMap(({ node, around }) => {
    const said = saidBy(node, around);
    const ban = said === undefined ? undefined : bans.find(({ says, where }) => says.test(said) && where.test(path));
    return ban === undefined ? [] : [`${path}:${linesOf(node).first} says ${said}; write ${ban.instead}`];
  }),
  ...nodes.flatMap(({ node, around }) => {
    const name = path.startsWith('packages/bank/src/') ? ownWord(node, around) : undefined;
    return name === undefined ? [] : otherWordsIn(name).map((problem) => `${path}:${linesOf(node).first} ${problem}`);
  }),
  ...unquotedLines.flatMap((line, index) =>
    /(\/\/|^\s*\/?\*).*\b(TODO|FIXME)\b/.test(line)
      ? [`${path}:${index + 1} leaves work behind; do it, or file an issue`]
      : [],
  ),
];

/** Words in a name that the ledger calls otherwise: `freezeAccount` or `account_frozen`. */
export const otherWordsIn = (name: string): readonly string[] => {
  const words = ` ${name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .toLowerCase()} `;
  return Object.entries(otherWords)
    .filter(([other]) => words.includes(` ${other} `))
    .map(([other, ours]) => `${name} says "${other}"; the ledger's word is "${ours}"`);
};

const saidBy = (node: SyntaxNode, around: readonly SyntaxNode[]): string | undefined => {
  if (node.type === 'TsKeywordType') return String(node['kind']);
  if (node.type === 'NewExpression') {
    const given = node['arguments'] as readonly unknown[] | null | undefined;
    return nameOf(node['callee']) === 'Date' && (given?.length ?? 0) === 0 ? 'new Date()' : undefined;
  }
  if (node.type === 'MemberExpression') return nameOf(node);
  if (node.type === 'ImportSpecifier') return `import ${nameOf(node['imported']) ?? nameOf(node['local'])}`;
  // The names inside a chain are judged with it.
  return node.type === 'Identifier' && around.at(-1)?.type !== 'MemberExpression' ? nameOf(node) : undefined;
};

// The last name of a chain was declared elsewhere, perhaps not by us: `Object.freeze`.
const ownWord = (node: SyntaxNode, around: readonly SyntaxNode[]): string | undefined => {
  const parent = around.at(-1);
  const isForeign = parent?.type === 'MemberExpression' && parent['property'] === node;
  return node.type === 'Identifier' && !isForeign ? nameOf(node) : undefined;
};
