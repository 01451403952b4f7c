import { BaseRpcContext } from '@nestjs/microservices';

export interface DeliveryFacts {
  subject: string;
  headers: Record<string, string>;
  attempt: number;
  last: boolean;
  signal: AbortSignal;
}

/** What a handler can learn about the message, injected with `@Ctx()`. */
export class JetStreamContext extends BaseRpcContext<[DeliveryFacts]> {
  #failure: { error: unknown } | undefined;

  getSubject(): string {
    return this.args[0].subject;
  }

  getHeaders(): Record<string, string> {
    return this.args[0].headers;
  }

  /** 1 for the first attempt, and always for a request. */
  getAttempt(): number {
    return this.args[0].attempt;
  }

  /** True when no other attempt follows: a failure now makes it a dead letter. */
  isLastAttempt(): boolean {
    return this.args[0].last;
  }

  /** Aborts when the application is shutting down and cannot wait any longer. */
  getSignal(): AbortSignal {
    return this.args[0].signal;
  }

  /** Records the error that a handler threw, which Nest's filters replace with "Internal server error". */
  noteFailure(error: unknown): void {
    this.#failure ??= { error };
  }

  /** The error as thrown, if a filter recorded it; otherwise what Nest passes on. */
  originalOf(error: unknown): unknown {
    return this.#failure ? this.#failure.error : error;
  }
}
