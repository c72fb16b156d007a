import type { ReplayedBooks } from '@finaegis/testing/coherence/replayed-books';
import type { AuditedEvent } from './audited-event.ts';

/** A party as the log tells it. */
export interface AuditedParty {
  isErased: boolean;
  openMandates: number;
  /** It has had a say over money, so its record is kept for five years after that. */
  hasOperated: boolean;
}

/** A customer's account as the log tells it. */
export interface AuditedAccount {
  readonly product: string;
  readonly holders: readonly { readonly partyId: string; readonly mandateId: string }[];
  isClosed: boolean;
}

/** Who the customers are, and what their accounts were opened under. */
export interface CustomerBooks {
  readonly parties: Map<string, AuditedParty>;
  readonly mandates: Map<string, { readonly partyId: string; readonly accountId: string; isRevoked: boolean }>;
  readonly products: Map<string, { readonly allowsOverdraft: boolean; readonly assets: readonly string[] | undefined }>;
  readonly accounts: Map<string, AuditedAccount>;
  /** Every number ever given out, with its scheme. */
  readonly numbers: Map<string, string>;
  lastNumber: number;
}

export const emptyCustomerBooks = (): CustomerBooks => ({
  parties: new Map(),
  mandates: new Map(),
  products: new Map(),
  accounts: new Map(),
  numbers: new Map(),
  lastNumber: 0,
});

type Complain = (text: string) => void;
type Texts = Readonly<Record<string, string | undefined>>;

/** Folds one event about parties and their accounts, and notes what no bank may do. */
export const foldCustomers = (
  books: CustomerBooks,
  { type, data }: AuditedEvent,
  { replayed, complain }: { readonly replayed: ReplayedBooks; readonly complain: Complain },
): void => {
  const texts = data as unknown as Texts;
  const { partyId = '', accountId = '', mandateId = '' } = texts;
  const party = books.parties.get(partyId);
  switch (type) {
    case 'PartyRegistered':
      if (party !== undefined) complain(`party ${partyId} is registered twice`);
      books.parties.set(partyId, { isErased: false, openMandates: 0, hasOperated: false });
      return;
    case 'PartyDetailsChanged':
    case 'PartyKycSet':
      if (party?.isErased !== false) complain(`${type} on party ${partyId}, which is not there`);
      return;
    case 'PartyErased':
      if (party === undefined || party.openMandates > 0)
        complain(`party ${partyId} is erased and has ${party?.openMandates ?? 'no'} mandates`);
      else party.isErased = true;
      return;
    case 'MandateGranted':
      if (party?.isErased !== false) complain(`a mandate for party ${partyId}, which is not there`);
      if (books.mandates.has(mandateId)) complain(`mandate ${mandateId} is granted twice`);
      books.mandates.set(mandateId, { partyId, accountId, isRevoked: false });
      if (party !== undefined) party.openMandates += 1;
      return;
    case 'MandateRevoked':
      return foldRevocation(books, texts, complain);
    case 'ProductPublished': {
      const { allowsOverdraft, assets } = data as unknown as { allowsOverdraft: boolean; assets?: readonly string[] };
      books.products.set(texts['product'] ?? '', { allowsOverdraft, assets });
      return;
    }
    case 'AccountOpened':
      return foldOpening(books, data as never, complain);
    case 'IdentifierIssued':
      return foldNumber(books, texts, complain);
    case 'AccountClosed': {
      const account = books.accounts.get(accountId);
      if (account?.isClosed !== false) complain(`account ${accountId} is closed and was not open`);
      else account.isClosed = true;
      return;
    }
    case 'OverdraftLimitSet': {
      const account = books.accounts.get(accountId);
      const product = books.products.get(account?.product ?? '');
      if (account !== undefined && product?.allowsOverdraft !== true && texts['limitMinor'] !== '0')
        complain(`account ${accountId} may be overdrawn, which its product ${account.product} does not allow`);
      return;
    }
    case 'JournalPosted':
      return checkSuspension(replayed, data as never, complain);
    default:
  }
};

const foldRevocation = (books: CustomerBooks, { mandateId = '', kind }: Texts, complain: Complain): void => {
  const mandate = books.mandates.get(mandateId);
  if (mandate?.isRevoked !== false) return complain(`mandate ${mandateId} is revoked and did not stand`);
  mandate.isRevoked = true;
  const party = books.parties.get(mandate.partyId);
  if (party === undefined) return;
  party.openMandates -= 1;
  if (kind !== 'viewer') party.hasOperated = true;
};

