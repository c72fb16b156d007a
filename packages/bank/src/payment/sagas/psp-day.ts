import type { EventMetadata } from '@finaegis/platform/event-store/event';
import {
  defineSaga,
  type RetryPolicy,
  type SagaDefinition,
  type StepOutcome,
} from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import type { PspDayKey } from '../psp-day/psp-day.ts';

const input = z.strictObject({
  dayId: z.string(),
  entity: z.string(),
  provider: z.string(),
  asset: z.string(),
  date: z.string(),
  from: z.string().exactOptional(),
  previousDayId: z.string().exactOptional(),
});
/** A day whose end is waited for. */
export type PspDayInput = z.output<typeof input> & PspDayKey;

/** A day that is to be explained, and in whose name. */
export interface PspDayRun {
  readonly tenantId: string;
  readonly day: PspDayInput;
  readonly now: string;
  readonly metadata: EventMetadata;
}

/** What a day takes. */
export interface PspDaySagaTools {
  /** Explains the day; how long to wait where it cannot be explained yet. */
  readonly explainDay: (run: PspDayRun) => Promise<{ readonly againAfterMs: number } | undefined>;
}

/** A provider that is down is asked again for days, ever more rarely; then a person decides. */
const patient: RetryPolicy = { attempts: 250, firstMs: 1_000, factor: 2, waitMaxMs: 30 * 60_000 };

/**
 * A business day of our account at a provider: once it is over, what our books have of it is held against what the provider tells. Explaining may be
 * done again, so that whoever takes over begins it anew.
 */
export const pspDaySaga = ({ explainDay }: PspDaySagaTools): SagaDefinition =>
  defineSaga<PspDayInput>({
    name: 'payment.psp-day',
    version: 1,
    input,
    subject: ({ dayId }) => `psp-day:${dayId}`,
    steps: [
      {
        name: 'explain',
        run: async ({ tenantId, metadata, now, input: day }): Promise<StepOutcome> => {
          const waiting = await explainDay({ tenantId, metadata, now, day });
          return waiting === undefined ? { kind: 'done' } : { kind: 'again', afterMs: waiting.againAfterMs };
        },
        retry: patient,
      },
    ],
  });
