import { asyncApiDocument } from '@finaegis/platform/realtime/asyncapi';
import { declaredModules } from './modules.ts';
import { apiInfo, publishedApi } from './server.ts';

// Prints the AsyncAPI document of this release; committed as docs/reference/asyncapi.json and compared by `npm run check`.
const { published, channels, latest } = publishedApi(declaredModules());
process.stdout.write(`${JSON.stringify(asyncApiDocument({ info: apiInfo, channels, published, latest }), null, 2)}\n`);
