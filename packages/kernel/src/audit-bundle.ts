import type { AuditKey, SignedTreeHead } from './tree-head.ts';

/** What `format` says in a bundle of this shape. */
export const auditBundleFormat = 'finaegis.audit.bundle.v1';

/** Events of one tenant with everything needed to check them without a database and without trust in whoever gave the bundle. */
export interface AuditBundle {
  readonly format: typeof auditBundleFormat;
  readonly tenant: string;
  /** All keys of the installation, oldest first. */
  readonly keys: readonly AuditKey[];
  /**
   * The first head that stands on all events of the bundle and the newest one (the same, perhaps), smallest first: the first shows since when the
   * events cannot have been changed, and the events' proofs lead to it.
   */
  readonly heads: readonly SignedTreeHead[];
  /** From the first head to the newest, hexadecimal. */
  readonly consistency: readonly string[];
  readonly events: readonly AuditBundleEvent[];
}

/** One event of a bundle. */
export interface AuditBundleEvent {
  /** Place in the log, from 1. */
  readonly seq: number;
  /** RFC 8785 text. */
  readonly envelope: string;
  /** From the event's leaf to the first head, hexadecimal. */
  readonly proof: readonly string[];
}
