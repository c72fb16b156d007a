declare module 'pg/lib/utils.js' {
  /** How the driver writes a parameter: text, a Buffer as bytes, an array as array text. */
  export const prepareValue: (value: unknown) => unknown;
}
