import type { Submission, SubmissionOutcome } from '../command/commands.ts';
import type { Answer, Refusal } from '../command/handler.ts';
import type { EventMetadata } from '../event-store/event.ts';
import { sealText } from '../event-store/sealed-text.ts';
import type { ApiRequest } from '../http/route.ts';
import type { Proof } from '../proof/step-up.ts';
import type { Services } from '../services.ts';
import type { ApprovalRow } from './approvals-table.ts';
import { askedText, type Origin } from './asked.ts';
import { requestApprovalCommand, subjectOf } from './commands.ts';

/** A command to put aside. */
export interface Held {
  readonly command: string;
  readonly validForSeconds: number;
  readonly origin: Origin;
  /** What the command would have answered, personal values put in. */
  readonly preview: Answer;
  readonly metadata: EventMetadata;
  readonly proof: Proof | undefined;
  readonly render: NonNullable<Submission<ApprovalRow>['render']>;
}

/** Puts what a request asked for aside for a second person, under the request's own Idempotency-Key: asked twice it waits once. */
export const hold = async (
  services: Services,
  { tenantId, principal, idempotency }: ApiRequest,
  { command, validForSeconds, origin, preview, metadata, proof, render }: Held,
): Promise<SubmissionOutcome<unknown, Refusal>> => {
  const approvalId = services.newId();
  const { operationId, permission, params, query, body } = origin;
  const text = askedText({
    principal,
    params,
    query,
    ...(body === undefined ? {} : { body }),
    preview: { status: preview.status, body: JSON.parse(preview.body) as unknown },
  });
  const { userId, actingFor } = principal;
  const data = {
    approvalId,
    command,
    operationId,
    permission,
    maker: {
      principalId: principal.id,
      ...(userId === undefined ? {} : { userId }),
      ...(actingFor === undefined ? {} : { actingFor }),
    },
    asked: await sealText(services.personalData, { tenantId, subject: subjectOf(approvalId), text }),
    validForSeconds,
  };
  return services.commands.submit(requestApprovalCommand, data, {
    tenantId,
    metadata,
    ...(proof === undefined ? {} : { proof }),
    ...(idempotency === undefined ? {} : { idempotency: { principalId: principal.id, ...idempotency } }),
    render,
  });
};
