import type { FastifyInstance } from 'fastify';

/**
 * One thing readiness depends on: throws when it is not there. It may return a note that does not stop traffic,
 * such as a subscription this version had to release.
 */
export type HealthCheck = () => Promise<string | undefined>;

export type HealthServices = {
  readonly checks: Readonly<Record<string, HealthCheck>>;
  readonly isDraining: () => boolean;
  readonly onFailure: (check: string, error: unknown) => void;
  /** A check that has not answered by then has failed. */
  readonly checkTimeoutMs: number;
};

/** Serves /healthz (the process lives) and /readyz (send it traffic), for orchestrators: public, and without the reasons, which are logged. */
export const serveHealth = (app: FastifyInstance, services: HealthServices): void => {
  const config = { isProbe: true };
  app.get('/healthz', { config }, async () => ({ status: 'ok' }));
  app.get('/readyz', { config }, async (_, reply) => {
    // Told first of all when closing, so that a balancer stops sending before anything is refused.
    if (services.isDraining()) return reply.code(503).send({ status: 'draining', checks: {} });
    const entries = await Promise.all(
      Object.entries(services.checks).map(
        async ([name, check]) => [name, await outcome(name, check, services)] as const,
      ),
    );
    const isReady = entries.every(([, { status }]) => status === 'ok');
    return reply
      .code(isReady ? 200 : 503)
      .send({ status: isReady ? 'ready' : 'not_ready', checks: Object.fromEntries(entries) });
  });
};

type Outcome = { readonly status: 'ok' | 'failed'; readonly note?: string };

const outcome = async (
  name: string,
  check: HealthCheck,
  { checkTimeoutMs, onFailure }: HealthServices,
): Promise<Outcome> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${checkTimeoutMs} ms`)), checkTimeoutMs);
  });
  try {
    const note = await Promise.race([check(), timeout]);
    return { status: 'ok', ...(note === undefined ? {} : { note }) };
  } catch (error) {
    onFailure(name, error);
    return { status: 'failed' };
  } finally {
    clearTimeout(timer);
  }
};
