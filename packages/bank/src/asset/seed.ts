import { platformTenantId } from '@finaegis/platform/auth/principal';
import { read, type Services } from '@finaegis/platform/services';
import { referenceAssets, type SeedStep, seedSteps } from './asset/reference-assets.ts';
import type { AssetCommands } from './commands.ts';
import { readAssets } from './views/assets.ts';

/** What seeding changed; zero everywhere when the registry was up to date. */
export interface SeedReport {
  readonly registered: number;
  readonly renamed: number;
  readonly deactivated: number;
}

/**
 * Brings the platform's registry up to what this release knows: ISO 4217 with its metals, and some crypto assets. Run at every start; processes that
 * start together decide the same, and the later one's commands change nothing.
 */
export const seedAssets = async (
  services: Pick<Services, 'commands' | 'readPool' | 'newId'>,
  handlers: AssetCommands,
): Promise<SeedReport> => {
  const wanted = referenceAssets();
  const existing = await read(services, platformTenantId, (tx) =>
    readAssets(tx, { tenantIds: [platformTenantId], codes: wanted.map(({ code }) => code) }),
  );
  const steps = seedSteps(new Map(existing.map((facts) => [facts.code, facts])), wanted);
  const correlation = services.newId();
  await Promise.all(steps.map((step) => carryOut(services, handlers, step, correlation)));
  const count = (command: SeedStep['command']): number => steps.filter((step) => step.command === command).length;
  return { registered: count('register'), renamed: count('rename'), deactivated: count('deactivate') };
};

const carryOut = async (
  { commands }: Pick<Services, 'commands'>,
  handlers: AssetCommands,
  step: SeedStep,
  correlation: string,
): Promise<void> => {
  const metadata = { actor: 'system', channel: 'system', correlation };
  const submission = { tenantId: platformTenantId, metadata, lane: 'bulk', timeoutMs: 60_000 } as const;
  const settled = await (() => {
    switch (step.command) {
      case 'register':
        return commands.submit(handlers.registerAsset, step.data, submission);
      case 'rename':
        return commands.submit(handlers.renameAsset, step.data, submission);
      case 'deactivate':
        return commands.submit(handlers.deactivateAsset, step.data, submission);
    }
  })();
  // The platform's own registry refuses nothing that a release may ask of it; if it does, the release is wrong.
  if (settled.kind !== 'decided' || !settled.outcome.accepted)
    throw new Error(
      `${step.data.code} could not be seeded: ${settled.kind === 'decided' ? settled.answer.body : settled.kind}`,
    );
};
