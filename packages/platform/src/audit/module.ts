import type { ContextModule } from '../module.ts';
import type { Services } from '../services.ts';
import { auditRoutes } from './http/audit-routes.ts';
import { auditProblems } from './problems.ts';

/** The log as evidence: signed heads and proofs. It decides nothing and records nothing; its tables are written by the sealer. */
export const createAuditModule = (services: Services): ContextModule => ({
  name: 'audit',
  events: [],
  tables: [],
  views: [],
  commands: [],
  checked: [],
  routes: auditRoutes(services),
  problems: auditProblems,
});
