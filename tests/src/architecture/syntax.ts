import { parseSync } from '@swc/core';

/** A node of a syntax tree, read by its `type`; what else it carries depends on that. */
export type SyntaxNode = { readonly type: string; readonly [field: string]: unknown };

/** A file as its syntax: every node with the nodes around it, nearest last. */
export interface Syntax {
  readonly nodes: readonly { readonly node: SyntaxNode; readonly around: readonly SyntaxNode[] }[];
  /** First and last line of a node, counted from 1. */
  readonly linesOf: (node: SyntaxNode) => { readonly first: number; readonly last: number };
  /** The lines of the file with its strings and regular expressions blanked, so that what is left is code and comments. */
  readonly unquotedLines: readonly string[];
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** Reads TypeScript. A real parser, because a regular expression mistakes the text of a string for code. */
export const parse = (text: string): Syntax => {
  const nodes: { node: SyntaxNode; around: readonly SyntaxNode[] }[] = [];
  const visit = (value: unknown, around: readonly SyntaxNode[]): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, around);
    else if (isNode(value)) {
      nodes.push({ node: value, around });
      const inside = [...around, value];
      for (const field of Object.values(value)) visit(field, inside);
    } else if (typeof value === 'object' && value !== null)
      for (const field of Object.values(value)) visit(field, around);
  };
  visit(parseSync(text, { syntax: 'typescript', tsx: false, target: 'es2022' }), []);
  return { nodes, linesOf: lineFinder(text), unquotedLines: unquoted(text, nodes) };
};

// The parser counts bytes from 1, not characters.
const lineFinder = (text: string): Syntax['linesOf'] => {
  const starts = [0];
  const bytes = Buffer.from(text);
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) starts.push(at + 1);
  const lineAt = (byte: number): number => {
    const next = starts.findIndex((start) => start > byte);
    return next === -1 ? starts.length : next;
  };
  return (node) => {
    const { start, end } = spanOf(node);
    return { first: lineAt(start - 1), last: lineAt(end - 2) };
  };
};

const quotes = new Set(['StringLiteral', 'TemplateElement', 'RegExpLiteral']);

const unquoted = (text: string, nodes: Syntax['nodes']): readonly string[] => {
  const bytes = Buffer.from(text);
  for (const { node } of nodes.filter((each) => quotes.has(each.node.type))) {
    const { start, end } = spanOf(node);
    for (let at = start - 1; at < end - 1; at++) if (bytes[at] !== 10) bytes[at] = 32;
  }
  return bytes.toString().split('\n');
};

const spanOf = (node: SyntaxNode) => node['span'] as { readonly start: number; readonly end: number };

/** The text of a string literal, or nothing for any other node. */
export const literalOf = (node: unknown): string | undefined => {
  if (!isNode(node)) return undefined;
  if (node.type === 'ParenthesisExpression' || node.type === 'TsConstAssertion') return literalOf(node['expression']);
  if (node.type === 'TsLiteralType') return literalOf(node['literal']);
  return node.type === 'StringLiteral' ? String(node['value']) : undefined;
};

/** `a.b.c` for a chain of names, `a` for a name, nothing for what is neither. A call inside a chain is left out of it. */
export const nameOf = (node: unknown): string | undefined => {
  if (!isNode(node)) return undefined;
  switch (node.type) {
    case 'Identifier':
    case 'StringLiteral':
      return String(node['value']);
    case 'PrivateName':
      return nameOf(node['id']) ?? String(node['value']);
    case 'CallExpression':
      return nameOf(node['callee']);
    case 'MemberExpression': {
      const object = nameOf(node['object']);
      const property = nameOf(node['property']);
      return object === undefined || property === undefined ? undefined : `${object}.${property}`;
    }
    default:
      return undefined;
  }
};

/** The value of a property of an object literal, by its name. */
export const propertyOf = (object: unknown, name: string): unknown => {
  if (!isNode(object) || object.type !== 'ObjectExpression') return undefined;
  const properties = object['properties'] as readonly SyntaxNode[];
  return properties.find((each) => each.type === 'KeyValueProperty' && nameOf(each['key']) === name)?.['value'];
};

/** The first argument of every call of a function of this name. */
export const firstArguments = ({ nodes }: Syntax, callee: string): readonly unknown[] =>
  nodes
    .filter(({ node }) => node.type === 'CallExpression' && nameOf(node['callee']) === callee)
    .map(({ node }) => (node['arguments'] as readonly { readonly expression: unknown }[])[0]?.expression);
