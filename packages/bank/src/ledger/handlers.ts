import {
  liftBlockHandler,
  openHouseAccountHandler,
  placeBlockHandler,
  setOverdraftLimitHandler,
} from './account/commands.ts';
import {
  closeBusinessDayHandler,
  type FindRevaluationFacts,
  openBusinessDayHandler,
  openEntityHandler,
  revalueEntityHandler,
} from './entity/commands.ts';
import { expireHoldHandler, increaseHoldHandler, placeHoldHandler, voidHoldHandler } from './hold/commands.ts';
import { announceIncomingHandler, withdrawAnnouncementHandler } from './incoming/commands.ts';
import {
  type LedgerTools,
  postJournalHandler,
  postLinkedJournalsHandler,
  reverseJournalHandler,
} from './journal/commands.ts';
import { convertHandler, issueQuoteHandler } from './quote/commands.ts';
import type { QuoteState } from './quote/quote.ts';
import { repairBalanceHandler } from './repair/commands.ts';

/** What some handlers ask before they lock. */
export interface HandlerPorts {
  quote(tenantId: string, quoteId: string): Promise<QuoteState>;
  readonly revaluationFacts: FindRevaluationFacts;
}

/** Every command of the ledger, built once per process. */
export const createLedgerHandlers = (tools: LedgerTools, ports: HandlerPorts) => ({
  postJournal: postJournalHandler(tools),
  postLinkedJournals: postLinkedJournalsHandler(tools),
  reverseJournal: reverseJournalHandler(tools),
  placeHold: placeHoldHandler(tools),
  increaseHold: increaseHoldHandler(tools),
  voidHold: voidHoldHandler(tools),
  expireHold: expireHoldHandler(tools),
  announceIncoming: announceIncomingHandler(),
  withdrawAnnouncement: withdrawAnnouncementHandler(),
  issueQuote: issueQuoteHandler(),
  convert: convertHandler(tools, ports.quote),
  openHouseAccount: openHouseAccountHandler(tools),
  placeBlock: placeBlockHandler(tools),
  liftBlock: liftBlockHandler(tools),
  setOverdraftLimit: setOverdraftLimitHandler(tools),
  openEntity: openEntityHandler(),
  closeBusinessDay: closeBusinessDayHandler(),
  openBusinessDay: openBusinessDayHandler(),
  revalueEntity: revalueEntityHandler(tools, ports.revaluationFacts),
  repairBalance: repairBalanceHandler(tools),
});

/** The commands by name. */
export type LedgerHandlers = ReturnType<typeof createLedgerHandlers>;
