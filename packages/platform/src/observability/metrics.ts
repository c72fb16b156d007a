import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What every metric has: a name with its unit last (`ledger_commit_seconds`), a help sentence, and few-valued labels. */
export type MetricFacts<Label extends string> = {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly Label[];
};

/** The metrics of one process. */
export type Metrics = {
  readonly contentType: string;
  /** The exposition in Prometheus text format. */
  text(): Promise<string>;
  counter<Label extends string>(facts: MetricFacts<Label>): Counter<Label>;
  /** `read` is asked at each scrape, so that a gauge is never stale. */
  gauge<Label extends string>(
    facts: MetricFacts<Label> & { readonly read?: () => number | Promise<number> },
  ): Gauge<Label>;
  histogram<Label extends string>(
    facts: MetricFacts<Label> & { readonly buckets?: readonly number[] },
  ): Histogram<Label>;
  /** Counts one answered request. `route` is the pattern, never the path: its labels must stay few. */
  observeRequest(request: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly seconds: number;
  }): void;
};

const latencyBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Makes the registry of a process, with the metrics of the process itself (memory, event loop, collections). */
export const createMetrics = (): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const base = <Label extends string>({ name, help, labels = [] }: MetricFacts<Label>) => ({
    name,
    help,
    labelNames: labels,
    registers: [registry],
  });
  const requests = new Histogram({
    ...base({
      name: 'http_request_seconds',
      help: 'Time from the first byte of a request to the last of its answer.',
      labels: ['method', 'route', 'status'],
    }),
    buckets: latencyBuckets,
  });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    counter: (facts) => new Counter(base(facts)),
    gauge: ({ read, ...facts }) => {
      const gauge = new Gauge({
        ...base(facts),
        ...(read === undefined
          ? {}
          : {
              collect: async () => {
                gauge.set(await read());
              },
            }),
      });
      return gauge;
    },
    histogram: ({ buckets = latencyBuckets, ...facts }) => new Histogram({ ...base(facts), buckets: [...buckets] }),
    observeRequest: ({ method, route, status, seconds }) =>
      requests.observe({ method, route, status: `${Math.floor(status / 100)}xx` }, seconds),
  };
};

/**
 * Serves /metrics on a port of its own, for installations where the API's port faces the world.
 *
 * @returns the port it listens on, and how to stop it
 */
export const serveMetrics = async (
  metrics: Metrics,
  { host, port }: { host: string; port: number },
): Promise<{ port: number; close: () => Promise<void> }> => {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port: (server.address() as AddressInfo).port, close };
};
