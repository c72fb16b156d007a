import { positionsOf } from '@finaegis/platform/event-store/position';
import { commonProblems } from '@finaegis/platform/http/common-problems';
import { openApiDocument } from '@finaegis/platform/http/openapi';
import { mergeProblems } from '@finaegis/platform/http/problem';
import { declaredModules } from './modules.ts';
import { apiInfo, publishedApi, served } from './server.ts';

// Prints the OpenAPI document of this release; committed as docs/reference/openapi.json and compared by `npm run check`.
const { routes, problems, published } = publishedApi(declaredModules());
const asServed = served(routes, {
  guard: { requireActive: async () => undefined },
  positions: () => positionsOf(''),
  reach: async () => true,
  head: async () => 0n,
});
process.stdout.write(
  `${JSON.stringify(openApiDocument(asServed, mergeProblems(commonProblems, ...problems), apiInfo, published), null, 2)}\n`,
);
