import { describe, expect, it } from 'vitest';
import { readText } from './architecture/repository.ts';

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
}

const { paths } = JSON.parse(readText('docs/reference/openapi.json')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};
const operations = Object.values(paths).flatMap((its) =>
  Object.entries(its).map(([method, operation]) => ({ method, ...operation })),
);
const withoutParameter = (methods: readonly string[], name: string): readonly string[] =>
  operations
    .filter(({ method, parameters = [] }) => methods.includes(method) && !parameters.some((one) => one.name === name))
    .map(({ operationId }) => operationId)
    .sort();

// Asked by POST since their questions are long or private; they write nothing.
const questions = ['authorizeChannel', 'previewBankAllocation', 'verifyPayee'];
// A provider's sender names its messages itself.
const told = ['receiveWebhook'];
// Whoever enters is nobody yet: neither is there whose keys to keep, nor whom to show what would happen.
const entering = ['acceptInvitation', 'logIn'];
// By their RFCs they take forms and nothing else; each bears being asked twice.
const oauth = ['introspectAccessToken', 'issueAccessToken', 'revokeAccessToken'];
// What a request is recognised by would be kept of a password.
const secret = ['changeOwnPassword'];

describe('every published operation that writes', () => {
  it('can be tried with dryRun', () => {
    expect(withoutParameter(['post', 'put', 'patch', 'delete'], 'dryRun')).toEqual(
      [...questions, ...told, ...entering, ...oauth].sort(),
    );
  });

  it('takes an Idempotency-Key where it is a POST', () => {
    expect(withoutParameter(['post'], 'Idempotency-Key')).toEqual(
      [...questions, ...told, ...entering, ...oauth, ...secret].sort(),
    );
  });
});
