import { canonicalJson } from '@finaegis/kernel/canonical-json';
import { sha3_512 } from '@finaegis/kernel/hash';
import type { EventCatalogue } from './catalogue.ts';
import type { EventData, EventMetadata, LoggedEvent, RecordedEvent } from './event.ts';

/** The text that is stored and the hash over it: nothing the database assigns is inside. */
export interface SealedEnvelope {
  readonly text: string;
  /** SHA3-512 of the text's UTF-8 bytes. */
  readonly hash: Uint8Array;
}

/** The RFC 8785 text of an event and its hash. */
export const seal = (event: RecordedEvent): SealedEnvelope => {
  // In the canonical order already, which costs nothing to check and something to make.
  const text = canonicalJson({
    bookedAt: event.bookedAt,
    context: event.context,
    data: event.data,
    id: event.id,
    metadata: event.metadata,
    schemaVersion: event.schemaVersion,
    stream: event.stream,
    tenant: event.tenantId,
    type: event.type,
    version: event.version,
  });
  return { text, hash: sha3_512(text) };
};

interface Envelope {
  readonly tenant: string;
  readonly context: string;
  readonly stream: string;
  readonly version: number;
  readonly id: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: EventData;
  readonly metadata: EventMetadata;
  readonly bookedAt: string;
}

/**
 * An event read back from its stored text, its data brought to the current schema version.
 * @throws UnknownEvent for types or versions this release cannot read
 */
export const open = (catalogue: EventCatalogue, text: string, seq: bigint): LoggedEvent => {
  const envelope = JSON.parse(text) as Envelope;
  return {
    tenantId: envelope.tenant,
    context: envelope.context,
    stream: envelope.stream,
    version: envelope.version,
    id: envelope.id,
    type: envelope.type,
    schemaVersion: envelope.schemaVersion,
    data: catalogue.decode(envelope.type, envelope.schemaVersion, envelope.data),
    metadata: envelope.metadata,
    bookedAt: envelope.bookedAt,
    seq,
  };
};
