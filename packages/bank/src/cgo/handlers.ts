import type { InvestmentHandlers } from './investment/commands.ts';
import type { closeRoundHandler, openOfferingHandler, openRoundHandler } from './round/commands.ts';

/** The commands that people give, by name. */
export type CgoHandlers = InvestmentHandlers & {
  readonly openOffering: ReturnType<typeof openOfferingHandler>;
  readonly openRound: ReturnType<typeof openRoundHandler>;
  readonly closeRound: ReturnType<typeof closeRoundHandler>;
};
