import { eachWithin, type Place, present, textAt, within } from './place.ts';

/** Why a payment was refused or sent back: a code of ISO 20022's external lists or one of the bank's own, and words. */
export interface Reason {
  readonly code?: string;
  readonly proprietary?: string;
  /** Texts of at most 105 characters. */
  readonly information?: readonly string[];
}

/** The reason at a place; undefined where there is none. */
export const reasonAt = (place: Place): Reason | undefined => {
  if (place.node === undefined) return undefined;
  const information = eachWithin(place, 'AddtlInf').flatMap((each) => textAt(each) ?? []);
  return present({
    code: textAt(within(place, 'Rsn'), 'Cd'),
    proprietary: textAt(within(place, 'Rsn'), 'Prtry'),
    information: information.length === 0 ? undefined : information,
  });
};
