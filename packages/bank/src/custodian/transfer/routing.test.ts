import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RoutableBank, type RoutePolicy, routePolicy, routeTransfer } from './routing.ts';

type Rail = readonly [rail: string, feeMinor: number, limitMinor?: number | undefined];
const bank = (code: string, rails: readonly Rail[], more: Partial<RoutableBank> = {}): RoutableBank => ({
  bank: code,
  isUsable: true,
  nostroAssets: ['EUR'],
  rails: rails.map(([rail, feeMinor, limitMinor]) => ({
    rail,
    asset: 'EUR',
    feeMinor: BigInt(feeMinor),
    ...(limitMinor === undefined ? {} : { limitMinor: BigInt(limitMinor) }),
  })),
  ...more,
});
const wish = (amount = 1_000, from = 'ing', to = 'kb') => ({ from, to, asset: 'EUR', amountMinor: BigInt(amount) });
const told = (banks: readonly RoutableBank[], asked = wish(), policy: RoutePolicy = routePolicy): unknown => {
  const found = routeTransfer(banks, asked, policy);
  if (!found.ok) return found.refusal;
  const { kind, legs, feeMinor } = found.route;
  return [kind, legs.map(({ from, to, rail }) => `${from} ${rail} ${to}`).join(', '), Number(feeMinor)];
};

const sepaAndInstant: readonly Rail[] = [
  ['sepa', 20],
  ['sepa-instant', 80],
];

describe('the way between two banks', () => {
  it.each<[string, readonly RoutableBank[], ReturnType<typeof wish>, unknown]>([
    [
      'is inside where both are one',
      [bank('ing', [['internal', 0]])],
      wish(1, 'ing', 'ing'),
      ['internal', 'ing internal ing', 0],
    ],
    [
      'is the cheapest common rail',
      [bank('ing', sepaAndInstant), bank('kb', sepaAndInstant)],
      wish(),
      ['direct', 'ing sepa kb', 20],
    ],
    [
      'is another rail where the cheaper one has a limit below the amount',
      [
        bank('ing', [
          ['sepa', 20, 999],
          ['sepa-instant', 80],
        ]),
        bank('kb', sepaAndInstant),
      ],
      wish(),
      ['direct', 'ing sepa-instant kb', 80],
    ],
    [
      'takes the limit itself',
      [bank('ing', [['sepa', 20, 1_000]]), bank('kb', sepaAndInstant)],
      wish(),
      ['direct', 'ing sepa kb', 20],
    ],
    [
      'goes over a third bank where there is no common rail',
      [
        bank('ing', [['sepa', 20]]),
        bank('kb', [['swift', 900]]),
        bank('bbva', [
          ['sepa', 10],
          ['swift', 300],
        ]),
      ],
      wish(),
      ['bridge', 'ing sepa bbva, bbva swift kb', 320],
    ],
    [
      'goes over the cheapest of several, the first by code among equals',
      [
        bank('ing', [['sepa', 20]]),
        bank('kb', [['swift', 900]]),
        bank('uni', [
          ['sepa', 10],
          ['swift', 300],
        ]),
        bank('bbva', [
          ['sepa', 10],
          ['swift', 300],
        ]),
        bank('wise', [
          ['sepa', 10],
          ['swift', 301],
        ]),
      ],
      wish(),
      ['bridge', 'ing sepa bbva, bbva swift kb', 320],
    ],
  ])('%s', (_, banks, asked, way) => {
    expect(told(banks, asked)).toEqual(way);
  });

  it('is the quickest rail where that is asked for', () => {
    const banks = [bank('ing', sepaAndInstant), bank('kb', sepaAndInstant)];
    expect(told(banks, wish(), { ...routePolicy, strategy: 'fastest' })).toEqual(['direct', 'ing sepa-instant kb', 80]);
  });

  it.each<[string, readonly RoutableBank[], ReturnType<typeof wish>, unknown]>([
    ['a bank nobody registered', [bank('ing', sepaAndInstant)], wish(), { code: 'transfer_bank_unusable', bank: 'kb' }],
    [
      'a suspended bank, before anything else is looked at',
      [bank('ing', sepaAndInstant, { isUsable: false, nostroAssets: [] }), bank('kb', sepaAndInstant)],
      wish(),
      { code: 'transfer_bank_unusable', bank: 'ing' },
    ],
    [
      'a bank without an account of ours in the asset',
      [bank('ing', sepaAndInstant), bank('kb', sepaAndInstant, { nostroAssets: ['CZK'] })],
      wish(),
      { code: 'transfer_nostro_missing', bank: 'kb', asset: 'EUR' },
    ],
    [
      'an amount above every limit, with the highest',
      [
        bank('ing', [
          ['sepa', 20, 500],
          ['sepa-instant', 20, 999],
        ]),
        bank('kb', sepaAndInstant),
      ],
      wish(),
      { code: 'transfer_amount_above_limits', asset: 'EUR', limitMinor: 999n },
    ],
    [
      'a bridge that costs more than it may',
      [
        bank('ing', [['sepa', 201]]),
        bank('kb', [['swift', 1]]),
        bank('bbva', [
          ['sepa', 1],
          ['swift', 300],
        ]),
      ],
      wish(),
      { code: 'transfer_without_route', from: 'ing', to: 'kb', asset: 'EUR' },
    ],
    [
      'a bridge over a suspended bank',
      [
        bank('ing', [['sepa', 2]]),
        bank('kb', [['swift', 1]]),
        bank(
          'bbva',
          [
            ['sepa', 1],
            ['swift', 3],
          ],
          { isUsable: false },
        ),
      ],
      wish(),
      { code: 'transfer_without_route', from: 'ing', to: 'kb', asset: 'EUR' },
    ],
  ])('is refused for %s', (_, banks, asked, refusal) => {
    expect(told(banks, asked)).toEqual(refusal);
  });

  it('begins and ends where it was asked to, its legs join, and no limit is exceeded', () => {
    const rails = fc.uniqueArray(
      fc.tuple(
        fc.constantFrom('internal', 'sepa', 'sepa-instant', 'swift'),
        fc.nat(400),
        fc.option(fc.nat(2_000), { nil: undefined }),
      ),
      { selector: ([rail]) => rail },
    );
    const banks = fc
      .tuple(rails, rails, rails)
      .map(([ing, kb, bbva]) => [bank('ing', ing), bank('kb', kb), bank('bbva', bbva)]);
    fc.assert(
      fc.property(banks, fc.integer({ min: 1, max: 2_000 }), (all, amount) => {
        const found = routeTransfer(all, wish(amount));
        if (!found.ok) return;
        const { legs, feeMinor } = found.route;
        expect([legs[0]?.from, legs.at(-1)?.to]).toEqual(['ing', 'kb']);
        for (const [index, { from, to, rail }] of legs.entries()) {
          if (index > 0) expect(from).toBe(legs[index - 1]?.to);
          const [payer, payee] = [from, to].map((code) => all.find((one) => one.bank === code));
          expect(payee?.rails.some((one) => one.rail === rail)).toBe(true);
          const limitMinor = payer?.rails.find((one) => one.rail === rail)?.limitMinor;
          expect(limitMinor === undefined || BigInt(amount) <= limitMinor).toBe(true);
        }
        expect(feeMinor).toBe(legs.reduce((sum, leg) => sum + leg.feeMinor, 0n));
      }),
    );
  });
});
