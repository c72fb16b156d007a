import { parseCreditorReference } from '@finaegis/kernel/creditor-reference';
import { complain, eachWithin, type Place, present, shown, textAt, within } from './place.ts';

/** What the payer tells the payee. */
export interface Remittance {
  /** Lines of at most 140 characters. */
  readonly unstructured?: readonly string[];
  /** The payee's own reference: by ISO 11649 where it begins with RF, else a national one. */
  readonly creditorReference?: string;
}

/** The longest line of remittance (Max140Text). */
export const REMITTANCE_LENGTH_MAX = 140;

/** The remittance inside a place; undefined where there is none. */
export const remittanceAt = (outer: Place): Remittance | undefined => {
  const place = within(outer, 'RmtInf');
  if (place.node === undefined) return undefined;
  const unstructured = eachWithin(place, 'Ustrd').flatMap((line) => {
    const text = textAt(line);
    if (text !== undefined && Array.from(text).length > REMITTANCE_LENGTH_MAX)
      complain(line, 'text_too_long', `has more than ${REMITTANCE_LENGTH_MAX} characters`);
    return text ?? [];
  });
  const creditorReference = creditorReferenceAt(within(place, 'Strd', 'CdtrRefInf', 'Ref'));
  if (unstructured.length === 0 && creditorReference === undefined) return undefined;
  return present({ unstructured: unstructured.length === 0 ? undefined : unstructured, creditorReference });
};

const creditorReferenceAt = (place: Place): string | undefined => {
  const written = textAt(place);
  if (written === undefined || !/^RF\d\d/i.test(written)) return written;
  const parsed = parseCreditorReference(written);
  if (!parsed.ok) complain(place, parsed.problem, `"${shown(written)}" is no creditor reference`);
  return parsed.ok ? parsed.reference : written;
};
