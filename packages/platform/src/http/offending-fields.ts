import { whileTrying } from '../event-store/trial.ts';
import { pointerToken } from './json-position.ts';
import { type FieldError, type Problem, ProblemError, type ProblemExtras, type ProblemTable } from './problem.ts';
import type { ApiAnswer, ApiRequest, Route } from './route.ts';

/** What was sent, by the JSON pointer under which it is spoken of: `{ '/params': …, '/query': …, '/body': … }`. */
export type Sent = Readonly<Record<string, unknown>>;

/** A refusal or a problem with the facts that explain it. */
type Explained = { readonly code: string; readonly [fact: string]: unknown };

/** What clients say in their own words may hold any value, and no refusal is about it. */
const inTheirWords: ReadonlySet<string> = new Set(['metadata', 'description', 'remittance']);

/** An answer must stay small whatever was sent. */
const fieldsMax = 20;

/** The parts of a request that a refusal may speak of. */
export const sentIn = ({
  params,
  query,
  body,
}: {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
}): Sent => ({ '/params': params, '/query': query, '/body': body });

/**
 * The fields of a request that a refusal is about: those that hold the value its table row names as the offender. A refusal that does not repeat
 * the value, or names what it should have been, is about the one field of that name. Of a refusal that passes on another, it is the other one's.
 */
export const offendingFields = (
  sent: Sent,
  { code, ...facts }: Explained,
  problems: ProblemTable,
): readonly FieldError[] => {
  const { refusal, index } = facts;
  if (isExplained(refusal))
    return offendingFields(sent, refusal, problems).filter(
      ({ field }) => typeof index !== 'number' || field.split('/').includes(String(index)),
    );
  const problem = problems[code];
  if (problem === undefined) return [];
  const { title, otherwise } = problem;
  const found = fieldsAt(sent, facts, problem);
  const named = found.length === 0 && otherwise !== undefined ? [otherwise] : found;
  return named.slice(0, fieldsMax).map((field) => ({ field, code, message: title }));
};

const fieldsAt = (
  sent: Sent,
  facts: Readonly<Record<string, unknown>>,
  { offender, field = offender }: Problem,
): readonly string[] => {
  if (field === undefined) return [];
  const value = offender === undefined ? undefined : facts[offender];
  return value === undefined
    ? onlyOne(fieldsWhere(sent, (name) => name === field))
    : fieldsWhere(sent, (name, held) => held === value && !inTheirWords.has(name));
};

/** The errors an answer names beside the refusal itself; absent when nothing that was sent is at fault. */
export const withOffendingFields = (
  sent: Sent,
  refusal: Explained,
  problems: ProblemTable,
): Pick<ProblemExtras, 'errors'> => {
  const errors = offendingFields(sent, refusal, problems);
  return errors.length === 0 ? {} : { errors };
};

/** Calls a route's handler; a problem it throws names the fields of the request it is about. */
export const handleNamingFields = async (
  route: Route,
  request: ApiRequest,
  problems: ProblemTable,
): Promise<ApiAnswer> => {
  try {
    return await (request.dryRun ? whileTrying(() => route.handle(request)) : route.handle(request));
  } catch (error) {
    if (!(error instanceof ProblemError) || error.extras.errors !== undefined) throw error;
    const { code, extras } = error;
    const found = offendingFields(sentIn(request), { ...extras.facts, ...extras.about, code }, problems);
    const errors = found.length === 0 && code === 'not_found' ? lastNamed(request.params) : found;
    throw errors.length === 0 ? error : new ProblemError(code, { ...extras, errors }, { cause: error });
  }
};

/** What a path names last is what was looked for. */
const lastNamed = (params: unknown): readonly FieldError[] => {
  const name = Object.keys(params ?? {}).at(-1);
  return name === undefined
    ? []
    : [{ field: `/params/${name}`, code: 'not_found', message: 'names nothing you may know of' }];
};

const isExplained = (refusal: unknown): refusal is Explained =>
  typeof refusal === 'object' && refusal !== null && 'code' in refusal && typeof refusal.code === 'string';

/** A name that stands in several places does not say which of them is meant. */
const onlyOne = (fields: readonly string[]): readonly string[] => (fields.length === 1 ? fields : []);

const fieldsWhere = (sent: Sent, isMeant: (name: string, held: unknown) => boolean): readonly string[] => {
  const found: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, held] of Object.entries(value)) {
      const field = `${path}/${pointerToken(name)}`;
      // What stands inside a field that is meant is part of it.
      if (held !== undefined && isMeant(name, held)) found.push(field);
      else if (!inTheirWords.has(name)) visit(held, field);
    }
  };
  for (const [root, value] of Object.entries(sent)) visit(value, root);
  return found;
};
