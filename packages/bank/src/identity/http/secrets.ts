import type { NewApiKeySecret } from '@finaegis/platform/auth/key-text';
import { hashPassword, isBreached } from '@finaegis/platform/auth/password';
import { whileUnmasked } from '@finaegis/platform/event-store/masking';
import { erased } from '@finaegis/platform/event-store/personal-ref';
import { type SealedText, sealText } from '@finaegis/platform/event-store/sealed-text';
import { toAnswer, withFaultsAsProblems } from '@finaegis/platform/http/command-route';
import { ProblemError } from '@finaegis/platform/http/problem';
import type { ApiAnswer, ApiRequest } from '@finaegis/platform/http/route';
import { read, type Services } from '@finaegis/platform/services';
import { subjectOf } from '../user/commands.ts';

/** How long an invitation can be used. */
export const invitationLifeMs = 7 * 24 * 60 * 60 * 1_000;

/** Seals a text of a user's at the edge, so that the command that carries it may be stored. */
export const sealForUser = (
  { personalData }: Services,
  { tenantId, userId, text }: { readonly tenantId: string; readonly userId: string; readonly text: string },
): Promise<SealedText> => sealText(personalData, { tenantId, subject: subjectOf(userId), text });

/** Texts behind references, in their order; undefined where there is none or it is gone. */
export const unsealTexts = async (
  services: Services,
  tenantId: string,
  refs: readonly (string | null | undefined)[],
): Promise<readonly (string | undefined)[]> => {
  const wanted = refs.map((ref) => ref ?? nothing);
  // Asked also for nobody, whose answer must not come sooner.
  const values = await whileUnmasked(() =>
    read(services, tenantId, (tx) => services.personalData.read(tx, tenantId, wanted)),
  );
  return wanted.map((ref) => {
    const value = values.get(ref);
    return value === erased ? undefined : value;
  });
};

const nothing = '00000000-0000-0000-0000-000000000000';

/** A password as it is kept. @throws ProblemError `password_too_common` */
export const newPassword = async (
  services: Services,
  whose: { readonly tenantId: string; readonly userId: string; readonly password: string },
): Promise<SealedText> => {
  if (isBreached(whose.password)) throw new ProblemError('password_too_common');
  return sealForUser(services, { ...whose, text: await hashPassword(whose.password) });
};

/** An invitation as the log keeps it. */
export const invitationOf = ({ prefix, secretHash }: NewApiKeySecret, now: string) => ({
  prefix,
  secretHash,
  validUntil: new Date(Date.parse(now) + invitationLifeMs).toISOString(),
});

type Outcome = Parameters<typeof toAnswer>[2];

/**
 * An answer with what is shown this once, put in on its way out, after the stored answer was written without it: no event, log or stored answer ever holds
 * it, at the price that a replay cannot show it again.
 */
export const answerShowing = async (
  services: Services,
  request: ApiRequest,
  {
    tenantId,
    submit,
    shown,
  }: { readonly tenantId: string; readonly submit: () => Promise<Outcome>; readonly shown: object },
): Promise<ApiAnswer> => {
  const outcome = await withFaultsAsProblems(submit);
  const answer = await toAnswer(services, tenantId, outcome);
  const isNew = outcome.kind === 'decided' && outcome.outcome.accepted && !outcome.outcome.isRepeat && !request.dryRun;
  return isNew
    ? { ...answer, body: JSON.stringify({ ...(JSON.parse(answer.body as string) as object), ...shown }) }
    : answer;
};
