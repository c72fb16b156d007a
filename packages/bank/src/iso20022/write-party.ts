import { isBic } from '@finaegis/kernel/bic';
import { isIban } from '@finaegis/kernel/iban';
import { type AccountNumber, type Address, type Agent, addressFields, NAME_LENGTH_MAX, type Party } from './party.ts';
import { shown } from './place.ts';
import type { Reason } from './reason.ts';
import { REMITTANCE_LENGTH_MAX, type Remittance } from './remittance.ts';
import {
  codeElement,
  idElement,
  into,
  intoEach,
  latinElement,
  latinElements,
  leaveOut,
  refuse,
  type Spot,
} from './spot.ts';
import { parentElement, textElement, type XmlElement } from './xml-writer.ts';

/** The longest line of an address (Max70Text), and how many there may be. */
const ADDRESS_LINE_LENGTH_MAX = 70;
const ADDRESS_LINES_MAX = 7;
const ACCOUNT_LENGTH_MAX = 34;
const INFORMATION_LENGTH_MAX = 105;

/** What stands inside the element of a party: name, address, identification. */
export const partyContent = (spot: Spot, party: Party): readonly (XmlElement | undefined)[] => [
  latinElement(spot, 'Nm', party.name, NAME_LENGTH_MAX),
  party.address === undefined ? undefined : addressElement(into(spot, 'PstlAdr'), party.address),
  parentElement('Id', [
    parentElement('OrgId', [
      bicElement(into(spot, 'Id', 'OrgId'), spot.isOld ? 'BICOrBEI' : 'AnyBIC', party.bic),
      parentElement('Othr', [idElement(into(spot, 'Id', 'OrgId', 'Othr'), 'Id', party.organisationId)]),
    ]),
  ]),
];

/** The element of a party; undefined for nobody. */
export const partyElement = (outer: Spot, name: string, party: Party | undefined): XmlElement | undefined =>
  party === undefined ? undefined : parentElement(name, partyContent(into(outer, name), party));

/** An element the schema demands even where nothing is known of who it is. */
export const requiredElement = (name: string, element: XmlElement | undefined): XmlElement =>
  element ?? { name, content: [] };

const addressElement = (spot: Spot, address: Address): XmlElement | undefined => {
  const lines = address.lines ?? [];
  for (const line of lines.slice(ADDRESS_LINES_MAX)) leaveOut(spot, 'AdrLine', line);
  return parentElement('PstlAdr', [
    ...addressFields.map(({ field, name, lengthMax, isOld }) => {
      const value = address[field];
      if (spot.isOld && !isOld) return leaveOut(spot, name, value);
      if (name === 'Ctry' && value !== undefined && !/^[A-Z]{2}$/.test(value)) return leaveOut(spot, name, value);
      return latinElement(spot, name, value, lengthMax);
    }),
    ...lines.slice(0, ADDRESS_LINES_MAX).map((line) => latinElement(spot, 'AdrLine', line, ADDRESS_LINE_LENGTH_MAX)),
  ]);
};

/** The element of an account, by IBAN or another number; undefined for no account. */
export const accountElement = (
  outer: Spot,
  name: string,
  account: AccountNumber | undefined,
  more: readonly (XmlElement | undefined)[] = [],
): XmlElement | undefined => {
  if (account === undefined) return undefined;
  const spot = into(outer, name, 'Id');
  const { iban, other } = account;
  if (iban !== undefined && !isIban(iban))
    refuse(into(spot, 'IBAN'), 'iban_malformed', `"${shown(iban)}" is no IBAN in electronic form`);
  const id =
    iban === undefined
      ? parentElement('Othr', [idElement(into(spot, 'Othr'), 'Id', other, ACCOUNT_LENGTH_MAX)])
      : textElement('IBAN', iban);
  return parentElement(name, [parentElement('Id', [id]), ...more]);
};

/** An account without which the message means nothing. */
export const requiredAccountElement = (
  outer: Spot,
  name: string,
  account: AccountNumber,
  more: readonly (XmlElement | undefined)[] = [],
): XmlElement | undefined => {
  if (account.iban === undefined && account.other === undefined)
    refuse(into(outer, name, 'Id'), 'field_missing', 'is missing');
  return accountElement(outer, name, account, more);
};

/** The element of a bank; undefined for none. */
export const agentElement = (outer: Spot, name: string, agent: Agent | undefined): XmlElement | undefined => {
  if (agent === undefined) return undefined;
  const spot = into(outer, name, 'FinInstnId');
  const institution = parentElement('FinInstnId', [
    bicElement(spot, spot.isOld ? 'BIC' : 'BICFI', agent.bic),
    parentElement('ClrSysMmbId', [idElement(into(spot, 'ClrSysMmbId'), 'MmbId', agent.clearingMemberId)]),
    latinElement(spot, 'Nm', agent.name, NAME_LENGTH_MAX),
    parentElement('Othr', [idElement(into(spot, 'Othr'), 'Id', agent.other)]),
  ]);
  return parentElement(name, [institution]);
};

/** The bank that a schema demands; where it is not known the element says so in the way payment schemes ask for. */
export const requiredAgentElement = (outer: Spot, name: string, agent: Agent): XmlElement | undefined =>
  agentElement(outer, name, agent) ?? agentElement(outer, name, { other: 'NOTPROVIDED' });

// Until 2014 a bank's own part of its code was four letters, which old schemas still demand.
const OLD_BIC = /^[A-Z]{6}[A-Z2-9][A-NP-Z0-9](?:[A-Z0-9]{3})?$/;

const bicElement = (outer: Spot, name: string, bic: string | undefined): XmlElement | undefined => {
  if (bic !== undefined && !(outer.isOld ? OLD_BIC.test(bic) : isBic(bic)))
    refuse(into(outer, name), 'bic_malformed', `"${shown(bic)}" is no BIC`);
  return textElement(name, bic);
};

/** The element of remittance; undefined for none. A line that is too long goes on in the next one. */
export const remittanceElement = (outer: Spot, remittance: Remittance | undefined): XmlElement | undefined => {
  if (remittance === undefined) return undefined;
  const spot = into(outer, 'RmtInf');
  const reference = into(spot, 'Strd', 'CdtrRefInf');
  return parentElement('RmtInf', [
    ...(remittance.unstructured ?? []).flatMap((line) => latinElements(spot, 'Ustrd', line, REMITTANCE_LENGTH_MAX)),
    parentElement('Strd', [
      parentElement('CdtrRefInf', [
        remittance.creditorReference === undefined
          ? undefined
          : parentElement('Tp', [parentElement('CdOrPrtry', [textElement('Cd', 'SCOR')])]),
        idElement(reference, 'Ref', remittance.creditorReference),
      ]),
    ]),
  ]);
};

/** The element of a reason; undefined for none. */
export const reasonElement = (outer: Spot, name: string, reason: Reason, index: number = 0): XmlElement | undefined => {
  const spot = intoEach(outer, name, index);
  return parentElement(name, [
    parentElement('Rsn', [
      codeElement(into(spot, 'Rsn'), 'Cd', reason.code),
      reason.code === undefined ? idElement(into(spot, 'Rsn'), 'Prtry', reason.proprietary) : undefined,
    ]),
    ...(reason.information ?? []).flatMap((text) => latinElements(spot, 'AddtlInf', text, INFORMATION_LENGTH_MAX)),
  ]);
};
