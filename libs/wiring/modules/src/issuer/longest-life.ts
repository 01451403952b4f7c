/** Maximum lifetime of a provider's token. It is not bound to its request, so a stolen one works until it expires. */
export const LONGEST_LIFE_SECONDS = 24 * 60 * 60;
