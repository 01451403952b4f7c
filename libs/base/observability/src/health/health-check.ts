/** What a check has found. */
export interface HealthFinding {
  /** False: do not send work here yet (or now). The answer of `/health/ready` is then 503. */
  ready: boolean;
  /** Why, in words for an operator. No secrets: anyone may read it. */
  detail: string;
  /** Figures that go with it. */
  data?: Record<string, unknown>;
}

/** One thing that has to be well before work is sent here. */
export interface HealthCheck {
  /** Key in the answer of `/health/ready`; unique. */
  readonly name: string;
  /** Looks now. A throw counts as not ready; after 2 seconds it is not waited for any longer. */
  look(): Promise<HealthFinding> | HealthFinding;
}
