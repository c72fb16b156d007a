import { decimalsOf, currency as isoCurrency } from '@finaegis/kernel/iso4217';
import { isLocalDate } from '@finaegis/kernel/local-date';
import { parseAmount } from '@finaegis/kernel/money';
import type { Money } from './amount.ts';
import { basicLatin } from './basic-latin.ts';
import { isOldGeneration, type MessageName, namespaceOf } from './message.ts';
import { ID_LENGTH_MAX, shown } from './place.ts';
import { MessageNotWritable, type MessageProblem, type MessageProblemCode } from './problem.ts';
import { parentElement, textElement, writeXml, type XmlElement } from './xml-writer.ts';

/** A text that is not in the message as it was given: spelled in basic Latin, cut, or left out (`to` is empty). */
export interface Change {
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

/** A message as it goes out, and what of its texts had to be changed for it, which whoever sent them should be told. */
export interface Written {
  readonly xml: string;
  readonly changes: readonly Change[];
}

/** Where one is writing in a message, with what was changed and what has no form in it so far. */
export interface Spot {
  readonly message: MessageName;
  readonly isOld: boolean;
  readonly path: string;
  readonly changes: Change[];
  readonly problems: MessageProblem[];
}

/**
 * Writes a message with what a function puts into its document.
 * @throws MessageNotWritable with everything that has no form in it
 */
export const writeMessage = (message: MessageName, content: (spot: Spot) => XmlElement | undefined): Written => {
  const spot: Spot = { message, isOld: isOldGeneration(message), path: '', changes: [], problems: [] };
  const root = content(spot);
  if (spot.problems.length > 0) throw new MessageNotWritable(spot.problems);
  const xml = writeXml({
    name: 'Document',
    attributes: { xmlns: namespaceOf(message) },
    content: root === undefined ? [] : [root],
  });
  return { xml, changes: spot.changes };
};

/** The spot an element further in. */
export const into = (spot: Spot, ...names: readonly string[]): Spot => ({
  ...spot,
  path: [...(spot.path === '' ? [] : [spot.path]), ...names].join('/'),
});

/** The spot of one of several elements of a name; positions count from 1. */
export const intoEach = (spot: Spot, name: string, index: number): Spot => into(spot, `${name}[${index + 1}]`);

/** Notes what has no form in the message. */
export const refuse = ({ path, problems }: Spot, code: MessageProblemCode, reason: string): void => {
  problems.push({ code, path, reason });
};

/** An element with a name or free text, in the characters every bank accepts; what does not fit is cut, and both are told. */
export const latinElement = (
  outer: Spot,
  name: string,
  value: string | undefined,
  lengthMax: number,
): XmlElement | undefined => {
  if (value === undefined) return undefined;
  const written = basicLatin(value).slice(0, lengthMax).trim();
  if (written !== value) outer.changes.push({ path: into(outer, name).path, from: value, to: written });
  return textElement(name, written);
};

/** Elements with one text, which goes on in the next where it is too long for the one before. */
export const latinElements = (
  outer: Spot,
  name: string,
  value: string,
  lengthMax: number,
): readonly (XmlElement | undefined)[] => {
  const written = basicLatin(value);
  if (written !== value) outer.changes.push({ path: into(outer, name).path, from: value, to: written });
  const pieces = written.match(new RegExp(`.{1,${lengthMax}}`, 'gs')) ?? [];
  return pieces.map((piece) => textElement(name, piece.trim()));
};

/** Tells that a text is left out, because the message has no place for it. */
export const leaveOut = (outer: Spot, name: string, value: string | undefined): undefined => {
  if (value !== undefined) outer.changes.push({ path: into(outer, name).path, from: value, to: '' });
  return undefined;
};

/** An element with an identifier, which may be neither cut nor respelled: it would be another one's. */
export const idElement = (
  outer: Spot,
  name: string,
  value: string | undefined,
  lengthMax: number = ID_LENGTH_MAX,
): XmlElement | undefined => {
  if (value === undefined) return undefined;
  const spot = into(outer, name);
  if (value.length > lengthMax) refuse(spot, 'text_too_long', `has more than ${lengthMax} characters`);
  else if (basicLatin(value) !== value)
    refuse(spot, 'text_not_writable', `"${shown(value)}" has characters that not every bank accepts`);
  return textElement(name, value);
};

/** An identifier without which the message means nothing. */
export const requiredIdElement = (outer: Spot, name: string, value: string): XmlElement | undefined => {
  if (value === '') refuse(into(outer, name), 'field_missing', 'is missing');
  return idElement(outer, name, value);
};

const CODE = /^[A-Za-z0-9]{1,4}$/;

/** An element with a code of an external list: one to four letters and digits. */
export const codeElement = (outer: Spot, name: string, value: string | undefined): XmlElement | undefined => {
  if (value !== undefined && !CODE.test(value))
    refuse(into(outer, name), 'code_unknown', `says "${shown(value)}", which is no code`);
  return textElement(name, value);
};

/** An element around a code of an external list (`Cd`), or around the bank's own word where it cannot be one (`Prtry`). */
export const codeOrOwnElement = (outer: Spot, name: string, value: string | undefined): XmlElement | undefined => {
  if (value === undefined) return undefined;
  return parentElement(name, [
    CODE.test(value) ? textElement('Cd', value) : idElement(into(outer, name), 'Prtry', value),
  ]);
};

/** Digits of an amount in a message, and how many of them may stand behind the point. */
const DIGITS_MAX = 18;
const FRACTION_DIGITS_MAX = 5;

/** An element with an amount of money, not finer than its currency and within the digits of the standard. */
export const moneyElement = (outer: Spot, name: string, { amount, currency }: Money): XmlElement | undefined => {
  const spot = into(outer, name);
  const known = isoCurrency(currency);
  const decimals = known === undefined ? undefined : decimalsOf(known);
  if (decimals === undefined || decimals > FRACTION_DIGITS_MAX)
    refuse(spot, 'currency_unknown', `"${shown(currency)}" is no currency of these messages`);
  else {
    const parsed = parseAmount(amount, decimals);
    if (!parsed.ok) refuse(spot, parsed.problem, `"${shown(amount)}" is no amount of ${currency}`);
    else if (amount.replace('.', '').length > DIGITS_MAX)
      refuse(spot, 'amount_too_large', `has more than ${DIGITS_MAX} digits`);
  }
  return textElement(name, amount, { Ccy: currency });
};

const INSTANT = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?$/;

/** An element with an instant. */
export const instantElement = (outer: Spot, name: string, value: string | undefined): XmlElement | undefined => {
  if (value !== undefined && !isLocalDate(INSTANT.exec(value)?.[1] ?? ''))
    refuse(into(outer, name), 'date_malformed', `"${shown(value)}" is no instant`);
  return textElement(name, value);
};

/** An element with a day. */
export const dayElement = (outer: Spot, name: string, value: string | undefined): XmlElement | undefined => {
  if (value !== undefined && !isLocalDate(value))
    refuse(into(outer, name), 'date_malformed', `"${shown(value)}" is no day`);
  return textElement(name, value);
};
