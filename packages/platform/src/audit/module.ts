import type { ContextModule } from '../module.ts';
import type { Services } from '../services.ts';
import { auditRoutes } from './http/audit-routes.ts';
import { auditProblems } from './problems.ts';
import type { Sights } from './sight.ts';

/**
 * The log as evidence: signed heads and proofs. It decides nothing and records nothing; its tables are written by the sealer.
 * @param sights what each context lets customers see of its events
 */
export const createAuditModule = (services: Services, sights: Sights): ContextModule => ({
  name: 'audit',
  events: [],
  tables: [],
  views: [],
  commands: [],
  checked: [],
  routes: auditRoutes(services, sights),
  problems: auditProblems,
});
