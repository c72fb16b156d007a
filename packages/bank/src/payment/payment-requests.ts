import type { ContextModule } from '@finaegis/platform/module';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import type { Services } from '@finaegis/platform/services';
import { createRequestReads } from './bulk-reads.ts';
import type { PaymentHttp } from './http/payment-http.ts';
import { requestProblems, requestRoutes } from './http/request-routes.ts';
import type { PaymentTools } from './outgoing/commands.ts';
import type { PaymentPorts } from './ports.ts';
import { createRequestHandlers, type RequestHandlers } from './request/commands.ts';
import { requestAggregate } from './request/request.ts';
import { paymentRequestSaga } from './sagas/payment-request.ts';
import { paymentRequestsView } from './views/payment-requests.ts';

/** What a part of the context adds to its table. */
export type PaymentPart = Pick<ContextModule, 'events' | 'views' | 'commands' | 'routes' | 'problems'> & {
  readonly sagas: readonly SagaDefinition[];
};

/** What the parts of the context are put together from. */
export interface PartSources {
  readonly ports: PaymentPorts;
  readonly tools: PaymentTools;
  readonly http: Omit<PaymentHttp, 'handlers' | 'reads'>;
}

/** Money asked of another party of the tenant. */
export const createRequestPart = (services: Services, { ports, tools, http }: PartSources): PaymentPart => {
  const requestReads = createRequestReads(services);
  const requests: RequestHandlers = createRequestHandlers({ ...tools, findRequest: requestReads.request }, () => saga);
  const saga: SagaDefinition = paymentRequestSaga(() => requests);
  const problems = { ...http.problems, ...requestProblems };
  return {
    events: requestAggregate.events,
    views: [paymentRequestsView],
    commands: Object.values(requests),
    sagas: [saga],
    routes: requestRoutes({ ...http, problems, parties: ports.parties, requests, requestReads }),
    problems: requestProblems,
  };
};
