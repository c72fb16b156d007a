import type { SagaHandlers } from '@finaegis/platform/saga/commands';
import { type Json, type SagaCatalogue, type SagaFailure, sagaCatalogue } from '@finaegis/platform/saga/definition';
import { listSagas } from '@finaegis/platform/saga/reads';
import type { Saga } from '@finaegis/platform/saga/saga';
import { type SagaHappening, type SagaStory, sagaStory } from '@finaegis/platform/saga/story';
import { read } from '@finaegis/platform/services';
import { moduleList } from '@finaegis/server/modules';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { confirm } from '../confirm.ts';
import { explain } from '../explanation.ts';
import { columns } from '../output.ts';
import { type Cli, CliExit, exitCodes, type Session, tenantOf, withBank } from '../session.ts';
import { submit } from './tenant-commands.ts';

const statuses = ['running', 'undoing', 'parked', 'completed', 'undone'] as const;
const tenantOption = (): Option => new Option('--tenant <tenant>', 'id or name; the only tenant unless given');

interface Where {
  readonly tenant?: string;
}
interface ListOptions extends Where {
  readonly status?: string;
  readonly definition?: string;
  readonly subject?: string;
  readonly limit: number;
}
interface ResumeOptions extends Where {
  readonly reason: string;
  readonly result: Json;
  readonly yes?: boolean;
}

const wholeNumber = (text: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 1_000)
    throw new InvalidArgumentError('It must be a whole number from 1 to 1000.');
  return number;
};
const jsonText = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new InvalidArgumentError('It must be JSON.');
  }
};

/** How a bank is come by: the one the environment names, unless a test brings its own. */
export type Opener = typeof withBank;

/** Instructions that take more than one commit, and what a person decides about those that stand still. */
export const addSagaCommands = (program: Command, cli: Cli, open: Opener = withBank): void => {
  const saga = program.command('saga').description('instructions that take more than one commit');
  addReading(saga, cli, open);
  addDeciding(saga, cli, open);
};

const addReading = (saga: Command, cli: Cli, open: Opener): void => {
  explain(saga.command('list'), {
    details: ['Secrets and results are not listed; `saga show` has them, the secrets blacked out.'],
    examples: [
      'finaegis saga list --status parked',
      'finaegis saga list --subject payment:0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12',
    ],
  })
    .description('show sagas, newest first')
    .addOption(tenantOption())
    .addOption(new Option('--status <status>', 'only those that stand so').choices(statuses))
    .option('--definition <name>', 'only this kind of instruction, such as payment.outgoing')
    .option('--subject <subject>', 'only what concerns this thing')
    .option('--limit <count>', 'how many at most', wholeNumber, 50)
    .action((options: ListOptions) => open(cli.environment, (session) => list(session, options, cli)));
  saga
    .command('show')
    .argument('<sagaId>', 'id of the saga, as `saga list` shows it')
    .description('show where a saga stands and everything that happened to it')
    .addOption(tenantOption())
    .action((sagaId: string, where: Where) => open(cli.environment, (session) => show(session, sagaId, where, cli)));
};

const addDeciding = (saga: Command, cli: Cli, open: Opener): void => {
  const decide = deciding(cli, open);
  explain(saga.command('retry').argument('<sagaId>', 'a parked saga'), {
    details: [
      'Any process with the role `worker` goes on with it, within a second. So it does after `resume` and `cancel`.',
    ],
    examples: ['finaegis saga retry 0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12'],
  })
    .description('have the step of a parked saga tried again')
    .addOption(tenantOption())
    .action((sagaId: string, where: Where) => decide({ decision: 'retry', sagaId, where, data: {} }));
  explain(saga.command('resume').argument('<sagaId>', 'a parked saga'), {
    examples: [
      'finaegis saga resume 0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12 --reason seen_at_bank --result \'{"bankReference":"B1"}\'',
    ],
  })
    .description('go on as if the step of a parked saga were done, or taken back, because you have seen that it is')
    .addOption(tenantOption())
    .requiredOption('--reason <code>', 'how you know, as a code such as seen_at_bank')
    .option('--result <json>', 'what the step gave back; later steps may read it', jsonText, null)
    .option('--yes', 'do not ask')
    .action(async (sagaId: string, { reason, result, yes = false, ...where }: ResumeOptions) => {
      await confirm(cli, {
        meaning: 'The saga goes on as if its step had happened, though it was never seen to.',
        isConfirmed: yes,
      });
      await decide({ decision: 'resume', sagaId, where, data: { reason, result } });
    });
  explain(saga.command('cancel').argument('<sagaId>', 'a saga that has not ended'), {
    examples: ['finaegis saga cancel 0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12 --reason customer_request'],
  })
    .description('take back what a saga did, as soon as nothing of it is on its way')
    .addOption(tenantOption())
    .requiredOption('--reason <code>', 'why, as a code such as customer_request')
    .option('--yes', 'do not ask')
    .action(async (sagaId: string, { reason, yes = false, ...where }: Where & { reason: string; yes?: boolean }) => {
      await confirm(cli, { meaning: 'Everything the saga did is taken back, last step first.', isConfirmed: yes });
      await decide({ decision: 'cancel', sagaId, where, data: { reason } });
    });
};

