import type { AssetKind } from '@finaegis/kernel/asset';
import { accept, type Decision, reject, unreachable } from '@finaegis/kernel/decision';
import { currency } from '@finaegis/kernel/iso4217';
import type { LocalDate } from '@finaegis/kernel/local-date';
import { type Aggregate, defineAggregate, type Recorded } from '@finaegis/platform/event-store/aggregate';
import type { EventOf, NewEvent } from '@finaegis/platform/event-store/event';
import { assetDeactivated, assetRegistered, assetRenamed } from './events.ts';

/** Makes an asset known. Times are days: it is active from `activeFrom` up to, not including, `activeTo`. */
export interface RegisterAsset {
  readonly code: string;
  readonly kind: AssetKind;
  readonly decimals: number;
  readonly name: string;
  readonly activeFrom?: LocalDate | undefined;
  readonly activeTo?: LocalDate | undefined;
}

export interface RenameAsset {
  readonly code: string;
  readonly name: string;
}

export interface DeactivateAsset {
  readonly code: string;
  /** The first day on which it may no longer be booked. */
  readonly activeTo: LocalDate;
}

/** What deciding over an asset needs to know besides its stream. */
export interface AssetDecisionFacts {
  readonly today: LocalDate;
  /** The command comes from the platform's own tenant, whose registry all tenants share. */
  readonly isPlatform: boolean;
  /** The platform's registry has this code. */
  readonly isPlatformCode: boolean;
}

/** Why a command on an asset was refused, in order of precedence. */
export type AssetRefusal =
  | { readonly code: 'asset_exists_with_different_facts'; readonly asset: string }
  | { readonly code: 'asset_code_reserved'; readonly asset: string }
  | { readonly code: 'asset_kind_reserved'; readonly asset: string; readonly kind: AssetKind }
  | { readonly code: 'asset_unknown'; readonly asset: string }
  | { readonly code: 'asset_already_inactive'; readonly asset: string; readonly activeTo: LocalDate }
  | {
      readonly code: 'deactivation_in_past';
      readonly asset: string;
      readonly activeTo: LocalDate;
      readonly today: LocalDate;
    };

export type AssetState =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'registered';
      /** As first registered, so that a late repeat of the registration is known as one. */
      readonly registered: RegisterAsset;
      readonly name: string;
      readonly activeTo: LocalDate | undefined;
    };

type AssetDecision = Decision<NewEvent, AssetRefusal>;

const definitions = [assetRegistered, assetRenamed, assetDeactivated] as const;
type AssetEvent = EventOf<(typeof definitions)[number]>;

const evolve = (state: AssetState, event: Recorded<AssetEvent>): AssetState => {
  if (event.type === 'AssetRegistered') {
    return { status: 'registered', registered: event.data, name: event.data.name, activeTo: event.data.activeTo };
  }
  if (state.status === 'unknown') throw new Error(`${event.type} came before AssetRegistered.`);
  switch (event.type) {
    case 'AssetRenamed':
      return { ...state, name: event.data.name };
    case 'AssetDeactivated':
      return { ...state, activeTo: event.data.activeTo };
    default:
      return unreachable(event);
  }
};

/** One asset of one tenant's registry, by its code. */
export const assetAggregate: Aggregate<AssetState, AssetEvent> = defineAggregate({
  context: 'asset',
  name: 'asset',
  initial: { status: 'unknown' } as AssetState,
  events: definitions,
  evolve,
});

/** Registers an asset; the platform's codes and all of ISO 4217 are closed to tenants, so that EUR means the same to everyone. */
export const registerAsset = (state: AssetState, command: RegisterAsset, facts: AssetDecisionFacts): AssetDecision => {
  const { code: asset, kind, decimals, name, activeFrom, activeTo } = command;
  if (state.status === 'registered') {
    return isSame(state.registered, command) ? accept() : reject({ code: 'asset_exists_with_different_facts', asset });
  }
  if (!facts.isPlatform && (facts.isPlatformCode || currency(asset) !== undefined)) {
    return reject({ code: 'asset_code_reserved', asset });
  }
  if (!facts.isPlatform && kind === 'fiat') return reject({ code: 'asset_kind_reserved', asset, kind });
  const data = {
    code: asset,
    kind,
    decimals,
    name,
    ...(activeFrom === undefined ? {} : { activeFrom }),
    ...(activeTo === undefined ? {} : { activeTo }),
  };
  return accept(assetAggregate.record(asset, 'AssetRegistered', data));
};

/** Gives an asset another name. */
export const renameAsset = (
  state: AssetState,
  { code, name }: RenameAsset,
  facts: AssetDecisionFacts,
): AssetDecision => {
  if (state.status === 'unknown') return reject(notOurs(code, facts));
  return state.name === name ? accept() : accept(assetAggregate.record(code, 'AssetRenamed', { code, name }));
};

/** Ends an asset on a day that has not passed; until it comes the day may still be moved. */
export const deactivateAsset = (
  state: AssetState,
  { code, activeTo }: DeactivateAsset,
  facts: AssetDecisionFacts,
): AssetDecision => {
  if (state.status === 'unknown') return reject(notOurs(code, facts));
  if (state.activeTo === activeTo) return accept();
  // The platform follows its standards, which are published after the fact; a tenant must not make bookings wrong that were right.
  if (!facts.isPlatform) {
    if (state.activeTo !== undefined && state.activeTo <= facts.today) {
      return reject({ code: 'asset_already_inactive', asset: code, activeTo: state.activeTo });
    }
    if (activeTo < facts.today) {
      return reject({ code: 'deactivation_in_past', asset: code, activeTo, today: facts.today });
    }
  }
  return accept(assetAggregate.record(code, 'AssetDeactivated', { code, activeTo }));
};

const notOurs = (asset: string, { isPlatform, isPlatformCode }: AssetDecisionFacts): AssetRefusal =>
  !isPlatform && isPlatformCode ? { code: 'asset_code_reserved', asset } : { code: 'asset_unknown', asset };

const isSame = (a: RegisterAsset, b: RegisterAsset): boolean =>
  a.kind === b.kind &&
  a.decimals === b.decimals &&
  a.name === b.name &&
  a.activeFrom === b.activeFrom &&
  a.activeTo === b.activeTo;
