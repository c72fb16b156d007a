import { z } from 'zod';
import { requireStaff } from '../../auth/access.ts';
import { instant } from '../../http/amount.ts';
import { type CursorScope, decodeCursor, pageOf, pageQuery, pageSchema } from '../../http/cursor.ts';
import { defineRoute, type Route, readRoute } from '../../http/route.ts';
import { read, type Services } from '../../services.ts';
import { type LookRow, listLooks } from '../looks-view.ts';
import { listSecurity, type SecurityRow } from '../security-view.ts';

const at = z.string().describe('UTC instant with milliseconds.');
const name = z.string().regex(/^[\x21-\x7e]{1,120}$/, 'must be 1 to 120 visible ASCII characters without spaces');
const about = z.string().regex(/^[a-z][a-z-]{0,39}:[\x21-\x7e]{1,120}$/, 'must be such as party: and its id');
const period = {
  from: instant.optional().describe('UTC instant, included.'),
  to: instant.optional().describe('UTC instant, not included.'),
};
const who = {
  principalId: z.string().describe('The key or user.'),
  userId: z.string().optional().describe('The person behind it, where there is one.'),
  requestId: z.string().describe('Under which the log of requests knows it.'),
};

const lookResource = z
  .object({
    at,
    subject: z.string().describe('Whose values they were, such as `party:` or `account:` and its id.'),
    operationId: z.string(),
    channel: z.string(),
    ...who,
  })
  .meta({ id: 'PersonalDataLook' });

const securityResource = z
  .object({
    at,
    kind: z.string(),
    about: z.string().describe('What it is about, such as `user:` or `api-key:` and its id.'),
    detail: z.string().optional().describe('A code or an instant that says more.'),
    count: z.number().int().describe('How often, where refusals of one kind are told together.'),
    ...who,
  })
  .meta({ id: 'SecurityEvent' });

const withoutPlace = (row: LookRow | SecurityRow): object =>
  Object.fromEntries(
    Object.entries(row).filter(([name, value]) => value !== null && name !== 'seq' && name !== 'place'),
  );

const place = z.tuple([z.string().regex(/^[0-9]{1,18}$/), z.number().int().min(0).max(2_000_000_000)]);
const shared = { ...readRoute, tag: 'Oversight', permission: 'oversight:read', problems: ['staff_only'] } as const;

/** Routes for those who look after the others. */
export const oversightRoutes = (services: Services): readonly Route[] => [
  looksRoute(services),
  securityRoute(services),
];

const looksRoute = (services: Services): Route =>
  defineRoute({
    ...shared,
    path: '/v1/personal-data-looks',
    operationId: 'listPersonalDataLooks',
    summary: 'List whose personal data staff were shown, newest first',
    description:
      'One line for each request and each whose values were in its answer; a list that shows fifty customers leaves fifty. Nothing is noted of customers who look at their own. A line is there about a second after the answer.',
    request: {
      query: z.strictObject({
        ...pageQuery,
        subject: about.optional().describe('Whose, such as `party:` and its id.'),
        principalId: name.optional().describe('A key, a user, or a user behind its keys.'),
        ...period,
      }),
    },
    responses: { 200: { description: 'A page of looks.', schema: pageSchema(lookResource) } },
    handle: async ({ principal, tenantId, query: { limit, cursor, ...filter } }) => {
      requireStaff(principal);
      const scope: CursorScope = { list: 'personal-data-looks', epoch: services.positions.epoch };
      const before = cursor === undefined ? undefined : decodeCursor(cursor, scope, place);
      const rows = await read(services, tenantId, (tx) =>
        listLooks(tx, tenantId, filter, { before, limit: limit + 1 }),
      );
      const positionOf = (row: LookRow): readonly [string, number] => [String(row.seq), row.place];
      return { status: 200, body: pageOf(rows, { limit, scope, positionOf, show: withoutPlace }) };
    },
  });

const securityRoute = (services: Services): Route =>
  defineRoute({
    ...shared,
    path: '/v1/security-events',
    operationId: 'listSecurityEvents',
    summary: 'List what happened to the doors: sign-ins, refusals, keys, roles, factors, newest first',
    description:
      'Refusals (401 and 403) of principals that are known are told together, by principal, problem and operation, every ten seconds; what is too many kinds to be told apart is told as `others`.',
    request: {
      query: z.strictObject({
        ...pageQuery,
        kind: z
          .string()
          .regex(/^[a-z][a-z_]{0,39}$/, 'must be a code such as sign_in_refused')
          .optional(),
        principalId: name.optional().describe('A key, a user, or a user behind its keys and its login.'),
        about: about.optional(),
        ...period,
      }),
    },
    responses: { 200: { description: 'A page of events.', schema: pageSchema(securityResource) } },
    handle: async ({ principal, tenantId, query: { limit, cursor, ...filter } }) => {
      requireStaff(principal);
      const scope: CursorScope = { list: 'security-events', epoch: services.positions.epoch };
      const before = cursor === undefined ? undefined : decodeCursor(cursor, scope, place);
      const rows = await read(services, tenantId, (tx) =>
        listSecurity(tx, tenantId, filter, { before, limit: limit + 1 }),
      );
      const positionOf = (row: SecurityRow): readonly [string, number] => [String(row.seq), row.place];
      return { status: 200, body: pageOf(rows, { limit, scope, positionOf, show: withoutPlace }) };
    },
  });
