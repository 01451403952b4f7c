import { performance } from 'node:perf_hooks';
import { Inject, Injectable } from '@nestjs/common';
import { StoreRefusedError } from '@nestjs-spark/contracts';
import { STORE_INFO, type StoreInfo } from '@nestjs-spark/store';
import type { ReplicationSettings } from '../../settings/options.ts';
import { REPLICATION_SETTINGS } from '../../settings/tokens.ts';
import { chooseEngine, type ChosenEngine, type EngineFacts } from './choose-engine.ts';

const LICENCE_KNOWN_MS = 60_000;

type RavenLicence = NonNullable<EngineFacts['licence']>;

/** Collects the facts for this module's choice of an engine. */
@Injectable()
export class EngineChooser {
  private known: { at: number; licence: RavenLicence } | null = null;

  constructor(
    @Inject(REPLICATION_SETTINGS) private readonly settings: ReplicationSettings,
    @Inject(STORE_INFO) private readonly store: Pick<StoreInfo, 'kind' | 'licence'>,
  ) {}

  /** For display: a changed licence shows within a minute. Never throws. */
  async choose(): Promise<ChosenEngine> {
    const licence = this.recentLicence() ?? (await this.askLicence().catch(() => null));
    return chooseEngine(this.factsWith(licence));
  }

  /**
   * For a request: the licence decides whether it is refused or moved, so it is read again.
   * @throws {UnavailableError} if the licence cannot be read now: a guess could move running tasks to another engine
   */
  async lookNow(): Promise<EngineFacts> {
    return this.factsWith(await this.askLicence());
  }

  private factsWith(licence: EngineFacts['licence']): EngineFacts {
    return { choice: this.settings.engine, store: this.store.kind, licence };
  }

  private recentLicence(): EngineFacts['licence'] {
    if (!this.known || performance.now() - this.known.at >= LICENCE_KNOWN_MS) return null;
    return this.known.licence;
  }

  private async askLicence(): Promise<EngineFacts['licence']> {
    if (this.settings.engine === 'stream' || this.store.kind !== 'ravendb') return null;
    try {
      const licence = await this.store.licence();
      this.known = { at: performance.now(), licence };
      return licence;
    } catch (error) {
      // The server answers but refuses to show its licence.
      if (error instanceof StoreRefusedError) return null;
      throw error;
    }
  }
}
