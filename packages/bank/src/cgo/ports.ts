import type { AssetKind } from '@finaegis/kernel/asset';
import type { Access } from '@finaegis/platform/auth/access';
import type { CommandHandler, Refusal } from '@finaegis/platform/command/handler';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import type { ProblemTable } from '@finaegis/platform/http/problem';
import type { AccountTerms } from '../account/contract.ts';
import type { AssetDirectory } from '../asset/contract.ts';
import type { Balance, LedgerDirectory, LedgerReads } from '../ledger/contract.ts';
import type { Parties } from '../party/contract.ts';
import type { DueDiligence, OfferingSettings, PaymentMethod } from './settings.ts';

/** What compliance is told of an investment, with the investor's own history before it in the same asset. */
export interface Candidate {
  readonly tenantId: string;
  readonly investmentId: string;
  readonly partyId: string;
  readonly asset: string;
  readonly assetDecimals: number;
  readonly amountMinor: bigint;
  /** Everything invested or asked for, this one included. */
  readonly cumulatedMinor: bigint;
  /** Instants of the last requests, this one included. */
  readonly requestedAt: readonly string[];
  /** Average of the requests before this one; undefined for the first. */
  readonly averageMinor?: bigint | undefined;
  readonly at: string;
}

/** What compliance says: it may go on, documents of a level are missing, or a person has to look at it. */
export interface Verdict {
  readonly kind: 'pass' | 'kyc_required' | 'aml_review';
  /** Due diligence that the cumulated amount asks for. */
  readonly level: DueDiligence;
  /** Codes of what was found. */
  readonly flags: readonly string[];
  /** 0 to 100. */
  readonly riskScore: number;
}

/** What an investor would have to show for a sum of investments. */
export interface DueDiligenceQuestion extends Pick<Candidate, 'tenantId' | 'partyId' | 'asset' | 'assetDecimals'> {
  readonly cumulatedMinor: bigint;
}

/** Asks whoever knows the investor. Must be harmless to repeat. */
export interface Compliance {
  assess(candidate: Candidate): Promise<Verdict>;
  /** Which level a sum asks for, and which one the investor has shown; nothing of what else is known. */
  dueDiligence(
    question: DueDiligenceQuestion,
  ): Promise<{ readonly required: DueDiligence; readonly held: DueDiligence }>;
}

/** A payment that an investment asks for. */
export interface PaymentRequest {
  readonly tenantId: string;
  /** The same for every attempt, and for finding and refunding it. */
  readonly key: string;
  readonly method: PaymentMethod;
  readonly partyId: string;
  /** The investor's account. */
  readonly accountId: string;
  readonly asset: string;
  readonly assetDecimals: number;
  readonly amountMinor: bigint;
  /** What the investor has to quote. */
  readonly reference: string;
  /** The investment's saga, for whoever can tell it what became of the payment. */
  readonly waitingSagaId: string;
  /** A payment that the saga was told of, by its id; to be looked at before it is believed. */
  readonly toldOf?: string | undefined;
}

/** A payment to be sent back. `payer` is the account it was booked from, where it was booked. */
export interface PaymentToSendBack extends PaymentRequest {
  readonly payer?: string | undefined;
}

/** How a payment stands. `payer` is the account to be debited: the investor's own, or the house account the money arrived on. */
export type PaymentState =
  /** What the investor does next: goes on to a page, follows a card deposit, or transfers to a number quoting the reference. */
  | {
      readonly kind: 'pending';
      readonly checkoutUrl?: string;
      readonly cardDepositId?: string;
      readonly payToIban?: string;
      /** Whoever takes the payment tells the saga: it need not be asked, but for safety. */
      readonly isTold?: boolean;
    }
  | { readonly kind: 'paid'; readonly payer: string; readonly paidMinor: bigint }
  | { readonly kind: 'failed'; readonly code: string };

/** How money for investments comes in and goes back; `payment` is behind it. A call whose outcome is unknown throws with the code `outcome_unknown`. */
export interface InvestmentPayments {
  readonly methods: readonly PaymentMethod[];
  /** Asked for twice it is one payment. */
  requestPayment(request: PaymentRequest): Promise<PaymentState>;
  findPayment(request: PaymentRequest): Promise<PaymentState | undefined>;
  /** Sends back all that was paid, or withdraws what was not paid yet. Harmless where there is nothing, and when asked twice. */
  refund(
    payment: PaymentToSendBack,
  ): Promise<
    { readonly kind: 'refunded' } | { readonly kind: 'pending' } | { readonly kind: 'failed'; readonly code: string }
  >;
}

/** An asset to register, as the registry's own command takes it. */
export interface ShareAsset {
  readonly code: string;
  readonly kind: AssetKind;
  readonly decimals: number;
  readonly name: string;
  readonly activeFrom?: string | undefined;
  readonly activeTo?: string | undefined;
}

/** What the context asks of its neighbours; the server puts their modules in. */
export interface CgoPorts {
  readonly access: Access;
  readonly assets: AssetDirectory;
  /** Registers the asset that a round's shares are counted in, in the commit that opens the round. */
  readonly registerAsset: CommandHandler<ShareAsset, unknown, unknown, Refusal>;
  readonly ledger: {
    readonly directory: LedgerDirectory;
    readonly balances: LockedTable<Balance>;
    readonly reads: Pick<LedgerReads, 'entities'>;
    readonly problems: ProblemTable;
  };
  readonly accounts: { find(tenantId: string, accountId: string): Promise<AccountTerms | undefined> };
  readonly parties: Parties;
  readonly compliance: Compliance;
  readonly payments: InvestmentPayments;
  readonly settings?: Partial<OfferingSettings>;
  /** How soon a payment under way is asked about, in milliseconds, and later each time; a minute unless told. */
  readonly pollMs?: number;
}
