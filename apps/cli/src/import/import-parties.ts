import type { TextSource } from '@finaegis/bank/iso20022/text-source';
import type { PartyModule } from '@finaegis/bank/party/module';
import { type ImportReport, type ImportTarget, importedId, newTally, reportOf, submitRecord } from './import-target.ts';
import { forEachInFlight } from './in-flight.ts';
import { type Mapping, readMapped } from './mapping.ts';
import type { RecordOf } from './records.ts';

type RegisterParty = Parameters<PartyModule['handlers']['registerParty']['decide']>[1];

/**
 * Imports persons and organisations from a delimited file. A row that is bad or refused is reported and the others are imported.
 * @throws MappingInvalid; FileRefused when the file cannot be read to its end
 */
export const importParties = async (
  target: ImportTarget,
  file: TextSource,
  mapping: Mapping,
): Promise<ImportReport> => {
  const { good, bad } = readMapped(file, mapping, 'party');
  const tally = newTally();
  await forEachInFlight(good, async ({ line, record }) => {
    tally.read += 1;
    const handler = target.bank.modules.party.handlers.registerParty;
    await submitRecord(target, tally, { handler, data: partyOf(target, record), line });
  });
  return reportOf(tally, bad);
};

const partyOf = (target: ImportTarget, record: RecordOf<'party'>): RegisterParty => {
  const {
    externalId,
    type,
    givenName,
    name,
    birthDate,
    streetName,
    buildingNumber,
    postCode,
    townName,
    country,
    email,
    phone,
  } = record;
  const contacts = [
    ...(email === undefined ? [] : [{ kind: 'email', value: email } as const]),
    ...(phone === undefined ? [] : [{ kind: 'phone', value: phone } as const]),
  ];
  return {
    partyId: importedId(target, 'party', externalId),
    kind: type,
    details: {
      name:
        type === 'organisation'
          ? { legal: name }
          : { ...(givenName === undefined ? {} : { given: givenName }), family: name },
      externalReference: externalId,
      ...(birthDate === undefined ? {} : { birthDate }),
      ...(townName === undefined || country === undefined
        ? {}
        : { address: { ...present({ streetName, buildingNumber, postCode }), townName, country } }),
      ...(contacts.length === 0 ? {} : { contacts }),
    },
  };
};

const present = <Fields extends object>(
  fields: Fields,
): { readonly [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as ReturnType<
    typeof present<Fields>
  >;
