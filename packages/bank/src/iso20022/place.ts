import type { MessageProblem, MessageProblemCode } from './problem.ts';
import type { XmlNode } from './xml-reader.ts';

/** Where one is reading in a message: an element, or the place of one that is missing, and what was found wrong so far. */
export interface Place {
  readonly node: XmlNode | undefined;
  /** The line of the element, or of the nearest one around it that is there. */
  readonly line: number;
  readonly path: string;
  readonly problems: MessageProblem[];
}

/** The place an element stands at. */
export const placeOf = (node: XmlNode, path: string, problems: MessageProblem[]): Place => ({
  node,
  line: node.line,
  path,
  problems,
});

/** Notes what is wrong at a place; the reason continues a sentence that begins with the element's name. */
export const complain = ({ line, path, problems }: Place, code: MessageProblemCode, reason: string): void => {
  problems.push({ code, line, path, reason });
};

/** The place some elements further in: the first of each name, whether or not it is there. */
export const within = (place: Place, ...names: readonly string[]): Place =>
  names.reduce((outer, name) => {
    const node = outer.node === undefined ? undefined : childOf(outer.node, name);
    const path = outer.path === '' ? name : `${outer.path}/${name}`;
    return { node, line: node?.line ?? outer.line, path, problems: outer.problems };
  }, place);

// What another party has put in under its own namespace is not part of the message.
const childOf = (node: XmlNode, name: string): XmlNode | undefined =>
  node.children.find((child) => child.name === name && child.namespace === node.namespace);

/** The place of the first of several elements that is there, for what two versions call by different names; else that of the first. */
export const withinEither = (place: Place, first: string, second: string): Place => {
  const found = within(place, second);
  return within(place, first).node === undefined && found.node !== undefined ? found : within(place, first);
};

/** The places of all elements of one name directly inside, in their order. */
export const eachWithin = (place: Place, name: string): readonly Place[] =>
  (place.node?.children ?? [])
    .filter((child) => child.name === name && child.namespace === place.node?.namespace)
    .map((node, index) => placeOf(node, `${place.path}/${name}[${index + 1}]`, place.problems));

/** The text at a place; undefined where there is no element, or nothing in it. */
export const textAt = (place: Place, ...names: readonly string[]): string | undefined => {
  const text = within(place, ...names).node?.text;
  return text === '' ? undefined : text;
};

/** The longest identifier of ISO 20022 (Max35Text). */
export const ID_LENGTH_MAX = 35;

/** An identifier that may be missing, and is told when it is longer than the standard allows. */
export const idAt = (place: Place, name: string): string | undefined => {
  const text = textAt(place, name);
  if (text !== undefined && Array.from(text).length > ID_LENGTH_MAX)
    complain(within(place, name), 'text_too_long', `has more than ${ID_LENGTH_MAX} characters`);
  return text;
};

/** An identifier without which a message means nothing; empty, with a problem, where it is missing. */
export const requiredId = (place: Place, name: string): string => idAt(place, name) ?? missing(within(place, name));

/** A text without which a message means nothing; empty, with a problem, where it is missing. */
export const requiredText = (place: Place, ...names: readonly string[]): string =>
  textAt(place, ...names) ?? missing(within(place, ...names));

const missing = (place: Place): string => {
  complain(place, 'field_missing', 'is missing');
  return '';
};

/** One of a list of codes; undefined, with a problem, for any other text. */
export const codeAt = <Code extends string>(
  place: Place,
  codes: readonly Code[],
  ...names: readonly string[]
): Code | undefined => {
  const text = textAt(place, ...names);
  const code = codes.find((each) => each === text);
  if (text !== undefined && code === undefined)
    complain(within(place, ...names), 'code_unknown', `says "${shown(text)}", which is none of ${codes.join(', ')}`);
  return code;
};

/** Whether something is so; undefined where the message does not say. */
export const flagAt = (place: Place, name: string): boolean | undefined => {
  const text = textAt(place, name);
  return text === undefined ? undefined : text === 'true' || text === '1';
};

/** A code of an external list, or where there is none the one that a bank uses instead. */
export const codeOrOwn = (place: Place): string | undefined => textAt(place, 'Cd') ?? textAt(place, 'Prtry');

const UETR = /^[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}$/;

/** Whether a text is a unique end-to-end transaction reference: a UUID of version 4 in lower case. */
export const isUetr = (text: string): boolean => UETR.test(text);

/** The unique end-to-end transaction reference at a place, with a problem where it is none. */
export const uetrAt = (place: Place, name: string): string | undefined => {
  const text = textAt(place, name);
  if (text !== undefined && !isUetr(text))
    complain(within(place, name), 'uetr_malformed', `"${shown(text)}" is no UUID of version 4`);
  return text;
};

/** As much of a text as a sentence may repeat. */
export const shown = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

type Present<Fields> = { readonly [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };

/** The fields that have a value: an absent element is an absent field. */
export const present = <Fields extends object>(fields: Fields): Present<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, found]) => found !== undefined)) as Present<Fields>;
