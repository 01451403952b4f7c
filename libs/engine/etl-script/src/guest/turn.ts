/** Approximately how long a job runs before others get their turn, in ms; documents that it has not reached are LATER. */
export const TURN_MS = 250;
