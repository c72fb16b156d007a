import { expect } from 'vitest';

/** A JSON object of an answer; tests say what they expect of its members. */
export type Body = Readonly<Record<string, unknown>>;

/** An answer of the API, read to its end. */
export interface Answer {
  readonly status: number;
  readonly body: Body;
  readonly text: string;
  readonly headers: Headers;
}

/** How a request differs from the plain one. */
export interface Asking {
  /** Idempotency-Key; a fresh one on every POST unless told, `null` for none. */
  readonly key?: string | null;
  /** `Finaegis-Position` of an earlier answer that this one must have seen. */
  readonly position?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A caller of the API with one key, as a program somewhere would be. */
export interface Caller {
  get(path: string, asking?: Asking): Promise<Answer>;
  post(path: string, body: unknown, asking?: Asking): Promise<Answer>;
  patch(path: string, body: unknown, asking?: Asking): Promise<Answer>;
  /** Posts what must be accepted, with status 200 or 201, and gives back its body. */
  make(path: string, body: unknown, asking?: Asking): Promise<Body>;
  /** Reads what must be there, having seen everything this caller did before. */
  see(path: string): Promise<Body>;
}

let keys = 0;

/** A caller for an address and the value of its `Authorization` header. */
export const callerOf = (url: string, authorization: string): Caller => {
  let newest: string | undefined;

  const send = async (
    method: string,
    path: string,
    sent: { readonly body?: unknown; readonly asking: Asking },
  ): Promise<Answer> => {
    const { key = method === 'POST' ? `test-${process.pid}-${++keys}` : null, position, headers } = sent.asking;
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization,
        ...(sent.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === null ? {} : { 'idempotency-key': key }),
        ...(position === undefined ? {} : { 'finaegis-position': position }),
        ...headers,
      },
      ...(sent.body === undefined
        ? {}
        : { body: typeof sent.body === 'string' ? sent.body : JSON.stringify(sent.body) }),
    });
    newest = response.headers.get('finaegis-position') ?? newest;
    const text = await response.text();
    const isJson = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      text,
      headers: response.headers,
      body: isJson && text !== '' ? (JSON.parse(text) as Body) : {},
    };
  };

  const post: Caller['post'] = (path, body, asking = {}) => send('POST', path, { body, asking });
  return {
    get: (path, asking = {}) => send('GET', path, { asking }),
    post,
    patch: (path, body, asking = {}) => send('PATCH', path, { body, asking }),
    make: async (path, body, asking) => {
      const { status, body: made, text } = await post(path, body, asking);
      expect([200, 201], `POST ${path}: ${text}`).toContain(status);
      return made;
    },
    see: async (path) => {
      const { status, body, text } = await send('GET', path, {
        asking: newest === undefined ? {} : { position: newest },
      });
      expect(status, `GET ${path}: ${text}`).toBe(200);
      return body;
    },
  };
};

/** An amount of euros as it is sent and answered. */
export const eur = (amount: string): { readonly amount: string; readonly asset: 'EUR' } => ({ amount, asset: 'EUR' });

/** A member that must be a text, such as an id. */
export const textOf = (body: Body, name: string): string => {
  const value = body[name];
  if (typeof value !== 'string') throw new TypeError(`${name} is not a text in ${JSON.stringify(body)}`);
  return value;
};

/** The items of a list. */
export const itemsOf = (body: Body): readonly Body[] => body['items'] as readonly Body[];

/** The balance of an account in one asset, by its members. */
export const balanceOf = async (caller: Caller, account: string, asset = 'EUR'): Promise<Body> => {
  const { balances } = await caller.see(`/v1/ledger-accounts/${encodeURIComponent(account)}/balances`);
  return (balances as readonly Body[]).find((balance) => balance['asset'] === asset) ?? {};
};
