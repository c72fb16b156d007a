import type { Positions } from '../event-store/position.ts';
import { ProblemError } from '../http/problem.ts';
import type { ApiRequest, Route } from '../http/route.ts';

/** How long a read waits for its views. */
export const waitMs = 2_000;

/** Waits for the views of a tenant; false when they are still behind after `timeoutMs`. */
export type ViewsReach = (
  position: { readonly tenantId: string; readonly seq: bigint },
  timeoutMs: number,
) => Promise<boolean>;

/** What the wrapped routes ask. */
export interface ReadYourWrites {
  readonly positions: () => Positions;
  readonly reach: ViewsReach;
  /** The sequence number of the tenant's newest event. */
  head(tenantId: string): Promise<bigint>;
}

/**
 * The same routes, of which those that read honour `Finaegis-Position`: they answer only what has seen the sender's own writes, or say that the
 * views are behind. It wraps routes, so that no context has to remember it. Every answer carries a position.
 */
export const readingOwnWrites = (
  routes: readonly Route[],
  { positions, reach, head }: ReadYourWrites,
): readonly Route[] =>
  routes.map((route) =>
    route.permission === 'public'
      ? route
      : {
          ...route,
          problems:
            route.method === 'GET'
              ? [...new Set([...route.problems, 'position_unknown', 'view_behind'])]
              : route.problems,
          handle: async (request) => {
            if (route.method === 'GET') await waitForViews(route, request, { positions, reach, head });
            const answer = await route.handle(request);
            // A command that wrote knows its own place; what else is answered has the log's head, which no read of it can be ahead of.
            return answer.position === undefined
              ? { ...answer, position: positions().encode(await head(request.tenantId)) }
              : answer;
          },
        },
  );

const waitForViews = async (
  route: Route,
  request: ApiRequest,
  { positions, reach, head }: ReadYourWrites,
): Promise<void> => {
  const { tenantId, position } = request;
  const seqs = [
    ...(position === undefined ? [] : [placeOf(position, positions())]),
    ...(route.isOfWholeLog?.(request) === true ? [await head(tenantId)] : []),
  ];
  for (const seq of seqs) if (!(await reach({ tenantId, seq }, waitMs))) throw new ProblemError('view_behind');
};

const placeOf = (position: string, positions: Positions): bigint => {
  const seq = positions.decode(position);
  if (seq !== undefined) return seq;
  throw new ProblemError('position_unknown', {
    errors: [
      {
        field: '/headers/finaegis-position',
        code: 'position_unknown',
        message: 'must be a position this log has answered',
      },
    ],
  });
};
