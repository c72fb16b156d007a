import * as api from '@opentelemetry/api';
import { node, tracing } from '@opentelemetry/sdk-node';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { spanRunner, startTracing, withSpan } from './tracing.ts';

const exporter = new tracing.InMemorySpanExporter();
const provider = new node.NodeTracerProvider({ spanProcessors: [new tracing.SimpleSpanProcessor(exporter)] });

beforeAll(() => provider.register());
afterAll(() => provider.shutdown());

it('without tracing, work just runs', async () => {
  expect(await withSpan('work', {}, async () => 42)).toBe(42);
  expect(exporter.getFinishedSpans()).toEqual([]);
});

it('work inside work is a span inside a span, and both belong to the trace of whoever asked', async () => {
  const run = spanRunner(api, provider.getTracer('test'));
  const parent = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
  await run('GET /v1/pots', { kind: 'server', parent, attributes: { 'http.route': '/v1/pots' } }, () =>
    run('query', {}, async () => undefined),
  );
  const [inner, outer] = exporter.getFinishedSpans();
  expect(outer?.name).toBe('GET /v1/pots');
  expect(outer?.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c');
  expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
});

it('work that fails marks its span, without what the error said', async () => {
  exporter.reset();
  const run = spanRunner(api, provider.getTracer('test'));
  await expect(run('work', {}, () => Promise.reject(new TypeError('hunter2')))).rejects.toThrow('hunter2');
  const [span] = exporter.getFinishedSpans();
  expect(span?.status.code).toBe(api.SpanStatusCode.ERROR);
  expect(span?.attributes).toEqual({ 'error.type': 'TypeError' });
  expect(JSON.stringify([span?.attributes, span?.status, span?.events])).not.toContain('hunter2');
});

it('tracing that is off starts nothing', async () => {
  const stop = await startTracing({ target: 'off', service: 'test', version: '1' });
  expect(await withSpan('work', {}, async () => exporter.getFinishedSpans().length)).toBe(
    exporter.getFinishedSpans().length,
  );
  await stop();
});
