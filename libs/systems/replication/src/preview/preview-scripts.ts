import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import {
  ScriptPool,
  ScriptRefusedError,
  type DocumentLoader,
  type ScriptInspection,
  type ScriptOutput,
  type ScriptRunner,
  type Transformation,
} from '@nestjs-spark/etl-script';
import { scriptBudgets } from '../settings/live-schema.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { REPLICATION_SETTINGS } from '../settings/tokens.ts';
import type { Sampled } from '../deploy/inspect/sample-documents.ts';

/** Few, so that what is done is known when the time is over. */
const AT_ONCE = 4;

/** Runs scripts over samples in a pool of their own, so that a bad one takes nothing from the scripts that are at work. */
@Injectable()
export class PreviewScripts implements BeforeApplicationShutdown {
  private readonly pool: ScriptPool;

  constructor(@Inject(REPLICATION_SETTINGS) settings: ReplicationSettings) {
    const budgets = () => scriptBudgets(settings);
    this.pool = new ScriptPool({ maxWorkers: 2, idleMs: 5_000, faultAfter: Infinity, budgets });
  }

  /** Reads a script without running it, apart from the main thread. */
  inspect(transformation: Transformation): Promise<ScriptInspection> {
    return this.pool.inspect(transformation);
  }

  /**
   * @returns the outcome by document id; documents for which the time did not suffice are missing
   * @throws {ScriptRefusedError} when the script cannot be run at all
   */
  async run(
    transformation: Transformation,
    sample: readonly Sampled[],
    load: DocumentLoader,
    signal: AbortSignal,
  ): Promise<Map<string, ScriptOutput>> {
    const outputs = new Map<string, ScriptOutput>();
    let runner: ScriptRunner | undefined;
    try {
      runner = await this.pool.open(transformation, signal);
      const there = sample.flatMap((one) => ('missing' in one ? [] : [one]));
      for (let at = 0; at < there.length && !signal.aborted;) {
        const some = await runner.transform(there.slice(at, at + AT_ONCE), load, signal);
        for (const output of some) outputs.set(output.id, output);
        at += some.length;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      runner?.close();
    }
    return outputs;
  }

  /** As `run`; null for a script that an older version accepted and this version refuses, so nothing can be compared. */
  async runDeployed(
    transformation: Transformation,
    sample: readonly Sampled[],
    load: DocumentLoader,
    signal: AbortSignal,
  ): Promise<Map<string, ScriptOutput> | null> {
    try {
      return await this.run(transformation, sample, load, signal);
    } catch (error) {
      if (error instanceof ScriptRefusedError) return null;
      throw error;
    }
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.pool.close();
  }
}