const list = async (session: Session, { tenant, ...filter }: ListOptions, cli: Cli): Promise<void> => {
  const tenantId = await tenantOf(session, tenant);
  const sagas = await read(session.bank.services, tenantId, (tx) => listSagas(tx, tenantId, filter));
  const lines = sagas.map(({ sagaId, definition, status, step, failure, subject, changedAt }) => [
    sagaId,
    definition,
    status,
    step ?? '',
    failure === null ? '' : failure.code,
    subject ?? '',
    changedAt,
  ]);
  cli.output().result({ tenantId, sagas }, lines.length === 0 ? 'There are none.' : columns(lines));
};

const catalogueOf = ({ bank }: Session): SagaCatalogue =>
  sagaCatalogue(moduleList(bank.modules).flatMap(({ sagas }) => sagas ?? []));

const show = async (session: Session, sagaId: string, { tenant }: Where, cli: Cli): Promise<void> => {
  const tenantId = await tenantOf(session, tenant);
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(sagaId);
  const story = isId ? await sagaStory(session.bank.services, catalogueOf(session), { tenantId, sagaId }) : undefined;
  if (story === undefined) throw new CliExit(exitCodes.failed, `saga_unknown (saga ${sagaId})`);
  cli.output().result({ tenantId, ...shown(story) }, textOf(story));
};

/** What machines are told: as over HTTP, without what the events are folded into only for deciding. */
const shown = ({ saga, input, results, canBeCancelled, history }: SagaStory): object => ({
  ...brief(saga),
  version: saga.version,
  ...(saga.parentId === undefined ? {} : { parentId: saga.parentId }),
  startedAt: saga.startedAt,
  ...(saga.status === 'parked' || saga.current?.dueAt === undefined ? {} : { dueAt: saga.current.dueAt }),
  input,
  results,
  canBeCancelled,
  history,
});

const brief = ({ id, definition, subject, status, current, parked, failure }: Saga): object => ({
  sagaId: id,
  definition,
  ...(subject === undefined ? {} : { subject }),
  status,
  ...(current === undefined ? {} : { step: current.step, phase: current.phase, attempt: current.attempt }),
  ...((parked ?? failure) === undefined ? {} : { failure: parked ?? failure }),
});

const textOf = ({ saga, canBeCancelled, history }: SagaStory): string => {
  const { current } = saga;
  const why = saga.parked ?? saga.failure;
  const next =
    saga.status === 'parked'
      ? ['A person decides: `saga retry`, `saga resume`']
      : current?.dueAt === undefined
        ? []
        : [`Looked at next: ${current.dueAt}`];
  return [
    `${saga.definition} ${saga.id} is ${saga.status}${current === undefined ? '' : ` at ${current.step} (${current.phase}, attempt ${current.attempt})`}.`,
    ...(saga.subject === undefined ? [] : [`About: ${saga.subject}`]),
    ...(why === undefined ? [] : [`Why: ${failureText(why)}`]),
    ...next,
    ...(canBeCancelled ? ['It can be cancelled: `saga cancel`'] : []),
    '',
    columns(history.map(happeningLine)),
  ].join('\n');
};

const failureText = ({ step, code, facts }: SagaFailure): string =>
  [...(step === undefined ? [] : [step]), code, ...(facts === undefined ? [] : [JSON.stringify(facts)])].join(' ');

const happeningLine = ({ at, type, actor, eventId: _id, ...members }: SagaHappening): readonly string[] => [
  at,
  type,
  actor,
  JSON.stringify(members),
];

interface Decided {
  readonly decision: 'retry' | 'resume' | 'cancel';
  readonly sagaId: string;
  readonly where: Where;
  readonly data: object;
}

const deciding =
  (cli: Cli, open: Opener) =>
  ({ decision, sagaId, where, data }: Decided): Promise<void> =>
    open(cli.environment, async (session) => {
      const tenantId = await tenantOf(session, where.tenant);
      // The three differ in their data, which the handler's own schema looks at.
      const handler = session.bank.services.sagas.handlers[decision] as SagaHandlers['retry'];
      const saga = await submit(session, tenantId, handler, { sagaId, ...data });
      const at = saga.current === undefined ? '' : ` at ${saga.current.step}`;
      cli.output().result(brief(saga), `${sagaId} is ${saga.status}${at}.`);
    });
