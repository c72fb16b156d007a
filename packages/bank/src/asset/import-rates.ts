import type { LocalDate } from '@finaegis/kernel/local-date';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import type { EventMetadata } from '@finaegis/platform/event-store/event';
import type { Services } from '@finaegis/platform/services';
import type { AssetCommands } from './commands.ts';
import type { RateSheet, RateSheetRefusal } from './rate/rate-sheet.ts';

/** What an import did, per day of the file. */
export interface RateImportReport {
  readonly days: number;
  /** Days that are new. */
  readonly imported: number;
  /** Days that were there already with the same rates. */
  readonly repeated: number;
  /** Days that were refused; nothing of them was written. */
  readonly refused: readonly { readonly date: LocalDate; readonly code: RateSheetRefusal['code'] }[];
}

// The bulk lane commits a thousand at a time; two of them keep it busy without holding the whole history in its queue.
const inFlight = 2_000;
// A dry run shares no commit: each takes a connection for itself.
const dryInFlight = 50;
const timeoutMs = 60_000;

/** Publishes sheets in the platform's log, one event per day, as bulk work. Repeating an import, whole or after a crash, adds only what is missing. */
export const importRates = async (
  { commands }: Pick<Services, 'commands'>,
  { publishRates }: Pick<AssetCommands, 'publishRates'>,
  {
    sheets,
    metadata,
    isDryRun = false,
  }: { readonly sheets: readonly RateSheet[]; readonly metadata: EventMetadata; readonly isDryRun?: boolean },
): Promise<RateImportReport> => {
  const refused: { date: LocalDate; code: RateSheetRefusal['code'] }[] = [];
  let imported = 0;
  const atOnce = isDryRun ? dryInFlight : inFlight;
  for (let start = 0; start < sheets.length; start += atOnce) {
    const part = sheets.slice(start, start + atOnce);
    const outcomes = await Promise.all(
      part.map((sheet) =>
        commands.submit(publishRates, sheet, {
          tenantId: platformTenantId,
          metadata,
          lane: 'bulk',
          timeoutMs,
          isDryRun,
        }),
      ),
    );
    for (const [index, { date }] of part.entries()) {
      const outcome = outcomes[index];
      if (outcome?.kind !== 'decided') throw new Error('A command without a key cannot be a replay.');
      if (!outcome.outcome.accepted) refused.push({ date, code: outcome.outcome.refusal.code });
      else if (!outcome.outcome.isRepeat) imported += 1;
    }
  }
  return { days: sheets.length, imported, repeated: sheets.length - imported - refused.length, refused };
};
