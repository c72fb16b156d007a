import type { core } from 'zod';

import { pointerToken } from './json-position.ts';
import type { FieldError } from './problem.ts';

/** An answer must stay small whatever was sent. */
const errorsMax = 20;

const codeOf: Partial<Record<core.$ZodIssue['code'], string>> = {
  invalid_type: 'wrong_type',
  too_small: 'too_small',
  too_big: 'too_big',
  invalid_format: 'wrong_format',
  not_multiple_of: 'not_a_multiple',
  invalid_value: 'not_allowed',
  invalid_key: 'wrong_key',
  invalid_element: 'wrong_element',
  invalid_union: 'no_alternative_fits',
};

/**
 * Says which fields were refused, and why, from the issues zod found (parse with `reportInput: true`).
 *
 * @param root where the value stands: `/body`, `/query` or `/params`
 */
export const fieldErrors = (issues: readonly core.$ZodIssue[], root: string): FieldError[] =>
  issues.flatMap((issue) => errorsOf(issue, root)).slice(0, errorsMax);

const errorsOf = (issue: core.$ZodIssue, root: string): FieldError[] => {
  const field = [root, ...issue.path.map((step) => pointerToken(String(step)))].join('/');
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        field: `${field}/${pointerToken(key)}`,
        code: 'unknown_field',
        message: 'is not a field of this request',
      }));
    case 'invalid_union': {
      // The alternative with the fewest errors is the one most likely meant.
      const [closest] = [...issue.errors].sort((left, right) => left.length - right.length);
      return closest === undefined
        ? [{ field, code: 'no_alternative_fits', message: issue.message }]
        : closest.flatMap((inner) => errorsOf(inner, field));
    }
    case 'invalid_type':
      return issue.input === undefined
        ? [{ field, code: 'required', message: 'is required' }]
        : [{ field, code: 'wrong_type', message: issue.message }];
    case 'custom':
      return [
        {
          field,
          code: typeof issue.params?.['code'] === 'string' ? issue.params['code'] : 'refused',
          message: issue.message,
        },
      ];
    default:
      return [{ field, code: codeOf[issue.code] ?? 'refused', message: issue.message }];
  }
};
