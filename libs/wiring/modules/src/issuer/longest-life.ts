/** Of a provider's token. It is not bound to its request, so one that is stolen works until its end. */
export const LONGEST_LIFE_SECONDS = 24 * 60 * 60;
