import type { FastifyInstance } from 'fastify';

import { ProblemError } from './problem.ts';

/**
 * Answers what no route takes: 405 with `Allow` when the path exists under other methods, an empty 204 to OPTIONS there,
 * 404 for paths nobody has.
 *
 * @param served every served method and path pattern
 */
export const answerUnrouted = (
  app: FastifyInstance,
  served: readonly { readonly method: string; readonly path: string }[],
): void => {
  const methodsByPath = new Map<string, Set<string>>();
  for (const { method, path } of served) {
    const methods = methodsByPath.get(path) ?? new Set(['OPTIONS']);
    methods.add(method);
    if (method === 'GET') methods.add('HEAD');
    methodsByPath.set(path, methods);
  }
  const patterns = [...methodsByPath].map(([path, methods]) => ({
    pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/:[A-Za-z0-9_]+/g, '[^/]+')}$`),
    methods,
  }));

  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = [
      ...new Set(patterns.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => [...methods])),
    ]
      .toSorted()
      .join(', ');
    if (allowed === '') throw new ProblemError('route_not_found');
    if (request.method === 'OPTIONS') return reply.code(204).header('allow', allowed).send();
    throw new ProblemError('method_not_allowed', { headers: { allow: allowed } });
  });
};
