import { derivedUuid } from '@finaegis/kernel/id';
import { referenceOf, uuidOfReference } from '@finaegis/kernel/reference';

/** The payments a transfer may be made of. */
const legPayments = ['first-leg', 'second-leg', 'return'] as const;
export type LegPayment = (typeof legPayments)[number];

/** A payment is known by the same key whichever step, attempt or process speaks of it. */
export const keyOfLeg = (transferId: string, payment: LegPayment): string =>
  derivedUuid('custodian-leg', transferId, payment);

/** What the bank is given as our reference, and journals carry. */
export const referenceOfLeg = (transferId: string, payment: LegPayment): string =>
  referenceOf('C', keyOfLeg(transferId, payment));

/** The key a reference was made from that has the form of a leg's: anybody can write one. */
export const keyOfLegReference = (reference: string): string | undefined => uuidOfReference('C', reference);

/** Whether a key is one of a transfer's. */
export const isLegOf = (transferId: string, key: string): boolean =>
  legPayments.some((payment) => keyOfLeg(transferId, payment) === key);
