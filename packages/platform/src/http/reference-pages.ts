import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import type { FastifyInstance, FastifyReply } from 'fastify';

import { ProblemError, type ProblemTable } from './problem.ts';

/** Paths these pages are served under, so that a wrong method on them is answered 405. */
export const referencePaths = [
  '/openapi.json',
  '/asyncapi.json',
  '/docs',
  '/docs/scalar.js',
  '/problems',
  '/problems/:code',
];

/**
 * Serves what a client's programmer reads: /openapi.json, the same as pages at /docs (Scalar, from our own disk: it works
 * without a network), and one page per problem under the address its `type` names.
 *
 * @param openApiText the document, and `asyncApiText` that of what is told as it happens; called once, at the first request, because it costs more than the rest of starting up
 */
export const serveReference = (
  app: FastifyInstance,
  {
    title,
    problems,
    openApiText,
    asyncApiText,
  }: {
    title: string;
    problems: ProblemTable;
    openApiText: () => string;
    asyncApiText?: (() => string) | undefined;
  },
): void => {
  const documents = { '/openapi.json': openApiText, '/asyncapi.json': asyncApiText };
  for (const [path, text] of Object.entries(documents)) {
    let document: string | undefined;
    app.get(path, async (_, reply) => {
      if (text === undefined) throw new ProblemError('not_found');
      document ??= text();
      return reply.type('application/json; charset=utf-8').header('cache-control', 'no-cache').send(document);
    });
  }

  app.get('/docs', async (_, reply) =>
    reply.header('content-security-policy', pagePolicy).type('text/html; charset=utf-8').send(page(title)),
  );
  app.get('/docs/scalar.js', async (_, reply) => sendScalar(reply));

  app.get('/problems', async () => Object.entries(problems).map(([code, problem]) => ({ code, ...problem })));
  app.get<{ Params: { code: string } }>('/problems/:code', async (request, reply) => {
    const { code } = request.params;
    const problem = Object.hasOwn(problems, code) ? problems[code] : undefined;
    if (problem === undefined) throw new ProblemError('not_found');
    reply.header('vary', 'accept').header('cache-control', 'no-cache');
    // A browser says text/html first; a page of Markdown reads well enough as plain text.
    const { accept = '' } = request.headers;
    if (!accept.includes('text/')) return reply.send({ type: `/problems/${code}`, code, ...problem });
    const type = accept.includes('text/markdown') ? 'text/markdown' : 'text/plain';
    return reply
      .type(`${type}; charset=utf-8`)
      .send(`# ${problem.title}\n\n\`${code}\`, HTTP status ${problem.status}\n\n${problem.description ?? ''}\n`);
  });
};

/** Scalar styles its elements inline and carries images as data; scripts come from us alone, and nothing from elsewhere. */
const pagePolicy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "worker-src 'self' blob:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "object-src 'none'",
].join('; ');

const sendScalar = (reply: FastifyReply): FastifyReply => {
  const entry = createRequire(import.meta.url).resolve('@scalar/fastify-api-reference');
  return reply
    .type('text/javascript; charset=utf-8')
    .header('cache-control', 'public, max-age=3600')
    .send(createReadStream(join(dirname(entry), 'js', 'standalone.js')));
};

const page = (title: string): string => {
  const configuration = JSON.stringify({
    withDefaultFonts: false,
    telemetry: false,
    hideClientButton: true,
    documentDownloadType: 'json',
  });
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escapeHtml(title)}</title>
  </head>
  <body>
    <script id="api-reference" data-url="/openapi.json" data-configuration="${escapeHtml(configuration)}"></script>
    <script src="/docs/scalar.js"></script>
  </body>
</html>
`;
};

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
