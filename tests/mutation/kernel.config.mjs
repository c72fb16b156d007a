import { notDecisions, shared } from './shared.mjs';

export default { ...shared('kernel'), mutate: ['packages/kernel/src/**/*.ts', ...notDecisions] };
