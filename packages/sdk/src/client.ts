import type { FileBody } from './file-body.ts';
import type { Groups } from './generated/groups.ts';
import type { Operations } from './generated/operations.ts';
import { type RouteRow, routes } from './generated/routes.ts';
import type { Approval } from './generated/schemas.ts';
import { createListing, type Page } from './listing.ts';
import type { StreamMessage } from './messages.ts';
import type { ClientOptions, CommandOptions } from './options.ts';
import { createKnownPosition, type KnownPosition } from './position.ts';
import { FinAegisApprovalPending, FinAegisProblem } from './problem.ts';
import { type BulkProgress, type FollowOptions, followBulkPayment, type StreamOptions, subscribe } from './stream.ts';
import { type Received, type Sent, send, type Wire } from './transport.ts';

/** What an operation is given, by its id. */
export type Input<Id extends keyof Operations> = Pick<Operations[Id], RequiredParts<Id>> &
  Partial<Pick<Operations[Id], 'params' | 'query' | 'body'>>;

type RequiredParts<Id extends keyof Operations> = {
  [Part in 'params' | 'query' | 'body']: Record<never, never> extends Operations[Id][Part]
    ? never
    : undefined extends Operations[Id][Part]
      ? never
      : Part;
}['params' | 'query' | 'body'];

/** An answer with what came beside it. */
export interface Answer<Data> {
  readonly status: number;
  readonly data: Data;
  /** Place of the log it has seen. */
  readonly position: string | undefined;
  /** Id of the request in the server's logs. */
  readonly requestId: string | undefined;
  /** It is the stored answer of the first time it was asked under its key. */
  readonly isReplayed: boolean;
  readonly headers: Headers;
}

/** Forms of a statement that are files. */
export type StatementFormat = 'csv' | 'pdf' | 'camt053';

