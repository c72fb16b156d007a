import { accept, reject } from '@finaegis/kernel/decision';
import type { CommandHandler, Loaded, Needs, Refusal } from '@finaegis/platform/command/handler';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { assetCode, instant, text } from '@finaegis/platform/http/amount';
import { z } from 'zod';
import type { AssetDirectory } from '../../asset/contract.ts';
import {
  type AccountFacts,
  type Balance,
  houseAccountId,
  type LedgerAccountRefusal,
  type LedgerDirectory,
  ledgerAccountAggregate,
  loadedBook,
  loadedEntity,
  openingNeeds,
  openLedgerAccount,
  postingNeeds,
} from '../../ledger/contract.ts';
import { offeringAccounts } from '../chart.ts';
import type { ShareAsset } from '../ports.ts';
import type { OfferingSettings } from '../settings.ts';
import { unitsToMinor } from '../settings.ts';
import { minor, roundNumber, shareDecimals } from '../terms.ts';
import { mergeNeeds } from '../with-saga.ts';
import {
  closeRound,
  openingJournalId,
  openRound,
  type Round,
  type RoundRefusal,
  type RoundTerms,
  roundAggregate,
  shareAssetOf,
} from './round.ts';

/** What the commands of rounds are built over. */
export interface RoundTools {
  readonly balances: LockedTable<Balance>;
  readonly ledger: LedgerDirectory;
  readonly assets: Pick<AssetDirectory, 'get'>;
  readonly registerAsset: CommandHandler<ShareAsset, unknown, unknown, Refusal>;
  readonly settings: OfferingSettings;
}

/** Data of OpenRound. */
export interface OpenRoundData {
  readonly round: number;
  readonly name: string;
  readonly entity: string;
  readonly asset: string;
  readonly priceTenThousandths: bigint;
  readonly sharesMaxMinor: bigint;
  readonly investmentMinMinor?: bigint | undefined;
  readonly investmentMaxMinor?: bigint | undefined;
  readonly opensAt: string;
  readonly closesAt?: string | undefined;
  readonly coolingOffDays?: number | undefined;
  /** Whether agreements have to be signed before they can be paid; not unless told. */
  readonly needsSignature?: boolean | undefined;
}

const positive = minor.refine((amount) => amount > 0n, 'must be above zero');

/** A round as plain JSON. */
export const openRoundSchema: z.ZodType<OpenRoundData> = z.strictObject({
  round: roundNumber,
  name: text(100),
  entity: text(32),
  asset: assetCode,
  priceTenThousandths: positive,
  sharesMaxMinor: positive,
  investmentMinMinor: positive.optional(),
  investmentMaxMinor: positive.optional(),
  opensAt: instant,
  closesAt: instant.optional(),
  coolingOffDays: z.int().min(0).max(90).optional(),
  needsSignature: z.boolean().optional(),
});

/** Refusals of opening a round, those of the neighbours who decide with us among them. */
export type OpenRoundRefusal = RoundRefusal | { readonly code: 'asset_not_registered'; readonly asset: string };

/** What opening found before it was queued. */
export interface OpenRoundRefs {
  readonly terms: RoundTerms | undefined;
  readonly accounts: ReadonlyMap<string, AccountFacts>;
  readonly registration: unknown;
}

const shareAsset = ({ round, name }: OpenRoundData): ShareAsset => ({
  code: shareAssetOf(round),
  kind: 'custom',
  decimals: shareDecimals,
  name: `Shares of round ${round}, ${name}`.slice(0, 100),
});

const termsOf = (data: OpenRoundData, assetDecimals: number, settings: OfferingSettings): RoundTerms => {
  const { round, closesAt, coolingOffDays = settings.coolingOffDays } = data;
  return {
    round,
    name: data.name,
    entity: data.entity,
    asset: data.asset,
    assetDecimals,
    shareAsset: shareAssetOf(round),
    priceTenThousandths: data.priceTenThousandths,
    sharesMaxMinor: data.sharesMaxMinor,
    investmentMinMinor: data.investmentMinMinor ?? unitsToMinor(settings.investmentMinUnits, assetDecimals),
    investmentMaxMinor: data.investmentMaxMinor ?? unitsToMinor(settings.investmentMaxUnits, assetDecimals),
    opensAt: data.opensAt,
    ...(closesAt === undefined ? {} : { closesAt }),
    coolingOffDays,
    // Said only where it is so: rounds opened before it could be said have the same terms as ever.
    ...(data.needsSignature === true ? { needsSignature: true } : {}),
    feeBasisPoints: settings.feeBasisPoints,
    journalId: openingJournalId(round),
  };
};

