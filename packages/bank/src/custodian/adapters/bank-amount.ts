import { currency, decimalsOf } from '@finaegis/kernel/iso4217';
import { parseSignedAmount } from '@finaegis/kernel/money';

/** The decimals banks write an amount with: those of ISO 4217. */
export const bankDecimals = (asset: string): number | undefined => {
  const found = currency(asset);
  return found === undefined ? undefined : decimalsOf(found);
};

/**
 * Minor units of an amount as a bank writes it. Some banks write more zeros than the currency has decimals; those are no smaller money.
 * @throws Error for what is no amount of the asset
 */
export const bankMinor = (text: string, asset: string): bigint => {
  const decimals = bankDecimals(asset);
  if (decimals === undefined)
    throw new Error(`A bank writes an amount in ${asset}, which has no decimals by ISO 4217.`);
  const [whole = '', fraction = ''] = text.split('.');
  const kept = fraction.slice(decimals).replaceAll('0', '') === '' ? fraction.slice(0, decimals) : fraction;
  const parsed = parseSignedAmount(kept === '' ? whole : `${whole}.${kept}`, decimals);
  if (!parsed.ok) throw new Error(`A bank writes an amount of ${asset} that is none: ${parsed.problem}.`);
  return parsed.amountMinor;
};
