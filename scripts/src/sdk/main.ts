import { readOpenApi } from './document.ts';
import { messagesText } from './messages.ts';
import { operationsOf } from './operations.ts';
import { groupsText, operationsText, problemsText, routesText, schemasText } from './write.ts';

// `node scripts/dist/sdk/main.js FILE`: one generated file of the sdk, to the standard output.
const api = await readOpenApi();
const operations = operationsOf(api);
const texts: Readonly<Record<string, () => string>> = {
  schemas: () => schemasText(api),
  operations: () => operationsText(api, operations),
  groups: () => groupsText(api, operations),
  routes: () => routesText(operations),
  problems: () => problemsText(api),
  messages: () => messagesText(api),
};
const write = texts[process.argv[2] ?? ''];
if (write === undefined) throw new Error(`Which of ${Object.keys(texts).join(', ')}?`);
process.stdout.write(write());
