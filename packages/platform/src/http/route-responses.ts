import { z } from 'zod';
import { approvalResource } from '../approval/approval-view.ts';
import { selfPermission } from '../auth/principal.ts';
import type { Route, RouteResponse } from './route.ts';

/** Whether a policy may stand before what the route asks for: a command of somebody who is not only at its own. */
export const mayWait = ({ method, permission, supportsDryRun }: Route): boolean =>
  method !== 'GET' && supportsDryRun === true && permission !== 'public' && permission !== selfPermission;

const waiting = 'It waits for a second person, as a policy says; see `/v1/approvals`.';

/** What a route answers when all went well: what it declares, and that a command waits. */
export const responsesOf = (route: Route): Readonly<Record<number, RouteResponse>> => {
  if (!mayWait(route)) return route.responses;
  const own = route.responses[202];
  const both =
    own?.schema === undefined
      ? { description: waiting, schema: approvalResource }
      : { description: `${own.description} Or: ${waiting}`, schema: z.union([approvalResource, own.schema]) };
  return { ...route.responses, 202: both };
};
