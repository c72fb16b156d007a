import { defineProblems, type ProblemTable } from '@finaegis/platform/http/problem';
import type { AssetContextRefusal } from '../contract.ts';

/** How this context's refusals are told, one row each, and what only its routes may answer. */
export const assetProblems = defineProblems({
  asset_exists_with_different_facts: {
    status: 409,
    title: 'The asset exists with different facts',
    description: 'Code, kind and decimals of an asset never change. Use another code.',
    offender: 'asset',
  },
  asset_code_reserved: {
    status: 409,
    title: 'The code belongs to the platform',
    description: 'Codes of the platform and of ISO 4217 mean the same to every tenant. Use another code.',
    offender: 'asset',
  },
  asset_kind_reserved: {
    status: 422,
    title: 'Assets of this kind are registered by the platform',
    description: 'Money is registered by the platform from ISO 4217.',
    offender: 'kind',
  },
  asset_unknown: { status: 404, title: 'There is no such asset', offender: 'asset' },
  asset_already_inactive: {
    status: 409,
    title: 'The asset has already ended',
    description: '`activeTo` is the day it ended.',
    offender: 'asset',
  },
  deactivation_in_past: {
    status: 422,
    title: 'An asset cannot be ended in the past',
    description: 'It may have been booked since. Choose today or a later day.',
    offender: 'activeTo',
  },
  rates_belong_to_platform: {
    status: 403,
    title: "Providers' rates are published by the platform",
    description: 'Use a key of the platform, or publish a manual rate.',
  },
  rates_exist_with_different_content: { status: 409, title: 'Other rates were published for this provider and day' },
  rates_in_future: { status: 422, title: 'Rates of a day that has not come cannot be published' },
  rate_exists_with_different_content: {
    status: 409,
    title: 'The rate exists with different content',
    description: 'A rate is never changed; publish another one under an id of its own.',
    field: 'rateId',
  },
  rate_asset_unknown: {
    status: 422,
    title: 'The rate names an asset that is not registered',
    description: '`asset` is its code.',
    offender: 'asset',
  },
  rate_date_in_future: { status: 422, title: 'There is no rate of a day that has not come' },
  rate_stale: {
    status: 422,
    title: 'The newest rate is too old to be used',
    description:
      '`date` is its day, `ageBusinessDays` its age on the day asked for, `limitBusinessDays` how old a rate of this source may be.',
    field: 'date',
  },
  rate_unknown: { status: 404, title: 'There is no rate for this pair on this day', offender: 'to' },
  rate_file_unreadable: {
    status: 422,
    title: 'The file of rates cannot be read',
    description: 'Nothing was imported. `line` is where reading stopped.',
  },
} satisfies Record<AssetContextRefusal['code'] | 'rate_file_unreadable', ProblemTable[string]>);