const foldOpening = (
  books: CustomerBooks,
  {
    accountId,
    product,
    asset,
    holders,
  }: {
    readonly accountId: string;
    readonly product: string;
    readonly asset: string;
    readonly holders: AuditedAccount['holders'];
  },
  complain: Complain,
): void => {
  const terms = books.products.get(product);
  if (terms === undefined || (terms.assets !== undefined && !terms.assets.includes(asset)))
    complain(`account ${accountId} is opened in ${asset} under ${product}, which does not say so`);
  if (holders.length === 0) complain(`account ${accountId} belongs to nobody`);
  if (books.accounts.has(accountId)) complain(`account ${accountId} is opened twice`);
  books.accounts.set(accountId, { product, holders, isClosed: false });
};

const foldNumber = (
  books: CustomerBooks,
  { accountId = '', scheme, value, sequence }: Texts,
  complain: Complain,
): void => {
  const name = `${scheme ?? ''} ${value ?? ''}`;
  if (books.numbers.has(name)) complain(`number ${name} is given out twice`);
  books.numbers.set(name, accountId);
  if (scheme === 'iban' && !isIban(value ?? '')) complain(`${value ?? ''} is no IBAN`);
  if (scheme !== 'local') return;
  if (Number(sequence) !== books.lastNumber + 1) complain(`number ${String(sequence)} follows ${books.lastNumber}`);
  books.lastNumber = Number(sequence);
};

/** ISO 7064 MOD 97-10, over the number with its first four characters at its end. */
const isIban = (value: string): boolean => {
  const digits = Array.from(`${value.slice(4)}${value.slice(0, 4)}`, (one) => Number.parseInt(one, 36)).join('');
  return BigInt(digits) % 97n === 1n;
};

/** Money that has arrived is kept from its account only for a reason that was true when it was booked. */
const checkSuspension = (
  { accounts }: ReplayedBooks,
  { journalId, metadata = {} }: { readonly journalId: string; readonly metadata?: Texts },
  complain: Complain,
): void => {
  const { suspendedFor = '', suspendedReason } = metadata;
  const account = accounts.get(suspendedFor);
  const isTrue =
    suspendedReason === undefined ||
    // Whoever asked for the account may have asked a moment too early.
    suspendedReason === 'account_unknown' ||
    (suspendedReason === 'account_closed' && account?.isClosed === true) ||
    (suspendedReason === 'account_credits_blocked' && (account?.creditBlocks ?? 0) > 0) ||
    suspendedReason === 'asset_not_of_product';
  if (!isTrue)
    complain(`journal ${journalId} is kept from ${suspendedFor} for ${suspendedReason ?? ''}, which is not so`);
};

/** What every account must have once the log is read: its place in the ledger, and its holders' mandates. */
export const concludeCustomers = (books: CustomerBooks, { accounts }: ReplayedBooks, complain: Complain): void => {
  for (const [accountId, { isClosed, holders }] of books.accounts) {
    const ledger = accounts.get(accountId);
    if (ledger?.hasFloor !== true || ledger.class !== 'liability' || ledger.isClosed !== isClosed)
      complain(`account ${accountId} is not what the ledger says of it`);
    for (const { mandateId, partyId } of holders) {
      const mandate = books.mandates.get(mandateId);
      if (mandate?.partyId !== partyId || mandate.accountId !== accountId)
        complain(`account ${accountId} has a holder ${partyId} without a mandate`);
    }
  }
  if (books.parties.size === 0) return;
  for (const [accountId, { hasFloor, class: its }] of accounts)
    if (hasFloor && its === 'liability' && !books.accounts.has(accountId)) complain(`account ${accountId} is nobody's`);
};

interface StoredParty {
  readonly partyId: string;
  readonly status: string;
  readonly openMandates: number;
}

/** What differs between the replay and the rows that decisions are made on. */
export const compareCustomers = (
  books: CustomerBooks,
  rows: (table: string) => readonly unknown[],
): readonly string[] => {
  const told = (lines: readonly string[]): string => [...lines].sort().join('\n');
  const stored = told([
    ...(rows('party.parties') as readonly StoredParty[]).map(
      ({ partyId, status, openMandates }) => `party ${partyId} ${status} ${openMandates}`,
    ),
    ...(rows('account.accounts') as readonly { readonly accountId: string; readonly status: string }[]).map(
      ({ accountId, status }) => `account ${accountId} ${status}`,
    ),
  ]);
  const replayed = told([
    ...[...books.parties].map(
      ([id, { isErased, openMandates }]) => `party ${id} ${isErased ? 'erased' : 'active'} ${openMandates}`,
    ),
    ...[...books.accounts].map(([id, { isClosed }]) => `account ${id} ${isClosed ? 'closed' : 'open'}`),
  ]);
  return stored === replayed ? [] : [`parties and accounts are stored as\n${stored}\nand the log says\n${replayed}`];
};
