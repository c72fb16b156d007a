/** Which accounts transfers run between. */
export const choices = ['uniform', 'zipf', 'hot10', 'hot1'] as const;
export type Choice = (typeof choices)[number];

/** The two sides of one transfer; never the same account. */
export interface Sides {
  readonly from: string;
  readonly to: string;
}

/**
 * A source of transfers between `accounts`:
 * uniform: any two alike; zipf: the account of rank n is chosen 1/n as often as the first one;
 * hot10: one of the first ten on one side, any other on the other; hot1: the first account is always one side.
 */
export const sidesOf = (choice: Choice, accounts: readonly string[]): (() => Sides) => {
  const anyPlace = (): number => Math.floor(Math.random() * accounts.length);
  switch (choice) {
    case 'uniform':
      return () => apart(accounts, anyPlace(), anyPlace());
    case 'zipf': {
      const rank = zipfRank(accounts.length);
      return () => apart(accounts, rank(), rank());
    }
    case 'hot10':
      return () => inEitherDirection(apart(accounts, Math.floor(Math.random() * 10), anyPlace()));
    case 'hot1':
      return () => inEitherDirection(apart(accounts, 0, anyPlace()));
  }
};

/** The accounts at two places; where they are one place, the next account is the other side. */
const apart = (accounts: readonly string[], first: number, second: number): Sides => {
  const other = first === second ? (second + 1) % accounts.length : second;
  return { from: accounts[first] ?? '', to: accounts[other] ?? '' };
};

const inEitherDirection = ({ from, to }: Sides): Sides => (Math.random() < 0.5 ? { from, to } : { from: to, to: from });

/** Ranks from 0 on, drawn with weight 1/(rank + 1) by bisecting the running sum of the weights. */
const zipfRank = (count: number): (() => number) => {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) sums[rank] = sum += 1 / (rank + 1);
  return () => {
    const drawn = Math.random() * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? sum) > drawn) high = middle;
      else low = middle + 1;
    }
    return low;
  };
};
