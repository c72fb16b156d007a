import type { ContextModule } from '../module.ts';
import type { PublishedEvent } from './published-event.ts';

/** Every published event of this release. */
export interface PublishedCatalogue {
  /** In the order of their names. */
  readonly events: readonly PublishedEvent[];
  /** Contexts in whose logs they begin. */
  readonly contexts: readonly string[];
  find(name: string): PublishedEvent | undefined;
  /** What one event of the log is published as; nothing for most. */
  madeOf(type: string): readonly PublishedEvent[];
}

type Publishing = Pick<ContextModule, 'name' | 'events' | 'publishes'>;

/**
 * Gathers what the contexts publish.
 * @throws Error when a name is declared twice, is not `context.noun.verb` of its own context, or is made of an event that no context has
 */
export const publishedCatalogue = (modules: readonly Publishing[]): PublishedCatalogue => {
  const contextOf = new Map(modules.flatMap(({ name, events }) => events.map(({ type }) => [type, name] as const)));
  const byName = new Map<string, PublishedEvent>();
  const byType = new Map<string, PublishedEvent[]>();
  for (const { name: context, publishes = [] } of modules) {
    for (const event of publishes) {
      const { name, from } = event;
      const isNamed = /^[a-z]+\.[a-z_]+\.[a-z_]+$/.test(name) && name.startsWith(`${context}.`);
      if (!isNamed) throw new Error(`${name} is no name for what ${context} publishes.`);
      if (byName.has(name)) throw new Error(`${name} is published twice.`);
      if (!contextOf.has(from.type)) throw new Error(`${name} is made of ${from.type}, which no context records.`);
      byName.set(name, event);
      byType.set(from.type, [...(byType.get(from.type) ?? []), event]);
    }
  }
  return {
    events: [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    contexts: [...new Set([...byType.keys()].map((type) => contextOf.get(type) ?? ''))].sort(),
    find: (name) => byName.get(name),
    madeOf: (type) => byType.get(type) ?? [],
  };
};
