import { expect, it } from 'vitest';

import { createMetrics, serveMetrics } from './metrics.ts';

it('a process tells of itself and of what its parts have registered', async () => {
  const metrics = createMetrics();
  metrics.counter({ name: 'refusals_total', help: 'Refusals.', labels: ['code'] }).inc({ code: 'insufficient_funds' });
  let depth = 1;
  metrics.gauge({ name: 'queue_commands', help: 'Commands waiting.', read: () => depth });
  metrics.histogram({ name: 'commit_seconds', help: 'Commits.', buckets: [0.1, 1] }).observe(0.5);
  depth = 7;
  const text = await metrics.text();
  expect(text).toContain('refusals_total{code="insufficient_funds"} 1');
  expect(text).toContain('queue_commands 7');
  expect(text).toContain('commit_seconds_bucket{le="1"} 1');
  expect(text).toContain('process_resident_memory_bytes');
});

it('requests are counted by class of status', async () => {
  const metrics = createMetrics();
  for (const status of [200, 201, 404])
    metrics.observeRequest({ method: 'GET', route: '/v1/pots', status, seconds: 0.003 });
  const text = await metrics.text();
  expect(text).toContain('http_request_seconds_count{method="GET",route="/v1/pots",status="2xx"} 2');
  expect(text).toContain('status="4xx"} 1');
});

it('two registries of one machine do not meet', async () => {
  createMetrics().counter({ name: 'only_here_total', help: 'Here.' });
  expect(await createMetrics().text()).not.toContain('only_here_total');
});

it('a port of its own serves metrics and nothing else', async () => {
  const { port, close } = await serveMetrics(createMetrics(), { host: '127.0.0.1', port: 0 });
  const served = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect([served.status, served.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/plain')]);
  await served.text();
  expect((await fetch(`http://127.0.0.1:${port}/v1/pots`)).status).toBe(404);
  await close();
});
