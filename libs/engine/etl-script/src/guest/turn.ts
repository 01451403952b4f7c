/** About how long a job runs before others get their turn, in ms; what it has not come to then is LATER. */
export const TURN_MS = 250;
