import { describe, expect, it } from 'vitest';
import { after, told } from '../fixtures/decided.ts';
import {
  assignNostro,
  changePartnerBankTerms,
  type PartnerTerms,
  partnerBankAggregate,
  registerPartnerBank,
  resumePartnerBank,
  suspendPartnerBank,
} from './bank.ts';

const terms: PartnerTerms = {
  name: 'ING',
  kind: 'bank',
  country: 'DE',
  bic: 'INGDDEFF',
  connection: 'ing',
  rails: [{ rail: 'sepa', asset: 'EUR', feeMinor: 20n }],
};
const bank = 'ing';
const nostro = { bank, asset: 'EUR', account: 'main:nostro/ing', iban: 'DE89370400440532013000' };
const fit = { isFit: true };
const registered = (state = partnerBankAggregate.initial) => registerPartnerBank(state, { bank, terms });
const never = partnerBankAggregate.initial;
const known = after(partnerBankAggregate, registered, (state) => assignNostro(state, nostro, fit));

describe('a partner bank', () => {
  it('is registered once', () => {
    expect(told(registered())).toEqual(['PartnerBankRegistered']);
    expect(told(registered(known))).toEqual([]);
    expect(told(registerPartnerBank(known, { bank, terms: { ...terms, kind: 'e_money' } }))).toBe(
      'partner_bank_exists_with_different_terms',
    );
  });

  it.each([
    ['fee', { rails: [{ rail: 'sepa', asset: 'EUR', feeMinor: 21n }] }],
    ['limit', { rails: [{ rail: 'sepa', asset: 'EUR', feeMinor: 20n, limitMinor: 1n }] }],
    ['insurance', { depositInsurance: { asset: 'EUR', limitMinor: 1n } }],
  ])('changes its terms where the %s is another', (_, other) => {
    const changed = { bank, terms: { ...terms, ...other } };
    expect(told(changePartnerBankTerms(known, changed))).toEqual(['PartnerBankTermsChanged']);
    const state = after(partnerBankAggregate, registered, (one) => changePartnerBankTerms(one, changed));
    expect(state).toMatchObject({ terms: changed.terms });
    expect(told(changePartnerBankTerms(state, changed))).toEqual([]);
  });

  it('has one account of ours in an asset, for ever', () => {
    expect(told(assignNostro(known, nostro, fit))).toEqual([]);
    expect(told(assignNostro(known, { ...nostro, iban: 'BE68539007547034' }, fit))).toBe(
      'nostro_exists_with_different_account',
    );
    expect(told(assignNostro(known, { ...nostro, asset: 'USD' }, fit))).toEqual(['NostroAssigned']);
    expect(told(assignNostro(known, { ...nostro, asset: 'CZK' }, { isFit: false }))).toBe('nostro_account_unfit');
  });

  it('is suspended and resumed, each once', () => {
    const suspend = (state: typeof never) => suspendPartnerBank(state, { bank, reason: 'audit' });
    expect(told(suspend(known))).toEqual(['PartnerBankSuspended']);
    const suspended = after(partnerBankAggregate, registered, suspend);
    expect(suspended).toMatchObject({ status: 'suspended', reason: 'audit' });
    expect(told(suspend(suspended))).toEqual([]);
    expect(told(resumePartnerBank(suspended, { bank }))).toEqual(['PartnerBankResumed']);
    expect(told(resumePartnerBank(known, { bank }))).toEqual([]);
  });

  it('that nobody registered has no life', () => {
    const decisions = [
      changePartnerBankTerms(never, { bank, terms }),
      assignNostro(never, nostro, { isFit: false }),
      suspendPartnerBank(never, { bank, reason: 'audit' }),
      resumePartnerBank(never, { bank }),
    ];
    expect(decisions.map(told)).toEqual(Array(4).fill('partner_bank_unknown'));
    expect(() => after(partnerBankAggregate, () => resumePartnerBank(known, { bank }))).not.toThrow();
    expect(() => after(partnerBankAggregate, () => assignNostro(known, { ...nostro, asset: 'USD' }, fit))).toThrow(
      'never registered',
    );
    expect(() => partnerBankAggregate.evolve(known, { type: 'PartnerBankSold', data: {} } as never)).toThrow(
      'Unreachable',
    );
  });
});