/** The bank, as a program sees it. */
export interface FinAegis extends Groups {
  /**
   * Calls an operation by its id in the OpenAPI document and gives back what came beside the data, too.
   * @throws FinAegisProblem, FinAegisFault; a command that waits for a second person is answered with status 202 here
   */
  call<Id extends keyof Operations>(
    operation: Id,
    input: Input<Id>,
    options?: CommandOptions,
  ): Promise<Answer<Operations[Id]['answer']>>;
  /** A statement as a file: CSV, PDF or camt.053. */
  statementFile(
    statement: Operations['getStatement']['params'],
    format: StatementFormat,
    options?: CommandOptions,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * What happens, as it happens; goes on by itself after a cut, and misses nothing.
   * @param channels at most 20, such as those of `channels.ts`
   */
  subscribe(channels: readonly string[], options?: StreamOptions): AsyncIterable<StreamMessage>;
  /** How far a file of payments is, whenever that changes, until all its lines have come to an end. */
  followBulkPayment(bulkId: string, options?: FollowOptions): AsyncIterable<BulkProgress>;
  /** Place of the log this client knows: hand it to another one, which then sees the same. */
  position(): string | undefined;
}

interface Asked {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** Media type, where it is not the one the document names. */
  readonly expects?: string;
}

interface Client {
  readonly url: string;
  readonly wire: Wire;
  readonly known: KnownPosition;
  readonly options: ClientOptions;
}

const statementMedia: Readonly<Record<StatementFormat, string>> = {
  csv: 'text/csv',
  pdf: 'application/pdf',
  camt053: 'application/xml',
};

const usual = { timeoutMs: 30_000, attemptsMax: 5 };

/**
 * A client of one server, as one principal.
 * @throws TypeError when the URL is none, or the key cannot be sent
 */
export const createFinAegis = (options: ClientOptions): FinAegis => {
  const client: Client = {
    url: addressOf(options.url),
    wire: { fetch: options.fetch ?? ((...request) => fetch(...request)), authorization: authorizationOf(options) },
    known: createKnownPosition(),
    options,
  };
  const groups: Record<string, Record<string, unknown>> = {};
  for (const [id, [group, method]] of Object.entries(routes)) (groups[group] ??= {})[method] = methodOf(client, id);
  return {
    ...(groups as unknown as Groups),
    call: async (id, input, callOptions = {}) => {
      const { params = {}, query = {}, body } = input as Partial<Asked>;
      const received = await ask(client, id, { params, query, body }, callOptions);
      return answerOf(received);
    },
    statementFile: async ({ accountId, asset, number }, format, callOptions = {}) => {
      const expects = statementMedia[format];
      const asked = { params: { accountId, asset, number }, query: { format }, body: undefined, expects };
      const { data } = await ask(client, 'getStatement', asked, callOptions);
      return typeof data === 'string'
        ? Uint8Array.from(new TextEncoder().encode(data))
        : (data as Uint8Array<ArrayBuffer>);
    },
    subscribe: (channels, streamOptions = {}) => subscribe(client, channels, streamOptions),
    followBulkPayment: (bulkId, followOptions = {}) => followBulkPayment(client, bulkId, followOptions),
    position: () => client.known.newest(),
  };
};

const addressOf = (url: string): string => {
  if (!/^https?:$/.test(new URL(url).protocol)) throw new TypeError('The url of the bank must be http or https.');
  return url.replace(/\/+$/, '');
};

const authorizationOf =
  ({ apiKey }: ClientOptions): Wire['authorization'] =>
  async () => {
    const key = typeof apiKey === 'string' ? apiKey : await apiKey();
    if (!/^[\x21-\x7e]+$/.test(key)) throw new TypeError('The API key must be visible ASCII without spaces.');
    return `Bearer ${key}`;
  };

/** A method takes the parameters of the path, the body, the query and the options, of which those that are there, in this order. */
const methodOf = (client: Client, id: string): ((...given: readonly unknown[]) => unknown) => {
  const { takes, names } = routeOf(id);
  const parts = ['body', 'query'].filter((part) => takes.has(part) || (part === 'body' && takes.has('file')));
  return (...given) => {
    const params = Object.fromEntries(names.map((name, index) => [name, given[index]]));
    const at = (part: string): unknown =>
      parts.includes(part) ? given[names.length + parts.indexOf(part)] : undefined;
    const options = (given[names.length + parts.length] ?? {}) as CommandOptions;
    const query = (at('query') ?? {}) as Asked['query'];
    const read = (cursor?: string) =>
      ask(
        client,
        id,
        { params, query: cursor === undefined ? query : { ...query, cursor }, body: at('body') },
        options,
      );
    if (takes.has('pages')) return createListing(async (cursor) => (await read(cursor)).data as Page<unknown>);
    return read().then(({ status, data, asked }) => {
      if (status === 202 && takes.has('approval') && isApproval(data)) throw new FinAegisApprovalPending(data, asked);
      return data;
    });
  };
};

const isApproval = (data: unknown): data is Approval =>
  typeof data === 'object' && data !== null && typeof (data as { approvalId?: unknown }).approvalId === 'string';

const routeOf = (id: string) => {
  const [, , verb, path, takes] = routes[id] ?? unknownOperation(id);
  return {
    verb,
    path,
    takes: new Set(takes.split(' ')),
    names: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
  };
};

const unknownOperation = (id: string): RouteRow => {
  throw new TypeError(`There is no operation ${id}.`);
};

/** Asks with the newest position known; a log that has been restored from before does not know it, and is asked again without. */
const ask = async (client: Client, id: string, asked: Asked, options: CommandOptions): Promise<Received> => {
  const { verb } = routeOf(id);
  const remembered = client.options.readsOwnWrites === false ? undefined : client.known.newest();
  const position = options.position === undefined ? (verb === 'GET' ? remembered : undefined) : options.position;
  try {
    const received = await send(client.wire, requestOf(client, id, { asked, options, position }));
    // What reads have seen is no newer than what they asked for has to be; only writes are to be seen by later reads.
    if (verb !== 'GET') client.known.learn(received.headers.get('finaegis-position'));
    return received;
  } catch (error) {
    if (typeof position !== 'string' || position !== remembered || !isAboutPosition(error)) throw error;
    client.known.forget(position);
    return send(client.wire, requestOf(client, id, { asked, options, position: false }));
  }
};

/** Cursors may be unknown, too, which says nothing of what we remember. */
const isAboutPosition = (error: unknown): boolean =>
  error instanceof FinAegisProblem &&
  error.is('position_unknown') &&
  !error.errors.some(({ field }) => field === '/query/cursor');

const requestOf = (
  client: Client,
  id: string,
  { asked, options, position }: { asked: Asked; options: CommandOptions; position: string | false | undefined },
): Sent => {
  const { verb, path, takes } = routeOf(id);
  const key = takes.has('key') ? (options.idempotencyKey ?? freshKey()) : undefined;
  const { contentType, content } = takes.has('file')
    ? (asked.body as FileBody<string>)
    : { contentType: 'application/json', content: asked.body === undefined ? undefined : JSON.stringify(asked.body) };
  return {
    operation: id,
    method: verb,
    url: `${client.url}${filled(id, path, asked.params)}${queryText({ ...asked.query, ...(options.dryRun === true ? { dryRun: true } : {}) })}`,
    headers: {
      ...(content === undefined ? {} : { 'content-type': contentType }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...(typeof position === 'string' ? { 'finaegis-position': position } : {}),
    },
    body: content,
    expects: asked.expects ?? [...takes].find((each) => each.includes('/')) ?? 'application/json',
    isRepeatable: verb === 'GET' || key !== undefined,
    signal: options.signal,
    timeoutMs: options.timeoutMs ?? client.options.timeoutMs ?? usual.timeoutMs,
    attemptsMax: options.attemptsMax ?? client.options.attemptsMax ?? usual.attemptsMax,
  };
};

/** A path with its parameters; `.` and `..` would lead to another operation, since addresses are tidied before they are sent. */
const filled = (id: string, path: string, params: Asked['params']): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const text = params[name] === undefined ? '' : textOf(params[name]);
    if (/^\.{0,2}$/.test(text)) throw new TypeError(`${id} needs ${name}.`);
    return encodeURIComponent(text);
  });

const queryText = (query: Asked['query']): string => {
  const text = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) text.set(name, textOf(value));
  const written = text.toString();
  return written === '' ? '' : `?${written}`;
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** 32 random hex digits; `randomUUID` is not there for pages that came without TLS. */
const freshKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const answerOf = <Data>({ status, headers, data }: Received): Answer<Data> => ({
  status,
  data: data as Data,
  position: headers.get('finaegis-position') ?? undefined,
  requestId: headers.get('x-request-id') ?? undefined,
  isReplayed: headers.get('idempotent-replayed') === 'true',
  headers,
});
