import type { Positions } from '../event-store/position.ts';
import { ProblemError } from '../http/problem.ts';
import type { Route } from '../http/route.ts';

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
            if (route.method === 'GET' && request.position !== undefined)
              await waitFor(request.position, request.tenantId, { positions: positions(), reach });
            const answer = await route.handle(request);
            // A command that wrote knows its own place; what else is answered has the log's head, which no read of it can be ahead of.
            return answer.position === undefined
              ? { ...answer, position: positions().encode(await head(request.tenantId)) }
              : answer;
          },
        },
  );

const waitFor = async (
  position: string,
  tenantId: string,
  { positions, reach }: { readonly positions: Positions; readonly reach: ViewsReach },
): Promise<void> => {
  const seq = positions.decode(position);
  if (seq === undefined) throw new ProblemError('position_unknown');
  if (!(await reach({ tenantId, seq }, waitMs))) throw new ProblemError('view_behind');
};
