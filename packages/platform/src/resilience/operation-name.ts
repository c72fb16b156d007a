import { z } from 'zod';

/** A provider and one thing it can be asked; every breaker has such a name. */
export const operationNameSchema = z.strictObject({
  provider: z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, 'must be a name such as stripe'),
  operation: z.string().regex(/^[a-z][A-Za-z0-9_-]{0,59}$/, 'must be a name such as create-refund'),
});
export type OperationName = Readonly<z.output<typeof operationNameSchema>>;

/** The name in one word, which is also the key of its row and the id of its stream. */
export const operationKey = ({ provider, operation }: OperationName): string => `${provider}/${operation}`;
