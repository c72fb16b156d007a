/** `*`, `payment.*`, `payment.refund.*` or one type. */
export const filterPattern = /^(\*|[a-z]+\.\*|[a-z]+\.[a-z_]+\.(\*|[a-z_]+))$/;

/** Whether a filter lets a type pass. */
export const passes = (filter: string, name: string): boolean =>
  filter === name || (filter.endsWith('*') && name.startsWith(filter.slice(0, -1)));
