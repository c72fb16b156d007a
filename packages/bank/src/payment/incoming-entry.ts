import { isBic } from '@finaegis/kernel/bic';
import { isIban } from '@finaegis/kernel/iban';
import type { Services } from '@finaegis/platform/services';
import { submitter } from './card-ears.ts';
import type { PaymentHandlers } from './handlers.ts';
import type { ReceivePaymentData } from './incoming/commands.ts';
import { type Incoming, type IncomingState, incomingIdOf } from './incoming/incoming.ts';
import type { BankEntry } from './ports.ts';

/** What taking an entry as money that came in needs. */
export interface IncomingEntryTools {
  readonly services: Services;
  readonly reads: { incoming(tenantId: string, incomingId: string): Promise<IncomingState> };
  readonly handlers: Pick<PaymentHandlers, 'receivePayment'>;
}

/** A bank says of one entry what cannot both be so. */
export class BankContradictsItself extends Error {
  override readonly name = 'BankContradictsItself';
  readonly code = 'bank_contradicts_itself';

  constructor({ bank, entryReference }: Pick<BankEntry, 'bank' | 'entryReference'>) {
    super(`${bank} says of its entry ${entryReference} two different things.`);
  }
}

/**
 * Books an entry as a payment in, once by the bank's reference. A message may know more of it than a statement, or less; what both say must be the
 * same.
 * @throws BankContradictsItself where it is of another amount or asset than was booked
 */
export const takeIncoming = async (tools: IncomingEntryTools, tenantId: string, entry: BankEntry): Promise<void> => {
  const { services, handlers } = tools;
  if (await isBooked(tools, tenantId, entry)) return;
  try {
    await submitter(services, entry.bank)(tenantId, handlers.receivePayment, await dataOf(tools, tenantId, entry));
  } catch (error) {
    // Somebody told of the same entry in other words a moment ago.
    const code = (error as { readonly code?: string }).code;
    if (code !== 'incoming_payment_exists_with_different_content') throw error;
    if (!(await isBooked(tools, tenantId, entry))) throw error;
  }
};

const isBooked = async ({ reads }: IncomingEntryTools, tenantId: string, entry: BankEntry): Promise<boolean> => {
  const known = await reads.incoming(tenantId, incomingIdOf(entry));
  if (known.status === 'unknown') return false;
  if (known.asset !== entry.asset || known.amountMinor !== entry.amountMinor) throw new BankContradictsItself(entry);
  return known.status !== 'announced';
};

const dataOf = async (
  { reads }: IncomingEntryTools,
  tenantId: string,
  entry: BankEntry,
): Promise<ReceivePaymentData> => {
  const announced = await reads.incoming(tenantId, incomingIdOf(entry));
  const told = { ...entry, ...(announced.status === 'unknown' ? {} : asAnnounced(announced)) };
  const { bank, entryReference, entity, asset, amountMinor, debtor = {}, bookingDate, valueDate } = told;
  return {
    bank,
    entryReference,
    entity,
    asset,
    amountMinor,
    // A bank's slip of the pen must not keep its money from being booked: what is no number or code is as good as nothing said.
    creditorIban: told.creditorIban !== undefined && isIban(told.creditorIban) ? told.creditorIban : undefined,
    debtor: {
      name: shortened(debtor.name, 140),
      iban: debtor.iban !== undefined && isIban(debtor.iban) ? debtor.iban : undefined,
      bic: debtor.bic !== undefined && isBic(debtor.bic) ? debtor.bic : undefined,
    },
    remittance: shortened(entry.remittance, 140),
    endToEndId: shortened(told.endToEndId, 35),
    bookingDate,
    valueDate,
    isBooked: true,
  };
};

/** What was said when it was announced; the entry that brings it may say less. */
const asAnnounced = ({ creditorIban, debtor: { iban, bic }, endToEndId }: Incoming): Partial<BankEntry> => ({
  creditorIban,
  debtor: { iban, bic },
  endToEndId,
});

const shortened = (text: string | undefined, lengthMax: number): string | undefined =>
  text === undefined || text.trim() === '' ? undefined : text.slice(0, lengthMax);
