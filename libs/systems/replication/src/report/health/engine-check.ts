import type { HealthCheck, HealthFinding } from '@nestjs-spark/observability';
import type { EngineChooser } from '../../deploy/engines/engine-chooser.ts';

/** Always ready: it only shows which engine carries what others take from this module, and why. */
export class EngineCheck implements HealthCheck {
  readonly name = 'engine';

  constructor(private readonly chooser: Pick<EngineChooser, 'choose'>) {}

  async look(): Promise<HealthFinding> {
    const { engine, reason } = await this.chooser.choose();
    return { ready: true, detail: `${engine}: ${reason}` };
  }
}
