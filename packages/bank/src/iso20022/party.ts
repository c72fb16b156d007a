import { isBic } from '@finaegis/kernel/bic';
import { parseIban } from '@finaegis/kernel/iban';
import { complain, eachWithin, type Place, present, shown, textAt, within, withinEither } from './place.ts';

/** A postal address as the message has it: structured, in lines, or both. */
export interface Address {
  readonly department?: string;
  readonly subDepartment?: string;
  readonly streetName?: string;
  readonly buildingNumber?: string;
  readonly buildingName?: string;
  readonly floor?: string;
  readonly postBox?: string;
  readonly room?: string;
  readonly postCode?: string;
  readonly townName?: string;
  readonly townLocationName?: string;
  readonly districtName?: string;
  readonly countrySubDivision?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  readonly lines?: readonly string[];
}

/** A person or organisation. */
export interface Party {
  readonly name?: string;
  readonly address?: Address;
  /** Code of an organisation by ISO 9362, be it a bank or not. */
  readonly bic?: string;
  /** What an organisation is known by elsewhere, such as a customer number at the bank. */
  readonly organisationId?: string;
}

/** An account by its IBAN in electronic form, or by another number. */
export interface AccountNumber {
  readonly iban?: string;
  readonly other?: string;
}

/** The bank of an account. */
export interface Agent {
  readonly bic?: string;
  readonly name?: string;
  /** Its number in a national clearing system, such as an ABA routing number. */
  readonly clearingMemberId?: string;
  /** Any other number it has. */
  readonly other?: string;
}

/** One element of an address: the field, its name in the message, how long it may be, and whether old versions know it. */
export interface AddressField {
  readonly field: Exclude<keyof Address, 'lines'>;
  readonly name: string;
  readonly lengthMax: number;
  readonly isOld: boolean;
}

const field = (
  name: string,
  fieldName: AddressField['field'],
  lengthMax: number,
  isOld: boolean = true,
): AddressField => ({ name, field: fieldName, lengthMax, isOld });

/** The elements of an address in the order of the schemas (PostalAddress6, and PostalAddress24 which has more). */
export const addressFields: readonly AddressField[] = [
  field('Dept', 'department', 70),
  field('SubDept', 'subDepartment', 70),
  field('StrtNm', 'streetName', 70),
  field('BldgNb', 'buildingNumber', 16),
  field('BldgNm', 'buildingName', 35, false),
  field('Flr', 'floor', 70, false),
  field('PstBx', 'postBox', 16, false),
  field('Room', 'room', 70, false),
  field('PstCd', 'postCode', 16),
  field('TwnNm', 'townName', 35),
  field('TwnLctnNm', 'townLocationName', 35, false),
  field('DstrctNm', 'districtName', 35, false),
  field('CtrySubDvsn', 'countrySubDivision', 35),
  field('Ctry', 'country', 2),
];

/** The longest name of a party (Max140Text). */
export const NAME_LENGTH_MAX = 140;

/** The party at a place; undefined where there is none. Newer statements have it one element further in (`Pty`), or a bank instead (`Agt`). */
export const partyAt = (place: Place): Party | undefined => {
  if (place.node === undefined) return undefined;
  const party = within(place, 'Pty').node === undefined ? place : within(place, 'Pty');
  const agent = within(place, 'Agt').node === undefined ? undefined : agentAt(within(place, 'Agt'));
  const organisation = within(party, 'Id', 'OrgId');
  // Not complained about: nothing is routed by it, and what banks call their customers here is often no BIC at all.
  const written = textAt(organisation, 'AnyBIC') ?? textAt(organisation, 'BICOrBEI');
  const bic = written !== undefined && isBic(written) ? written : undefined;
  const name = textAt(party, 'Nm') ?? agent?.name;
  if (name !== undefined && Array.from(name).length > NAME_LENGTH_MAX)
    complain(within(party, 'Nm'), 'text_too_long', `has more than ${NAME_LENGTH_MAX} characters`);
  return present({
    name,
    address: addressAt(within(party, 'PstlAdr')),
    bic: bic ?? agent?.bic,
    organisationId: textAt(organisation, 'Othr', 'Id') ?? (bic === undefined ? written : undefined),
  });
};

const addressAt = (place: Place): Address | undefined => {
  if (place.node === undefined) return undefined;
  const lines = eachWithin(place, 'AdrLine').flatMap((line) => textAt(line) ?? []);
  const fields = Object.fromEntries(addressFields.map(({ field: key, name }) => [key, textAt(place, name)]));
  return present({ ...fields, lines: lines.length === 0 ? undefined : lines });
};

/** The account at a place, with a problem for an IBAN that is none; undefined where there is no account. */
export const accountAt = (place: Place): AccountNumber | undefined => {
  const ibanPlace = within(place, 'Id', 'IBAN');
  const written = textAt(ibanPlace);
  const other = textAt(place, 'Id', 'Othr', 'Id');
  if (written === undefined) return other === undefined ? undefined : { other };
  const parsed = parseIban(written);
  if (!parsed.ok) complain(ibanPlace, parsed.problem, `"${shown(written)}" is no IBAN`);
  return { iban: parsed.ok ? parsed.iban : written };
};

/** An account that has to be there; empty, with a problem, where it is missing. */
export const requiredAccount = (place: Place): AccountNumber => {
  const account = accountAt(place);
  if (account === undefined) complain(within(place, 'Id'), 'field_missing', 'is missing');
  return account ?? {};
};

/** The bank at a place, with a problem for a code that is none; undefined where there is no bank. */
export const agentAt = (place: Place): Agent | undefined => {
  const institution = within(place, 'FinInstnId');
  if (institution.node === undefined) return undefined;
  return present({
    bic: bicAt(withinEither(institution, 'BICFI', 'BIC')),
    name: textAt(institution, 'Nm'),
    clearingMemberId: textAt(institution, 'ClrSysMmbId', 'MmbId'),
    other: textAt(institution, 'Othr', 'Id'),
  });
};

const bicAt = (place: Place): string | undefined => {
  const bic = textAt(place);
  if (bic !== undefined && !isBic(bic)) complain(place, 'bic_malformed', `"${shown(bic)}" is no BIC`);
  return bic;
};
