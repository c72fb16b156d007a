/** An element of an XML document: a name, and either text or child elements; what is undefined is left out. */
export interface XmlElement {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly content: string | readonly XmlElement[];
}

/** An element with text; undefined for no text, so that optional elements disappear where their value is missing. */
export const textElement = (
  name: string,
  text: string | undefined,
  attributes?: Readonly<Record<string, string>>,
): XmlElement | undefined => {
  if (text === undefined || text === '') return undefined;
  return attributes === undefined ? { name, content: text } : { name, attributes, content: text };
};

/** An element with children; undefined when none is left, because ISO 20022 knows no empty elements. */
export const parentElement = (name: string, children: readonly (XmlElement | undefined)[]): XmlElement | undefined => {
  const content = children.filter((child) => child !== undefined);
  return content.length === 0 ? undefined : { name, content };
};

/** Writes a document with its declaration, indented, lines ending in LF. */
export const writeXml = (root: XmlElement): string => {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>'];
  writeElement(root, '', lines);
  return `${lines.join('\n')}\n`;
};

const writeElement = ({ name, attributes = {}, content }: XmlElement, indent: string, lines: string[]): void => {
  const start =
    name +
    Object.entries(attributes)
      .map(([key, value]) => ` ${key}="${escaped(value)}"`)
      .join('');
  if (typeof content === 'string') {
    lines.push(`${indent}<${start}>${escaped(content)}</${name}>`);
    return;
  }
  lines.push(`${indent}<${start}>`);
  for (const child of content) writeElement(child, `${indent}  `, lines);
  lines.push(`${indent}</${name}>`);
};

// XML 1.0 has no form at all for these characters, escaped or not; one of them makes the whole document unreadable.
const NOT_IN_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/gu;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

const escaped = (text: string): string =>
  text.replace(NOT_IN_XML, '').replace(/[&<>"']/g, (character) => entities[character] ?? character);
