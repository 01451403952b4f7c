import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { ProblemError } from '@nestjs-spark/contracts';
import { scriptFingerprint, type ChangeFeed } from '@nestjs-spark/contracts/internal';
import {
  ScriptPool,
  ScriptRefusedError,
  type DocumentLoader,
  type ScriptOutput,
} from '@nestjs-spark/etl-script';
import { Shares } from '../declare/shares.ts';
import { DeploymentStore } from '../deploy/deployment-store.ts';
import { inspectScripts } from '../deploy/inspect/inspect-scripts.ts';
import { requireShared } from '../deploy/inspect/require-shared.ts';
import type { DeployedTask } from '../deploy/plan/deployment-document.ts';
import { nameScripts, type NamedScript } from '../deploy/plan/name-scripts.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { CHANGE_FEED, REPLICATION_OPTIONS } from '../settings/tokens.ts';
import { sameName } from '../report/status/task-status.ts';
import { cutToSize, describeDocument, type PreviewedDocument } from './describe-document.ts';
import { PREVIEW_BOUNDS, type PreviewBody } from './preview-body.ts';
import { runSample } from './run-sample.ts';
import { loadSample, sampleCollection, type Sampled } from './sample-documents.ts';
import { summarize, type PreviewSummary } from './summarize.ts';

/** The body that `POST /spark/etl/preview` answers with. */
export interface PreviewResult {
  owner: string;
  requestingModule: string;
  scripts: PreviewedScript[];
}

export interface PreviewedScript {
  name: string;
  collection: string;
  /** The collections that the script loads to; empty when documents pass as they are. */
  targets: string[];
  /** The script that runs now under this name; null when there is none. */
  running: { generation: number; same: boolean } | null;
  summary: PreviewSummary;
  documents: PreviewedDocument[];
}

const TIME_MS = 15_000;
const ANSWER_SIZE = 2_000_000;
const AT_ONCE = 4;

/** Says what scripts would make of this module's documents. Runs them apart from those that are at work; writes nothing. */
@Injectable()
export class Preview implements BeforeApplicationShutdown {
  private readonly pool = new ScriptPool({ maxWorkers: 1, idleMs: 5_000 });
  private running = 0;

  constructor(
    @Inject(REPLICATION_OPTIONS) private readonly settings: ReplicationSettings,
    @Inject(CHANGE_FEED) private readonly feed: ChangeFeed,
    private readonly shares: Shares,
    private readonly deployments: DeploymentStore,
  ) {}

  /** @throws {ProblemError} `notShared`, `scriptRefused`, or `tooMany` when others are being made */
  async make(wanted: PreviewBody): Promise<PreviewResult> {
    const { requestingModule, scripts } = wanted;
    requireShared(this.shares, requestingModule, scripts);
    const inspected = inspectScripts(scripts);
    if (this.running >= AT_ONCE) {
      throw new ProblemError('tooMany', 'Other previews are being made; try again.', {
        retryAfterSeconds: 5,
      });
    }
    this.running++;
    try {
      const signal = AbortSignal.timeout(TIME_MS);
      const deployment = await this.deployments.read(requestingModule);
      const previewed: PreviewedScript[] = [];
      for (const [at, script] of nameScripts(scripts).entries()) {
        const task = deployment?.value.tasks.find(({ name }) => sameName(name, script.name)) ?? null;
        const targets = inspected[at]?.targets ?? [];
        previewed.push({ ...(await this.try(script, task, wanted, signal)), targets });
      }
      return this.bounded({ owner: this.settings.moduleName, requestingModule, scripts: previewed });
    } finally {
      this.running--;
    }
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.pool.close();
  }

  private async try(
    script: NamedScript,
    task: DeployedTask | null,
    wanted: PreviewBody,
    signal: AbortSignal,
  ): Promise<Omit<PreviewedScript, 'targets'>> {
    const { name, sourceCollection: collection } = script;
    const sample = await this.sample(collection, wanted, signal);
    const load = this.loader(wanted.requestingModule);
    const own = { name, collection, script: script.script };
    const outputs = await runSample(this.pool, own, sample, load, signal);
    const same = task?.fingerprint === scriptFingerprint(collection, script.script);
    const comparable = task !== null && sameName(task.collection, collection);
    const before = comparable ? await this.runRunning(task, sample, load, signal) : null;
    const documents = sample.map((one) => describeDocument(one, outputs.get(one.id), before?.get(one.id)));
    const running = task && { generation: task.generation, same };
    return { name, collection, running, summary: summarize(documents), documents };
  }

  private sample(collection: string, wanted: PreviewBody, signal: AbortSignal): Promise<Sampled[]> {
    if (wanted.documents) return loadSample(this.feed, collection, wanted.documents);
    return sampleCollection(this.feed, collection, wanted.sample ?? PREVIEW_BOUNDS.sample, signal);
  }

  // A script that an older version took may be one that this version refuses; then there is nothing to compare with.
  private async runRunning(
    { name, collection, script }: DeployedTask,
    sample: readonly Sampled[],
    load: DocumentLoader,
    signal: AbortSignal,
  ): Promise<Map<string, ScriptOutput> | null> {
    try {
      return await runSample(this.pool, { name, collection, script }, sample, load, signal);
    } catch (error) {
      if (error instanceof ScriptRefusedError) return null;
      throw error;
    }
  }

  /** As when the script is at work: it sees only what is shared with its module. */
  private loader(requester: string): DocumentLoader {
    const loadable = new Set(this.shares.collectionsFor(requester).map((name) => name.toLowerCase()));
    return async (ids) => {
      const documents = await this.feed.load(ids);
      return documents.map((found) =>
        found && loadable.has(found.collection.toLowerCase()) ? found.json : null,
      );
    };
  }

  private bounded(result: PreviewResult): PreviewResult {
    const most = ANSWER_SIZE / result.scripts.length;
    const scripts = result.scripts.map((one) => ({ ...one, documents: cutToSize(one.documents, most) }));
    return { ...result, scripts };
  }
}
