import type { SignatureFault } from '@finaegis/kernel/tree-head';
import type { GuardFaultCode } from './check-guards.ts';
import type { EventFaultCode } from './examine-stretch.ts';

/** The first thing that is wrong with a log. */
export interface LogFault {
  /** The place where the event stands or should stand; of a head, its size; 0 where it is about the whole log. */
  readonly seq: bigint;
  readonly stream: string | undefined;
  readonly code:
    | EventFaultCode
    | SignatureFault
    | GuardFaultCode
    | 'leaves_rewritten'
    | 'tile_differs'
    | 'head_missing';
  readonly detail: string;
  /** Where not even leaf hashes tell which event it was: it lies behind the first place, up to the second. */
  readonly between?: { readonly lastGood: number; readonly firstBad: number };
}
