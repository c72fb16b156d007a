/**
 * How often a request has a header. Node keeps the first or the last of several, and whoever looked at the request before us may have kept
 * another, so what decides who asks and where is taken only once.
 * @param rawHeaders names and values by turns, as Node gives them
 * @param name in lower case
 */
export const timesSent = (rawHeaders: readonly string[], name: string): number => {
  let times = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) if (rawHeaders[index]?.toLowerCase() === name) times++;
  return times;
};
