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

/** The two products a bank starts with. */
export const firstProducts: readonly PublishProduct[] = [
  { product: 'current', version: 1, name: 'Current account', statementCycle: 'monthly', allowsOverdraft: true },
  { product: 'savings', version: 1, name: 'Savings account', statementCycle: 'monthly', allowsOverdraft: false },
];

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
  if (version !== state.length + 1)
    return reject({ code: 'product_version_not_next', product, nextVersion: state.length + 1 });
  const data = { product, version, name, statementCycle, allowsOverdraft, ...(assets === undefined ? {} : { assets }) };
  return accept(productAggregate.record(product, 'ProductPublished', data));
};
