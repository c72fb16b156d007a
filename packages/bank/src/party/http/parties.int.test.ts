import { otherTenantId } from '@finaegis/testing/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answered, type PartyBank, startPartyBank } from '../fixtures/bank.ts';

let bank: PartyBank;

beforeAll(async () => {
  bank = await startPartyBank();
});

afterAll(() => bank.close());

const jana = {
  kind: 'person',
  name: { given: 'Jana', family: 'Nováková' },
  birthDate: '1985-03-31',
  address: { streetName: 'Vodičkova', buildingNumber: '12', postCode: '110 00', townName: 'Praha', country: 'CZ' },
  contacts: [{ kind: 'email', value: 'jana@example.com' }],
  externalReference: 'C-4711',
};

const register = (body: object, headers = {}): Promise<Answered> => bank.call('registerParty', { body, headers });
const idOf = ({ body }: Answered): string => String(body['partyId']);
const items = ({ body }: Answered): readonly string[] =>
  (body['items'] as unknown as { partyId: string }[]).map(({ partyId }) => partyId);
const get = (partyId: string): Promise<Answered> => bank.call('getParty', { params: { partyId } });
const erase = (partyId: string, headers = {}): Promise<Answered> =>
  bank.call('eraseParty', { params: { partyId }, body: { reason: 'data_subject_request' }, headers });

const list = async (query: Record<string, string>): Promise<Answered> => {
  await bank.settle();
  return bank.call('listParties', { query });
};

