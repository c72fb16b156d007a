import { builtInRoles } from '@finaegis/bank/identity/contract';
import { permissionsOf } from '@finaegis/platform/auth/permissions';
import { isKnownScope } from '@finaegis/platform/auth/scope';
import { declaredModules } from '@finaegis/server/modules';
import { startTestBank, type TestApi, type TestBank } from '@finaegis/testing/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readText } from './architecture/repository.ts';

/** Who may call what, as it is committed for everybody to read: each line is tried here as each role. */
interface Line {
  readonly method: string;
  readonly path: string;
  readonly permission: string;
  readonly may: ReadonlySet<string>;
}

const [head = [], , ...body] = readText('docs/reference/permissions.md')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const roles = head.slice(2);
const lines = body.map(([route = '', permission = '', ...cells]): Line => {
  const [method = '', path = ''] = route.split(' ');
  return { method, path, permission, may: new Set(roles.filter((_, index) => cells[index] === 'yes')) };
});
const modules = declaredModules();
const served = modules.flatMap(({ routes }) => routes).filter(({ permission }) => permission !== 'public');

let bank: TestBank;
let api: TestApi;
const keys = new Map<string, string>();

beforeAll(async () => {
  bank = await startTestBank();
  api = await bank.serve();
  const { partyId } = await bank.openCustomer();
  for (const role of roles)
    keys.set(role, await bank.createKey({ roles: [role], ...(role === 'customer' ? { actingFor: partyId } : {}) }));
});

afterAll(async () => {
  await api.close();
  await bank.close();
});

// Nothing takes such a body, so whoever may call is told so, and nothing is done.
const call = async ({ method, path }: Line, key: string) => {
  const answer = await fetch(`${api.url}${path.replaceAll(/:\w+/g, '0190a000-0000-7000-8000-0000000000ff')}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(method === 'GET' ? {} : { 'content-type': 'application/json', 'idempotency-key': 'who-may' }),
    },
    ...(method === 'GET' ? {} : { body: '{"nobody":"takes this"}' }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') === true;
  return { status: answer.status, body: (isJson ? JSON.parse(text) : {}) as Readonly<Record<string, unknown>> };
};

type Told = Awaited<ReturnType<typeof call>>;

/** Several at a time: most of a call is waiting. */
const callEach = async (asked: readonly Line[], key: string): Promise<readonly (readonly [Line, Told])[]> => {
  const told: (readonly [Line, Told])[] = [];
  const waiting = asked.values();
  const work = async (): Promise<void> => {
    for (const line of waiting) told.push([line, await call(line, key)]);
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return told;
};

// That it was refused is noted of whoever is known; that is all.
const traces = async (): Promise<unknown> => {
  const { rows } = await bank.adminPool.query(
    `select (select count(*) from events where tenant_id = $1 and context <> 'oversight') as events, (select count(*) from stored_answers where tenant_id = $1) as answers`,
    [bank.tenantId],
  );
  return rows[0];
};

describe('the table of who may call what', () => {
  it('has a line for every route there is', () => {
    expect(lines.map(({ method, path, permission }) => `${method} ${path} ${permission}`).toSorted()).toEqual(
      served.map(({ method, path, permission }) => `${method} ${path} ${permission}`).toSorted(),
    );
    expect(roles).toEqual(Object.keys(builtInRoles));
  });

  it('gives the auditor every read and nothing else, and everything to the owner', () => {
    for (const { method, path, permission, may } of lines.filter(({ permission }) => permission !== 'self')) {
      expect(`${path} ${String(may.has('auditor'))}`).toBe(
        `${path} ${String(method === 'GET' || permission === 'realtime:read')}`,
      );
      expect(may.has('owner')).toBe(true);
    }
  });
});

it('a built-in role names only permissions that something asks for', () => {
  const known = permissionsOf(modules);
  const wrong = Object.entries(builtInRoles).flatMap(([role, { scopes }]) =>
    scopes.filter((scope) => !isKnownScope(scope, known)).map((scope) => `${role}: ${scope}`),
  );
  expect(wrong).toEqual([]);
});

describe.each(roles)('%s', (role) => {
  const key = (): string => keys.get(role) ?? '';

  it('is refused whatever the table does not give, before anything else is looked at, and leaves no trace', async () => {
    const before = await traces();
    const forbidden = lines.filter(({ may }) => !may.has(role));
    for (const [line, { status, body: told }] of await callEach(forbidden, key())) {
      expect({ ...line, status, code: told['code'], permission: told['permission'] }).toEqual({
        ...line,
        status: 403,
        code: 'permission_missing',
      });
      expect(Object.keys(told).toSorted()).toEqual(
        ['code', 'errors', 'instance', 'permission', 'status', 'title', 'type'].toSorted(),
      );
    }
    expect(await traces()).toEqual(before);
  });

  it('is asked what it wants of whatever the table gives', async () => {
    const given = lines.filter(({ may }) => may.has(role));
    for (const [line, { status, body: told }] of await callEach(given, key())) {
      expect(`${line.method} ${line.path} ${String(status)} ${String(told['code'])}`).not.toMatch(
        / (401|403 permission_missing|5\d\d)/,
      );
    }
  });
});

describe('support', () => {
  it('is shown nobody’s name, where others are', async () => {
    const { partyId } = await bank.openCustomer();
    const path = `/v1/parties/${partyId}`;
    const line = { method: 'GET', path, permission: 'party:read', may: new Set<string>() };
    const nameAs = async (role: string) => JSON.stringify((await call(line, keys.get(role) ?? '')).body);
    const name = `Customer ${partyId.slice(-4)}`;
    expect(await nameAs('operator')).toContain(name);
    expect(await nameAs('support')).toContain('"family":"masked"');
    expect(await nameAs('support')).not.toContain(name);
  });
});
