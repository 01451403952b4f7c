import { deploymentId, type StateStore } from '@nestjs-spark/contracts/internal';
import type { HealthCheck, HealthFinding } from '@nestjs-spark/observability';
import type { StorePreparation } from '@nestjs-spark/store';

/**
 * Ready once this module's own database was prepared, and while it answers. One that can be read and not written, as on a
 * full disk, is ready and says what is wrong.
 */
export class StoreCheck implements HealthCheck {
  readonly name = 'store';

  constructor(
    private readonly states: StateStore,
    private readonly preparation: Pick<StorePreparation, 'readiness'>,
  ) {}

  async look(): Promise<HealthFinding> {
    const { ready, reason } = this.preparation.readiness();
    if (!ready) return { ready, detail: reason ?? 'not prepared yet' };
    // Any small read does; it need not find anything.
    await this.states.read(deploymentId('health'));
    return { ready: true, detail: reason ?? 'answers' };
  }
}
