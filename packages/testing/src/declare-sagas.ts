import type { ContextModule } from '@finaegis/platform/module';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import type { Bank } from '@finaegis/server/bank';

/**
 * Gives a bank sagas of a test's own, as a context would that declares them. What there is is asked when the first saga is started or executed, so
 * this comes before.
 */
export const declareSagas = ({ modules }: Bank, sagas: readonly SagaDefinition[]): void => {
  const { ledger }: { readonly ledger: ContextModule } = modules;
  Object.assign(ledger, { sagas: [...(ledger.sagas ?? []), ...sagas] });
};
