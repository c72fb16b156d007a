import type { AuditedAccount, AuditedParty } from './customer-books.ts';
import type { Case } from './refusal-case.ts';

const partiesOf = ({
  books: { customers },
  asked: { partyId, holders = [] },
}: Case): readonly (AuditedParty | undefined)[] =>
  [...(partyId === undefined ? [] : [partyId]), ...holders.map((holder) => holder.partyId)].map((id) =>
    customers.parties.get(id),
  );
const accountOf = ({ books: { customers }, asked: { accountId = '' } }: Case): AuditedAccount | undefined =>
  customers.accounts.get(accountId);

/** Why a bank may say no where parties and their accounts are concerned. */
export const customerRefusals: Readonly<Record<string, (its: Case) => boolean>> = {
  party_not_found: (its) => partiesOf(its).includes(undefined),
  party_erased: (its) => partiesOf(its).some((party) => party?.isErased === true),
  party_exists_with_different_content: (its) => partiesOf(its).some((party) => party !== undefined),
  // An open mandate, or five years after the last one that gave a say over money.
  erasure_refused_retention: (its) => {
    const [party] = partiesOf(its);
    if (its.refusal['reason'] === 'mandate_open')
      return (party?.openMandates ?? 0) > 0 && party?.openMandates === Number(its.refusal['openMandates']);
    const year = new Date(its.answeredMs).getUTCFullYear() + 5;
    return party?.openMandates === 0 && party.hasOperated && its.refusal['until']?.startsWith(String(year)) === true;
  },
  mandate_exists_with_different_content: ({ books: { customers }, asked }) =>
    customers.mandates.has(asked.mandateId ?? ''),
  mandate_not_found: ({ books: { customers }, asked }) => !customers.mandates.has(asked.mandateId ?? ''),
  account_exists_with_different_content: (its) => accountOf(its) !== undefined,
  product_unknown: ({ books: { customers }, asked }) => !customers.products.has(asked.product ?? ''),
  asset_not_of_product: ({ books: { customers }, asked: { product = '', asset = '' } }) =>
    customers.products.get(product)?.assets?.includes(asset) === false,
  holder_missing: ({ asked: { holders } }) => holders?.length === 0,
  holder_repeated: ({ asked: { holders = [] }, refusal }) =>
    holders.filter(({ partyId }) => partyId === refusal['partyId']).length > 1,
  external_reference_taken: ({ books: { customers }, asked: { accountId, externalReference } }) =>
    (customers.numbers.get(`external ${externalReference ?? ''}`) ?? accountId) !== accountId,
  account_unknown: (its) => its.refusal['account'] === its.asked.accountId && accountOf(its) === undefined,
  overdraft_not_of_product: (its) =>
    its.books.customers.products.get(accountOf(its)?.product ?? '')?.allowsOverdraft === false &&
    (its.asked.limitMinor ?? 0n) > 0n,
  journal_exists_with_different_content: ({ books, asked }) => books.replayed.journals.has(asked.withdrawalId ?? ''),
  deposit_exists_with_different_content: ({ books, asked }) => books.replayed.journals.has(asked.depositId ?? ''),
};
