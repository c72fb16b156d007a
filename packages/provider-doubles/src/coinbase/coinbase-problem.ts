/** A request that Coinbase would not carry out; each API words `kind` and `message` in its own shape. */
export class CoinbaseProblem extends Error {
  readonly status: number;
  readonly kind: string;

  constructor(status: number, kind: string, message: string) {
    super(message);
    this.name = 'CoinbaseProblem';
    this.status = status;
    this.kind = kind;
  }
}
