import type * as OpenTelemetry from '@opentelemetry/api';

/** What a span says of its work. `parent` are the headers of the request that asked for it (W3C Trace Context). */
export type SpanFacts = {
  readonly kind?: 'server' | 'client' | 'internal';
  readonly attributes?: OpenTelemetry.Attributes;
  readonly parent?: Readonly<Record<string, string | string[] | undefined>>;
};

type RunInSpan = <Result>(name: string, facts: SpanFacts, work: () => Promise<Result>) => Promise<Result>;

// OpenTelemetry is global by design; so is whether it runs. Until it is started nothing of it is loaded.
let runInSpan: RunInSpan | undefined;

/** Runs work inside a span; without tracing, just runs it. A rejection marks the span as failed and is passed on. */
export const withSpan: RunInSpan = (name, facts, work) =>
  runInSpan === undefined ? work() : runInSpan(name, facts, work);

/** Where spans go: to the OTLP endpoint the environment names (OTEL_EXPORTER_OTLP_ENDPOINT), to standard output, or nowhere. */
export type TracingTarget = 'off' | 'otlp' | 'console';

/**
 * Starts OpenTelemetry when it is wanted. The SDK takes 400 ms to load, so it is imported only then.
 *
 * @returns how to stop it: sends what is left, then withSpan just runs its work again
 */
export const startTracing = async ({
  target,
  service,
  version,
}: {
  target: TracingTarget;
  service: string;
  version: string;
}): Promise<() => Promise<void>> => {
  if (target === 'off') return async () => {};
  const [api, { NodeSDK, tracing, resources }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-node'),
  ]);
  const sdk = new NodeSDK({
    resource: resources.resourceFromAttributes({ 'service.name': service, 'service.version': version }),
    ...(target === 'console'
      ? { spanProcessors: [new tracing.SimpleSpanProcessor(new tracing.ConsoleSpanExporter())] }
      : {}),
    // Only spans: metrics are Prometheus's and logs are pino's.
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
  });
  sdk.start();
  runInSpan = spanRunner(api, api.trace.getTracer(service, version));
  return async () => {
    runInSpan = undefined;
    await sdk.shutdown();
  };
};

/** How withSpan works once there is a tracer; exported for tests, which bring their own. */
export const spanRunner =
  (api: typeof OpenTelemetry, tracer: OpenTelemetry.Tracer): RunInSpan =>
  (name, { kind = 'internal', attributes = {}, parent }, work) => {
    const kinds = { server: api.SpanKind.SERVER, client: api.SpanKind.CLIENT, internal: api.SpanKind.INTERNAL };
    const context = parent === undefined ? api.context.active() : api.propagation.extract(api.context.active(), parent);
    return tracer.startActiveSpan(name, { kind: kinds[kind], attributes }, context, async (span) => {
      try {
        return await work();
      } catch (error) {
        // Only the kind of failure is told: messages may hold what must not leave the house.
        span.setStatus({ code: api.SpanStatusCode.ERROR });
        span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown');
        throw error;
      } finally {
        span.end();
      }
    });
  };
