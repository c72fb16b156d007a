import { type Decision, accept, reject, unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, type Recorded, defineAggregate } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import type { PersonalRef } from '@finaegis/platform/event-store/personal-data';
import type { StatementCycle } from '../product/events.ts';
import type { ProductState } from '../product/product.ts';
import { accountClosed, accountOpened, identifierIssued, statementIssued } from './events.ts';

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

/** A number issued to the account. */
export interface Identifier {
  readonly scheme: 'local' | 'iban' | 'external';
  readonly value: string;
}

/** What the last statement of one asset said. */
export interface LastStatement {
  readonly number: number;
  readonly from: string;
  readonly to: string;
  readonly closingMinor: bigint;
  readonly digest: string;
}

export interface Account extends Omit<OpenAccount, 'productVersion' | 'statementCycle'> {
  readonly status: 'open' | 'closed';
  readonly productVersion: number;
  readonly statementCycle: StatementCycle;
  readonly name?: PersonalRef | undefined;
  readonly identifiers: readonly Identifier[];
  readonly statements: ReadonlyMap<string, LastStatement>;
  readonly openedAt: string;
}

export type AccountState = { readonly status: 'unknown' } | Account;

export type AccountRefusal =
  | { readonly code: 'account_exists_with_different_content'; readonly account: string }
  | { readonly code: 'product_unknown'; readonly product: string }
  | { readonly code: 'asset_not_of_product'; readonly asset: string; readonly product: string }
  | { readonly code: 'holder_missing' }
  | { readonly code: 'external_reference_taken'; readonly externalReference: string }
  | { readonly code: 'account_unknown'; readonly account: string };

const definitions = [accountOpened, identifierIssued, accountClosed, statementIssued] as const;
type AccountEvent = EventOf<(typeof definitions)[number]>;

const evolve = (state: AccountState, event: Recorded<AccountEvent>): AccountState => {
  const account = state as Account;
  switch (event.type) {
    case 'AccountOpened':
      return { ...event.data, status: 'open', identifiers: [], statements: new Map(), openedAt: event.meta.bookedAt };
    case 'IdentifierIssued': {
      const { scheme, value } = event.data;
      return { ...account, identifiers: [...account.identifiers, { scheme, value }] };
    }
    case 'AccountClosed':
      return { ...account, status: 'closed' };
    case 'StatementIssued': {
      const { asset, number, from, to, closingMinor, digest } = event.data;
      return { ...account, statements: new Map(account.statements).set(asset, { number, from, to, closingMinor, digest }) };
    }
    default:
      return unreachable(event);
  }
};

/** One stream per customer account for its whole life. */
export const accountAggregate: Aggregate<AccountState, AccountEvent> = defineAggregate({ context: 'account', name: 'account', initial: { status: 'unknown' } as AccountState, events: definitions, evolve });

/** What opening is decided on besides the account itself. */
export interface OpeningFacts {
  readonly product: ProductState;
  readonly name?: PersonalRef | undefined;
  /** Numbers for this account, from the entity's locked sequence; absent when it is not the first time. */
  readonly identifiers: readonly (Identifier & { readonly sequence?: number })[];
  /** Whether another account already has the external reference. */
  readonly isReferenceTaken: boolean;
}

export const openAccount = (state: AccountState, command: OpenAccount, facts: OpeningFacts): Decision<NewEvent, AccountRefusal> => {
  const { accountId, product, asset, holders, externalReference } = command;
  if (state.status !== 'unknown') return isSameOpening(state, command) ? accept() : reject({ code: 'account_exists_with_different_content', account: accountId });
  const terms = command.productVersion === undefined ? facts.product.at(-1) : facts.product.find(({ version }) => version === command.productVersion);
  if (terms === undefined) return reject({ code: 'product_unknown', product });
  if (terms.assets !== undefined && !terms.assets.includes(asset)) return reject({ code: 'asset_not_of_product', asset, product });
  if (!holders.some(({ kind }) => kind === 'owner' || kind === 'joint')) return reject({ code: 'holder_missing' });
  if (externalReference !== undefined && facts.isReferenceTaken) return reject({ code: 'external_reference_taken', externalReference });

  const opened = accountAggregate.record(accountId, 'AccountOpened', {
    accountId,
    entity: command.entity,
    product,
    productVersion: terms.version,
    asset,
    holders,
    statementCycle: command.statementCycle ?? terms.statementCycle,
    ...(facts.name === undefined ? {} : { name: facts.name }),
    ...(externalReference === undefined ? {} : { externalReference }),
  });
  const external = externalReference === undefined ? [] : [{ scheme: 'external' as const, value: externalReference }];
  const issued = [...facts.identifiers, ...external].map((identifier) => accountAggregate.record(accountId, 'IdentifierIssued', { accountId, ...identifier }));
  return accept(opened, ...issued);
};

const isSameOpening = (account: Account, { entity, product, productVersion, asset, holders, statementCycle, externalReference }: OpenAccount): boolean =>
  account.entity === entity &&
  account.product === product &&
  (productVersion === undefined || account.productVersion === productVersion) &&
  account.asset === asset &&
  (statementCycle === undefined || account.statementCycle === statementCycle) &&
  account.externalReference === externalReference &&
  account.holders.length === holders.length &&
  account.holders.every(({ partyId, kind }, index) => partyId === holders[index]?.partyId && kind === holders[index].kind);

/** Closes the account's own stream; that it is at zero everywhere is the ledger's decision in the same commit. */
export const closeAccount = (state: AccountState, { accountId }: { readonly accountId: string }): Decision<NewEvent, AccountRefusal> => {
  if (state.status === 'unknown') return reject({ code: 'account_unknown', account: accountId });
  return state.status === 'closed' ? accept() : accept(accountAggregate.record(accountId, 'AccountClosed', { accountId }));
};
