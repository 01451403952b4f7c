import type { EngineName } from '@nestjs-spark/contracts';
import type { EngineChoice } from '../../settings/live-schema.ts';

/** The engine that serves this module's requesters, with the reason for people. */
export interface ChosenEngine {
  engine: EngineName;
  reason: string;
  /** `etl` is configured but not available here: every request is refused. */
  refuses?: true;
}

/** The facts that the choice depends on. */
export interface EngineFacts {
  choice: EngineChoice;
  /** This module's own store. RavenDB's ETL needs RavenDB on both sides. */
  store: 'ravendb' | 'sqlite';
  /** Whether the licence includes RavenDB ETL; null if the licence could not be read. */
  licence: { type: string; hasRavenEtl: boolean } | null;
}

/** The engine of this module, regardless of any requester. */
export function chooseEngine(facts: EngineFacts): ChosenEngine {
  const { choice, licence } = facts;
  if (choice === 'stream') return { engine: 'stream', reason: 'the stream engine is configured' };
  const lack = lackOfEtl(facts);
  if (choice === 'etl') {
    const reason = "RavenDB's own ETL is configured";
    if (lack === null) return { engine: 'etl', reason };
    return { engine: 'etl', reason: `${reason}, but ${lack}`, refuses: true };
  }
  if (lack !== null) return { engine: 'stream', reason: lack };
  if (licence === null) return { engine: 'stream', reason: 'the licence of RavenDB could not be read' };
  return { engine: 'etl', reason: `the RavenDB licence (${licence.type}) includes RavenDB ETL` };
}

/** Why RavenDB's own ETL is not available here; null if it is, or if only RavenDB itself can tell. */
export function lackOfEtl({ store, licence }: EngineFacts): string | null {
  if (store !== 'ravendb') return `the store is ${store}, which has no ETL of its own`;
  if (licence === null || licence.hasRavenEtl) return null;
  return `the RavenDB licence (${licence.type}) does not include RavenDB ETL`;
}

/**
 * Why a module must not start with this choice; null if it may. A choice made by operators at run time is refused per request instead: they could
 * not revert it in a module that does not start.
 */
export function hopelessEngine({
  choice,
  isGiven,
  store,
  shares,
}: Pick<EngineFacts, 'choice' | 'store'> & { isGiven: boolean; shares: number }): string | null {
  if (choice !== 'etl' || !isGiven || store === 'ravendb' || shares === 0) return null;
  return (
    `engine (SPARK_REPLICATION_ENGINE) is etl, which is RavenDB's own ETL, but the store (SPARK_STORE) is ${store}, which has none. ` +
    'Set SPARK_REPLICATION_ENGINE to auto or stream, or SPARK_STORE to ravendb'
  );
}

/**
 * The engine for one requester: with a free choice, the stream engine serves requests that RavenDB's own ETL cannot, so that a new licence never
 * breaks what worked.
 */
export function chooseForRequest(facts: EngineFacts, obstacle: string | null): ChosenEngine {
  const chosen = chooseEngine(facts);
  if (facts.choice !== 'auto' || chosen.engine === 'stream' || obstacle === null) return chosen;
  return { engine: 'stream', reason: `RavenDB's own ETL does not suit this request: ${obstacle}` };
}
