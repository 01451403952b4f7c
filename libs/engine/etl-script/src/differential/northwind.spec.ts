import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { ourCommands, ravenCommands } from '../../testing/compare-commands.ts';
import { unexplained } from '../../testing/known-differences.ts';
import { changed, NORTHWIND_SCRIPTS } from '../../testing/northwind-scripts.ts';
import { RavenOracle, type OracleDocument } from '../../testing/raven-oracle.ts';
import { stored } from '../../testing/run-script.ts';
import { ScriptPool } from '../run/script-pool.ts';
import type { DocumentLoader, ScriptOutput } from '../types.ts';

// The documents of each collection go through these; every script sees this many of its own collection's, evenly chosen.
const FOR_ALL_DOCUMENTS = { put: 2, delete: 1 };
const DOCUMENTS_PER_SCRIPT = Number(process.env['SPARK_NORTHWIND_DOCUMENTS'] ?? 12);
/** Of each collection: its documents are much alike, and all of them are compared every night. */
const DOCUMENTS_PER_COLLECTION = Number(process.env['SPARK_NORTHWIND_DOCUMENTS_OF_EACH'] ?? 60);
const AT_ONCE = 4;
const SHOWN = 10;

const scripts = Object.entries(NORTHWIND_SCRIPTS).flatMap(([collection, texts]) =>
  texts.map((script) => ({ collection, script })),
);

describeWithServers(['ravendb'], 'Our commands equal those of RavenDB’s own ETL on its sample data', () => {
  let oracle: RavenOracle;
  let documents: OracleDocument[] = [];
  const pool = new ScriptPool({ maxWorkers: 1 });

  beforeAll(async () => {
    oracle = new RavenOracle(testServers().ravendbUrl);
    await oracle.createNorthwind();
    documents = await oracle.readAll();
  });
  afterAll(() => Promise.all([pool.close(), oracle.remove()]));

  const load: DocumentLoader = async (ids) => {
    const found = new Map(documents.map(({ id, text }) => [id.toLowerCase(), text]));
    return ids.map((id) => {
      const text = found.get(id.toLowerCase());
      return text === undefined ? null : stored(text);
    });
  };

  /** Differences that nothing explains, by document. */
  async function compare(script: string, chosen: OracleDocument[], isDelete = false): Promise<string[]> {
    const ours = await run(script, chosen, isDelete);
    const all = documents.map(({ text }) => text).join('\n');
    const answers = await inParallel(chosen, ({ id, collection }) =>
      oracle.ask(script, id, collection, isDelete),
    );
    return chosen.flatMap(({ id }, i) => {
      const faults = faultsOf(ours[i], answers[i] ?? '', all);
      return faults.map((fault) => `${id}, ${script}: ${fault}`);
    });
  }

  async function run(script: string, chosen: OracleDocument[], isDelete: boolean): Promise<ScriptOutput[]> {
    const collection = chosen[0]?.collection ?? '';
    const runner = await pool.open({ name: 'script', collection, script });
    try {
      return isDelete
        ? await runner.transformDeleted(chosen, load)
        : await runner.transform(
            chosen.map((own) => ({ ...own, document: stored(own.text) })),
            load,
          );
    } finally {
      runner.close();
    }
  }

  const ofCollection = (collection: string) => documents.filter((own) => own.collection === collection);
  const collections = () => [...new Set(documents.map((own) => own.collection))];

  it('has more than forty scripts and all 1,059 documents', () => {
    expect(scripts.length).toBeGreaterThan(40);
    expect(documents).toHaveLength(1059);
  });

  it(`for ${DOCUMENTS_PER_COLLECTION} documents of each collection, or all, put and deleted`, async () => {
    const faults: string[] = [];
    for (const collection of collections()) {
      const own = evenly(ofCollection(collection), DOCUMENTS_PER_COLLECTION);
      const name = collection.replace('@', '');
      const puts = [
        `loadTo${name}(this)`,
        `this.Seen = true; loadToCopies({ of: id(this), all: {...this} }); loadTo${name}(this)`,
      ];
      for (const script of puts.slice(0, FOR_ALL_DOCUMENTS.put)) faults.push(...(await compare(script, own)));
      for (const script of puts.slice(0, FOR_ALL_DOCUMENTS.delete))
        faults.push(...(await compare(script, own, true)));
    }
    expect(faults.slice(0, SHOWN)).toEqual([]);
  }, 600_000);

  it.each(scripts)('for $collection, put and deleted: $script', async ({ collection, script }) => {
    const chosen = evenly(ofCollection(collection), DOCUMENTS_PER_SCRIPT);
    expect(chosen.length).toBeGreaterThan(0);
    expect((await compare(script, chosen)).slice(0, SHOWN)).toEqual([]);
    expect(await compare(script, chosen.slice(0, 2), true)).toEqual([]);
  });

  it('for every script after its documents changed', async () => {
    const touched = Object.keys(NORTHWIND_SCRIPTS).flatMap((collection) =>
      evenly(ofCollection(collection), 6),
    );
    await inParallel(touched, ({ id, text }, i) => oracle.write(id, changed(text, i)));
    documents = await oracle.readAll();
    const again = new Set(touched.map(({ id }) => id));
    const faults: string[] = [];
    for (const { collection, script } of scripts) {
      const own = ofCollection(collection).filter(({ id }) => again.has(id));
      faults.push(...(await compare(script, own)));
    }
    expect(faults.slice(0, SHOWN)).toEqual([]);
  }, 240_000);
});

function faultsOf(output: ScriptOutput | undefined, answer: string, sources: string): string[] {
  if (!output) return ['no answer here'];
  const failsThere = !answer.includes('"TransformationErrors":[]');
  if (output.status === 'failed') return failsThere ? [] : [`fails here alone: ${output.failure.reason}`];
  if (failsThere) return [`fails there alone: ${answer.slice(0, 500)}`];
  return unexplained(ourCommands(output.commands), ravenCommands(answer), sources);
}

/** So many items, from the first to the last at even distances. */
function evenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from(
    { length: count },
    (_, i) => items[Math.floor((i * (items.length - 1)) / (count - 1))] as T,
  );
}

async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T, place: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i] as T, i);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return results;
}
