import type { Decision } from '@finaegis/kernel/decision';
import { fold } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import {
  type AssetDecisionFacts,
  type AssetRefusal,
  type AssetState,
  assetAggregate,
  deactivateAsset,
  type RegisterAsset,
  registerAsset,
  renameAsset,
} from './asset.ts';

const tenant: AssetDecisionFacts = { today: '2026-03-10', isPlatform: false, isPlatformCode: false };
const platform: AssetDecisionFacts = { today: '2026-03-10', isPlatform: true, isPlatformCode: true };
const share: RegisterAsset = { code: 'CGO-2026-1', kind: 'custom', decimals: 4, name: 'Round one' };

type Outcome = Decision<NewEvent, AssetRefusal>;

const after = (...decide: readonly ((state: AssetState) => Outcome)[]): AssetState =>
  decide.reduce((state, step) => {
    const outcome = step(state);
    if (!outcome.accepted) throw new Error(outcome.rejection.code);
    return outcome.events.reduce((folded, event) => fold(assetAggregate, folded, event as never), state);
  }, assetAggregate.initial);

const refusal = (outcome: Outcome): unknown => (outcome.accepted ? undefined : outcome.rejection);
const types = (outcome: Outcome): unknown =>
  outcome.accepted ? outcome.events.map(({ type }) => type) : outcome.rejection;

describe('registering an asset', () => {
  const registered = () => after((state) => registerAsset(state, share, tenant));

  it('is one event with what holds for ever', () => {
    expect(registerAsset(assetAggregate.initial, share, tenant)).toMatchObject({
      events: [{ type: 'AssetRegistered', stream: 'asset:CGO-2026-1', data: share }],
    });
  });

  it('asked for twice changes nothing, also after it was renamed', () => {
    expect(types(registerAsset(registered(), share, tenant))).toEqual([]);
    const renamed = after(
      (state) => registerAsset(state, share, tenant),
      (state) => renameAsset(state, { code: share.code, name: 'First round' }, tenant),
    );
    expect(types(registerAsset(renamed, share, tenant))).toEqual([]);
  });

  it.each([
    { decimals: 2 },
    { kind: 'commodity' as const },
    { name: 'Other' },
    { activeFrom: '2026-01-01' },
    { activeTo: '2027-01-01' },
  ])('with other facts is refused: %o', (other) => {
    expect(refusal(registerAsset(registered(), { ...share, ...other }, tenant))).toEqual({
      code: 'asset_exists_with_different_facts',
      asset: share.code,
    });
  });

  it('under a code of the platform or of ISO 4217 is refused to a tenant', () => {
    expect(
      refusal(registerAsset(assetAggregate.initial, { ...share, code: 'USDT' }, { ...tenant, isPlatformCode: true })),
    ).toEqual({ code: 'asset_code_reserved', asset: 'USDT' });
    expect(refusal(registerAsset(assetAggregate.initial, { ...share, code: 'DEM' }, tenant))).toEqual({
      code: 'asset_code_reserved',
      asset: 'DEM',
    });
  });

  it('as money is refused to a tenant and allowed to the platform', () => {
    const coin: RegisterAsset = { ...share, code: 'ABC', kind: 'fiat' };
    expect(refusal(registerAsset(assetAggregate.initial, coin, tenant))).toEqual({
      code: 'asset_kind_reserved',
      asset: 'ABC',
      kind: 'fiat',
    });
    expect(types(registerAsset(assetAggregate.initial, coin, platform))).toEqual(['AssetRegistered']);
  });

  it('that was registered before the platform took the code stays known to its tenant', () => {
    expect(types(registerAsset(registered(), share, { ...tenant, isPlatformCode: true }))).toEqual([]);
  });
});

describe('an asset that is registered', () => {
  const dated: RegisterAsset = { ...share, activeFrom: '2026-01-01', activeTo: '2027-01-01' };
  const registered = () => after((state) => registerAsset(state, dated, tenant));

  it('keeps its first day and its end', () => {
    expect(registered()).toMatchObject({ registered: dated, activeTo: '2027-01-01' });
    expect(types(registerAsset(registered(), dated, tenant))).toEqual([]);
    expect(after((state) => registerAsset(state, share, tenant))).toEqual({
      status: 'registered',
      registered: share,
      name: share.name,
      activeTo: undefined,
    });
  });

  it('is given another name, once, and keeps everything else', () => {
    const rename = (state: AssetState): Outcome =>
      renameAsset(state, { code: share.code, name: 'First round' }, tenant);
    const renamed = after((state) => registerAsset(state, dated, tenant), rename);
    expect(renamed).toEqual({ ...registered(), name: 'First round' });
    expect(rename(registered())).toMatchObject({ events: [{ data: { code: share.code, name: 'First round' } }] });
    expect(types(rename(renamed))).toEqual([]);
  });
});

describe('ending an asset', () => {
  const registered = () => after((state) => registerAsset(state, share, tenant));
  const end = (state: AssetState, activeTo: string, facts = tenant): Outcome =>
    deactivateAsset(state, { code: share.code, activeTo }, facts);

  it('can be asked for twice, and moved until the day has come', () => {
    const ended = after(
      (state) => registerAsset(state, share, tenant),
      (state) => end(state, '2026-04-01'),
    );
    expect(types(end(ended, '2026-04-01'))).toEqual([]);
    expect(types(end(ended, '2026-05-01'))).toEqual(['AssetDeactivated']);
    expect(refusal(end(ended, '2026-05-01', { ...tenant, today: '2026-04-01' }))).toEqual({
      code: 'asset_already_inactive',
      asset: share.code,
      activeTo: '2026-04-01',
    });
  });

  it('in the past is refused, since it may have been booked since', () => {
    expect(refusal(end(registered(), '2026-03-09'))).toEqual({
      code: 'deactivation_in_past',
      asset: share.code,
      activeTo: '2026-03-09',
      today: '2026-03-10',
    });
    expect(types(end(registered(), '2026-03-10'))).toEqual(['AssetDeactivated']);
  });

  it('in the past is what the platform does when a standard is published late', () => {
    expect(types(end(registered(), '2020-01-01', platform))).toEqual(['AssetDeactivated']);
  });

  it("that is not registered is refused, and said to be the platform's where it is", () => {
    expect(refusal(end(assetAggregate.initial, '2026-04-01'))).toEqual({ code: 'asset_unknown', asset: share.code });
    expect(refusal(end(assetAggregate.initial, '2026-04-01', { ...tenant, isPlatformCode: true }))).toEqual({
      code: 'asset_code_reserved',
      asset: share.code,
    });
    expect(refusal(renameAsset(assetAggregate.initial, { code: share.code, name: 'x' }, tenant))).toEqual({
      code: 'asset_unknown',
      asset: share.code,
    });
  });

  it('knows nothing of events it does not know', () => {
    expect(() => fold(assetAggregate, registered(), { type: 'AssetMelted', data: {} } as never)).toThrow();
    expect(() => fold(assetAggregate, assetAggregate.initial, { type: 'AssetRenamed', data: {} } as never)).toThrow();
  });
});
