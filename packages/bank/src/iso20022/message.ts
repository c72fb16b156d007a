/** The messages of ISO 20022 that are read and written, each in the generation most banks still use and in the one that follows it. */
export const messageNames = [
  'pain.001.001.03',
  'pain.001.001.09',
  'pain.002.001.03',
  'pain.002.001.10',
  'camt.052.001.02',
  'camt.052.001.08',
  'camt.053.001.02',
  'camt.053.001.08',
  'camt.054.001.02',
  'camt.054.001.08',
] as const;

/** One message in one version; each has a published schema in packages/bank/schemas. */
export type MessageName = (typeof messageNames)[number];

/** Credit transfer initiation: a customer asks its bank to pay. */
export type CreditTransferMessage = Extract<MessageName, `pain.001.${string}`>;

/** Status report: a bank says what became of an initiation. */
export type StatusReportMessage = Extract<MessageName, `pain.002.${string}`>;

/** Report of the day, statement or notification: a bank says what moved on an account. */
export type BankStatementMessage = Extract<MessageName, `camt.${string}`>;

const PREFIX = 'urn:iso:std:iso:20022:tech:xsd:';

// Versions up to these have addresses, codes of banks and parties in the form that was renewed in 2019.
const OLD: ReadonlySet<MessageName> = new Set([
  'pain.001.001.03',
  'pain.002.001.03',
  'camt.052.001.02',
  'camt.053.001.02',
  'camt.054.001.02',
]);

/** Whether a version names a bank by `BIC` and knows the fields of its time only. */
export const isOldGeneration = (message: MessageName): boolean => OLD.has(message);

/** The namespace of a message's document. */
export const namespaceOf = (message: MessageName): string => PREFIX + message;

/**
 * The message that a namespace stands for. Communities publish messages under namespaces of their own, which end in the
 * message's name; a version that is none of ours is not undefined but named by its text.
 */
export const messageOfNamespace = (namespace: string): string | undefined =>
  /(?:^|[^a-z0-9])((?:pain|camt)\.\d{3}\.\d{3}\.\d{2})(?:\.[a-z0-9.]+)?$/.exec(namespace)?.[1];

/** Whether a text is the name of a message that is read and written. */
export const isMessageName = (text: string | undefined): text is MessageName =>
  messageNames.some((name) => name === text);
