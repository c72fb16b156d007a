import { derivedUuid } from '@finaegis/kernel/id';
import type { CommandHandler, Loaded } from '@finaegis/platform/command/handler';
import { assetCode, uuid } from '@finaegis/platform/http/amount';
import { newSagaNeed, startSaga } from '@finaegis/platform/saga/commands';
import type { Json, SagaDefinition } from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import type { AssetDirectory } from '../../asset/contract.ts';
import { houseAccountId, type LedgerDirectory } from '../../ledger/contract.ts';
import type { PartnerBank } from '../bank/bank.ts';
import { bankCode, minorAmount } from '../bank/commands.ts';
import { partnerBanksTable } from '../views/banks.ts';
import { transfersTable } from '../views/transfers.ts';
import { type RoutableBank, type RoutePolicy, routePolicy } from './routing.ts';
import {
  type CustodianTransfer,
  completeTransfer,
  failTransfer,
  type RequestTransfer,
  requestTransfer,
  type TransferRefusal,
  transferAggregate,
} from './transfer.ts';

/** What requesting a transfer is built over. */
export interface TransferTools {
  readonly assets: Pick<AssetDirectory, 'get'>;
  readonly ledger: Pick<LedgerDirectory, 'accounts'>;
  /** Every bank of a tenant; which there are only grows. */
  banks(tenantId: string): Promise<readonly PartnerBank[]>;
  /** The saga that pays; asked for while work is done. */
  saga(): SagaDefinition;
  readonly policy?: RoutePolicy;
}

/** Leaves of the chart a transfer is booked on besides the nostro accounts. */
export const transferClearing = 'clearing/custodian-transfers';
export const bankFeeCost = 'cost/bank-fees';

/** What requesting a transfer found before it was queued; none of it ever changes. */
export interface TransferRefs {
  readonly codes: readonly string[];
  readonly decimals: number;
  readonly missingAccounts: readonly string[];
}

/** A transfer's id gives its saga's, so that asking twice starts one. */
export const transferSagaId = (transferId: string): string => derivedUuid('saga', 'custodian', transferId);

/** Asks for money to be moved between two banks: routed, recorded and its saga started in one commit. */
export const requestTransferHandler = (
  tools: TransferTools,
): CommandHandler<RequestTransfer, TransferRefs, CustodianTransfer, TransferRefusal> => ({
  name: 'custodian.RequestTransfer',
  schema: z.strictObject({
    transferId: uuid,
    from: bankCode,
    to: bankCode,
    asset: assetCode,
    amountMinor: minorAmount.refine((amount) => amount > 0n),
  }),
  permission: 'custodian:transfer',
  prepare: async ({ from, asset }, { tenantId }) => {
    const [banks, facts] = await Promise.all([tools.banks(tenantId), tools.assets.get(tenantId, asset)]);
    const entity = entityOf(
      banks.find(({ bank }) => bank === from)?.nostros.find((one) => one.asset === asset)?.account,
    );
    const accounts = [transferClearing, bankFeeCost].map((code) => houseAccountId(entity, code));
    const known = await tools.ledger.accounts(tenantId, accounts);
    return {
      codes: banks.map(({ bank }) => bank),
      decimals: facts?.decimals ?? 0,
      missingAccounts: accounts.filter((account) => !known.has(account)),
    };
  },
  loads: ({ transferId, from, to }, { codes }) => ({
    rows: [
      ...[...new Set([from, to, ...codes])].map((key) => ({ table: partnerBanksTable, key, mode: 'share' }) as const),
      { table: transfersTable, key: transferId },
    ],
    streams: [{ aggregate: transferAggregate, id: transferId }, newSagaNeed(transferSagaId(transferId))],
  }),
  decide: (loaded, command, { tenantId, now }, { codes, decimals, missingAccounts }) => {
    const { transferId } = command;
    const sagaId = transferSagaId(transferId);
    const banks = codes.flatMap((code) => loaded.row(partnerBanksTable, code) ?? []);
    const facts = {
      banks: banks.map(routable),
      policy: tools.policy ?? routePolicy,
      sagaId,
      missingAccounts,
    };
    const decision = requestTransfer(loaded.stream(transferAggregate, transferId).state, command, facts);
    const [requested] = decision.accepted ? decision.events : [];
    if (!decision.accepted || requested === undefined) return decision;
    const input = sagaInput(requested.data as unknown as CustodianTransfer, banks, { decimals, now });
    const events = [requested, ...startSaga(tools.saga(), { sagaId, input }, { tenantId, now })];
    return { accepted: true, events };
  },
  result: resultOf,
});

