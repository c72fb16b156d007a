import { z } from 'zod';
import { requireStaff } from '../../auth/access.ts';
import { answerCommand } from '../../http/command-route.ts';
import { ProblemError } from '../../http/problem.ts';
import { commandRoute, defineRoute, type Route, readRoute } from '../../http/route.ts';
import type { Services } from '../../services.ts';
import { switchTerms } from '../breaker-switch/breaker-switch.ts';
import type { Breakers } from '../breakers.ts';
import { callResults } from '../call-statistics.ts';
import { type SwitchResult, switchBreakerCommand } from '../commands.ts';
import { operationNameSchema } from '../operation-name.ts';
import { resilienceProblems } from '../problems.ts';
import { healthOf, type ProviderHealth } from '../provider-health.ts';

const tag = 'Providers';
const instant = z.string().describe('UTC instant with milliseconds.');
const milliseconds = z.number().min(0);

const healthSchema = z.object({
  provider: z.string(),
  operation: z.string(),
  state: z
    .enum(['closed', 'half_open', 'open'])
    .describe('Of the breaker, the same in all processes: `closed` lets calls through, `half_open` one at a time.'),
  isForced: z.boolean().describe('A person decided, not the calls.'),
  since: instant
    .optional()
    .describe('When the state began; absent while it has not changed since the process started.'),
  retryAt: instant.optional().describe('When calls will be tried again.'),
  counts: z
    .object(Object.fromEntries(callResults.map((result) => [result, z.number().int().min(0)])))
    .describe(
      'Tries of the last minute in the process that answers, by how they ended; busy and refused were never sent.',
    ),
  failureRate: z.number().min(0).max(1).optional().describe('Failed and unknown among the tries that were sent.'),
  latencyMs: z.object({ p50: milliseconds, p95: milliseconds }).optional().describe('Of the last 256 tries.'),
  lastFailure: z.object({ code: z.string(), at: instant }).optional(),
});

const showHealth = ({
  failureShare,
  latencyMs,
  lastFailure,
  ...health
}: ProviderHealth): z.output<typeof healthSchema> => ({
  ...health,
  counts: { ...health.counts },
  failureRate: failureShare,
  latencyMs: latencyMs && { p50: rounded(latencyMs.p50), p95: rounded(latencyMs.p95) },
  lastFailure: lastFailure && { code: lastFailure.code, at: new Date(lastFailure.at).toISOString() },
});

const rounded = (ms: number): number => Math.round(ms * 1_000) / 1_000;

const switchSchema = z.object({
  provider: z.string(),
  operation: z.string(),
  position: z.enum(['automatic', 'open', 'closed']).describe('Where it is held; `automatic` when the calls decide.'),
});
const showSwitch = ({ provider, operation, position }: SwitchResult): z.output<typeof switchSchema> => ({
  provider,
  operation,
  position,
});

/** The routes of providers: how they are, and the switches of their breakers. */
export const providerRoutes = (services: Services, breakers: Breakers): readonly Route[] => [
  healthRoute(services, breakers),
  switchRoute(services, breakers),
];

const healthRoute = (services: Services, breakers: Breakers): Route =>
  defineRoute({
    ...readRoute,
    path: '/v1/providers/health',
    operationId: 'listProviderHealth',
    summary: 'Tell how the providers are',
    description:
      'One item per operation, by provider. States are those of the whole bank; counts are of the process that answers.',
    tag,
    permission: 'providers:read',
    request: {},
    responses: { 200: { description: 'All operations.', schema: z.object({ items: z.array(healthSchema) }) } },
    problems: ['staff_only'],
    handle: async ({ principal }) => {
      requireStaff(principal);
      const now = Date.parse(services.now());
      return {
        status: 200,
        body: { items: breakers.operations.map((operation) => showHealth(healthOf(operation, now))) },
      };
    },
  });

const switchRoute = (services: Services, breakers: Breakers): Route =>
  defineRoute({
    ...commandRoute,
    path: '/v1/providers/:provider/operations/:operation/breaker',
    operationId: 'switchBreaker',
    summary: 'Open or close a breaker by hand, or leave it to itself again',
    description:
      'For the platform’s own keys. It holds in every process within a second, and until it is `automatic` again.',
    tag,
    permission: 'providers:write',
    request: { params: operationNameSchema, body: z.strictObject(switchTerms) },
    responses: { 200: { description: 'Where the switch is now.', schema: switchSchema } },
    problems: ['staff_only', 'not_found', 'breakers_belong_to_platform'],
    handle: async (request) => {
      requireStaff(request.principal);
      if (breakers.find(request.params) === undefined) throw new ProblemError('not_found');
      const answer = await answerCommand(
        services,
        request,
        switchBreakerCommand,
        { ...request.params, ...request.body },
        { status: 200, show: showSwitch, problems: resilienceProblems },
      );
      // Here it holds with the answer; the others read it in a moment.
      await breakers.refresh();
      return answer;
    },
  });
