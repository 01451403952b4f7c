import { deploymentId, type StateStore } from '@nestjs-spark/contracts/internal';
import type { HealthCheck, HealthFinding } from '@nestjs-spark/observability';
import type { StorePreparation } from '@nestjs-spark/store';

/** Sooner than health itself gives a check up. */
const LATE_MS = 1_800;
const MISSES_TO_BE_DOWN = 2;

/**
 * Ready once this module's own database was prepared, and while it answers. One late answer does not count yet: many modules
 * share a database, and would all be taken out at once. What it refuses counts at once. A database that can be read and not
 * written, as on a full disk, is ready and says what is wrong.
 */
export class StoreCheck implements HealthCheck {
  readonly name = 'store';
  private misses = 0;
  private answeredAt: string | null = null;
  private looking: Promise<HealthFinding> | null = null;

  constructor(
    private readonly states: Pick<StateStore, 'read'>,
    private readonly preparation: Pick<StorePreparation, 'readiness'>,
    private readonly lateMs = LATE_MS,
  ) {}

  /** Who asks while another one's look is under way gets its answer: together they are one look. */
  look(): Promise<HealthFinding> {
    this.looking ??= this.lookNow().finally(() => (this.looking = null));
    return this.looking;
  }

  private async lookNow(): Promise<HealthFinding> {
    const { ready, reason } = this.preparation.readiness();
    if (!ready) return { ready, detail: reason ?? 'not prepared yet' };
    // Any small read does; it need not find anything.
    if (await this.isInTime(this.states.read(deploymentId('health')))) {
      this.misses = 0;
      this.answeredAt = new Date().toISOString();
      return { ready: true, detail: reason ?? 'answers' };
    }
    this.misses++;
    const last =
      this.answeredAt === null ? 'it has not answered yet' : `it answered last at ${this.answeredAt}`;
    return {
      ready: this.misses < MISSES_TO_BE_DOWN && this.answeredAt !== null,
      detail: `no answer within ${this.lateMs} ms; ${last}`,
    };
  }

  /** @throws what the read throws in time */
  private async isInTime(read: Promise<unknown>): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), this.lateMs);
    });
    read.catch(() => undefined);
    try {
      return await Promise.race([read.then(() => true), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
