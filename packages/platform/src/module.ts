import type { CommandHandler } from './command/handler.ts';
import type { LockedTable } from './command/locked-table.ts';
import type { EventDefinition } from './event-store/event.ts';
import type { Route } from './http/route.ts';
import type { SecurityEvent } from './oversight/security-event.ts';
import type { PublishedEvent } from './published/published-event.ts';
import type { ChannelDeclaration } from './realtime/channel.ts';
import type { Latest } from './realtime/latest.ts';
import type { SagaDefinition } from './saga/definition.ts';
import type { View } from './view/view.ts';

/** A locked table with the physical tables it stands for; one without any only acts on events (an erasure, say). */
export type ModuleTable<Row = unknown> = LockedTable<Row> & {
  readonly ddl?: readonly { readonly name: string; create(physicalName: string): string }[];
};

/** A bounded context as the server sees it: one declarative table of what it brings. */
export interface ContextModule {
  readonly name: string;
  readonly events: readonly EventDefinition[];
  /** Inline views that are locked by deciders; their DDL is created like a view's. */
  readonly tables: readonly ModuleTable[];
  readonly views: readonly View[];
  // Handlers differ in data and result; the committer treats them alike.
  readonly commands: readonly CommandHandler[];
  /** Names of the commands that pass the checks before booking. */
  readonly checked: readonly string[];
  /** Instructions of the context that take more than one commit. */
  readonly sagas?: readonly SagaDefinition[];
  /** What those outside are told of its events. */
  readonly publishes?: readonly PublishedEvent[];
  /** By which names those who are connected are told of it as it happens. */
  readonly channels?: readonly ChannelDeclaration[];
  /** What it tells of accounts as they are now. */
  readonly latest?: readonly Latest[];
  /** Which of its events are about security, for those who look after it. */
  readonly security?: readonly SecurityEvent[];
  readonly routes: readonly Route[];
  /** Permissions asked for inside a handler, besides those of routes and commands. */
  readonly permissions?: readonly string[];
  readonly problems: Readonly<Record<string, { readonly status: number; readonly title: string }>>;
}
