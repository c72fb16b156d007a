/**
 * Server settings of the sessions that commit. Every statement there finds few rows by key, and a plan made while a table was still empty must not
 * scan it when it has grown: only index look-ups are allowed, and a plan is made once. Which index and which side of a join leads is left to the
 * statements themselves: a list of keys leads to its rows by `cross join lateral (… offset 0)`, and rows are rewritten by `on conflict do update`.
 */
export const commitSettings: Readonly<Record<string, string>> = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_bitmapscan: 'off',
  jit: 'off',
  // One process has one committer: a lock that somebody keeps (an operator's session, a frozen process) must not stop every tenant for ever.
  lock_timeout: '5s',
};
