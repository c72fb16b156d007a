/** Why a text is no business identifier code. */
export type BicProblem = 'bic_malformed';

/** A business identifier code by its parts, or why the text is none. */
export type ParsedBic =
  | {
      readonly ok: true;
      readonly bic: string;
      readonly party: string;
      readonly country: string;
      readonly branch: string;
    }
  | { readonly ok: false; readonly problem: BicProblem };

const BIC = /^([A-Z0-9]{4})([A-Z]{2})([A-Z0-9]{2})([A-Z0-9]{3})?$/;

/**
 * Reads a business identifier code: four capitals or digits of the party, two letters of its country, two of its place,
 * and three of a branch, which is the head office ('XXX') where they are missing.
 * @see ISO 9362:2022
 */
export const parseBic = (text: string): ParsedBic => {
  const match = BIC.exec(text);
  if (match === null) return { ok: false, problem: 'bic_malformed' };
  const [bic, party = '', country = '', , branch = HEAD_OFFICE] = match;
  return { ok: true, bic, party, country, branch };
};

/** Whether a text is a business identifier code of 8 or 11 characters. */
export const isBic = (text: string): boolean => BIC.test(text);

/** Whether two codes name the same office: 'GIBACZPX' and 'GIBACZPXXXX' do. */
export const isSameOffice = (left: string, right: string): boolean => withBranch(left) === withBranch(right);

const HEAD_OFFICE = 'XXX';

const withBranch = (bic: string): string => (bic.length === 8 ? bic + HEAD_OFFICE : bic);
