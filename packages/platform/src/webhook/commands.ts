import type { Decision } from '@finaegis/kernel/decision';
import type { z } from 'zod';
import type { CommandFacts, CommandHandler, Loaded } from '../command/handler.ts';
import { RowNotLocked } from '../command/locked-table.ts';
import type { NewEvent } from '../event-store/event.ts';
import type { SealedValue } from '../event-store/personal-ref.ts';
import { carriedValue, type SealedText } from '../event-store/sealed-text.ts';
import {
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  disableEndpoint,
  type Endpoint,
  type EndpointRefusal,
  endpointAggregate,
  pauseEndpoint,
  requeueDelivery,
  resendSince,
  resumeEndpoint,
  rotateSecret,
  sendTest,
} from './endpoint/endpoint.ts';
import {
  type ChangeEndpoint,
  type CreateEndpoint,
  changeEndpointSchema,
  createEndpointSchema,
  type DisableEndpoint,
  disableEndpointSchema,
  endpointSchema,
  type Requeue,
  type Resend,
  type RotateSecret,
  requeueSchema,
  resendSchema,
  rotateSecretSchema,
  type Test,
  testSchema,
} from './endpoint/terms.ts';
import { type EndpointRow, endpointsTable } from './endpoints-table.ts';

/** An endpoint as a command answers it. */
export interface EndpointResult extends EndpointRow {
  readonly endpointId: string;
}

type OfEndpoint = { readonly endpointId: string };

/** A command about one endpoint. */
export type EndpointCommand<Data> = CommandHandler<Data, readonly SealedValue[], EndpointResult, EndpointRefusal>;

/** Whom sealed texts of an endpoint belong to; deleting the endpoint destroys its key, and what is under it. */
export const subjectOf = (endpointId: string): string => `webhook:${endpointId}`;

interface Declared<Data> {
  readonly name: string;
  readonly schema: z.ZodType<Data>;
  /** Texts that were sealed for it before it was queued. */
  texts?(data: Data): readonly (SealedText | undefined)[];
  decide(state: Endpoint, data: Data, facts: CommandFacts): Decision<NewEvent, EndpointRefusal>;
}

const endpointCommand = <Data extends OfEndpoint>({
  name,
  schema,
  texts = () => [],
  decide,
}: Declared<Data>): EndpointCommand<Data> => ({
  name,
  schema,
  permission: 'webhook:write',
  prepare: async (data) => {
    const subject = subjectOf(data.endpointId);
    // What is sealed together lies in one packet, which is written once.
    return texts(data)
      .filter((text) => text !== undefined)
      .map((text) => carriedValue(text, subject));
  },
  loads: ({ endpointId }) => ({
    rows: [{ table: endpointsTable, key: endpointId }],
    streams: [{ aggregate: endpointAggregate, id: endpointId }],
  }),
  decide: (loaded, data, facts) => decide(loaded.stream(endpointAggregate, data.endpointId).state, data, facts),
  sealed: (refs) => refs,
  result: (loaded, { endpointId }) => rowOf(loaded, endpointId),
});

const rowOf = (loaded: Loaded, endpointId: string): EndpointResult => {
  const row = loaded.row(endpointsTable, endpointId);
  if (row === undefined) throw new RowNotLocked({ stream: endpointAggregate.stream(endpointId) });
  return { endpointId, ...row };
};

/** The commands about endpoints. */
export interface EndpointHandlers {
  readonly create: EndpointCommand<CreateEndpoint>;
  readonly change: EndpointCommand<ChangeEndpoint>;
  readonly pause: EndpointCommand<OfEndpoint>;
  readonly resume: EndpointCommand<OfEndpoint>;
  readonly disable: EndpointCommand<DisableEndpoint>;
  readonly remove: EndpointCommand<OfEndpoint>;
  readonly rotate: EndpointCommand<RotateSecret>;
  readonly resend: EndpointCommand<Resend>;
  readonly requeue: EndpointCommand<Requeue>;
  readonly test: EndpointCommand<Test>;
}

/** @param published the names of what is published; asked for late, since whoever wires the contexts knows them only when all are wired */
export const createEndpointHandlers = (published: () => readonly string[]): EndpointHandlers => ({
  create: endpointCommand<CreateEndpoint>({
    name: 'webhook.CreateEndpoint',
    schema: createEndpointSchema,
    texts: ({ secret, headers }) => [secret.sealed, headers],
    decide: (state, data, { now }) => createEndpoint(state, data, { now, published: published() }),
  }),
  change: endpointCommand<ChangeEndpoint>({
    name: 'webhook.ChangeEndpoint',
    schema: changeEndpointSchema,
    texts: ({ headers }) => [headers],
    decide: (state, data, { now }) => changeEndpoint(state, data, { now, published: published() }),
  }),
  pause: endpointCommand<OfEndpoint>({
    name: 'webhook.PauseEndpoint',
    schema: endpointSchema,
    decide: pauseEndpoint,
  }),
  resume: endpointCommand<OfEndpoint>({
    name: 'webhook.ResumeEndpoint',
    schema: endpointSchema,
    decide: resumeEndpoint,
  }),
  disable: endpointCommand<DisableEndpoint>({
    name: 'webhook.DisableEndpoint',
    schema: disableEndpointSchema,
    decide: disableEndpoint,
  }),
  remove: endpointCommand<OfEndpoint>({
    name: 'webhook.DeleteEndpoint',
    schema: endpointSchema,
    decide: deleteEndpoint,
  }),
  rotate: endpointCommand<RotateSecret>({
    name: 'webhook.RotateSecret',
    schema: rotateSecretSchema,
    texts: ({ secret }) => [secret.sealed],
    decide: rotateSecret,
  }),
  resend: endpointCommand<Resend>({ name: 'webhook.Resend', schema: resendSchema, decide: resendSince }),
  requeue: endpointCommand<Requeue>({
    name: 'webhook.RequeueDelivery',
    schema: requeueSchema,
    decide: requeueDelivery,
  }),
  test: endpointCommand<Test>({
    name: 'webhook.SendTest',
    schema: testSchema,
    decide: (state, data) => sendTest(state, data, { published: published() }),
  }),
});
