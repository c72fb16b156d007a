import { formatAmount } from '@finaegis/kernel/money';
import { referenceOf } from '@finaegis/kernel/reference';
import type { Address } from '../../iso20022/party.ts';
import { MessageNotWritable } from '../../iso20022/problem.ts';
import { writeCreditTransfers } from '../../iso20022/write-credit-transfers.ts';
import type { BankOrder, BankOutcome } from '../connector.ts';

/** How orders are written for a bank. */
export interface IsoWriting {
  /** Who we are to the bank. */
  readonly initiator: string;
  /** Our bank's BIC. */
  readonly bic: string;
  readonly now: () => number;
  /** Which generation of pain.001 the bank takes; the newer unless told. */
  readonly message?: 'pain.001.001.03' | 'pain.001.001.09';
}

/** One message for each order, known to the bank by an id made from the order's key: the same order can only ever be the same message. */
export const messageIdOf = (key: string): string => referenceOf('M', key);

/** The pain.001 of an order; declined where the message has no room for what the order says. */
export const writeOrder = (
  { initiator, bic, now, message }: IsoWriting,
  order: BankOrder,
  messageId: string,
): { readonly xml: string } | Extract<BankOutcome, { readonly kind: 'declined' }> => {
  const { debtor, creditor, asset, amountMinor, decimals, remittance, rail } = order;
  const serviceLevel = serviceLevels[rail];
  try {
    return writeCreditTransfers(
      {
        messageId,
        createdAt: new Date(now()).toISOString(),
        initiator: { name: initiator },
        payments: [
          {
            paymentInfoId: messageId,
            executionDate: order.executionDate,
            debtor: { name: debtor.name ?? initiator },
            debtorAccount: { iban: debtor.iban ?? '' },
            debtorAgent: { bic },
            ...(serviceLevel === undefined ? {} : { serviceLevel, chargeBearer: 'SLEV' as const }),
            lines: [
              {
                instructionId: order.reference,
                endToEndId: order.endToEndId,
                amount: { amount: formatAmount(amountMinor, decimals), currency: asset },
                creditor: { name: creditor.name, ...addressOf(creditor.address) },
                creditorAccount:
                  creditor.iban === undefined ? { other: creditor.account ?? '' } : { iban: creditor.iban },
                ...(creditor.bic === undefined ? {} : { creditorAgent: { bic: creditor.bic } }),
                ...(remittance === undefined ? {} : { remittance: { unstructured: [remittance] } }),
              },
            ],
          },
        ],
      },
      message,
    );
  } catch (error) {
    // An order that has no form in the message can never be sent, and nothing was.
    if (error instanceof MessageNotWritable)
      return { kind: 'declined', code: error.problems[0]?.code ?? 'not_writable' };
    throw error;
  }
};

const addressOf = (address: BankOrder['creditor']['address']): { readonly address?: Address } => {
  if (address === undefined) return {};
  const { street, building, postCode, town, country } = address;
  return {
    address: {
      ...(street === undefined ? {} : { streetName: street }),
      ...(building === undefined ? {} : { buildingNumber: building }),
      ...(postCode === undefined ? {} : { postCode }),
      townName: town,
      country,
    },
  };
};

const serviceLevels: Readonly<Record<string, string>> = { sepa: 'SEPA', 'sepa-instant': 'SEPA' };
