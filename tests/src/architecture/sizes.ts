import { nameOf, type Syntax, type SyntaxNode } from './syntax.ts';

/** A file is one idea: 50 to 300 lines wanted, this many allowed. */
export const fileLinesMax = 600;
/** A function is read at once: 40 lines wanted, this many allowed. */
export const functionLinesMax = 70;

/** Lines of a text as an editor counts them. */
export const countLines = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

const functionTypes = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'PrivateMethod',
  'Constructor',
  'MethodProperty',
  'GetterProperty',
  'SetterProperty',
]);

/** Functions longer than allowed, by name and number of lines; a function without a name is called after the nearest one around it. */
export const longFunctions = ({
  nodes,
  linesOf,
}: Syntax): readonly { readonly name: string; readonly lines: number }[] =>
  nodes
    .filter(({ node }) => functionTypes.has(node.type))
    .map(({ node, around }) => {
      const { first, last } = linesOf(node);
      return { name: nameNear(node, around), lines: last - first + 1 };
    })
    .filter(({ lines }) => lines > functionLinesMax);

const nameNear = (node: SyntaxNode, around: readonly SyntaxNode[]): string =>
  [node, ...around.toReversed()].map(ownName).find((name) => name !== undefined) ?? 'anonymous';

const ownName = (node: SyntaxNode): string | undefined => {
  if (node.type === 'Constructor') return 'constructor';
  if (node.type === 'VariableDeclarator') return nameOf(node['id']);
  return nameOf(node['identifier']) ?? nameOf(node['key']);
};
