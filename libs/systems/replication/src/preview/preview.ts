import { Inject, Injectable } from '@nestjs/common';
import { ProblemError, taskName } from '@nestjs-spark/contracts';
import {
  ReadableDocuments,
  scriptFingerprint,
  type ChangeSource,
  type StateStore,
} from '@nestjs-spark/contracts/internal';
import type { Transformation } from '@nestjs-spark/etl-script';
import { decodeUtf8, nameKey, sameName } from '@nestjs-spark/foundation/internal';
import { CHANGE_FEED, STATE_STORE } from '@nestjs-spark/store';
import { listSetAside } from '@nestjs-spark/set-aside/internal';
import { CaptureSupervisor, confinedLoader } from '@nestjs-spark/streaming/internal';
import { Shares } from '../declare/shares.ts';
import { DeploymentStore } from '../deploy/deployment-store.ts';
import { inspectScripts } from '../deploy/inspect/inspect-scripts.ts';
import { requirePermission, requireShared } from '../deploy/inspect/require-shared.ts';
import { loadSample, sampleCollection, type Sampled } from '../deploy/inspect/sample-documents.ts';
import { judgeFields } from '../deploy/inspect/unshared-fields.ts';
import type { DeployedTask } from '../deploy/plan/deployment-document.ts';
import { nameScripts, type NamedScript } from '../deploy/plan/name-scripts.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { REPLICATION_SETTINGS } from '../settings/tokens.ts';
import { cutToSize, describeDocument, summarize, withPrefix } from './describe-document.ts';
import { PREVIEW_BOUNDS, type PreviewBody } from './preview-body.ts';
import type { PreviewedScript, PreviewResult } from './preview-result.ts';
import { PreviewScripts } from './preview-scripts.ts';
import { previewWarnings } from './preview-warnings.ts';

const TIME_MS = 15_000;
const ANSWER_SIZE = 2_000_000;
/** Previews of one module at a time. */
const EACH_AT_ONCE = 4;

/** Says what scripts would make of this module's documents. Writes nothing. */
@Injectable()
export class Preview {
  private readonly running = new Map<string, number>();

  constructor(
    @Inject(REPLICATION_SETTINGS) private readonly settings: ReplicationSettings,
    @Inject(CHANGE_FEED) private readonly feed: ChangeSource,
    @Inject(STATE_STORE) private readonly state: StateStore,
    private readonly capture: CaptureSupervisor,
    private readonly shares: Shares,
    private readonly deployments: DeploymentStore,
    private readonly scripts: PreviewScripts,
  ) {}

  /** @throws {ProblemError} `notShared`, `scriptRefused`, or `tooMany` when others of the same module are being made */
  async make(wanted: PreviewBody): Promise<PreviewResult> {
    const { requestingModule, scripts } = wanted;
    requireShared(this.shares, requestingModule, scripts);
    const leave = this.enter(requestingModule);
    try {
      const signal = AbortSignal.timeout(TIME_MS);
      const inspected = await inspectScripts(this.scripts, requestingModule, scripts);
      const deployment = await this.deployments.read(requestingModule);
      const previewed: PreviewedScript[] = [];
      for (const [at, script] of nameScripts(scripts).entries()) {
        const task = deployment?.value.tasks.find(({ name }) => sameName(name, script.name)) ?? null;
        const { targets = [], fields = null } = inspected[at] ?? {};
        previewed.push({ ...(await this.try(script, task, fields, wanted, signal)), targets });
      }
      return bounded({ owner: this.settings.moduleName, requestingModule, scripts: previewed });
    } finally {
      leave();
    }
  }

  /** Each module has its share, so that one that fills it leaves the others theirs. */
  private enter(requester: string): () => void {
    const key = nameKey(requester);
    const own = this.running.get(key) ?? 0;
    if (own >= EACH_AT_ONCE) {
      throw new ProblemError('tooMany', 'Other previews of this module are running; try again.', {
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

  private async try(
    script: NamedScript,
    task: DeployedTask | null,
    fields: readonly string[] | null,
    wanted: PreviewBody,
    signal: AbortSignal,
  ): Promise<Omit<PreviewedScript, 'targets'>> {
    const { name, sourceCollection: collection } = script;
    const requester = wanted.requestingModule;
    const { own: rule, loadable } = requirePermission(this.shares, requester, collection);
    const readable = new ReadableDocuments([rule]);
    const judged = judgeFields(fields, rule, requester);
    const sample = await this.sample(readable, script, wanted, signal);
    const load = confinedLoader(this.feed, new ReadableDocuments(loadable));
    const own = { name, requester, collection, script: script.script };
    const outputs = await this.scripts.run(own, sample, load, signal);
    const comparable = task !== null && sameName(task.collection, collection);
    const deployed = comparable ? scriptOf(task, requester) : null;
    const before = deployed && (await this.scripts.runDeployed(deployed, sample, load, signal));
    const documents = sample.map((one) => ({
      ...describeDocument(one, outputs.get(one.id), before?.get(one.id)),
      ...(wanted.source && 'document' in one ? { source: decodeUtf8(one.document) } : {}),
    }));
    return {
      name,
      collection,
      running: task && this.describeRunning(task, script, requester),
      summary: summarize(documents),
      documents: documents.map((one) => withPrefix(one, script.idPrefix)),
      warnings: [...judged.warnings, ...previewWarnings(judged.readable, sample, documents)],
    };
  }

  /** A resync begins a generation that the deployment does not know of. */
  private describeRunning(
    task: DeployedTask,
    { name, sourceCollection, script, idPrefix }: NamedScript,
    requester: string,
  ): PreviewedScript['running'] {
    const report = this.capture
      .reports()
      .find(({ task: key }) => sameName(key.requester, requester) && sameName(key.name, name));
    return {
      generation: Math.max(task.generation, report?.generation ?? 0),
      same: task.fingerprint === scriptFingerprint(sourceCollection, script, idPrefix),
    };
  }

  private async sample(
    readable: ReadableDocuments,
    { name, sourceCollection: collection }: NamedScript,
    { documents, sample: size = PREVIEW_BOUNDS.sample, prefer, requestingModule: requester }: PreviewBody,
    signal: AbortSignal,
  ): Promise<Sampled[]> {
    if (documents) return loadSample(this.feed, readable, collection, documents);
    if (prefer === undefined) return sampleCollection(this.feed, readable, { collection, size, signal });
    const owner = this.settings.moduleName;
    const { documents: failed } = await listSetAside(this.state, taskName({ owner, requester, name }));
    const ids = failed.slice(0, size).map(({ documentId }) => documentId);
    const found = await loadSample(this.feed, readable, collection, ids);
    const first = found.filter((one) => 'document' in one);
    const more = await sampleCollection(this.feed, readable, { collection, size, signal });
    return [...first, ...more.filter(({ id }) => !ids.includes(id))].slice(0, size);
  }
}

function scriptOf({ name, collection, script }: DeployedTask, requester: string): Transformation {
  return { name, requester, collection, script };
}

function bounded(result: PreviewResult): PreviewResult {
  const most = ANSWER_SIZE / result.scripts.length;
  const scripts = result.scripts.map((one) => ({ ...one, documents: cutToSize(one.documents, most) }));
  return { ...result, scripts };
}
