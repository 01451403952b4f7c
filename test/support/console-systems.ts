import { join } from 'node:path';
import { eventually } from '@nestjs-spark/servers/testing';
import type { Member } from './member.ts';
import type { World } from './world.ts';

const SCRIPT = `loadToTotals({ Total: this.Price * this.Count });`;
const DEFINITION = {
  apiVersion: 'spark/v1',
  pipelineId: 'even-numbers',
  name: 'Even numbers',
  source: { type: 'generate', count: 1_000_000, perSecond: 20 },
  transforms: [
    { type: 'filter', condition: 'even' },
    { type: 'validate', schema: { properties: { id: { type: 'integer', not: { multipleOf: 10 } } } } },
  ],
  sink: { type: 'file', path: 'even.ndjson' },
  errors: { onRecord: 'deadLetter', limit: { failed: 1_000, of: 1_000 } },
};

/** What a console shows beside copies: two replicas that were written at the same time, jobs in several states, and a pipeline with dead letters. */
export class ConsoleSystems {
  readonly replicas: readonly Member[];
  readonly jobs: Member;
  readonly dataflow: Member;

  private constructor(replicas: readonly Member[], jobs: Member, dataflow: Member) {
    this.replicas = replicas;
    this.jobs = jobs;
    this.dataflow = dataflow;
  }

  static async create(world: World): Promise<ConsoleSystems> {
    const folder = join(world.keysDir, '..', 'pipelines');
    const [one, other] = await Promise.all(
      ['a', 'b'].map((node) =>
        world.app(`notes-${node}`, 'notes', { SPARK_PEERS_NODE: node, SPARK_PEERS_DRIFT_EVERY: '1' }),
      ),
    );
    const jobs = await world.app('Jobs', 'jobs');
    const dataflow = await world.app('Dataflow', 'dataflow', { SPARK_PIPELINES_DIR: folder });
    return new ConsoleSystems([one, other] as Member[], jobs, dataflow);
  }

  /** For `SPARK_CONSOLE_MODULES`. */
  get named(): string {
    return [...this.replicas, this.jobs, this.dataflow].map(({ name, url }) => `${name}=${url}`).join(',');
  }

  start(): void {
    for (const member of [...this.replicas, this.jobs, this.dataflow]) member.start();
  }

  /** Waits until all answer, and gives each something to show. */
  async fill(): Promise<void> {
    await Promise.all([this.#submit(), this.#pipe(), this.#meet()]);
  }

  async #submit(): Promise<void> {
    await this.jobs.ready();
    const documents = [{ id: 'orders/1', document: { Price: 4, Count: 3 } }];
    const script = (name: string, text: string) => ({
      name,
      transformation: { kind: 'script', collection: 'Orders', script: text },
      input: { documents },
      onDocumentFailure: 'fail',
    });
    const post = (body: object) => this.jobs.operate('/api/jobs', { method: 'POST', body });
    await post(script('order totals', SCRIPT));
    await post(script('order margins', `loadToTotals({ Margin: this.Price.net.toFixed(2) });`));
    await post({
      name: 'slow count',
      transformation: { kind: 'handler', handler: 'slow-count' },
      input: { value: { to: 100_000, everyMs: 100 } },
    });
  }

  async #pipe(): Promise<void> {
    await this.dataflow.ready();
    await this.dataflow.operate('/api/pipelines', { method: 'POST', body: DEFINITION });
    await this.dataflow.operate(`/api/pipelines/${DEFINITION.pipelineId}/start`, {
      method: 'POST',
      body: {},
    });
  }

  /** Writes the same records at both replicas until two changes have met. */
  async #meet(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.ready()));
    await eventually(
      async () => {
        await Promise.all(
          this.replicas.map((replica, at) =>
            replica.operate('/boards/boards-1', {
              method: 'PUT',
              body: { title: `Seen from ${'ab'[at]}`, tags: [`${'ab'[at]}`] },
            }),
          ),
        );
        const status = await this.replicas[0]?.operate<{
          entities: { entity: string; conflicts: { total: number } }[];
        }>('/spark/peers');
        const boards = status?.body.entities.find(({ entity }) => entity === 'Boards');
        return (boards?.conflicts.total ?? 0) > 0;
      },
      { timeoutMs: 60_000 },
    );
  }
}
