import { reject } from '@finaegis/kernel/decision';
import { totpStep } from '@finaegis/platform/auth/totp';
import type { CommandHandler, Refusal } from '@finaegis/platform/command/handler';
import {
  type GivenProof,
  type Proof,
  type ProofRefusal,
  ProofRefused,
  type Provers,
} from '@finaegis/platform/proof/step-up';
import { read, type Services } from '@finaegis/platform/services';
import { recoveryHash } from './http/own-routes.ts';
import { unsealTexts } from './http/secrets.ts';
import { failFactor, useFactor } from './user/prove.ts';
import { type OfUser, ofUserSchema } from './user/terms.ts';
import { userAggregate } from './user/user.ts';
import { findUser, usersTable } from './views/users.ts';

const ofUser = (userId: string) => ({
  rows: [{ table: usersTable, key: userId }],
  streams: [{ aggregate: userAggregate, id: userId }],
});

/** Counts a wrong code; submitted where one was looked at, and asked for by nobody. */
export const failFactorCommand: CommandHandler<OfUser, undefined, undefined, ProofRefusal> = {
  name: 'identity.FailSecondFactor',
  schema: ofUserSchema,
  permission: 'public',
  loads: ({ userId }) => ofUser(userId),
  decide: (loaded, data, facts) => failFactor(loaded.stream(userAggregate, data.userId).state, data, facts),
  result: () => undefined,
};

/** Proof by the second factor of users: an authenticator's code, each once, or a recovery code. */
export const createProvers = (services: Services): Provers => ({
  prove: async ({ userId, command, given }, { tenantId, metadata }) => {
    const user = await read(services, tenantId, (tx) => findUser(tx, tenantId, { userId }));
    const [secret] = await unsealTexts(services, tenantId, [user?.factorRef]);
    if (secret === undefined) throw new ProofRefused({ code: 'second_factor_missing' });
    const shown = shownBy(given, secret, Date.parse(services.now()));
    if (shown !== undefined) return { userId, command, challenge: given.challenge, ...shown };
    const settled = await services.commands.submit(failFactorCommand, { userId }, { tenantId, metadata });
    if (settled.kind === 'decided' && !settled.outcome.accepted) throw new ProofRefused(settled.outcome.refusal);
    throw new ProofRefused({ code: 'step_up_code_wrong' });
  },
  proving,
});

/** What a code shows; whether a recovery code is one, only the user's stream knows. */
const shownBy = (
  { code }: GivenProof,
  secret: string,
  nowMs: number,
): Pick<Proof, 'step' | 'recoveryHash'> | undefined => {
  if (code.length > 6) return { recoveryHash: recoveryHash(code) };
  const step = totpStep(secret, code, nowMs);
  return step === undefined ? undefined : { step };
};

const proving = <Data, Refs, Result, R extends Refusal>(
  handler: CommandHandler<Data, Refs, Result, R>,
  proof: Proof,
): CommandHandler<Data, Refs, Result, R> => ({
  ...handler,
  loads: (data, refs, context) => {
    const { rows = [], streams = [] } = handler.loads(data, refs, context);
    const own = ofUser(proof.userId);
    return { rows: [...rows, ...own.rows], streams: [...streams, ...own.streams] };
  },
  decide: (loaded, data, facts, refs) => {
    const used = useFactor(loaded.stream(userAggregate, proof.userId).state, proof, facts);
    // Told over HTTP in words that every command shares.
    if (!used.accepted) return reject(used.rejection as unknown as R);
    const decision = handler.decide(loaded, data, facts, refs);
    // What changes nothing is a repeat, for which no code is spent.
    return decision.accepted && decision.events.length > 0
      ? { accepted: true, events: [...decision.events, ...used.events] }
      : decision;
  },
});
