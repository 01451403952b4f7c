import { Inject, Injectable } from '@nestjs/common';
import { StoreRefusedError } from '@nestjs-spark/contracts';
import type { StoreInfo } from '@nestjs-spark/store';
import type { ReplicationSettings } from '../../module/options.ts';
import { REPLICATION_OPTIONS, STORE_INFO } from '../../module/tokens.ts';
import { chooseEngine, chooseForRequest, type ChosenEngine, type EngineFacts } from './choose-engine.ts';

const LICENCE_KNOWN_MS = 60_000;

/** Knows which engine this module uses, asking for the licence at most once a minute. */
@Injectable()
export class EngineChooser {
  private known: { at: number; licence: EngineFacts['licence'] } | null = null;

  constructor(
    @Inject(REPLICATION_OPTIONS) private readonly settings: ReplicationSettings,
    @Inject(STORE_INFO) private readonly store: Pick<StoreInfo, 'kind' | 'licence'>,
  ) {}

  /** For people to see; never throws. */
  async choose(): Promise<ChosenEngine> {
    const facts = await this.facts().catch(() => this.factsWith(null));
    return chooseEngine(facts);
  }

  /**
   * @param obstacle why RavenDB's own ETL does not suit the request; null when it does
   * @throws {UnavailableError} when the licence cannot be read now: a guess could move running tasks to another engine
   */
  async chooseFor(obstacle: string | null): Promise<ChosenEngine> {
    return chooseForRequest(await this.facts(), obstacle);
  }

  private async facts(): Promise<EngineFacts> {
    const asks = this.settings.engine === 'auto' && this.store.kind === 'ravendb';
    return this.factsWith(asks ? await this.knownLicence() : null);
  }

  private factsWith(licence: EngineFacts['licence']): EngineFacts {
    return { choice: this.settings.engine, store: this.store.kind, licence };
  }

  private async knownLicence(): Promise<EngineFacts['licence']> {
    const now = Date.now();
    if (this.known && now - this.known.at < LICENCE_KNOWN_MS) return this.known.licence;
    try {
      const licence = await this.store.licence();
      this.known = { at: now, licence };
      return licence;
    } catch (error) {
      // A server that answers but does not show its licence has none for us.
      if (error instanceof StoreRefusedError) return null;
      throw error;
    }
  }
}