const houseTerms = (entity: string) =>
  offeringAccounts.map(({ chartCode, class: accountClass, hasFloor }) => ({
    accountId: houseAccountId(entity, chartCode),
    entity,
    kind: 'house' as const,
    class: accountClass,
    hasFloor,
    code: chartCode,
  }));

/** Data of OpenOffering. */
export interface OpenOffering {
  readonly entity: string;
}

export type OfferingRefusal = LedgerAccountRefusal | { readonly code: 'entity_unknown' };

/**
 * Opens the accounts an entity's offering books on, where they are not there yet; the floor under issuable shares is for ever. A commit of its own,
 * before the first round: what has a floor is locked before it is booked on, and only what is there can be locked.
 */
export const openOfferingHandler = (): CommandHandler<OpenOffering, undefined, OpenOffering, OfferingRefusal> => ({
  name: 'cgo.OpenOffering',
  schema: z.strictObject({ entity: text(32) }),
  permission: 'cgo:round',
  weight: () => offeringAccounts.length,
  loads: ({ entity }) => mergeNeeds(...houseTerms(entity).map(openingNeeds)),
  decide: (loaded, { entity }) => {
    if (loadedEntity(loaded, entity) === undefined) return reject({ code: 'entity_unknown' });
    const events: NewEvent[] = [];
    for (const terms of houseTerms(entity)) {
      const opened = openLedgerAccount(loaded.stream(ledgerAccountAggregate, terms.accountId).state, terms);
      if (!opened.accepted) return opened;
      events.push(...opened.events);
    }
    return accept(...events);
  },
  result: (_loaded, data) => data,
});

const roundResult = (loaded: Loaded, { round }: { readonly round: number }): Round => {
  const { state } = loaded.stream(roundAggregate, String(round));
  if (state.status === 'unknown') throw new Error(`Round ${round} was accepted and is not there.`);
  return state;
};

const roundNeeds = (round: number): Needs => ({ streams: [{ aggregate: roundAggregate, id: String(round) }] });

/** Opens a round in one commit with the asset of its shares and the shares that can be issued. */
export const openRoundHandler = (
  tools: RoundTools,
): CommandHandler<OpenRoundData, OpenRoundRefs, Round, OpenRoundRefusal> => ({
  name: 'cgo.OpenRound',
  schema: openRoundSchema,
  permission: 'cgo:round',
  weight: () => 4,
  prepare: async (data, context) => {
    const { tenantId } = context;
    const houses = houseTerms(data.entity).map(({ accountId }) => accountId);
    const [facts, accounts, registration] = await Promise.all([
      tools.assets.get(tenantId, data.asset),
      tools.ledger.accounts(tenantId, houses),
      tools.registerAsset.prepare?.(shareAsset(data), context),
    ]);
    const terms = facts === undefined ? undefined : termsOf(data, facts.decimals, tools.settings);
    return { terms, accounts, registration };
  },
  loads: (data, { accounts, registration }, context) =>
    mergeNeeds(
      roundNeeds(data.round),
      tools.registerAsset.loads(shareAsset(data), registration, context),
      postingNeeds(tools.balances, accounts, {
        postings: [...accounts.keys()].map((account) => ({ account, asset: shareAssetOf(data.round) })),
        journals: [openingJournalId(data.round)],
      }),
    ),
  decide: (loaded, data, facts, { terms, accounts, registration }) => {
    const { state } = loaded.stream(roundAggregate, String(data.round));
    if (terms === undefined) return reject({ code: 'asset_not_registered', asset: data.asset });
    const decision = openRound(state, terms, loadedBook(loaded, tools.balances, accounts));
    if (!decision.accepted || decision.events.length === 0) return decision;
    const registered = tools.registerAsset.decide(loaded, shareAsset(data), facts, registration);
    // Such an asset with other decimals would count shares otherwise; nothing of this round may be booked in it.
    return registered.accepted
      ? accept(...registered.events, ...decision.events)
      : reject({ code: 'round_exists_with_different_terms', round: data.round });
  },
  result: roundResult,
});

/** Closes a round. */
export const closeRoundHandler = (): CommandHandler<{ readonly round: number }, undefined, Round, RoundRefusal> => ({
  name: 'cgo.CloseRound',
  schema: z.strictObject({ round: roundNumber }),
  permission: 'cgo:round',
  loads: ({ round }) => roundNeeds(round),
  decide: (loaded, { round }) => closeRound(loaded.stream(roundAggregate, String(round)).state, round),
  result: roundResult,
});
