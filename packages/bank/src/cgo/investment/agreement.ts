import { accept, reject } from '@finaegis/kernel/decision';
import type { InvestmentDecision } from './decide.ts';
import { about, type InvestmentState, investmentAggregate, isOpen } from './investment.ts';

/** The investor's word that he agrees to the agreement as it was drawn up. */
export interface SignAgreement {
  readonly investmentId: string;
  /** What he has read: a signature under other words is none. */
  readonly agreementHash: string;
}

/** Records the signature with what was signed, when and by whom; signed again it is the same signature. */
export const signAgreement = (
  state: InvestmentState,
  { investmentId, agreementHash }: SignAgreement,
  { actor, at }: { readonly actor: string; readonly at: string },
): InvestmentDecision => {
  if (state.status === 'unknown') return reject({ code: 'investment_unknown', investmentId });
  if (state.signature?.agreementHash === agreementHash) return accept();
  if (!isOpen(state)) return reject({ code: 'investment_over', status: state.status });
  const { agreementNumber } = state;
  if (agreementNumber === undefined) return reject({ code: 'agreement_not_drawn_up', status: state.status });
  if (state.agreementHash !== agreementHash) return reject({ code: 'agreement_differs', agreementNumber });
  const data = { ...about(state), agreementNumber, agreementHash, signedAt: at, signedBy: actor };
  return accept(investmentAggregate.record(investmentId, 'InvestmentAgreementSigned', data));
};
