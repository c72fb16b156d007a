import { type CommandHandler, defineCommand } from '../command/handler.ts';
import {
  type BreakerRefusal,
  breakerSwitch,
  type SwitchBreaker,
  switchBreaker,
  switchBreakerSchema,
} from './breaker-switch/breaker-switch.ts';
import { type OperationName, operationKey } from './operation-name.ts';
import { type SwitchedBreaker, switchedBreakersTable } from './switched-breakers-table.ts';

/** A switch as a command answers it. */
export interface SwitchResult extends OperationName, SwitchedBreaker {}

/** Opens or closes a breaker by a person's word, or leaves it to itself again; felt by every process within half a second. */
export const switchBreakerCommand: CommandHandler<SwitchBreaker, undefined, SwitchResult, BreakerRefusal> =
  defineCommand<SwitchBreaker, undefined, SwitchResult, BreakerRefusal>({
    name: 'resilience.SwitchBreaker',
    schema: switchBreakerSchema,
    permission: 'providers:write',
    loads: (name) => ({
      rows: [{ table: switchedBreakersTable, key: operationKey(name) }],
      streams: [{ aggregate: breakerSwitch, id: operationKey(name) }],
    }),
    decide: (loaded, data, facts) => switchBreaker(loaded.stream(breakerSwitch, operationKey(data)).state, data, facts),
    result: (loaded, { provider, operation }) => ({
      provider,
      operation,
      // Nobody may ever have touched it, when it is asked to be automatic.
      ...(loaded.row(switchedBreakersTable, operationKey({ provider, operation })) ?? {
        position: 'automatic',
        changedBy: 'nobody',
      }),
    }),
  });
