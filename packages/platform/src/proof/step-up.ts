import type { Answer, CommandHandler, Refusal } from '../command/handler.ts';
import type { EventMetadata } from '../event-store/event.ts';

/** A proof as somebody sends it with a request: which content it is for, and a code of its authenticator or a recovery code. */
export interface GivenProof {
  readonly challenge: string;
  readonly code: string;
}

/** Who asks for a command, as far as it matters for proving anew that it is them. */
export interface Asker {
  /** The person; absent where the principal is nobody's, who has nothing to prove by. */
  readonly userId?: string | undefined;
  /** What a proof of this very request is bound to; undefined where the request is more than one command, which no one code can prove. */
  readonly challenge?: (() => string) | undefined;
  readonly given?: GivenProof | undefined;
}

/** A code that was right when it was looked at; that it is used once is decided in the commit. */
export interface Proof {
  readonly userId: string;
  readonly command: string;
  readonly challenge: string;
  readonly step?: number;
  readonly recoveryHash?: string;
}

/** Why a proof is not taken. */
export type ProofRefusal =
  | { readonly code: 'second_factor_missing' }
  | { readonly code: 'step_up_locked'; readonly lockedUntil: string }
  | { readonly code: 'step_up_code_wrong' };

/** Port: proves by whatever the users of the bank have. Implemented by the context that knows users. */
export interface Provers {
  /**
   * Looks at a code. A wrong one is counted, by an event.
   * @throws ProofRefused
   */
  prove(
    asked: { readonly userId: string; readonly command: string; readonly given: GivenProof },
    where: { readonly tenantId: string; readonly metadata: EventMetadata },
  ): Promise<Proof>;
  /** The same command, which uses the code up in its own commit, or is refused. */
  proving<Data, Refs, Result, R extends Refusal>(
    handler: CommandHandler<Data, Refs, Result, R>,
    proof: Proof,
  ): CommandHandler<Data, Refs, Result, R>;
}

/** What the door to the write side asks of every command that a person wishes for. */
export interface StepUp extends Provers {
  isNeeded(command: { readonly name: string; readonly data: unknown; readonly tenantId: string }): Promise<boolean>;
  /** What is shown to whoever has to prove it, personal values put in. */
  show(tenantId: string, body: string): Promise<string>;
}

/** Thrown at the door: the command needs a fresh code, and nothing was done. */
export class StepUpNeeded extends Error {
  override readonly name = 'StepUpNeeded';
  /** What the code is for; undefined where this request cannot carry one. */
  readonly shown: { readonly command: string; readonly challenge: string; readonly preview: Answer } | undefined;

  constructor(command: string, shown?: { readonly challenge: string; readonly preview: Answer }) {
    super(`${command} needs a fresh code.`);
    this.shown = shown === undefined ? undefined : { command, ...shown };
  }
}

/** Thrown at the door: the proof that was sent is not one, and nothing was done but to count it. */
export class ProofRefused extends Error {
  override readonly name = 'ProofRefused';
  readonly refusal: ProofRefusal | { readonly code: 'step_up_for_other_content' };

  constructor(refusal: ProofRefused['refusal']) {
    super(`A proof was refused: ${refusal.code}.`);
    this.refusal = refusal;
  }
}