describe('a party', () => {
  it('is registered, and read back as it was sent', async () => {
    const registered = await register(jana);
    expect(registered.status).toBe(201);
    expect(registered.body).toMatchObject({ ...jana, status: 'active', kyc: { status: 'none' } });
    expect(await get(idOf(registered))).toEqual({ status: 200, body: registered.body });
  });

  it('is registered once under its own id, whoever asks again', async () => {
    const partyId = bank.services.newId();
    expect((await register({ ...jana, partyId })).status).toBe(201);
    const again = await register({ ...jana, partyId });
    expect(again).toMatchObject({ status: 200, body: { partyId, name: jana.name } });
    expect(await register({ ...jana, partyId, birthDate: '1985-04-01' })).toMatchObject({
      status: 409,
      body: { code: 'party_exists_with_different_content' },
    });
    expect(await register({ kind: 'organisation', name: { legal: 'a.s.' }, partyId })).toMatchObject({ status: 409 });
  });

  it('is registered once when many ask at the same time', async () => {
    const partyId = bank.services.newId();
    const answers = await Promise.all(Array.from({ length: 20 }, () => register({ ...jana, partyId })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(19);
  });

  it('is answered the same under the same Idempotency-Key', async () => {
    const first = await register(jana, { 'idempotency-key': 'register-1' });
    const second = await register(jana, { 'idempotency-key': 'register-1' });
    expect(second).toEqual(first);
    expect(await register({ ...jana, birthDate: '1985-04-01' }, { 'idempotency-key': 'register-1' })).toMatchObject({
      body: { code: 'idempotency_key_reused' },
    });
  });

  it('can be tried without being registered', async () => {
    const partyId = bank.services.newId();
    const keys = async (): Promise<unknown> =>
      (await bank.adminPool.query('select count(*)::int as n from subject_keys')).rows;
    const before = await keys();
    const tried = await bank.call('registerParty', { body: { ...jana, partyId }, query: { dryRun: 'true' } });
    expect(tried).toMatchObject({ status: 201, body: { ...jana, partyId } });
    expect(await get(partyId)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await keys()).toEqual(before);
    await register({ ...jana, partyId });
    // Tried again it is known for the repeat it would be.
    expect(await bank.call('registerParty', { body: { ...jana, partyId }, query: { dryRun: 'true' } })).toMatchObject({
      status: 200,
      body: { name: jana.name },
    });
  });

  it('can be an organisation, and then has neither family name nor birthday', async () => {
    const company = { kind: 'organisation', name: { legal: 'Pekárna Praha s.r.o.', trading: 'Pekárna' } };
    expect(await register(company)).toMatchObject({ status: 201, body: company });
    expect(await register({ ...company, birthDate: '2000-01-01' })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ field: '/body/birthDate', code: 'unknown_field' }] },
    });
  });

  it('changes in what is named, and null removes', async () => {
    const partyId = idOf(await register(jana));
    const change = (body: object): Promise<Answered> => bank.call('changeParty', { params: { partyId }, body });
    const changed = await change({ name: { given: 'Jana', family: 'Malá' }, birthDate: null, contacts: [] });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ name: { family: 'Malá' }, address: jana.address, contacts: [] });
    expect(changed.body).not.toHaveProperty('birthDate');
    expect(await get(partyId)).toEqual(changed);
    expect(await change({ name: { legal: 'a.s.' } })).toMatchObject({
      status: 422,
      body: { code: 'details_do_not_fit_kind', kind: 'person' },
    });
    expect(await change({})).toMatchObject({ status: 400 });
    const [{ count } = { count: 0n }] = await bank.query(
      "select count(*) from events where stream = $1 and type = 'PartyDetailsChanged'",
      [`party:${partyId}`],
    );
    await change({ name: { given: 'Jana', family: 'Malá' } });
    const [after] = await bank.query("select count(*) from events where stream = $1 and type = 'PartyDetailsChanged'", [
      `party:${partyId}`,
    ]);
    expect([count, after?.['count']]).toEqual([1n, 1n]);
  });

  it('has KYC as a person stated it', async () => {
    const partyId = idOf(await register(jana));
    const statement = { status: 'verified', level: 'enhanced', risk: 'high', reviewDue: '2027-02-28' };
    expect(await bank.call('setPartyKyc', { params: { partyId }, body: statement })).toMatchObject({
      status: 200,
      body: { kyc: statement },
    });
    expect(await get(partyId)).toMatchObject({ body: { kyc: statement } });
    expect(
      await bank.call('setPartyKyc', { params: { partyId: bank.services.newId() }, body: statement }),
    ).toMatchObject({ status: 404, body: { code: 'party_not_found' } });
  });

  it('of another tenant does not exist here', async () => {
    const partyId = idOf(await register(jana));
    expect(await bank.call('getParty', { params: { partyId }, as: { tenantId: otherTenantId } })).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
    expect(
      await bank.call('eraseParty', {
        params: { partyId },
        body: { reason: 'entered_in_error' },
        as: { tenantId: otherTenantId },
      }),
    ).toMatchObject({ status: 404 });
    expect((await bank.call('listParties', { as: { tenantId: otherTenantId } })).body['items']).toEqual([]);
  });
});

