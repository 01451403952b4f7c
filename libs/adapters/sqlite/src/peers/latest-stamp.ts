/**
 * The year 2200, in microseconds since 1970. Beyond it no stamp is believed, since it would win forever; so no change gets a later one, not even
 * one that replaces a change of this very stamp. Its order follows from what it has seen, not from its stamp.
 */
export const LATEST_STAMP = Date.UTC(2200, 0) * 1_000;
