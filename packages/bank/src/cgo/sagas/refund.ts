import {
  defineSaga,
  retryForDays,
  type SagaDefinition,
  type SagaSoFar,
  stepCommand,
} from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import type { StepHandlers } from '../investment/commands.ts';
import type { Investment } from '../investment/investment.ts';
import type { InvestmentPayments } from '../ports.ts';
import { daysAfter, type OfferingSettings } from '../settings.ts';
import { sentBack } from './payment-key.ts';

const input = z.strictObject({
  investmentId: z.string(),
  refundId: z.string(),
  requestedAt: z.string(),
  needsApproval: z.boolean(),
});
type Input = z.output<typeof input>;
type SoFar = SagaSoFar<Input>;

/** What the saga asks besides its steps' commands. */
export interface RefundSagaTools {
  readonly payments: Pick<InvestmentPayments, 'refund'>;
  readonly settings: Pick<OfferingSettings, 'reviewDays'>;
  readonly investmentOf: (tenantId: string, investmentId: string) => Promise<Investment>;
}

const dayClosed = ['day_closed'];

const stepOf = ({ input: { investmentId, refundId }, now }: SoFar) => ({ investmentId, refundId, at: now });

/**
 * A refund of a confirmed investment. The shares go back to the round, the certificate becomes void and the money and the fee leave the books in one
 * commit; from there on nothing is undone: money that cannot be sent parks the saga.
 */
export const refundSaga = (tools: RefundSagaTools, handlers: StepHandlers): SagaDefinition =>
  defineSaga<Input>({
    name: 'cgo.refund',
    version: 1,
    input,
    subject: ({ investmentId }) => `investment:${investmentId}`,
    steps: [
      {
        name: 'open',
        run: () => Promise.resolve({ kind: 'done' }),
        undo: {
          command: ({ input: { investmentId, refundId }, failure }) =>
            stepCommand(handlers.closeRefund, { investmentId, refundId, reason: failure?.code ?? 'cancelled' }),
        },
      },
      {
        name: 'await-approval',
        wait: {
          signals: ['reviewed'],
          isWanted: ({ input: { needsApproval } }) => needsApproval,
          until: ({ input: { requestedAt } }) => daysAfter(requestedAt, tools.settings.reviewDays),
          atEnd: 'fail',
        },
      },
      {
        name: 'heed-approval',
        run: ({ results }) => {
          const review = results['await-approval'] as { readonly data: { readonly decision: string } | null } | null;
          const isRejected = review?.data?.decision === 'rejected';
          return Promise.resolve(isRejected ? { kind: 'declined', code: 'refund_rejected' } : { kind: 'done' });
        },
      },
      {
        name: 'return-shares',
        command: (saga) => stepCommand(handlers.returnShares, stepOf(saga)),
        passing: dayClosed,
        retry: retryForDays,
        isPointOfNoReturn: true,
      },
      { name: 'pay-back', run: (call) => sentBack(tools, call), retry: retryForDays },
      {
        name: 'complete',
        command: (saga) => stepCommand(handlers.completeRefund, stepOf(saga)),
        passing: dayClosed,
        retry: retryForDays,
      },
    ],
  });
