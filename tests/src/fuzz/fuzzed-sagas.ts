import { defineSaga, type SagaDefinition } from '@finaegis/platform/saga/definition';
import type { TestBank } from '@finaegis/testing/bank';
import { declareSagas } from '@finaegis/testing/declare-sagas';
import { z } from 'zod';

const waiting = defineSaga<null>({
  name: 'testing.waiting',
  version: 1,
  input: z.null(),
  steps: [{ name: 'wait', wait: { signals: ['never'] } }],
});

const parked = defineSaga<null>({
  name: 'testing.parked',
  version: 1,
  input: z.null(),
  steps: [
    { name: 'leap', run: async () => ({ kind: 'done' }), isPointOfNoReturn: true },
    { name: 'land', run: async () => ({ kind: 'declined', code: 'no_ground' }) },
  ],
});

/** Sagas that wait and sagas that stand still, so that decisions about them lead somewhere; gives back their ids. */
export const beginFuzzedSagas = async ({ bank, tenantId, accept }: TestBank): Promise<readonly string[]> => {
  declareSagas(bank, [waiting, parked]);
  bank.runSagas();
  const begin = async ({ name }: SagaDefinition): Promise<string> => {
    const sagaId = bank.services.newId();
    await accept(bank.services.sagas.handlers.start, { definition: name, sagaId, input: null });
    bank.services.sagas.adopt({ tenantId, sagaId });
    return sagaId;
  };
  const standing = [await begin(parked), await begin(parked), await begin(parked)];
  for (const sagaId of standing) await bank.services.sagas.settled({ tenantId, sagaId }, 5_000);
  return [...standing, await begin(waiting), await begin(waiting)];
};
