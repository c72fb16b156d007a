import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A certificate with its key, both as PEM. */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** Somebody who issues certificates to servers and clients of this machine. */
export interface CertificateAuthority {
  /** Its own certificate, for whoever is to trust it. */
  readonly certificate: string;
  issue(name: string): IssuedCertificate;
}

/** Founds one. Its certificates are good for a day around now, for 127.0.0.1 and for nothing that matters. */
export const createCertificateAuthority = (name: string): CertificateAuthority => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = { name, key: pair.privateKey };
  const own = certified({ subject: name, publicKey: pair.publicKey, isAuthority: true }, signer);
  return {
    certificate: own,
    issue: (subject) => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      return {
        certificate: certified({ subject, publicKey, isAuthority: false }, signer),
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
};

interface Subject {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly isAuthority: boolean;
}

const dayMs = 86_400_000;

/** X.509 version 3 (RFC 5280, section 4.1), written by hand: Node reads certificates and makes none. */
const certified = (
  { subject, publicKey, isAuthority }: Subject,
  { name, key }: { readonly name: string; readonly key: KeyObject },
): string => {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const serial = createHash('sha256').update(spki).digest().subarray(0, 16);
  // A serial number is above zero and has no zero in front.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const validity = [Date.now() - dayMs, Date.now() + dayMs].map((ms) => der(0x17, Buffer.from(utcTime(ms))));
  const extension = isAuthority
    ? sequence(basicConstraints, der(0x01, Buffer.from([0xff])), octets(sequence(der(0x01, Buffer.from([0xff])))))
    : sequence(subjectAltName, octets(sequence(der(0x87, Buffer.from([127, 0, 0, 1])))));
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    sequence(ecdsaWithSha256),
    commonName(name),
    sequence(...validity),
    commonName(subject),
    spki,
    der(0xa3, sequence(extension)),
  );
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', signed, key)]));
  const text = sequence(signed, sequence(ecdsaWithSha256), signature).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${text.replaceAll(/(.{64})/g, '$1\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
};

/** One value of ASN.1 in its distinguished encoding (X.690): tag, length, content. */
const der = (tag: number, content: Buffer): Buffer => {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, Math.floor(length / 0x100), length % 0x100];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(parts));
const octets = (content: Buffer): Buffer => der(0x04, content);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));

// 1.2.840.10045.4.3.2, 2.5.29.19, 2.5.29.17
const ecdsaWithSha256 = oid('2a8648ce3d040302');
const basicConstraints = oid('551d13');
const subjectAltName = oid('551d11');

// 2.5.4.3 as a UTF8String.
const commonName = (name: string): Buffer => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))));

/** YYMMDDHHMMSSZ */
const utcTime = (ms: number): string => `${new Date(ms).toISOString().slice(2, 19).replaceAll(/\D/g, '')}Z`;
