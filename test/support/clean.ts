import { taskName } from '@nestjs-spark/contracts';
import { expect, it } from '@jest/globals';
import { isCopyOf } from '@nestjs-spark/contracts/internal';
import { inspectScript, ScriptPool, type EtlCommand, type ScriptOutput } from '@nestjs-spark/etl-script';
import type { Member } from './member.ts';
import type { DeployedTask, StoredDocument, TestDatabase } from './stores/test-database.ts';
import type { View } from './told.ts';

interface Freshness {
  complete: boolean;
  behindMs: number | null;
  sourceReachable: boolean;
}

/**
 * What a copy promises that says complete, lag 0 and nothing set aside: it is what the script makes of the owner's
 * documents, no more and no less. Waits until each copy says so, and then looks once: there is nothing left to wait for.
 * Only for scripts that load no other documents, since a change to those sends nothing.
 */
export async function clean(owner: Member, requester: Member): Promise<void> {
  const tasks = await owner.database.deployedTasks(requester.name);
  expect(tasks).not.toEqual([]);
  const scripts = new ScriptPool({ maxWorkers: 1 });
  try {
    for (const task of tasks) {
      const generation = await saysComplete(owner, requester, task);
      const wanted = await madeBy(scripts, task, owner.database);
      const found = await copiesOf(task, owner, requester, generation);
      expect({ task: task.name, ...unlike(wanted, found) }).toEqual({
        task: task.name,
        missing: [],
        tooMany: [],
        other: [],
      });
    }
  } finally {
    await scripts.close();
  }
}

/** The last test of a story in which both sides are up at the end. */
export function endsClean(members: () => readonly [owner: Member, requester: Member]): void {
  it('in the end, what is said to be complete is what the script makes of the owner’s documents', () =>
    clean(...members()));
}

/** @returns the generation that is complete */
async function saysComplete(owner: Member, requester: Member, { name, collection }: DeployedTask) {
  return requester.until(`complete in ${name}`, async () => {
    const path = `/spark/replication/${owner.name}/${collection}/freshness`;
    const { body: fresh } = await requester.operate<Freshness>(path);
    const [{ body: there }, { body: here }] = await Promise.all([
      requester.operate<View>('/spark/replication'),
      owner.operate<View>('/spark/replication'),
    ]);
    const taken = there.incoming.find((task) => task.name === name && task.owner === owner.name);
    const sent = here.outgoing.find((task) => task.name === name && task.requester === requester.name);
    const isFresh = fresh.complete && fresh.sourceReachable && fresh.behindMs === 0;
    const isTaken = taken?.complete === true && taken.lag === 0 && taken.setAside === 0;
    if (isFresh && isTaken && sent?.setAside === 0) return taken.generation;
    throw new Error(JSON.stringify({ fresh, taken, sent }));
  });
}

/** What the script makes of all that the owner has of its own, by ids in lower case. */
async function madeBy(scripts: ScriptPool, task: DeployedTask, database: TestDatabase) {
  const own = [...(await database.documents(task.collection)).values()].filter(
    (document) => document['@metadata']?.['spark-source'] === undefined,
  );
  const inputs = own.map((document) => ({
    id: String(document['@metadata']?.['@id']),
    collection: task.collection,
    document: Buffer.from(JSON.stringify(document)),
  }));
  const script = await scripts.open(task);
  const outputs: ScriptOutput[] = [];
  while (outputs.length < inputs.length) {
    outputs.push(
      ...(await script.transform(inputs.slice(outputs.length), async (ids) => ids.map(() => null))),
    );
  }
  script.close();
  const made = new Map<string, unknown>();
  for (const output of outputs) {
    if (output.status === 'failed') throw new Error(`${output.id}: ${output.failure.reason}`);
    for (const command of output.commands.filter(isPut)) {
      made.set(command.id.toLowerCase(), JSON.parse(command.fields));
    }
  }
  return made;
}

/** What is there as this task's, of any generation, since older ones are to be gone. */
async function copiesOf(task: DeployedTask, owner: Member, requester: Member, generation: number | null) {
  const isOwn = isCopyOf(taskName({ owner: owner.name, requester: requester.name, name: task.name }));
  const { targets } = inspectScript(task);
  const found = new Map<string, unknown>();
  for (const collection of targets.length > 0 ? targets : [task.collection]) {
    for (const [id, document] of await requester.database.documents(collection)) {
      const { '@metadata': metadata = {}, ...fields } = document;
      const label = String(metadata['spark-generation'] ?? '');
      if (!isOwn({ generation: label, copyOf: sourceOf(metadata) })) continue;
      found.set(id, label.endsWith(`:${generation}`) ? fields : `a copy of ${label}`);
    }
  }
  return found;
}

function sourceOf({ 'spark-source': source }: NonNullable<StoredDocument['@metadata']>): string | null {
  return typeof source === 'string' ? source : null;
}

function unlike(wanted: Map<string, unknown>, found: Map<string, unknown>) {
  const ids = [...wanted.keys()];
  return {
    missing: ids.filter((id) => !found.has(id)),
    tooMany: [...found.keys()].filter((id) => !wanted.has(id)),
    other: ids.filter((id) => found.has(id) && textOf(wanted.get(id)) !== textOf(found.get(id))),
  };
}

/** The order of fields means nothing. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

function isPut(command: EtlCommand): command is Extract<EtlCommand, { type: 'put' }> {
  return command.type === 'put';
}
