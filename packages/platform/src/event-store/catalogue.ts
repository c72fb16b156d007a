import { type EventData, type EventDefinition, UnknownEvent } from './event.ts';

/** Every event this release knows, by type. */
export interface EventCatalogue {
  /** @throws UnknownEvent for a type nobody declared */
  definition(type: string): EventDefinition;
  knows(type: string): boolean;
  /** Whether this release can read that version of that type; a newer release may have written one it cannot. */
  reads(type: string, schemaVersion: number): boolean;
  /**
   * Stored data brought to the current version and shape.
   * @throws UnknownEvent when the type is not declared or the version is newer than this release's
   */
  decode(type: string, schemaVersion: number, data: EventData): EventData;
  readonly types: readonly string[];
}

/** Gathers the definitions of all contexts; a type declared twice is a bug found at start. */
export const eventCatalogue = (definitions: Iterable<EventDefinition>): EventCatalogue => {
  const byType = new Map<string, EventDefinition>();
  for (const definition of definitions) {
    if (byType.has(definition.type)) throw new Error(`Event type ${definition.type} is declared twice.`);
    byType.set(definition.type, definition);
  }
  const definition = (type: string): EventDefinition => {
    const found = byType.get(type);
    if (found === undefined) throw new UnknownEvent(`No event type ${type} is known here.`);
    return found;
  };
  return {
    definition,
    knows: (type) => byType.has(type),
    reads: (type, schemaVersion) => schemaVersion <= (byType.get(type)?.schemaVersion ?? 0),
    decode: (type, schemaVersion, data) => decode(definition(type), schemaVersion, data),
    types: [...byType.keys()],
  };
};

const decode = (definition: EventDefinition, schemaVersion: number, stored: EventData): EventData => {
  if (schemaVersion > definition.schemaVersion) {
    throw new UnknownEvent(
      `${definition.type} version ${schemaVersion} is newer than version ${definition.schemaVersion}, which is known here.`,
    );
  }
  let data = stored;
  for (let version = schemaVersion; version < definition.schemaVersion; version++) {
    const upcast = definition.upcasts?.[version];
    if (upcast === undefined) throw new UnknownEvent(`${definition.type} has no upcast from version ${version}.`);
    data = upcast(data);
  }
  return definition.schema.parse(data);
};
