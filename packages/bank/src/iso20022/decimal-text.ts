/**
 * A decimal as files write it ('.10', '007.5', '+1'), in the one form the platform reads ('0.10', '7.5', '1'); its digits
 * behind the point stay as they are. Undefined for anything else, and for what is below zero.
 */
export const plainDecimal = (text: string): string | undefined => {
  const match = /^\+?([0-9]*)(?:\.([0-9]+))?$/.exec(text);
  if (match === null) return undefined;
  const [, whole = '', fraction] = match;
  if (whole === '' && fraction === undefined) return undefined;
  const plain = whole.replace(/^0+(?=[0-9])/, '') || '0';
  return fraction === undefined ? plain : `${plain}.${fraction}`;
};
