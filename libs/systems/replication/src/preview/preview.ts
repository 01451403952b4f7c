import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { ProblemError } from '@nestjs-spark/contracts';
import { scriptFingerprint, type ChangeSource } from '@nestjs-spark/contracts/internal';
import {
  ScriptPool,
  ScriptRefusedError,
  type DocumentLoader,
  type ScriptOutput,
} from '@nestjs-spark/etl-script';
import { loadShared, type CaptureSupervisor } from '@nestjs-spark/streaming/internal';
import { sameName, nameKey } from '@nestjs-spark/foundation/internal';
import { Shares } from '../declare/shares.ts';
import { DeploymentStore } from '../deploy/deployment-store.ts';
import { inspectScripts } from '../deploy/inspect/inspect-scripts.ts';
import { requireShared } from '../deploy/inspect/require-shared.ts';
import { loadSample, sampleCollection, type Sampled } from '../deploy/inspect/sample-documents.ts';
import type { DeployedTask } from '../deploy/plan/deployment-document.ts';
import { nameScripts, type NamedScript } from '../deploy/plan/name-scripts.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { CAPTURE_SUPERVISOR, CHANGE_FEED, REPLICATION_OPTIONS } from '../settings/tokens.ts';
import { cutToSize, describeDocument, withPrefix, type PreviewedDocument } from './describe-document.ts';
import { PREVIEW_BOUNDS, type PreviewBody } from './preview-body.ts';
import { previewWarnings } from './preview-warnings.ts';
import { runSample } from './run-sample.ts';
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
  /** What looks wrong: fields that no document has, fields that are null in every copy. Owners before this say nothing of it. */
  warnings?: string[];
}

const TIME_MS = 15_000;
const ANSWER_SIZE = 2_000_000;
/** Previews of one module at a time. */
const EACH_AT_ONCE = 4;

/** Says what scripts would make of this module's documents. Runs them apart from those that are at work; writes nothing. */
@Injectable()
export class Preview implements BeforeApplicationShutdown {
  private readonly pool = new ScriptPool({ maxWorkers: 2, idleMs: 5_000, faultAfter: Infinity });
  private readonly running = new Map<string, number>();

  constructor(
    @Inject(REPLICATION_OPTIONS) private readonly settings: ReplicationSettings,
    @Inject(CHANGE_FEED) private readonly feed: ChangeSource,
    @Inject(CAPTURE_SUPERVISOR) private readonly capture: CaptureSupervisor,
    private readonly shares: Shares,
    private readonly deployments: DeploymentStore,
  ) {}

  /** @throws {ProblemError} `notShared`, `scriptRefused`, or `tooMany` when others are being made */
  async make(wanted: PreviewBody): Promise<PreviewResult> {
    const { requestingModule, scripts } = wanted;
    requireShared(this.shares, requestingModule, scripts);
    const leave = this.enter(requestingModule);
    try {
      const signal = AbortSignal.timeout(TIME_MS);
      const inspected = await inspectScripts(this.pool, requestingModule, scripts);
      const deployment = await this.deployments.read(requestingModule);
      const previewed: PreviewedScript[] = [];
      for (const [at, script] of nameScripts(scripts).entries()) {
        const task = deployment?.value.tasks.find(({ name }) => sameName(name, script.name)) ?? null;
        const { targets = [], fields = null } = inspected[at] ?? {};
        previewed.push({ ...(await this.try(script, task, fields, wanted, signal)), targets });
      }
      return this.bounded({ owner: this.settings.moduleName, requestingModule, scripts: previewed });
    } finally {
      leave();
    }
  }

  /** Each module has its share, so that one that fills it leaves the others theirs. */
  private enter(requester: string): () => void {
    const key = requester.toLowerCase();
    const own = this.running.get(key) ?? 0;
    if (own >= EACH_AT_ONCE) {
      throw new ProblemError('tooMany', 'Other previews of this module are being made; try again.', {
        retryAfterSeconds: 5,
      });
    }
    this.running.set(key, own + 1);
    return () => {
      const left = (this.running.get(key) ?? 1) - 1;
      if (left > 0) this.running.set(key, left);
      else this.running.delete(key);
    };
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.pool.close();
  }

  private async try(
    script: NamedScript,
    task: DeployedTask | null,
    fields: readonly string[] | null,
    wanted: PreviewBody,
    signal: AbortSignal,
  ): Promise<Omit<PreviewedScript, 'targets'>> {
    const { name, sourceCollection: collection } = script;
    const sample = await this.sample(collection, wanted, signal);
    const load = this.loader(wanted.requestingModule);
    const requester = wanted.requestingModule;
    const own = { name, requester, collection, script: script.script };
    const outputs = await runSample(this.pool, own, sample, load, signal);
    const same = task?.fingerprint === scriptFingerprint(collection, script.script, script.idPrefix);
    const comparable = task !== null && sameName(task.collection, collection);
    const before = comparable ? await this.runRunning(task, requester, sample, load, signal) : null;
    const documents = sample.map((one) => describeDocument(one, outputs.get(one.id), before?.get(one.id)));
    const generation = task ? Math.max(task.generation, this.generationAt(wanted.requestingModule, name)) : 0;
    const running = task && { generation, same };
    const warnings = previewWarnings(fields, sample, documents);
    const shown = documents.map((one) => withPrefix(one, script.idPrefix));
    return { name, collection, running, summary: summarize(documents), documents: shown, warnings };
  }

  /** A resync begins a generation of which the deployment does not know. */
  private generationAt(requester: string, name: string): number {
    const reports = this.capture.reports().filter(({ task }) => sameName(task.requester, requester));
    return reports.find(({ task }) => sameName(task.name, name))?.generation ?? 0;
  }

  private sample(collection: string, wanted: PreviewBody, signal: AbortSignal): Promise<Sampled[]> {
    if (wanted.documents) return loadSample(this.feed, collection, wanted.documents);
    return sampleCollection(this.feed, collection, wanted.sample ?? PREVIEW_BOUNDS.sample, signal);
  }

  // A script that an older version took may be one that this version refuses; then there is nothing to compare with.
  private async runRunning(
    { name, collection, script }: DeployedTask,
    requester: string,
    sample: readonly Sampled[],
    load: DocumentLoader,
    signal: AbortSignal,
  ): Promise<Map<string, ScriptOutput> | null> {
    try {
      return await runSample(this.pool, { name, requester, collection, script }, sample, load, signal);
    } catch (error) {
      if (error instanceof ScriptRefusedError) return null;
      throw error;
    }
  }

  /** As when the script is at work: it sees only what is shared with its module. */
  private loader(requester: string): DocumentLoader {
    const loadable = new Set(this.shares.collectionsFor(requester).map((name) => nameKey(name)));
    return loadShared(this.feed, loadable);
  }

  private bounded(result: PreviewResult): PreviewResult {
    const most = ANSWER_SIZE / result.scripts.length;
    const scripts = result.scripts.map((one) => ({ ...one, documents: cutToSize(one.documents, most) }));
    return { ...result, scripts };
  }
}
