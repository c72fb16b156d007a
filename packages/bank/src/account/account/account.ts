import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import type { PersonalRef } from '@finaegis/platform/event-store/personal-ref';
import type { Identifier } from '../identifier/identifier.ts';
import type { StatementCycle } from '../product/events.ts';
import type { ProductState } from '../product/product.ts';
import { accountClosed, accountOpened, identifierIssued } from './events.ts';

/** A holder of a new account and the mandate that will say so. */
export interface Holder {
  readonly partyId: string;
  readonly kind: 'owner' | 'joint';
  readonly mandateId: string;
}

export interface OpenAccount {
  readonly accountId: string;
  readonly entity: string;
  readonly product: string;
  /** The newest version unless given. */
  readonly productVersion?: number | undefined;
  readonly asset: string;
  readonly holders: readonly Holder[];
  /** The product's unless given. */
  readonly statementCycle?: StatementCycle | undefined;
  /** The account's number in whatever system it comes from; unique for ever. */
  readonly externalReference?: string | undefined;
}

/** A customer's account as it stands. */
export interface Account extends Omit<OpenAccount, 'productVersion' | 'statementCycle'> {
  readonly status: 'open' | 'closed';
  readonly productVersion: number;
  readonly statementCycle: StatementCycle;
  readonly name?: PersonalRef | undefined;
  readonly identifiers: readonly Identifier[];
  readonly openedAt: string;
  readonly closedAt?: string;
}

export type AccountState = { readonly status: 'unknown' } | Account;

/** Declared in order of precedence. */
export type AccountRefusal =
  | { readonly code: 'account_exists_with_different_content'; readonly account: string }
  | { readonly code: 'entity_unknown' }
  | { readonly code: 'product_unknown'; readonly product: string }
  | { readonly code: 'asset_not_registered'; readonly asset: string }
  | { readonly code: 'asset_not_of_product'; readonly asset: string; readonly product: string }
  | { readonly code: 'holder_missing' }
  | { readonly code: 'holder_repeated'; readonly partyId: string }
  | { readonly code: 'external_reference_taken'; readonly externalReference: string }
  | { readonly code: 'account_numbers_used_up'; readonly entity: string }
  | { readonly code: 'account_unknown'; readonly account: string };

const definitions = [accountOpened, identifierIssued, accountClosed] as const;
type AccountEvent = EventOf<(typeof definitions)[number]>;

const evolve = (state: AccountState, event: Recorded<AccountEvent>): AccountState => {
  const account = state as Account;
  switch (event.type) {
    case 'AccountOpened':
      return { ...event.data, status: 'open', identifiers: [], openedAt: event.meta.bookedAt };
    case 'IdentifierIssued': {
      const { scheme, value } = event.data;
      return { ...account, identifiers: [...account.identifiers, { scheme, value }] };
    }
    case 'AccountClosed':
      return { ...account, status: 'closed', closedAt: event.meta.bookedAt };
    default:
      return unreachable(event);
  }
};

/** One stream per customer account for its whole life. */
export const accountAggregate: Aggregate<AccountState, AccountEvent> = defineAggregate({
  context: 'account',
  name: 'account',
  initial: { status: 'unknown' } as AccountState,
  events: definitions,
  evolve,
});

/** What opening is decided on besides the account itself. */
export interface OpeningFacts {
  readonly isEntityKnown: boolean;
  readonly isAssetKnown: boolean;
  readonly product: ProductState;
  readonly name?: PersonalRef | undefined;
  /** The entity's next number, from its locked sequence; no numbers when they are used up. */
  readonly next: { readonly sequence: bigint; readonly identifiers: readonly Identifier[] | undefined };
  /** Whether another account already has the external reference. */
  readonly isReferenceTaken: boolean;
}

/** Opens, or recognises the same opening asked for again. Without an event it was opened before, and its neighbours have nothing to decide. */
export const openAccount = (
  state: AccountState,
  command: OpenAccount,
  facts: OpeningFacts,
): Decision<NewEvent, AccountRefusal> => {
  const { accountId, entity, externalReference } = command;
  if (state.status !== 'unknown') {
    return isSameOpening(state, command, facts.name)
      ? accept()
      : reject({ code: 'account_exists_with_different_content', account: accountId });
  }
  const refusal = refuseOpening(command, facts);
  if (refusal !== undefined) return reject(refusal);
  const terms = termsOf(command, facts.product);
  const { sequence, identifiers } = facts.next;
  if (terms === undefined || identifiers === undefined) return reject({ code: 'account_numbers_used_up', entity });

  const opened = accountAggregate.record(accountId, 'AccountOpened', {
    accountId,
    entity,
    product: command.product,
    productVersion: terms.version,
    asset: command.asset,
    holders: command.holders,
    statementCycle: command.statementCycle ?? terms.statementCycle,
    ...(facts.name === undefined ? {} : { name: facts.name }),
    ...(externalReference === undefined ? {} : { externalReference }),
  });
  const issue = (identifier: Identifier & { readonly sequence?: bigint }): NewEvent =>
    accountAggregate.record(accountId, 'IdentifierIssued', { accountId, entity, ...identifier });
  return accept(
    opened,
    ...identifiers.map((identifier) => issue({ ...identifier, sequence })),
    ...(externalReference === undefined ? [] : [issue({ scheme: 'external', value: externalReference })]),
  );
};

const termsOf = ({ productVersion }: OpenAccount, product: ProductState): ProductState[number] | undefined =>
  productVersion === undefined ? product.at(-1) : product.find(({ version }) => version === productVersion);

const refuseOpening = (command: OpenAccount, facts: OpeningFacts): AccountRefusal | undefined => {
  const { product, asset, holders, externalReference } = command;
  if (!facts.isEntityKnown) return { code: 'entity_unknown' };
  const terms = termsOf(command, facts.product);
  if (terms === undefined) return { code: 'product_unknown', product };
  if (!facts.isAssetKnown) return { code: 'asset_not_registered', asset };
  if (terms.assets !== undefined && !terms.assets.includes(asset))
    return { code: 'asset_not_of_product', asset, product };
  if (holders.length === 0) return { code: 'holder_missing' };
  const repeated = holders.find(({ partyId }, index) => holders.findIndex((one) => one.partyId === partyId) !== index);
  if (repeated !== undefined) return { code: 'holder_repeated', partyId: repeated.partyId };
  if (externalReference !== undefined && facts.isReferenceTaken)
    return { code: 'external_reference_taken', externalReference };
  return undefined;
};

const isSameOpening = (account: Account, command: OpenAccount, name: PersonalRef | undefined): boolean =>
  account.entity === command.entity &&
  account.product === command.product &&
  (command.productVersion === undefined || account.productVersion === command.productVersion) &&
  account.asset === command.asset &&
  (command.statementCycle === undefined || account.statementCycle === command.statementCycle) &&
  account.externalReference === command.externalReference &&
  // Equal names of one account have equal commitments, so the name itself need not be read.
  account.name?.commitment === name?.commitment &&
  account.holders.length === command.holders.length &&
  account.holders.every(({ partyId, kind }, index) => {
    const other = command.holders[index];
    return partyId === other?.partyId && kind === other.kind;
  });

/** Closes the account's own stream; that it is at zero everywhere is the ledger's decision in the same commit. */
export const closeAccount = (
  state: AccountState,
  { accountId }: { readonly accountId: string },
): Decision<NewEvent, AccountRefusal> => {
  if (state.status === 'unknown') return reject({ code: 'account_unknown', account: accountId });
  return state.status === 'closed'
    ? accept()
    : accept(accountAggregate.record(accountId, 'AccountClosed', { accountId }));
};