const entityOf = (account: string | undefined): string => account?.split(':')[0] ?? 'main';

const routable = ({ bank, status, terms, nostros }: PartnerBank): RoutableBank => ({
  bank,
  isUsable: status === 'active',
  rails: terms.rails,
  nostroAssets: nostros.map(({ asset }) => asset),
});

/** What the saga is told: ids, digits and accounts, nothing personal and nothing that may change under it. */
const sagaInput = (
  { transferId, asset, amountMinor, legs }: CustodianTransfer,
  banks: readonly PartnerBank[],
  { decimals, now }: { readonly decimals: number; readonly now: string },
): Json => {
  const nostroOf = (code: string): { readonly account: string; readonly iban: string; readonly bic: string } => {
    const bank = banks.find((one) => one.bank === code);
    const nostro = bank?.nostros.find((one) => one.asset === asset);
    if (bank === undefined || nostro === undefined)
      throw new Error(`${code} was routed by without an account in ${asset}.`);
    return { account: nostro.account, iban: nostro.iban, bic: bank.terms.bic };
  };
  const ends = legs.map(({ from, to, rail, feeMinor }) => ({
    from: { bank: from, ...nostroOf(from) },
    to: { bank: to, ...nostroOf(to) },
    rail,
    fee: feeMinor.toString(),
  }));
  const entity = entityOf(ends[0]?.from.account);
  return {
    transferId,
    asset,
    decimals,
    amount: amountMinor.toString(),
    legs: ends,
    clearing: houseAccountId(entity, transferClearing),
    cost: houseAccountId(entity, bankFeeCost),
    executionDate: now.slice(0, 10),
  };
};

function resultOf(loaded: Loaded, { transferId }: { readonly transferId: string }): CustodianTransfer {
  const { state } = loaded.stream(transferAggregate, transferId);
  if (state.status === 'unknown') throw new Error(`Transfer ${transferId} was accepted and is not there.`);
  return state;
}

const endingNeeds = ({ transferId }: { readonly transferId: string }) => ({
  rows: [{ table: transfersTable, key: transferId }],
  streams: [{ aggregate: transferAggregate, id: transferId }],
});

/** Ends a transfer that arrived; for its saga. */
export const completeTransferHandler = (): CommandHandler<
  { readonly transferId: string },
  undefined,
  CustodianTransfer,
  TransferRefusal
> => ({
  name: 'custodian.CompleteTransfer',
  schema: z.strictObject({ transferId: uuid }),
  permission: 'custodian:transfer',
  loads: endingNeeds,
  decide: (loaded, data) => completeTransfer(loaded.stream(transferAggregate, data.transferId).state, data),
  result: resultOf,
});

/** Ends a transfer that came to nothing; for its saga. */
export const failTransferHandler = (): CommandHandler<
  { readonly transferId: string; readonly reason: string },
  undefined,
  CustodianTransfer,
  TransferRefusal
> => ({
  name: 'custodian.FailTransfer',
  schema: z.strictObject({ transferId: uuid, reason: z.string().max(100) }),
  permission: 'custodian:transfer',
  loads: endingNeeds,
  decide: (loaded, data) => failTransfer(loaded.stream(transferAggregate, data.transferId).state, data),
  result: resultOf,
});
