import { child } from './child.ts';
import { compensation } from './compensation.ts';
import { outcomeUnknown } from './outcome-unknown.ts';
import { parallel } from './parallel.ts';
import { parking } from './parking.ts';
import { sequential } from './sequential.ts';
import { signal } from './signal.ts';
import type { Pattern } from './stage.ts';
import { timer } from './timer.ts';

/** What docs/concepts/sagas.md explains, in its order. */
export const patterns: readonly Pattern[] = [
  sequential,
  compensation,
  outcomeUnknown,
  signal,
  timer,
  parallel,
  child,
  parking,
];
