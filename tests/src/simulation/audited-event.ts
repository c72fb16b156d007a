import type { RawEvent } from '@finaegis/testing/coherence/replayed-books';

/** An event as the auditor reads it. */
export interface AuditedEvent extends RawEvent {
  readonly correlation: string;
  readonly channel: string;
  readonly actor: string;
  readonly bookedAt: string;
}
