import { z } from 'zod';
import { answerCommand } from '../../http/command-route.ts';
import { type ApiRequest, commandRoute, defineRoute, type Route, readRoute } from '../../http/route.ts';
import { read, type Services } from '../../services.ts';
import { revokeSessionCommand } from '../commands.ts';
import { authProblems } from '../problems.ts';
import { sessionIdleMs } from '../session/session.ts';
import { type SessionRow, sessionColumns } from '../sessions-table.ts';

type Listed = SessionRow & { readonly sessionId: string; readonly lastUsedAt?: string | null };

const instant = z.string().describe('UTC instant with milliseconds.');
const sessionResource = z
  .object({
    sessionId: z.string(),
    openedAt: instant,
    expiresAt: instant,
    revokedAt: instant.optional(),
    lastUsedAt: instant.optional().describe('At most ten seconds behind; told by reads only.'),
    isCurrent: z.boolean().describe('Whether it is the one this was asked by.'),
  })
  .meta({ id: 'Session' });

const self = { tag: 'Me', permission: 'self' } as const;

const showSession = (row: Listed, current: string | undefined): z.output<typeof sessionResource> => ({
  sessionId: row.sessionId,
  openedAt: row.openedAt,
  expiresAt: row.expiresAt,
  ...(row.revokedAt === null ? {} : { revokedAt: row.revokedAt }),
  ...(row.lastUsedAt === null || row.lastUsedAt === undefined ? {} : { lastUsedAt: row.lastUsedAt }),
  isCurrent: row.sessionId === current,
});

/** Routes of users about their sessions. */
export const sessionRoutes = (services: Services): readonly Route[] => [listRoute(services), revokeRoute(services)];

const listRoute = (services: Services): Route =>
  defineRoute({
    ...readRoute,
    ...self,
    path: '/v1/me/sessions',
    operationId: 'listOwnSessions',
    summary: 'List the sessions that are open, newest first',
    description:
      'Those before the last change of the password, and those nobody used for half an hour, are over and not among them.',
    request: {},
    responses: {
      200: { description: 'At most a hundred.', schema: z.object({ items: z.array(sessionResource) }) },
    },
    problems: [],
    handle: async ({ principal, tenantId }) => {
      const now = services.now();
      const idleSince = new Date(Date.parse(now) - sessionIdleMs).toISOString();
      const { rows } = await read(services, tenantId, (tx) =>
        tx.query<Listed>({
          name: 'own-sessions',
          text: `select ${sessionColumns}, u.used_at as "lastUsedAt" from auth_sessions s
            left join key_last_use u on u.tenant_id = s.tenant_id and u.key_id = s.session_id
            where s.tenant_id = $1 and s.user_id = $2 and s.revoked_at is null and s.expires_at > $3 and s.opened_at > $4
              and greatest(s.opened_at, u.used_at) > $5
            order by s.session_id desc limit 100`,
          values: [tenantId, principal.id, now, principal.session?.sessionsFrom, idleSince],
        }),
      );
      const items = rows.map((row) => showSession(row, principal.session?.sessionId));
      return { status: 200, body: { items } };
    },
  });

const revokeRoute = (services: Services): Route =>
  defineRoute({
    ...commandRoute,
    ...self,
    path: '/v1/me/sessions/:sessionId/revocation',
    operationId: 'revokeOwnSession',
    summary: 'End a session: the one this is asked by to log out, or another one',
    request: { params: z.strictObject({ sessionId: z.uuid() }) },
    responses: { 200: { description: 'The session as it is now.', schema: sessionResource } },
    problems: ['session_unknown'],
    handle: async (request) =>
      answerCommand(
        services,
        request as ApiRequest,
        revokeSessionCommand,
        { sessionId: request.params.sessionId, userId: request.principal.id },
        {
          status: 200,
          show: (row) => showSession(row, request.principal.session?.sessionId),
          problems: authProblems,
        },
      ),
  });
