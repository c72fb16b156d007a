import type { OpenApi } from './document.ts';
import { schemaNames } from './operations.ts';
import { comment, importOf, typeText } from './type-text.ts';
import { head } from './write.ts';

/** What is published, by type: the data of each, as webhooks and streams carry it. */
export const messagesText = (api: OpenApi): string => {
  const members = Object.entries(api.webhooks).map(([name, { post }]) => {
    const data = post.requestBody.content['application/json'].schema.properties?.['data'] ?? {};
    return `${comment(post.summary, '  ')}  readonly '${name}': ${typeText(data, '  ')};\n`;
  });
  const text = `/** The data of each published event, by its type. */\nexport interface PublishedData {\n${members.join('')}}\n`;
  return `${head}${importOf(schemaNames(api), text, './schemas.ts')}\n${text}`;
};
