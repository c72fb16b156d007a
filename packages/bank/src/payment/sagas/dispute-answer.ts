import {
  defineSaga,
  type Json,
  type SagaDefinition,
  type StepCall,
  type StepOutcome,
  stepCommand,
} from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import type { CardDispute, CardProvider, DisputeEvidence } from '../card-provider.ts';
import type { DisputeStepHandlers, DisputeTools, RecordDisputeData } from '../dispute/commands.ts';
import { toRecord } from '../dispute/commands.ts';

const input = z.strictObject({ disputeId: z.string(), answers: z.number() });
type Input = z.output<typeof input>;

/** What the saga asks and does besides its steps' commands. */
export interface DisputeSagaTools extends DisputeTools {
  readonly cards: CardProvider;
  /** The text behind a reference; undefined once it is erased. */
  readonly textOf: (tenantId: string, ref: string) => Promise<string | undefined>;
}

const patient = { attempts: 60, firstMs: 1_000, factor: 2, waitMaxMs: 30 * 60_000 };

/** Tells the provider what a case was answered with. The evidence is read only now, so that none of it lies in the saga. */
export const disputeAnswerSaga = (tools: DisputeSagaTools, handlers: DisputeStepHandlers): SagaDefinition =>
  defineSaga<Input>({
    name: 'payment.dispute-answer',
    version: 1,
    input,
    subject: ({ disputeId }) => `dispute:${disputeId}`,
    steps: [
      { name: 'tell', run: (call) => told(tools, call), retry: patient, isPointOfNoReturn: true },
      {
        name: 'record',
        command: ({ input: { disputeId }, results }) => {
          const told = results['tell'] as unknown as Kept;
          return 'refused' in told
            ? stepCommand(handlers.refuseAnswer, { disputeId, code: told.refused })
            : stepCommand(handlers.record, fromJson(told));
        },
        passing: ['day_closed'],
        retry: patient,
      },
    ],
  });

const told = async (tools: DisputeSagaTools, call: StepCall<Input>): Promise<StepOutcome> => {
  const { tenantId, key } = call;
  const state = await tools.findDispute(tenantId, call.input.disputeId);
  if (state.status === 'unknown') throw new Error(`The saga of dispute ${call.input.disputeId} finds no dispute.`);
  const { caseId: disputeId, evidence: sealed } = state;
  const text = sealed === undefined ? undefined : await tools.textOf(tenantId, sealed.ref);
  if (sealed !== undefined && text === undefined) return { kind: 'done', result: { refused: 'evidence_erased' } };
  const answered =
    text === undefined
      ? await tools.cards.acceptDispute({ tenantId, key, disputeId })
      : await tools.cards.submitEvidence({ tenantId, key, disputeId, evidence: JSON.parse(text) as DisputeEvidence });
  if ('kind' in answered) return { kind: 'done', result: { refused: answered.code } };
  return { kind: 'done', result: asJson(answered) };
};

type Kept = { readonly refused: string } | Readonly<Record<keyof CardDispute, string>>;

const asJson = (dispute: CardDispute): Json =>
  JSON.parse(
    JSON.stringify(dispute, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part)),
  ) as Json;

const fromJson = (kept: Readonly<Record<keyof CardDispute, string>>): RecordDisputeData => {
  const { amountMinor, withdrawnMinor, feeMinor, reinstatedMinor, status } = kept;
  const data = toRecord({
    ...kept,
    status: status as CardDispute['status'],
    amountMinor: BigInt(amountMinor),
    withdrawnMinor: BigInt(withdrawnMinor),
    feeMinor: BigInt(feeMinor),
    reinstatedMinor: BigInt(reinstatedMinor),
  });
  if (data === undefined) throw new Error('The provider tells of a case of nobody’s.');
  return data;
};
