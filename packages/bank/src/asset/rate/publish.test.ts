import { fold } from '@finaegis/platform/event-store/aggregate';
import { describe, expect, it } from 'vitest';
import { manualRateAggregate, publishManualRate } from './manual-rate.ts';
import { publishRates, type RateSheet, type RateSheetState, rateSheetAggregate } from './rate-sheet.ts';

const sheet: RateSheet = {
  provider: 'ecb',
  date: '2025-03-13',
  base: 'EUR',
  quotes: [
    { asset: 'USD', mid: '1.0830' },
    { asset: 'CZK', mid: '25.093' },
  ],
};
const facts = { today: '2025-03-14', isPlatform: true };

const published = (): RateSheetState => {
  const outcome = publishRates(rateSheetAggregate.initial, sheet, facts);
  if (!outcome.accepted) throw new Error(outcome.rejection.code);
  return outcome.events.reduce(
    (state, event) => fold(rateSheetAggregate, state, event as never),
    rateSheetAggregate.initial,
  );
};

describe("a provider's rates of one day", () => {
  it('are one event with every quote, by asset and without superfluous zeros', () => {
    expect(publishRates(rateSheetAggregate.initial, sheet, facts)).toMatchObject({
      events: [
        {
          type: 'ExchangeRatesPublished',
          stream: 'rates:ecb:2025-03-13',
          data: {
            validFrom: '2025-03-13',
            quotes: [
              { asset: 'CZK', mid: '25.093' },
              { asset: 'USD', mid: '1.083' },
            ],
          },
        },
      ],
    });
  });

  it('published again change nothing, in whatever order and with whatever zeros', () => {
    const again = {
      ...sheet,
      quotes: [
        { asset: 'CZK', mid: '25.0930' },
        { asset: 'USD', mid: '1.083' },
      ],
    };
    expect(publishRates(published(), again, facts)).toEqual({ accepted: true, events: [] });
  });

  it('with other content are refused', () => {
    const other = {
      ...sheet,
      quotes: [
        { asset: 'USD', mid: '1.0831' },
        { asset: 'CZK', mid: '25.093' },
      ],
    };
    expect(publishRates(published(), other, facts)).toMatchObject({
      rejection: { code: 'rates_exist_with_different_content', provider: 'ecb', date: '2025-03-13' },
    });
    expect(publishRates(published(), { ...sheet, quotes: sheet.quotes.slice(1) }, facts)).toMatchObject({
      accepted: false,
    });
  });

  it('keep what the source buys and sells at, and until when it counts; rates of today are no rates of tomorrow', () => {
    const quotes = [{ asset: 'USD', mid: '1.0830', bid: '1.0800', ask: '1.0860' }];
    const whole = { ...sheet, quotes, validFrom: '2025-03-14', validTo: '2025-03-17' };
    const decision = publishRates(rateSheetAggregate.initial, whole, { ...facts, today: whole.date });
    expect(decision.accepted && decision.events[0]?.data).toEqual({
      ...whole,
      quotes: [{ asset: 'USD', mid: '1.083', bid: '1.08', ask: '1.086' }],
    });
  });

  it('of tomorrow are refused, and so are those a tenant would publish', () => {
    expect(publishRates(rateSheetAggregate.initial, sheet, { ...facts, today: '2025-03-12' })).toMatchObject({
      rejection: { code: 'rates_in_future', today: '2025-03-12' },
    });
    expect(publishRates(rateSheetAggregate.initial, sheet, { ...facts, isPlatform: false })).toMatchObject({
      rejection: { code: 'rates_belong_to_platform' },
    });
  });

  it('are published once: a second event on the sheet is a bug', () => {
    expect(() =>
      fold(rateSheetAggregate, published(), { type: 'ExchangeRatesPublished', data: {} } as never),
    ).toThrow();
    expect(() =>
      fold(rateSheetAggregate, rateSheetAggregate.initial, { type: 'RatesForgotten', data: {} } as never),
    ).toThrow();
  });
});

describe('a manual rate', () => {
  const rate = {
    rateId: '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12',
    base: 'XAU',
    asset: 'EUR',
    mid: '2700.50',
    validFrom: '2025-03-14',
  };
  const first = publishManualRate(manualRateAggregate.initial, rate, {});
  const state = first.accepted
    ? first.events.reduce(
        (folded, event) => fold(manualRateAggregate, folded, event as never),
        manualRateAggregate.initial,
      )
    : manualRateAggregate.initial;

  it('asked for twice changes nothing; under the same id with another price it is refused', () => {
    expect(publishManualRate(state, { ...rate, mid: '2700.5' }, {})).toEqual({ accepted: true, events: [] });
    expect(publishManualRate(state, { ...rate, mid: '2700.6' }, {})).toMatchObject({
      rejection: { code: 'rate_exists_with_different_content', rateId: rate.rateId },
    });
  });

  it('is one event with its plainest digits and whatever else was given', () => {
    expect(first).toMatchObject({ events: [{ type: 'ManualRatePublished', data: { ...rate, mid: '2700.5' } }] });
    const whole = { ...rate, bid: '2700.00', ask: '2701.0', validTo: '2025-03-15' };
    const decision = publishManualRate(manualRateAggregate.initial, whole, {});
    expect(decision.accepted && decision.events[0]?.data).toEqual({
      ...whole,
      mid: '2700.5',
      bid: '2700',
      ask: '2701',
    });
    for (const other of [{ bid: '1' }, { ask: '1' }, { validTo: '2025-03-16' }])
      expect(publishManualRate(state, { ...rate, ...other }, {}).accepted).toBe(false);
    expect(() =>
      fold(manualRateAggregate, manualRateAggregate.initial, { type: 'RateForgotten', data: {} } as never),
    ).toThrow('RateForgotten');
  });

  it('of an asset nobody registered is refused', () => {
    expect(publishManualRate(manualRateAggregate.initial, rate, { unknownAsset: 'XAU' })).toMatchObject({
      rejection: { code: 'rate_asset_unknown', asset: 'XAU' },
    });
  });

  it('is set once: a second event on it is a bug', () => {
    expect(() => fold(manualRateAggregate, state, { type: 'ManualRatePublished', data: {} } as never)).toThrow();
  });
});
