import { Injectable } from '@nestjs/common';
import type { HealthCheck } from './health-check.ts';

/** The checks that decide `/health/ready`. Inject it and add your own. */
@Injectable()
export class HealthChecks {
  private readonly checks = new Map<string, HealthCheck>();

  /** Adds a check, replacing one of the same name. Returns a function that removes it. */
  add(check: HealthCheck): () => void {
    this.checks.set(check.name, check);
    return () => {
      if (this.checks.get(check.name) === check) this.checks.delete(check.name);
    };
  }

  list(): HealthCheck[] {
    return [...this.checks.values()];
  }
}
