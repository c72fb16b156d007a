import type { KeptAs, Kind, Merchant } from './merchant.ts';
import { type Params, readInteger, readText } from './params.ts';
import { invalidRequest } from './problem.ts';

/** Parameters every list takes. */
export const listParams = ['limit', 'starting_after', 'ending_before', 'created', 'expand'] as const;

interface Listing<K extends Kind> {
  readonly kind: K;
  readonly url: string;
  /** Which objects belong on the list; all unless told. */
  readonly belongs?: (object: KeptAs<K>) => boolean;
}

/** One page of a list, newest first. */
export const listOf = <K extends Kind>(
  merchant: Merchant,
  params: Params,
  { kind, url, belongs }: Listing<K>,
): object => {
  const isCreatedWithin = readCreated(params);
  const found = merchant
    .all(kind)
    .filter((object) => ('created' in object ? isCreatedWithin(object.created) : true) && (belongs?.(object) ?? true));
  return { object: 'list', ...page(merchant, params, { kind, found }), url };
};

/** Things that are not kept under an id of their own, as one page. */
export const listAll = (data: readonly object[], url: string): object => ({
  object: 'list',
  data,
  has_more: false,
  url,
});

const page = <K extends Kind>(
  merchant: Merchant,
  params: Params,
  { kind, found }: { readonly kind: K; readonly found: readonly KeptAs<K>[] },
): { readonly data: readonly KeptAs<K>[]; readonly has_more: boolean } => {
  const limit = readLimit(params);
  const [after, before] = [readText(params, 'starting_after'), readText(params, 'ending_before')];
  if (after && before)
    throw invalidRequest('You can only use one of starting_after and ending_before.', { code: 'parameters_exclusive' });
  if (before) {
    const end = placeOf(merchant, { kind, found, id: before, param: 'ending_before' });
    const start = Math.max(0, end - limit);
    return { data: found.slice(start, end), has_more: start > 0 };
  }
  const start = after ? placeOf(merchant, { kind, found, id: after, param: 'starting_after' }) + 1 : 0;
  return { data: found.slice(start, start + limit), has_more: found.length > start + limit };
};

const placeOf = <K extends Kind>(
  merchant: Merchant,
  {
    kind,
    found,
    id,
    param,
  }: { readonly kind: K; readonly found: readonly KeptAs<K>[]; readonly id: string; readonly param: string },
): number => {
  const { id: known } = merchant.find(kind, id, param);
  const place = found.findIndex((object) => object.id === known);
  if (place === -1) throw invalidRequest(`${id} is not on this list`, { param });
  return place;
};

const readLimit = (params: Params): number => {
  const limit = readInteger(params, 'limit') ?? 10;
  if (limit < 1 || limit > 100)
    throw invalidRequest('This value must be between 1 and 100.', {
      code: 'parameter_invalid_integer',
      param: 'limit',
    });
  return limit;
};

const readCreated = (params: Params): ((created: number) => boolean) => {
  const wanted = params['created'];
  if (wanted === undefined) return () => true;
  if (typeof wanted === 'string') {
    const exactly = readInteger(params, 'created');
    return (created) => created === exactly;
  }
  const range = wanted as Params;
  const [gt, gte, lt, lte] = ['gt', 'gte', 'lt', 'lte'].map((bound) => readInteger(range, bound));
  return (created) =>
    (gt === undefined || created > gt) &&
    (gte === undefined || created >= gte) &&
    (lt === undefined || created < lt) &&
    (lte === undefined || created <= lte);
};

/** Finds payment intents by Stripe's search language, of which the double knows `field:'value'` joined by AND. */
export const searchIntents = (merchant: Merchant, params: Params): object => {
  const clauses = readClauses(readText(params, 'query') ?? '');
  const searchableUntil = merchant.now() - merchant.settings.searchLagSeconds;
  const found = merchant
    .all('payment_intent')
    .filter((intent) => intent.created <= searchableUntil && clauses.every((isMet) => isMet(intent)));
  // Pages of a search are numbered by an opaque token; here it counts what was shown.
  const start = Number(readText(params, 'page') ?? '0');
  const end = start + readLimit(params);
  const hasMore = found.length > end;
  return {
    object: 'search_result',
    data: found.slice(start, end),
    has_more: hasMore,
    next_page: hasMore ? String(end) : null,
    url: '/v1/payment_intents/search',
  };
};

type IsMet = (intent: KeptAs<'payment_intent'>) => boolean;
const clause =
  /^(?:metadata\[(?<quote>['"])(?<key>.*)\k<quote>\]|(?<field>status|customer|currency)):(?<mark>['"])(?<value>.*)\k<mark>$/;

const readClauses = (query: string): readonly IsMet[] =>
  query.split(/\s+AND\s+/).map((text) => {
    const { key, field, value } = clause.exec(text.trim())?.groups ?? {};
    if (key !== undefined) return (intent) => intent.metadata[key] === value;
    if (field === 'status' || field === 'customer' || field === 'currency') return (intent) => intent[field] === value;
    throw invalidRequest(`We were unable to parse your search query: ${query}`, { param: 'query' });
  });

/** Replaces ids by the objects they name, along the paths given; a path that leads nowhere is refused. */
export const expandAlong = (merchant: Merchant, answer: object, paths: readonly string[]): object => {
  const expanded = structuredClone(answer);
  for (const path of paths) expandOne(merchant, expanded, { path, names: path.split('.') });
  return expanded;
};

const expandOne = (
  merchant: Merchant,
  at: object,
  { path, names: [name = '', ...deeper] }: { readonly path: string; readonly names: readonly string[] },
): void => {
  if (Array.isArray(at)) {
    for (const each of at as readonly object[]) expandOne(merchant, each, { path, names: [name, ...deeper] });
    return;
  }
  const holder = at as Record<string, unknown>;
  if (!(name in holder)) throw invalidRequest(`This property cannot be expanded (${path}).`, { param: 'expand' });
  const value = holder[name];
  const found = typeof value === 'string' ? merchant.lookUp(value) : undefined;
  if (found !== undefined) holder[name] = structuredClone(found);
  const next = holder[name];
  if (deeper.length > 0 && typeof next === 'object' && next !== null)
    expandOne(merchant, next, { path, names: deeper });
};