describe('parties are found', () => {
  it('by name in words and beginnings, by external reference, KYC and status, all together', async () => {
    const petr = idOf(
      await register({ kind: 'person', name: { given: 'Petr', family: 'Dvořák-Zelený' }, externalReference: 'X/1' }),
    );
    const pavel = idOf(
      await register({ kind: 'person', name: { given: 'Pavel', family: 'Dvořáček' }, externalReference: 'X/2' }),
    );
    await bank.call('setPartyKyc', { params: { partyId: pavel }, body: { status: 'rejected' } });
    expect(items(await list({ name: 'dvořák' }))).toEqual([petr]);
    expect(items(await list({ name: 'dvora*' }))).toEqual([pavel, petr]);
    expect(items(await list({ name: 'dvora* pet*' }))).toEqual([petr]);
    expect(items(await list({ externalReference: 'X/2' }))).toEqual([pavel]);
    expect(items(await list({ externalReference: 'x/2' }))).toEqual([]);
    expect(items(await list({ kycStatus: 'rejected' }))).toEqual([pavel]);
    expect(items(await list({ kycStatus: 'rejected', name: 'petr' }))).toEqual([]);
    expect(await list({ name: '*' })).toMatchObject({
      status: 400,
      body: { errors: [{ field: '/query/name', code: 'not_searchable' }] },
    });
  });

  it('by their new name once changed, and no longer by the old one', async () => {
    const partyId = idOf(await register({ kind: 'person', name: { family: 'Starova' }, externalReference: 'S-1' }));
    expect(items(await list({ name: 'starova' }))).toEqual([partyId]);
    await bank.call('changeParty', { params: { partyId }, body: { name: { family: 'Novotna' } } });
    expect(items(await list({ name: 'starova' }))).toEqual([]);
    expect(items(await list({ name: 'novotna' }))).toEqual([partyId]);
    expect(items(await list({ externalReference: 'S-1' }))).toEqual([partyId]);
    await bank.call('changeParty', { params: { partyId }, body: { externalReference: null } });
    expect(items(await list({ externalReference: 'S-1' }))).toEqual([]);
  });

  it('page by page, newest first, none twice and none left out', async () => {
    const made: string[] = [];
    for (let number = 0; number < 5; number++)
      made.unshift(idOf(await register({ kind: 'person', name: { family: 'Strankova' } })));
    const first = await list({ name: 'strankova', limit: '2' });
    const second = await list({ name: 'strankova', limit: '2', cursor: String(first.body['nextCursor']) });
    const third = await list({ name: 'strankova', limit: '2', cursor: String(second.body['nextCursor']) });
    expect([...items(first), ...items(second), ...items(third)]).toEqual(made);
    expect(third.body).not.toHaveProperty('nextCursor');
    expect(await list({ cursor: 'bm90IGEgY3Vyc29y' })).toMatchObject({
      status: 400,
      body: { code: 'position_unknown' },
    });
  });

  it('while the database holds no name that could be read', async () => {
    await register({ kind: 'person', name: { family: 'Tajemnik' }, externalReference: 'SECRET-1' });
    await bank.settle();
    const tables = await bank.query(
      "select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p')",
    );
    for (const { name } of tables) {
      const [found] = await bank.query(`select count(*) from "${String(name)}" t where t::text ~* 'tajemnik|SECRET-1'`);
      expect([name, found?.['count']]).toEqual([name, 0n]);
    }
  });
});

