import { requireStaff } from '@finaegis/platform/auth/access';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import { isoDate } from '@finaegis/platform/http/amount';
import { answerOnce, metadataOf, withFaultsAsProblems } from '@finaegis/platform/http/command-route';
import { ProblemError } from '@finaegis/platform/http/problem';
import { type ApiRequest, defineRoute, type Route } from '@finaegis/platform/http/route';
import type { Services } from '@finaegis/platform/services';
import { z } from 'zod';
import { parseEcb } from '../adapters/ecb-file.ts';
import type { AssetCommands } from '../commands.ts';
import { fetchRates } from '../fetch-rates.ts';
import { importRates } from '../import-rates.ts';
import { type RateProvider, RateSourceFault } from '../ports.ts';
import type { RateSheet } from '../rate/rate-sheet.ts';

const report = z
  .object({
    days: z.int().describe('Days in the file.'),
    imported: z.int().describe('Days that were new.'),
    repeated: z.int().describe('Days that were there with the same rates.'),
    refused: z
      .array(z.object({ date: isoDate, code: z.string() }))
      .describe('Days of which nothing was written, and why.'),
  })
  .meta({ id: 'RateImport', description: 'What an import of rates did.' });

/** The route that takes a file of the European Central Bank. */
export const rateImportRoute = (services: Services, commands: AssetCommands): Route =>
  defineRoute({
    method: 'POST',
    path: '/v1/rate-imports',
    operationId: 'importRates',
    summary: 'Import reference rates from a file of the European Central Bank',
    description:
      'The history or one day, as CSV or XML. Days that are there already are counted and left as they are. Needs a key of the platform.',
    tag: 'Rates',
    permission: 'rate:write',
    rateClass: 'bulk',
    idempotency: 'optional',
    supportsDryRun: true,
    request: {
      file: {
        contentTypes: ['text/csv', 'application/xml', 'text/xml'],
        description: 'eurofxref-hist.csv, eurofxref.csv or one of the XML files.',
      },
    },
    responses: { 200: { description: 'What was done, day by day.', schema: report } },
    problems: ['staff_only', 'rates_belong_to_platform', 'rate_file_unreadable'],
    handle: async (request) => {
      requirePlatform(request);
      return answerOnce(services, request, async () => {
        const sheets = readFile(request.rawBody ?? Buffer.alloc(0));
        return JSON.stringify(
          await withFaultsAsProblems(() =>
            importRates(services, commands, { sheets, metadata: metadataOf(request), isDryRun: request.dryRun }),
          ),
        );
      });
    },
  });

const fetchOnWire = z
  .object({
    provider: z.string(),
    outcome: z
      .enum(['fetched', 'source_unreachable', 'source_unreadable'])
      .describe('`source_unreadable`: what it sent is no file of rates; `line` is where reading stopped.'),
    line: z.int().optional(),
    ...report.partial().shape,
  })
  .meta({ id: 'RateFetch', description: 'What came of asking one provider of rates.' });

/** The route that asks the providers now; a worker asks them every hour. */
export const rateFetchRoute = (
  services: Services,
  { providers, commands }: { readonly providers: readonly RateProvider[]; readonly commands: AssetCommands },
): Route =>
  defineRoute({
    method: 'POST',
    path: '/v1/rate-fetches',
    operationId: 'fetchRates',
    summary: 'Fetch rates from the providers now',
    description:
      'For days that are missing, or to see whether a source can be reached; workers ask the sources every hour by themselves. One that fails is told of in `outcome` and keeps none of the others from it. Needs a key of the platform.',
    tag: 'Rates',
    permission: 'rate:write',
    rateClass: 'bulk',
    idempotency: 'optional',
    supportsDryRun: true,
    request: {
      body: z.strictObject({ date: isoDate.optional().describe('One day only; whatever a source has when absent.') }),
    },
    responses: {
      200: { description: 'Provider by provider.', schema: z.object({ items: z.array(fetchOnWire) }) },
    },
    problems: ['staff_only', 'rates_belong_to_platform'],
    handle: async (request) => {
      requirePlatform(request);
      return answerOnce(services, request, async () => {
        const metadata = metadataOf(request);
        const fetched = await withFaultsAsProblems(() =>
          fetchRates(
            providers,
            (sheets) => importRates(services, commands, { sheets, metadata, isDryRun: request.dryRun }),
            request.body.date,
          ),
        );
        return JSON.stringify({ items: fetched.map((one) => ({ ...one, cause: undefined })) });
      });
    },
  });

const requirePlatform = ({ principal, tenantId }: Pick<ApiRequest, 'principal' | 'tenantId'>): void => {
  requireStaff(principal);
  if (tenantId !== platformTenantId) throw new ProblemError('rates_belong_to_platform', { facts: { provider: 'ecb' } });
};

const readFile = (bytes: Buffer): readonly RateSheet[] => {
  try {
    return parseEcb(bytes.toString('utf8'));
  } catch (error) {
    if (!(error instanceof RateSourceFault)) throw error;
    throw new ProblemError(
      'rate_file_unreadable',
      {
        detail: error.message,
        ...(error.line === undefined ? {} : { facts: { line: error.line } }),
        errors: [{ field: '/body', code: 'rate_file_unreadable', message: 'must be a file of reference rates' }],
      },
      { cause: error },
    );
  }
};
