import { messageOfNamespace } from './message.ts';
import { shown } from './place.ts';
import { FileRefused } from './text-source.ts';
import type { XmlNode } from './xml-reader.ts';

/**
 * The message an element belongs to, by the namespace of its document; undefined for a document without one, as some banks
 * send.
 * @param families what is expected, without the version: 'pain.001'
 * @throws FileRefused when the document is of another family
 */
export const assertMessage = (parents: readonly XmlNode[], ...families: readonly string[]): string | undefined => {
  const document = parents.find(({ name }) => name === 'Document');
  const namespace = document?.namespace ?? '';
  if (namespace === '') return undefined;
  const message = messageOfNamespace(namespace);
  if (families.some((family) => message?.startsWith(`${family}.`) === true)) return message;
  const reason = `The document has the namespace "${shown(namespace)}" and not that of ${families.join(', ')}.`;
  throw new FileRefused('message_not_expected', reason, document?.line, 'Document');
};

/** The refusal of a file that came to its end without the message that was expected of it. */
export const unexpected = (...families: readonly string[]): FileRefused =>
  new FileRefused('message_not_expected', `The file is no ${families.join(', ')}.`, undefined, 'Document');
