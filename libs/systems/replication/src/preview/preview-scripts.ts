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

/** Few at once, so that finished results are available when time runs out. */
const AT_ONCE = 4;

/** Runs scripts on samples in a separate pool, so that a bad one does not affect running scripts. */
@Injectable()
export class PreviewScripts implements BeforeApplicationShutdown {
  private readonly pool: ScriptPool;

  constructor(@Inject(REPLICATION_SETTINGS) settings: ReplicationSettings) {
    const budgets = () => scriptBudgets(settings);
    this.pool = new ScriptPool({ maxWorkers: 2, idleMs: 5_000, faultAfter: Infinity, budgets });
  }

  /** Inspects a script in a thread, without running it. */
  inspect(transformation: Transformation): Promise<ScriptInspection> {
    return this.pool.inspect(transformation);
  }

  /**
   * @returns the outcome by document id; documents that ran out of time are missing
   * @throws {ScriptRefusedError} if the script cannot be run at all
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

  /** Like `run`; null for a script that an older version accepted and this one refuses, so that there is nothing to compare with. */
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
