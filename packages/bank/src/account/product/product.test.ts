import type { Decision } from '@finaegis/kernel/decision';
import { fold } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent, RecordedEvent } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import {
  beginning,
  firstProducts,
  type ProductRefusal,
  type ProductState,
  type PublishProduct,
  productAggregate,
  publishProduct,
  versionsOf,
} from './product.ts';

const first: PublishProduct = {
  product: 'savings',
  version: 1,
  name: 'Savings',
  statementCycle: 'monthly',
  allowsOverdraft: false,
  assets: ['EUR'],
};
const resultOf = (decision: Decision<NewEvent, ProductRefusal>): unknown =>
  decision.accepted ? decision.events.map(({ type }) => type) : decision.rejection;
const after = (state: ProductState, command: PublishProduct): ProductState => {
  const decision = publishProduct(state, command);
  if (!decision.accepted) throw new Error(decision.rejection.code);
  return decision.events.reduce((folded, event) => fold(productAggregate, folded, event as RecordedEvent), state);
};

describe('publishing a product', () => {
  const stateOf = () => after(after([], first), { ...first, version: 2, assets: undefined });

  it('keeps every version; the same again is a repeat', () => {
    expect(resultOf(publishProduct([], first))).toEqual(['ProductPublished']);
    const { assets: _assets, ...free } = first;
    expect(stateOf()).toEqual([first, { ...free, version: 2 }]);
    expect(resultOf(publishProduct(stateOf(), { ...free, version: 2 }))).toEqual([]);
    expect(() => productAggregate.evolve([], { type: 'ProductSold', data: {} } as never)).toThrow('Unreachable');
    expect(resultOf(publishProduct(stateOf(), first))).toEqual([]);
  });

  it.each<[string, Partial<PublishProduct>]>([
    ['name', { name: 'Other' }],
    ['cycle', { statementCycle: 'weekly' }],
    ['overdraft', { allowsOverdraft: true }],
    ['assets', { assets: ['EUR', 'USD'] }],
    ['freedom of assets', { assets: undefined }],
  ])('a version with another %s is refused', (_, other) => {
    expect(resultOf(publishProduct(stateOf(), { ...first, ...other }))).toEqual({
      code: 'product_version_exists_with_different_terms',
      product: 'savings',
      version: 1,
    });
  });

  it('versions are counted without a gap', () => {
    expect(resultOf(publishProduct(stateOf(), { ...first, version: 4 }))).toEqual({
      code: 'product_version_not_next',
      product: 'savings',
      nextVersion: 3,
    });
    expect(resultOf(publishProduct([], { ...first, product: 'gold', version: 2 }))).toEqual({
      code: 'product_version_not_next',
      product: 'gold',
      nextVersion: 1,
    });
  });
});

describe('what a bank starts with', () => {
  const [current] = firstProducts;
  if (current === undefined) throw new Error('A bank starts with products.');

  it('may be built on as if it had been published, and is recorded by whoever does so first', () => {
    expect(versionsOf('current', [])).toEqual([current]);
    expect(beginning('current', []).map(({ type, data }) => [type, data])).toEqual([['ProductPublished', current]]);
    const second = { ...current, version: 2, name: 'Current account plus' };
    expect(after([], second)).toMatchObject([current, second]);
  });

  it('gives way to what the bank published under that name', () => {
    const own = { ...current, name: 'Girokonto' };
    expect(after([], own)).toMatchObject([own]);
    expect(versionsOf('current', after([], own))).toMatchObject([own]);
    expect(beginning('current', after([], own))).toEqual([]);
  });

  it('is nothing else', () => {
    expect(versionsOf('gold', [])).toEqual([]);
    expect(beginning('gold', [])).toEqual([]);
    expect(resultOf(publishProduct([], { ...first, product: 'gold', version: 2 }))).toMatchObject({ nextVersion: 1 });
  });
});
