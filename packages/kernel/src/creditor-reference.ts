/** Why a text is no creditor reference, in the order it is examined. */
export type CreditorReferenceProblem = 'creditor_reference_malformed' | 'creditor_reference_check_digits_wrong';

/** A creditor reference in its electronic form, or the first thing wrong with the text. */
export type ParsedCreditorReference =
  | { readonly ok: true; readonly reference: string }
  | { readonly ok: false; readonly problem: CreditorReferenceProblem };

/**
 * Reads a structured creditor reference as people write it, in groups and in either case.
 * @see ISO 11649; check digits by ISO 7064 MOD 97-10
 */
export const parseCreditorReference = (text: string): ParsedCreditorReference => {
  const reference = text.replace(/[\s\u00A0]/g, '').toUpperCase();
  if (!/^RF[0-9]{2}[A-Z0-9]{1,21}$/.test(reference)) return { ok: false, problem: 'creditor_reference_malformed' };
  // Compared and not merely divided: 00, 01 and 99 leave the right remainder too and are never issued.
  if (reference.slice(2, 4) !== checkDigits(reference.slice(4)))
    return { ok: false, problem: 'creditor_reference_check_digits_wrong' };
  return { ok: true, reference };
};

/** Whether a text is a creditor reference in its electronic form: capitals and digits, without spaces. */
export const isCreditorReference = (text: string): boolean => {
  const parsed = parseCreditorReference(text);
  return parsed.ok && parsed.reference === text;
};

/**
 * The creditor reference of an invoice or customer number.
 * @param number 1 to 21 capitals and digits
 * @throws RangeError for any other text
 */
export const creditorReferenceOf = (number: string): string => {
  if (!/^[A-Z0-9]{1,21}$/.test(number)) throw new RangeError('A creditor reference holds 1 to 21 capitals and digits.');
  return `RF${checkDigits(number)}${number}`;
};

const checkDigits = (number: string): string => {
  const digits = Array.from(`${number}RF00`, (character) => Number.parseInt(character, 36).toString()).join('');
  return String(98n - (BigInt(digits) % 97n)).padStart(2, '0');
};
