import fc from 'fast-check';
import { fromSchema, spoilt } from './from-schema.ts';
import type { Answered, Operation, Parameter, PublishedApi } from './published-api.ts';

/** One request as it will be sent. */
export interface Shot {
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** What shots are made from. */
export interface Aim {
  readonly published: PublishedApi;
  /** Values that exist, by the name of the field they belong in. */
  known(name: string): readonly string[];
  /** Whether some of them are wrong on purpose; all are as published otherwise. */
  readonly isSpoilt: boolean;
}

// Fields whose values are ids that other fields are named after.
const alike: Readonly<Record<string, string>> = {
  fulfils: 'announcementId',
  account: 'accountId',
  toAccount: 'accountId',
  from: 'accountId',
  to: 'accountId',
  actingFor: 'partyId',
};

/** Requests that the document allows of an operation, and others. */
export const shotsAt = (operation: Operation, { published, isSpoilt, ...aim }: Aim): fc.Arbitrary<Shot> => {
  const isOfAssets = operation.path.startsWith('/v1/rates');
  const sources = {
    resolve: published.resolve,
    known: (name: string) => (isOfAssets && name in alike ? ['EUR', 'USD', 'CZK'] : aim.known(alike[name] ?? name)),
  };
  const records = (
    place: string,
    isWanted: (parameter: Parameter) => boolean = () => true,
  ): fc.Arbitrary<Record<string, unknown>> => {
    const its = operation.parameters.filter((parameter) => parameter.in === place && isWanted(parameter));
    const requiredKeys = its.filter(({ required }) => required).map(({ name }) => name);
    return fc.record(
      Object.fromEntries(its.map(({ name, schema }) => [name, fromSchema(schema, sources, { name, depth: 0 })])),
      { requiredKeys },
    ) as fc.Arbitrary<Record<string, unknown>>;
  };
  const often = <T>(usually: fc.Arbitrary<T>, sometimes: fc.Arbitrary<T>): fc.Arbitrary<T> =>
    !isSpoilt ? usually : fc.oneof({ arbitrary: usually, weight: 3 }, { arbitrary: sometimes, weight: 1 });
  const [path, body] = [records('path'), bodyOf(operation, sources, isSpoilt)];
  // No made-up cursor is one of a list, and of many filters together one nearly always asks for nothing.
  const query = isSpoilt
    ? records('query')
    : fc.oneof(
        records('query', ({ required }) => required),
        records('query', ({ name }) => name !== 'cursor'),
      );
  return fc
    .record({
      path: often(path, spoilt(path) as typeof path),
      query: often(query, spoilt(query) as typeof query),
      body,
      key: often<string | undefined>(fc.uuid(), fc.constantFrom(undefined, 'same', 'two words', 'é')),
      position: often<string | undefined>(fc.constant(undefined), fc.constantFrom('nowhere', 'AAAA')),
    })
    .map(({ path: inPath, query: inQuery, body: text, key, position }) => ({
      method: operation.method,
      path: address(operation, inPath, inQuery),
      headers: {
        ...(text === undefined ? {} : { 'content-type': operation.fileTypes[0] ?? 'application/json' }),
        ...(key === undefined || operation.method !== 'POST' ? {} : { 'idempotency-key': key }),
        ...(position === undefined ? {} : { 'finaegis-position': position }),
      },
      body: text,
    }));
};

const bodyOf = (
  { method, body, fileTypes }: Operation,
  sources: Parameters<typeof fromSchema>[1],
  isSpoilt: boolean,
): fc.Arbitrary<string | undefined> => {
  if (method === 'GET') return fc.constant(undefined);
  if (fileTypes.length > 0) return fc.string({ maxLength: 300 });
  const json = body === undefined ? fc.constant<unknown>(undefined) : fromSchema(body, sources);
  const asPublished = json.map((value) => (value === undefined ? undefined : JSON.stringify(value)));
  if (!isSpoilt) return asPublished;
  return fc.oneof(
    { arbitrary: asPublished, weight: 6 },
    { arbitrary: spoilt(json).map((value) => JSON.stringify(value)), weight: 5 },
    { arbitrary: fc.json({ maxDepth: 3 }), weight: 1 },
    { arbitrary: fc.constantFrom('{', '[1,]', '{"a":1,"a":2}', '\uFEFF{}', '[['.repeat(100), 'nul'), weight: 1 },
  );
};

/** A value as it stands in a path or a query; what no URL can hold is left to bodies. */
const inUrl = (value: unknown): string => {
  const text = (typeof value === 'string' ? value : JSON.stringify(value ?? null)).slice(0, 150);
  return encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'));
};

const address = (operation: Operation, path: Record<string, unknown>, query: Record<string, unknown>): string => {
  const filled = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = inUrl(path[name]);
    // An empty step or one of dots is another path before it leaves the client.
    return ['', '.', '..'].includes(value) ? '-' : value;
  });
  const pairs = Object.entries(query ?? {}).map(([name, value]) => `${name}=${inUrl(value)}`);
  return pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`;
};

/** Sends it. */
export const fire = async (
  url: string,
  { path, method, headers, body }: Shot,
  authorization: string,
): Promise<Answered> => {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...latin1(headers), authorization },
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, contentType: response.headers.get('content-type'), text: await response.text() };
};

/** Headers are bytes; a client that sends letters beyond ASCII sends them as UTF-8. */
const latin1 = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('latin1')]),
  );
