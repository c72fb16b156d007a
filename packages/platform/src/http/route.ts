import type { output, ZodType } from 'zod';

import type { Approving, Origin } from '../approval/asked.ts';
import type { Principal } from '../auth/principal.ts';
import type { GivenProof } from '../proof/step-up.ts';

/** Which token bucket a route draws from. */
export type RateClass = 'read' | 'write' | 'bulk' | 'sensitive';

/** HTTP methods a route may answer; HEAD and OPTIONS are derived. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What an idempotent request is recognised by: the sender's key, and a hash of what was asked under it. */
export type Idempotency = {
  readonly key: string;
  /** SHA-256 (hex) over method, route pattern and the canonical JSON of parameters and body. */
  readonly fingerprint: string;
};

/** One request as a handler sees it: parsed, validated, authenticated, free of any framework. */
export type ApiRequest<Params = unknown, Query = unknown, Body = unknown> = {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The bytes received; for routes that take files, and to verify signatures. */
  readonly rawBody?: Buffer;
  /** Header names are lower case; repeated headers are joined with `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly ip: string;
  readonly principal: Principal;
  readonly tenantId: string;
  readonly requestId: string;
  readonly idempotency?: Idempotency;
  /** Asked by `?dryRun=true` on routes that support it: answer what would happen, write nothing. */
  readonly dryRun: boolean;
  /** The `Finaegis-Position` the sender wants to have been seen before the answer. */
  readonly position?: string;
  /** Aborted when the client has gone or the deadline has passed; stop reading, never undo. */
  readonly signal: AbortSignal;
  /** Aborted when the process is to stop; only an answer that goes on by itself, a stream, has to mind it. */
  readonly draining?: AbortSignal;
  /** What `Finaegis-Step-Up` says: a code, and the content it is for. */
  readonly stepUp?: GivenProof;
  /** As it was sent, so that it can wait for a second person and be asked again. */
  readonly origin?: Origin;
  /** Set while what waited is carried out: `principal` is who asked, and this who agreed. */
  readonly approving?: Approving;
  /** Milliseconds since 1970 after which nobody waits for the answer. */
  readonly deadlineMs: number;
};

/** What a handler answers. Problems are thrown as `ProblemError`. */
export type ApiAnswer = {
  readonly status: number;
  /** Plain JSON; with `contentType`, a text, bytes or a stream that is sent as it is (a stored answer, a CSV, a PDF). */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Somebody who is known was refused; noted, and never sent. */
  readonly refused?: { readonly known: Pick<Principal, 'tenantId' | 'id' | 'userId'>; readonly code: string };
  /** Sent as `Finaegis-Position`. */
  readonly position?: string;
};

/** One documented answer. `schema` is of JSON; other types name their `contentType` instead. */
export type RouteResponse = { readonly description: string; readonly schema?: ZodType; readonly contentType?: string };

type RouteFacts = {
  readonly method: Method;
  /** Pattern with named parameters: `/v1/accounts/:accountId`. */
  readonly path: string;
  /** Unique; becomes the method's name in generated clients. */
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  /** The scope a principal needs, or `public`: no authentication at all. */
  readonly permission: string;
  readonly rateClass: RateClass;
  /** `required`: refused without an `Idempotency-Key`. Only POST has them. */
  readonly idempotency: 'required' | 'optional' | 'none';
  readonly supportsDryRun?: boolean;
  /** How long the handler may take, where that is more than the server allows otherwise. */
  readonly handlerTimeoutMs?: number;
  /**
   * Whether its answer holds personal values. `shown`: those of others, so that staff to whom it answers them leave a line of it (who, whose, when).
   * `known`: only what the sender sent itself, or what is its own. A route that unseals any and says neither fails every test that calls it.
   */
  readonly personalData?: 'shown' | 'known';
  /** Hidden routes are served but not published in OpenAPI. */
  readonly isHidden?: boolean;
  /** Success answers by status. Responses of problems are derived. */
  readonly responses: Readonly<Record<number, RouteResponse>>;
  /** Problem codes this route may answer besides those every route of its kind may. */
  readonly problems: readonly string[];
};

/** What most routes of commands have in common; spread into them before what they have of their own. */
export const commandRoute = {
  method: 'POST',
  rateClass: 'write',
  idempotency: 'optional',
  supportsDryRun: true,
} as const satisfies Partial<RouteFacts>;

/** What most routes of reads have in common. */
export const readRoute = {
  method: 'GET',
  rateClass: 'read',
  idempotency: 'none',
} as const satisfies Partial<RouteFacts>;

/** A file body: its bytes arrive as `rawBody`, unparsed; `body` is undefined. */
export type FileBody = {
  readonly contentTypes: readonly string[];
  readonly description: string;
  /** Largest file, where it is more than the server takes otherwise. Few of such size are in hand at once; others are told `overloaded`. */
  readonly bytesMax?: number;
};

/** A route as its context writes it, with the types of its parts inferred from their schemas. */
export type TypedRoute<Params extends ZodType, Query extends ZodType, Body extends ZodType> = RouteFacts & {
  /** Schemas are strict objects: a field nobody declared is refused by name. */
  readonly request: {
    readonly params?: Params;
    readonly query?: Query;
    readonly body?: Body;
    readonly file?: FileBody;
    /** Whether the body may come as a form (`application/x-www-form-urlencoded`) as well, each field a text. */
    readonly takesForm?: boolean;
  };
  /**
   * Whether this read has to have seen everything written before it was asked, though the sender names no position: an answer about a past that is
   * over must not change a moment later, because a view was behind.
   */
  isOfWholeLog?(request: ApiRequest<output<Params>, output<Query>, output<Body>>): boolean;
  /** A method, not a property: its parameter is then compared bivariantly, so routes of all shapes fit one list. */
  handle(request: ApiRequest<output<Params>, output<Query>, output<Body>>): Promise<ApiAnswer>;
};

/** Any route, as the server takes it. */
export type Route = TypedRoute<ZodType, ZodType, ZodType>;

/**
 * Declares one route of the API as plain data; the schemas give the handler its types.
 *
 * @example
 * defineRoute({ method: 'GET', path: '/v1/holds/:holdId', …, request: { params: z.strictObject({ holdId: uuid }) },
 *   handle: async ({ params }) => ({ status: 200, body: await readHold(params.holdId) }) })
 */
export const defineRoute = <
  Params extends ZodType = ZodType<undefined>,
  Query extends ZodType = ZodType<undefined>,
  Body extends ZodType = ZodType<undefined>,
>(
  route: TypedRoute<Params, Query, Body>,
): Route => route as unknown as Route;
