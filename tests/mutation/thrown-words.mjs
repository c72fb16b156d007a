// The words of a thrown error are for whoever reads a log. Nothing may depend on them, so no test ought to fix them:
// they are not mutated. The codes of errors and the texts of refusals are promises, and are.

/**
 * What is looked at of a path in the syntax tree.
 * @typedef {{ type: string, callee?: { name?: string }, arguments?: unknown[] }} Expression
 * @typedef {{ node: { type: string }, parent: Expression | null }} Path
 */

/** @param {Path} path */
const isThrownWords = ({ node, parent }) => {
  if (!['StringLiteral', 'TemplateLiteral'].includes(node.type) || parent?.type !== 'NewExpression') return false;
  const name = parent.callee?.name ?? '';
  // The first argument of this one is its code.
  return name.endsWith('Error') && parent.arguments?.indexOf(node) === (name === 'CanonicalJsonError' ? 1 : 0);
};

/** @param {Path} path */
const shouldIgnore = (path) => (isThrownWords(path) ? 'the words of a thrown error promise nothing' : undefined);

export const strykerPlugins = [{ kind: 'Ignore', name: 'thrown-words', value: { shouldIgnore } }];
