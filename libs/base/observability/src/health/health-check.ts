/** The result of a check. */
export interface HealthFinding {
  /** False: do not send work here yet, or for now. `/health/ready` then answers 503. */
  ready: boolean;
  /** The reason, for an operator. No secrets: anyone may read it. */
  detail: string;
  /** Additional values to show. */
  data?: Record<string, unknown>;
}

/** One condition for sending requests to this instance. */
export interface HealthCheck {
  /** Key in the answer of `/health/ready`; unique. */
  readonly name: string;
  /** Checks now. Throwing, or taking longer than 2 seconds, counts as not ready. */
  look(): Promise<HealthFinding> | HealthFinding;
}
