import { canonicalJson } from '@finaegis/kernel/canonical-json';
import { sha3_256, toHex } from '@finaegis/kernel/hash';
import type { InvestmentTerms } from './investment.ts';

/** What a paper says, without anything personal: what its hash is over, so that it stays true when names change or are erased. */
export interface PaperContent {
  readonly paper: 'agreement' | 'certificate';
  readonly number: string;
  readonly investmentId: string;
  readonly partyId: string;
  readonly round: number;
  readonly tier: string;
  readonly shareAsset: string;
  readonly sharesMinor: string;
  readonly priceTenThousandths: string;
  readonly asset: string;
  readonly amountMinor: string;
  readonly issuedAt: string;
}

/** The content of an investment's paper. */
export const paperContent = (
  {
    investmentId,
    partyId,
    round,
    tier,
    shareAsset,
    sharesMinor,
    priceTenThousandths,
    asset,
    amountMinor,
  }: InvestmentTerms,
  { paper, number, issuedAt }: Pick<PaperContent, 'paper' | 'number' | 'issuedAt'>,
): PaperContent => ({
  paper,
  number,
  investmentId,
  partyId,
  round,
  tier,
  shareAsset,
  sharesMinor: String(sharesMinor),
  priceTenThousandths: String(priceTenThousandths),
  asset,
  amountMinor: String(amountMinor),
  issuedAt,
});

/** SHA3-256 over the canonical JSON (RFC 8785) of the content, in hexadecimal. */
export const paperHash = (content: PaperContent): string => toHex(sha3_256(canonicalJson(content)));