describe('erasing a party', () => {
  it('shows erased everywhere, also in answers given before, and changes no hash', async () => {
    const registered = await register(
      { ...jana, name: { given: 'Vera', family: 'Smazana' } },
      { 'idempotency-key': 'to-erase' },
    );
    const partyId = idOf(registered);
    await bank.call('changeParty', {
      params: { partyId },
      body: { contacts: [{ kind: 'phone', value: '+420123456789' }] },
    });
    expect(items(await list({ name: 'smazana' }))).toEqual([partyId]);
    const log = () =>
      bank.query('select seq, envelope, hash from events where stream = $1 order by seq', [`party:${partyId}`]);
    const before = await log();

    expect(await erase(partyId)).toMatchObject({
      status: 200,
      body: {
        status: 'erased',
        name: { given: 'erased', family: 'erased' },
        address: { townName: 'erased' },
        contacts: [{ kind: 'phone', value: 'erased' }],
      },
    });

    expect((await log()).slice(0, before.length)).toEqual(before);
    expect(JSON.stringify((await get(partyId)).body)).not.toMatch(/Vera|Smazana|1985|Praha|420|4711/);
    const replayed = await register(
      { ...jana, name: { given: 'Vera', family: 'Smazana' } },
      { 'idempotency-key': 'to-erase' },
    );
    expect(replayed).toMatchObject({
      status: 201,
      body: { partyId, name: { given: 'erased', family: 'erased' }, birthDate: 'erased' },
    });
    expect(items(await list({ name: 'smazana' }))).toEqual([]);
    expect(items(await list({ status: 'erased' }))).toEqual([partyId]);
    expect(await bank.query('select * from party_directory_tokens_v1 where party_id = $1', [partyId])).toEqual([]);
    expect(await bank.query('select * from personal_data where subject = $1', [`party:${partyId}`])).toEqual([]);
  });

  it('that is only tried shows what it would leave, and leaves everything', async () => {
    const partyId = idOf(await register(jana));
    const tried = await bank.call('eraseParty', {
      params: { partyId },
      query: { dryRun: 'true' },
      body: { reason: 'data_subject_request' },
    });
    expect(tried).toMatchObject({ status: 200, body: { status: 'erased', birthDate: 'erased' } });
    expect(JSON.stringify(tried.body)).not.toContain(jana.name.family);
    expect((await bank.call('getParty', { params: { partyId } })).body).toMatchObject({
      status: 'active',
      name: { family: jana.name.family },
    });
  });

  it('is for ever: the party cannot be changed, rated or registered again, and erasing twice is one erasure', async () => {
    const partyId = idOf(await register(jana));
    await erase(partyId);
    expect(await erase(partyId)).toMatchObject({ status: 200, body: { status: 'erased' } });
    expect(await bank.call('changeParty', { params: { partyId }, body: { birthDate: null } })).toMatchObject({
      status: 409,
      body: { code: 'party_erased' },
    });
    expect(await bank.call('setPartyKyc', { params: { partyId }, body: { status: 'pending' } })).toMatchObject({
      status: 409,
      body: { code: 'party_erased' },
    });
    expect(await register({ ...jana, partyId })).toMatchObject({ status: 409, body: { code: 'party_erased' } });
    expect(await bank.query('select * from personal_data where subject = $1', [`party:${partyId}`])).toEqual([]);
    const [{ count } = { count: 0n }] = await bank.query(
      "select count(*) from events where stream = $1 and type = 'PartyErased'",
      [`party:${partyId}`],
    );
    expect(count).toBe(1n);
  });

  it('wins over a change decided before it in the same commit', async () => {
    const partyId = idOf(await register(jana));
    const busy = bank.call('setPartyKyc', { params: { partyId }, body: { status: 'pending' } });
    await Promise.all([
      busy,
      bank.call('changeParty', { params: { partyId }, body: { name: { family: 'Pozdni' } } }),
      erase(partyId),
    ]);
    expect(await get(partyId)).toMatchObject({ body: { status: 'erased', name: { family: 'erased' } } });
    expect(await bank.query('select * from personal_data where subject = $1', [`party:${partyId}`])).toEqual([]);
  });
});

describe('a customer', () => {
  it('sees its own party and no other, and may change nothing', async () => {
    const own = idOf(await register({ kind: 'person', name: { family: 'Vlastni' } }));
    const other = idOf(await register({ kind: 'person', name: { family: 'Cizi' } }));
    await bank.settle();
    const as = { actingFor: own };
    expect(await bank.call('getParty', { params: { partyId: own }, as })).toMatchObject({
      status: 200,
      body: { name: { family: 'Vlastni' } },
    });
    expect(await bank.call('getParty', { params: { partyId: other }, as })).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
    expect(items(await bank.call('listParties', { as }))).toEqual([own]);
    expect(items(await bank.call('listParties', { as, query: { name: 'cizi' } }))).toEqual([]);
    const attempts = await Promise.all([
      bank.call('registerParty', { body: jana, as }),
      bank.call('changeParty', { params: { partyId: own }, body: { birthDate: null }, as }),
      bank.call('setPartyKyc', { params: { partyId: own }, body: { status: 'verified' }, as }),
      bank.call('eraseParty', { params: { partyId: other }, body: { reason: 'data_subject_request' }, as }),
    ]);
    expect(attempts.map(({ status, body }) => [status, body['code']])).toEqual(attempts.map(() => [403, 'staff_only']));
  });
});
