const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Whether a text survives storage unchanged: PostgreSQL refuses U+0000, and a lone surrogate has no UTF-8 form, so it
 * would come back as another character and break the hash of the event that holds it. Refused as `text_not_storable`.
 */
export const isStorableText = (text: string): boolean => !text.includes('\u0000') && isWellFormed(text);

/** Whether every surrogate of a text is half of a pair, so that the text has a UTF-8 form. */
export const isWellFormed = (text: string): boolean => !LONE_SURROGATE.test(text);
