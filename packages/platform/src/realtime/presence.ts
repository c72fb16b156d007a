/** Who is there, of those connected to this process. */
export interface Member {
  readonly userId: string;
  readonly info?: unknown;
}

/** One connection's place among the members of a channel. */
export interface Seat {
  readonly member: Member;
  /** Tells it that somebody came or went. */
  told(event: 'member_added' | 'member_removed', member: Member): void;
}

/** Members of presence channels. Somebody with several connections is there once, until the last of them is gone. */
export interface Presence {
  /** Takes a seat and gives back who is there, itself included. */
  enter(channel: string, seat: Seat): readonly Member[];
  leave(channel: string, seat: Seat): void;
}

/** Nobody is there yet. */
export const createPresence = (): Presence => {
  const channels = new Map<string, Set<Seat>>();
  const others = (channel: string, { member: { userId } }: Seat): readonly Seat[] =>
    [...(channels.get(channel) ?? [])].filter(({ member }) => member.userId !== userId);
  const isThere = (channel: string, { member: { userId } }: Seat): boolean =>
    [...(channels.get(channel) ?? [])].some(({ member }) => member.userId === userId);
  return {
    enter: (channel, seat) => {
      const isNew = !isThere(channel, seat);
      const seats = channels.get(channel) ?? new Set();
      channels.set(channel, seats.add(seat));
      if (isNew) for (const other of others(channel, seat)) other.told('member_added', seat.member);
      return [...new Map([...seats].map(({ member }) => [member.userId, member])).values()];
    },
    leave: (channel, seat) => {
      const seats = channels.get(channel);
      if (seats?.delete(seat) !== true) return;
      if (!isThere(channel, seat)) for (const other of others(channel, seat)) other.told('member_removed', seat.member);
      if (seats.size === 0) channels.delete(channel);
    },
  };
};
