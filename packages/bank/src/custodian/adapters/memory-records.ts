import { type MessageRecords, type MessageRoom, safeName } from './message-records.ts';

/** Records in memory: the twin of those that last. */
export const memoryRecords = (): MessageRecords => {
  const kept = new Map<string, Buffer>();
  const at = (room: MessageRoom, name: string): string => `${room}/${safeName(name)}`;
  return {
    write: async (room, name, content) => {
      if (!kept.has(at(room, name))) kept.set(at(room, name), Buffer.from(content));
    },
    replace: async (room, name, next) => {
      const content = next(kept.get(at(room, name)));
      if (content !== undefined) kept.set(at(room, name), Buffer.from(content));
    },
    read: async (room, name) => kept.get(at(room, name)),
    has: async (room, name) => kept.has(at(room, name)),
    list: async (room, beginning = '') =>
      [...kept.keys()]
        .filter((key) => key.startsWith(`${room}/${beginning}`))
        .map((key) => key.slice(room.length + 1))
        .toSorted(),
  };
};
