import { describe, expect, it } from 'vitest';
import { isMessageName, messageNames, messageOfNamespace, namespaceOf } from './message.ts';

describe('the messages of ISO 20022', () => {
  it.each(messageNames)('%s is found by its namespace', (message) => {
    expect(messageOfNamespace(namespaceOf(message))).toBe(message);
    expect(isMessageName(message)).toBe(true);
  });

  it.each([
    ['urn:iso:std:iso:20022:tech:xsd:acme:pain.001.001.03', 'pain.001.001.03'],
    ['http://bank.example/pain.001.001.03.ch.02', 'pain.001.001.03'],
    ['urn:iso:std:iso:20022:tech:xsd:pain.001.001.11', 'pain.001.001.11'],
    ['urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08', undefined],
    ['urn:spain.001.001.03', undefined],
    ['', undefined],
  ])('the namespace %s stands for %s', (namespace, message) => {
    expect(messageOfNamespace(namespace)).toBe(message);
  });

  it('of other versions are named and not ours', () => {
    expect(isMessageName('pain.001.001.11')).toBe(false);
  });
});
