import { firstArguments, literalOf, nameOf, propertyOf, type Syntax } from './syntax.ts';

/** The types of the events a file declares. */
export const declaredEvents = (syntax: Syntax): readonly string[] =>
  firstArguments(syntax, 'defineEvent').flatMap((definition) => literalOf(propertyOf(definition, 'type')) ?? []);

/** How many events a file declares, with or without a literal type. */
export const countDefinitions = (syntax: Syntax): number => firstArguments(syntax, 'defineEvent').length;

/** The refusal codes a file names: in the types of refusals and where it refuses. */
export const declaredRefusals = (syntax: Syntax): readonly string[] => {
  const inTypes = syntax.nodes
    .filter(({ node }) => node.type === 'TsPropertySignature' && nameOf(node['key']) === 'code')
    .flatMap(({ node }) =>
      alternatives((node['typeAnnotation'] as { readonly typeAnnotation?: unknown } | null)?.typeAnnotation),
    );
  const inCalls = firstArguments(syntax, 'reject').flatMap((refusal) => literalOf(propertyOf(refusal, 'code')) ?? []);
  return [...new Set([...inTypes, ...inCalls])];
};

const alternatives = (type: unknown): readonly string[] => {
  const types = (type as { readonly types?: readonly unknown[] } | undefined)?.types;
  return (types ?? [type]).flatMap((each) => literalOf(each) ?? []);
};

/** Every text a file writes as a string. */
export const textsOf = ({ nodes }: Syntax): ReadonlySet<string> =>
  new Set(nodes.flatMap(({ node }) => literalOf(node) ?? []));

// English verbs whose past does not end in -ed and that business events use.
const irregular = new Set(
  'Begun Bound Bought Brought Built Chosen Cut Done Drawn Found Given Gone Held Hidden Kept Known Left Lent Lost Made Met Overdrawn Paid Put Sealed Sent Set Shut Sold Split Spent Sworn Taken Told Undone Withdrawn Won Written Broken Spun Read'.split(
    ' ',
  ),
);

/** What is wrong with an event's type: `HoldPlaced`, or `ledger.HoldPlaced`, in the past tense. */
export const eventNameProblems = (type: string, context: string): readonly string[] => {
  const [, prefix, name] = /^(?:([a-z][a-z-]*)\.)?((?:[A-Z][a-z0-9]+)+)$/.exec(type) ?? [];
  if (name === undefined) return [`${type} is not PascalCase`];
  if (prefix !== undefined && prefix !== context) return [`${type} is declared in ${context}`];
  // The particle of a phrasal verb stands behind its past: written off, taken back.
  const last = /([A-Z][a-z0-9]+)(?:Off|Back|Out|Over)?$/.exec(name)?.[1] ?? '';
  return last.endsWith('ed') || irregular.has(last) ? [] : [`${type} does not say what has happened (past tense)`];
};
