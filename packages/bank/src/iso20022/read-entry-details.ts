import { type Money, moneyAt, type Side, sides } from './amount.ts';
import {
  type BankTransactionCode,
  type Charge,
  type Counterparty,
  counterpartyRole,
  type EntryBatch,
  type EntryDetail,
} from './bank-statement.ts';
import { type ChargeBearer, chargeBearers } from './credit-transfer.ts';
import { type AccountNumber, accountAt, agentAt, partyAt } from './party.ts';
import { codeAt, codeOrOwn, eachWithin, flagAt, idAt, type Place, present, textAt, uetrAt, within } from './place.ts';
import { reasonAt } from './reason.ts';
import { remittanceAt } from './remittance.ts';

/** What an entry says that its transactions need to be read. */
interface EntryAround {
  readonly amount: Money;
  readonly side: Side;
  readonly isReversal: boolean;
}

/** The transactions of an entry, of which there may be none; `own` is the account of the statement. */
export const detailsAt = (place: Place, entry: EntryAround, own: AccountNumber): readonly EntryDetail[] => {
  const details = eachWithin(place, 'NtryDtls').flatMap((each) => eachWithin(each, 'TxDtls'));
  return details.map((detail) => detailAt(detail, entry, { own, isOnly: details.length === 1 }));
};

const detailAt = (
  place: Place,
  entry: EntryAround,
  { own, isOnly }: { readonly own: AccountNumber; readonly isOnly: boolean },
): EntryDetail => {
  const references = within(place, 'Refs');
  const returned = within(place, 'RtrInf');
  const endToEndId = idAt(references, 'EndToEndId');
  const side = codeAt(place, sides, 'CdtDbtInd') ?? entry.side;
  const isReturn = returned.node !== undefined;
  const isUndoing = entry.isReversal || isReturn;
  const role = counterpartyRole({ side, isReversal: entry.isReversal, isReturn });
  return {
    side,
    charges: chargesAt(place),
    ...present({
      messageId: idAt(references, 'MsgId'),
      accountServicerReference: idAt(references, 'AcctSvcrRef'),
      paymentInfoId: idAt(references, 'PmtInfId'),
      instructionId: idAt(references, 'InstrId'),
      endToEndId,
      uetr: uetrAt(references, 'UETR'),
      transactionId: idAt(references, 'TxId'),
      amount: detailAmount(place) ?? (isOnly ? entry.amount : undefined),
      instructedAmount: moneyIfAny(within(place, 'AmtDtls', 'InstdAmt', 'Amt')),
      bankTransactionCode: transactionCodeAt(within(place, 'BkTxCd')),
      counterparty: counterpartyAt(place, role, { own, isUndoing }),
      // Of money that comes back nobody can tell whose side is whose by its role alone.
      ownSideAccount: isUndoing ? undefined : ownSideAt(place, role, own),
      purposeCode: codeOrOwn(within(place, 'Purp')),
      remittance: remittanceAt(place),
      returnReason: reasonAt(returned),
      originalEndToEndId: isReturn ? endToEndId : undefined,
      additionalInformation: textAt(place, 'AddtlTxInf'),
    }),
  };
};

const moneyIfAny = (place: Place): Money | undefined => (place.node === undefined ? undefined : moneyAt(place));

// New versions say it of the transaction; old ones among the details of its amount.
const detailAmount = (place: Place): Money | undefined =>
  moneyIfAny(within(place, 'Amt')) ?? moneyIfAny(within(place, 'AmtDtls', 'TxAmt', 'Amt'));

/** What kind of transaction an element says it was; undefined where it says nothing. */
export const transactionCodeAt = (place: Place): BankTransactionCode | undefined => {
  if (place.node === undefined) return undefined;
  const family = within(place, 'Domn', 'Fmly');
  return present({
    domain: textAt(place, 'Domn', 'Cd'),
    family: textAt(family, 'Cd'),
    subFamily: textAt(family, 'SubFmlyCd'),
    proprietary: textAt(place, 'Prtry', 'Cd'),
  });
};

/** What was charged; each charge is an element of its own in old versions, a record within one in new ones. */
export const chargesAt = (place: Place): readonly Charge[] =>
  eachWithin(place, 'Chrgs').flatMap((charges) => {
    const records = eachWithin(charges, 'Rcrd');
    const each = records.length > 0 || within(charges, 'Amt').node === undefined ? records : [charges];
    return each.map(chargeAt);
  });

const chargeAt = (place: Place): Charge => ({
  amount: moneyAt(within(place, 'Amt')),
  ...present({
    side: codeAt(place, sides, 'CdtDbtInd'),
    isIncluded: flagAt(place, 'ChrgInclInd'),
    bearer: codeAt<ChargeBearer>(place, chargeBearers, 'Br'),
  }),
});

/** The batch that an entry was booked for; undefined where there is none. */
export const batchAt = (place: Place): EntryBatch | undefined => {
  if (place.node === undefined) return undefined;
  const count = textAt(place, 'NbOfTxs');
  return present({
    messageId: idAt(place, 'MsgId'),
    paymentInfoId: idAt(place, 'PmtInfId'),
    count: count !== undefined && /^[0-9]{1,15}$/.test(count) ? Number(count) : undefined,
  });
};

type Role = 'Dbtr' | 'Cdtr';

const counterpartyAt = (
  place: Place,
  role: Role,
  { own, isUndoing }: { readonly own: AccountNumber; readonly isUndoing: boolean },
): Counterparty | undefined => {
  const found = partyInRole(place, role);
  if (!isUndoing) return found;
  // Banks differ in who is debtor of a payment that came back: whoever it is, it is not the account's own side.
  const isOwn = found?.account !== undefined && numberOf(found.account) === numberOf(own);
  const isNobody = found?.account === undefined && found?.name === undefined;
  return isOwn || isNobody ? (partyInRole(place, role === 'Dbtr' ? 'Cdtr' : 'Dbtr') ?? found) : found;
};

const ownSideAt = (place: Place, role: Role, own: AccountNumber): AccountNumber | undefined => {
  const found = accountAt(within(place, 'RltdPties', role === 'Dbtr' ? 'CdtrAcct' : 'DbtrAcct'));
  return found === undefined || numberOf(found) === numberOf(own) ? undefined : found;
};

const numberOf = ({ iban, other }: AccountNumber): string | undefined => iban ?? other;

const partyInRole = (place: Place, role: Role): Counterparty | undefined => {
  const parties = within(place, 'RltdPties');
  const party = partyAt(within(parties, role));
  const found = present({
    name: party?.name,
    address: party?.address,
    account: accountAt(within(parties, `${role}Acct`)),
    agent: agentAt(within(place, 'RltdAgts', `${role}Agt`)),
  });
  return Object.keys(found).length === 0 ? undefined : found;
};
