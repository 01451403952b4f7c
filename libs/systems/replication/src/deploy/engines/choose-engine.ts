import type { EngineName } from '@nestjs-spark/contracts';
import type { EngineChoice } from '../../settings/live-schema.ts';

/** Which engine carries what others take from this module, and why, for people to read. */
export interface ChosenEngine {
  engine: EngineName;
  reason: string;
}

/** What the choice rests on. */
export interface EngineFacts {
  choice: EngineChoice;
  /** This module's own store. RavenDB's ETL needs RavenDB on both sides. */
  store: 'ravendb' | 'sqlite';
  /** What the licence says of RavenDB ETL; null when it could not be asked. */
  licence: { type: string; hasRavenEtl: boolean } | null;
}

/** The engine of this module, before anything is known of a requester. */
export function chooseEngine(facts: EngineFacts): ChosenEngine {
  const { choice, licence } = facts;
  if (choice === 'stream') return { engine: 'stream', reason: 'the stream engine is configured' };
  const lack = lackOfEtl(facts);
  if (choice === 'etl') {
    const reason = "RavenDB's own ETL is configured";
    return { engine: 'etl', reason: lack === null ? reason : `${reason}, but ${lack}` };
  }
  if (lack !== null) return { engine: 'stream', reason: lack };
  if (licence === null) return { engine: 'stream', reason: 'the licence of RavenDB could not be read' };
  return { engine: 'etl', reason: `the RavenDB licence (${licence.type}) includes RavenDB ETL` };
}

/** Why RavenDB's own ETL is not available here; null when it is, and when only RavenDB itself can tell. */
export function lackOfEtl({ store, licence }: EngineFacts): string | null {
  if (store !== 'ravendb') return `the store is ${store}, which has no ETL of its own`;
  if (licence === null || licence.hasRavenEtl) return null;
  return `the RavenDB licence (${licence.type}) does not include RavenDB ETL`;
}

/**
 * The engine for one requester: when the choice is free and something about the request does not suit RavenDB's own ETL,
 * the stream engine carries it, so that a new licence never breaks what worked.
 */
export function chooseForRequest(facts: EngineFacts, obstacle: string | null): ChosenEngine {
  const chosen = chooseEngine(facts);
  if (facts.choice !== 'auto' || chosen.engine === 'stream' || obstacle === null) return chosen;
  return { engine: 'stream', reason: `RavenDB's own ETL does not suit this request: ${obstacle}` };
}
