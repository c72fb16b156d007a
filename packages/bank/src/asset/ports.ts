import type { LocalDate } from '@finaegis/kernel/local-date';
import type { RateSheet } from './rate/rate-sheet.ts';
import type { Shelf } from './rate/staleness.ts';

/** A source of exchange rates. Providers are asked by priority; where one has no rate that is fresh, the next one is. */
export interface RateProvider extends Shelf {
  /** Stands in every event and answer; never renamed. */
  readonly name: string;
  /** The lower is asked first. */
  readonly priority: number;
  /** The asset all its rates are against; absent for a source of single pairs. */
  readonly base?: string;
  /** Whose log its rates stand in: everybody's reference, or each tenant's own. */
  readonly scope: 'platform' | 'tenant';
  /**
   * What the source has now, oldest first, or of one day only; nothing where it has nothing.
   * @throws RateSourceFault when the source could not be reached or read
   */
  fetch(date?: LocalDate): Promise<readonly RateSheet[]>;
}

/** A source of rates failed: it could not be reached, or what it sent is not what it should be. */
export class RateSourceFault extends Error {
  override readonly name = 'RateSourceFault';
  readonly code: 'source_unreachable' | 'source_unreadable';
  /** Line of the file where reading stopped, from 1. */
  readonly line: number | undefined;

  constructor(
    code: RateSourceFault['code'],
    message: string,
    { line, cause }: { readonly line?: number; readonly cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.line = line;
  }
}
