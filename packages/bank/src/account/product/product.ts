import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { productPublished, type StatementCycle } from './events.ts';

/** Terms as they are published. */
export interface ProductTerms {
  readonly name: string;
  readonly statementCycle: StatementCycle;
  readonly allowsOverdraft: boolean;
  readonly assets?: readonly string[] | undefined;
}

export interface PublishProduct extends ProductTerms {
  readonly product: string;
  readonly version: number;
}

export type ProductState = readonly (ProductTerms & { readonly version: number })[];

export type ProductRefusal =
  | { readonly code: 'product_version_exists_with_different_terms'; readonly product: string; readonly version: number }
  | { readonly code: 'product_version_not_next'; readonly product: string; readonly nextVersion: number };

const definitions = [productPublished] as const;
type ProductEvent = EventOf<typeof productPublished>;

const evolve = (state: ProductState, event: Recorded<ProductEvent>): ProductState => {
  switch (event.type) {
    case 'ProductPublished':
      return [...state, event.data];
    default:
      return unreachable(event.type);
  }
};

/** All versions of one product, oldest first. */
export const productAggregate: Aggregate<ProductState, ProductEvent> = defineAggregate({
  context: 'account',
  name: 'product',
  initial: [] as ProductState,
  events: definitions,
  evolve,
});

/** The two products a bank starts with, until it publishes its own under these names. */
export const firstProducts: readonly PublishProduct[] = [
  { product: 'current', version: 1, name: 'Current account', statementCycle: 'monthly', allowsOverdraft: true },
  { product: 'savings', version: 1, name: 'Savings account', statementCycle: 'monthly', allowsOverdraft: false },
];

/** Versions an account may be opened under: those that were published, or what a bank starts with. */
export const versionsOf = (product: string, state: ProductState): ProductState =>
  state.length > 0 ? state : firstProducts.filter((first) => first.product === product);

/** What the commit records that is the first to build on what a bank starts with; nothing of a product that was published. */
export const beginning = (product: string, state: ProductState): readonly NewEvent[] =>
  state.length > 0
    ? []
    : firstProducts
        .filter((first) => first.product === product)
        .map((first) => productAggregate.record(product, 'ProductPublished', first));

export const publishProduct = (state: ProductState, command: PublishProduct): Decision<NewEvent, ProductRefusal> => {
  const { product, version, name, statementCycle, allowsOverdraft, assets } = command;
  const existing = state.find((terms) => terms.version === version);
  if (existing !== undefined) {
    const isSame =
      existing.name === name &&
      existing.statementCycle === statementCycle &&
      existing.allowsOverdraft === allowsOverdraft &&
      existing.assets?.join() === assets?.join();
    return isSame ? accept() : reject({ code: 'product_version_exists_with_different_terms', product, version });
  }
  // Nobody has built on what a bank starts with yet: its first version may be another, its second comes after it.
  const before = version === 1 ? state : versionsOf(product, state);
  if (version !== before.length + 1)
    return reject({ code: 'product_version_not_next', product, nextVersion: before.length + 1 });
  const data = { product, version, name, statementCycle, allowsOverdraft, ...(assets === undefined ? {} : { assets }) };
  const events = version === 1 ? [] : beginning(product, state);
  return accept(...events, productAggregate.record(product, 'ProductPublished', data));
};
