import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { RavenOracle } from '../../testing/raven-oracle.ts';
import { fieldsOf, stored } from '../../testing/run-script.ts';
import { splitMetadata } from '../json/split-metadata.ts';
import type { DocumentLoader, ScriptOutput } from '../types.ts';
import { ScriptPool } from './script-pool.ts';

const DOCUMENTS = {
  'users/1-A': `{"Name":"Joe","Age":41,"Big":9007199254740993,"Dec":1.10,"Null":null,"Empty":[],"Text":"a\\"\\u0001ä😀",
    "Lines":[{"Product":"products/1-A","N":2,"Price":1.50},{"Product":"products/2-A","N":1,"Price":2.0}],
    "Address":{"City":"Rome","Geo":{"Lat":1.25}},"AddressId":"addresses/1-A","Date":"2020-01-01T00:00:00.1234567Z",
    "@metadata":{"@collection":"Users","Custom":"v","@expires":"2130-01-01T00:00:00.0000000Z","Nested":{"A":[1.0]}}}`,
  'users/2-A': `{"Copy":{"@metadata":{"@change-vector":"x","own":1.10},"2":1,"1":2},"length":3,"@metadata":{"@collection":"Users"}}`,
  'addresses/1-A': '{"City":"Oslo","Zip":1.10,"@metadata":{"@collection":"Addresses","Own":1}}',
  'products/1-A': '{"Name":"Tea","Price":3.5,"@metadata":{"@collection":"Products"}}',
};

const AS_STORED = [
  '',
  'loadToUsers(this)',
  'if (this.Age > 40) loadToUsers(this)',
  'loadToPeople(this)',
  "loadTo('Users', this)",
  'this.X = 1; loadToUsers(this)',
];

const SCRIPTS = [
  'loadToUsers({ Name: this.Name, Nothing: this.Nothing })',
  'loadTousers({ Name: this.Name })',
  'if (this.Age > 50) loadToUsers(this)',
  'if (this.Age > 50) return; loadToPeople({ Name: this.Name })',
  'loadToUsers({ N: this.Lines.length }); for (const line of this.Lines) loadToOrderLines({ N: line.N, Name: load(line.Product).Name })',
  'loadToUsers({ City: load(this.AddressId).City, No: load("nope"), Deep: load("nope").A.B, Ids: [id(this), id(load(this.AddressId)), id({})] })',
  'loadToAddresses(load(this.AddressId)); loadToUsers({ A: load([this.AddressId, "nope"]) })',
  'loadToUsers({ A: load(this.AddressId) })',
  "loadToUsers({ N: 1, '@metadata': { '@collection': 'Zed', a: 1, '@id': 'x', '@change-vector': 'y' } })",
  "loadToPeople({ N: 1, '@metadata': { '@collection': 'Zed', a: 1 } })",
  "loadToUsers({ C: this['@metadata'].Custom, D: getMetadata(this)['@collection'], E: this['@metadata']['@id'] })",
  "this['@metadata'].Custom = 'w'; delete this.Big; loadToUsers(this)",
  'loadToUsers({ a: this.No.b.c, l: this.No.length, m: this.No.map(x => x), e: this.Empty.reduce((a, b) => a), n: this.Null.x, t: typeof nowhere, z: nowhere })',
  'loadToUsers({ d: new Date(0), n: 0 / 0, i: 1 / 0, u: undefined, f: function () {}, a: [1, undefined, , NaN], big: 1e21, s: 1e-7 })',
  'class P { constructor() { this.x = 1 } get y() { return 2 } } loadToUsers({ p: new P(), m: new Map([[1, 2]]), j: { toJSON() { return 5 } }, get g() { return 1 } })',
  'const { Name, ...rest } = this; loadToUsers({ Name, keys: Object.keys(rest) })',
  'const sum = this.Lines.reduce((total, line) => total + line.N * line.Price, 0); loadToUsers({ sum, text: `${this.Name}: ${sum}`, text2: this.Text })',
  '/* loadToX( */ var s = "loadToZed("; loadToUsers({})',
  'function helper(x) { return x.Address?.City ?? "none" } loadToUsers({ c: helper(this) })',
  'loadToPeople({ n: 1 }); loadToPeople({ n: 2 }); loadToUsers({ n: 3 }); loadToUsers({ n: 4 })',
  'loadToUsers([1, 2])',
  'function deleteDocumentsOfUsersBehavior(id, deleted) { return deleted } if (this.Age > 50) loadToUsers(this)',
  'function deleteDocumentsBehavior(id, collection, deleted) { return collection === "Users" && !deleted } if (this.Age > 50) loadToUsers(this); loadToPeople({})',
  'const keep = true; function helper() { return !keep } function deleteDocumentsBehavior() { return helper() } loadToUsers({}); loadToPeople({})',
  'function deleteDocumentsBehavior() { return false }',
];

const PROJECTIONS = [
  'loadToUsers({ A: this.Age, B: this.Big, D: this.Dec, N: this.Null, No: this.No, T: this.Text, L: this.Lines, G: [this.Address, { d: this.Date }] })',
  'loadToUsers({ length: this.length, c: "1\\u0001\\n", n: 1.50, t: true, z: null, e: [], id: id(this) })',
  "loadToPeople({ A: this.Age, '@metadata': { '@collection': 'Zed', a: 1, '@id': 'x' } }); loadTo('People', { B: this.Name }); loadTousers({ '@metadata': { '@collection': 'Zed', '@expires': '2130-01-01T00:00:00.0000000Z' } })",
];

const FAILING = [
  'loadToUsers("x")',
  'loadToUsers(load("nope"))',
  'loadToUsers({}, 1)',
  'loadToUsers(this); loadToPeople(this)',
  'this.Name.nope(); loadToUsers({})',
  'throw new Error("no"); loadToUsers({})',
  'x = 5; loadToUsers({})',
  'const n = "Zed"; loadTo(n, {}); loadToUsers({})',
  'for (const x of this.Nope); loadToUsers({})',
  'this.Nope.x = 1; loadToUsers(this)',
  'loadToUsers({ a: 1n })',
  'loadToUsers({ "@metadata": "x" })',
  'loadToUsers({ d: new Date(NaN) })',
  'loadToUsers({ a: load(5) })',
  'loadToUsers({ a: id("x") })',
  'loadToUsers({ a: getMetadata({}) })',
];

describeWithServers(['ravendb'], 'Our commands equal those of RavenDB’s own ETL', () => {
  let oracle: RavenOracle;
  const pool = new ScriptPool({ maxWorkers: 1 });
  beforeAll(async () => {
    oracle = new RavenOracle(testServers().ravendbUrl);
    await oracle.create(DOCUMENTS);
  });
  afterAll(() => Promise.all([pool.close(), oracle.remove()]));

  const load: DocumentLoader = (ids) => Promise.all(ids.map(async (id) => bytesOf(await oracle.read(id))));
  const ours = async (script: string, id = 'users/1-A'): Promise<ScriptOutput> => {
    const runner = await pool.open({ name: 'script', collection: 'Users', script });
    const document = bytesOf(await oracle.read(id)) ?? stored({});
    const [output] = await runner.transform([{ id, collection: 'Users', document }], load);
    runner.close();
    return output as ScriptOutput;
  };

  it.each(AS_STORED)('character by character where a document is passed on: %j', async (script) => {
    const raven =
      /"Document":(\{.*?\}),"Type":"PUT"/s.exec(await oracle.ask(script, 'users/1-A', 'Users', false))?.[1] ??
      '';
    const output = await ours(script);
    expect(fieldsOf(output)).toBe(splitMetadata(raven).fields);
  });

  it('where a script picks an object that has metadata of its own', async () => {
    const script = 'loadToUsers({ copy: this.Copy, length: this.length })';
    expect(normalOurs(await ours(script, 'users/2-A'))).toEqual(
      normalRaven(await oracle.ask(script, 'users/2-A', 'Users', false)),
    );
  });

  it.each([...AS_STORED, ...SCRIPTS, ...PROJECTIONS])('for an update: %j', async (script) => {
    expect(normalOurs(await ours(script))).toEqual(
      normalRaven(await oracle.ask(script, 'users/1-A', 'Users', false)),
    );
  });

  it.each([...AS_STORED, ...SCRIPTS, ...PROJECTIONS])('for a deletion: %j', async (script) => {
    const runner = await pool.open({ name: 'script', collection: 'Users', script });
    const [output] = await runner.transformDeleted([{ id: 'users/1-a', collection: 'Users' }], load);
    runner.close();
    expect(normalOurs(output as ScriptOutput)).toEqual(
      normalRaven(await oracle.ask(script, 'users/1-A', 'Users', true)),
    );
  });

  it.each(FAILING)('in that the document fails: %j', async (script) => {
    expect((await ours(script)).status).toBe('failed');
    expect(
      (JSON.parse(await oracle.ask(script, 'users/1-A', 'Users', false)) as RavenAnswer).TransformationErrors,
    ).toHaveLength(1);
  });
});

interface RavenAnswer {
  TransformationErrors: unknown[];
  Commands: { Id: string; Type: string; Document: Record<string, unknown> | null; IdPrefixed?: boolean }[];
}

interface Normal {
  deletes: string[];
  puts: { id: string; collection: unknown; metadata: unknown; fields: unknown }[];
}

function normalRaven(answer: string): Normal {
  const { Commands, TransformationErrors } = JSON.parse(answer) as RavenAnswer;
  expect(TransformationErrors).toEqual([]);
  const deletes = Commands.filter(({ Type }) => Type === 'DELETE').map(({ Id, IdPrefixed }) =>
    IdPrefixed ? `${Id}*` : Id,
  );
  const puts = Commands.filter(({ Type }) => Type === 'PUT').map(({ Id, Document }) => {
    const { '@metadata': own, ...fields } = Document ?? {};
    const { '@collection': collection, ...metadata } = (own ?? {}) as Record<string, unknown>;
    return { id: Id, collection, metadata, fields };
  });
  return { deletes: [...new Set(deletes)].toSorted(), puts };
}

function normalOurs(output: ScriptOutput): Normal {
  if (output.status !== 'done') throw new Error(output.failure.reason);
  const deletes = output.commands.flatMap((c) =>
    c.type === 'delete' ? [c.id] : c.type === 'delete-prefix' ? [`${c.prefix}*`] : [],
  );
  const puts = output.commands.flatMap((c) =>
    c.type === 'put'
      ? [
          {
            id: c.id.replace(/\/\d{19}$/, '/'),
            collection: c.collection,
            metadata: JSON.parse(c.metadata ?? '{}') as unknown,
            fields: JSON.parse(c.fields) as unknown,
          },
        ]
      : [],
  );
  return { deletes: deletes.toSorted(), puts };
}

function bytesOf(text: string | null): Uint8Array | null {
  return text === null ? null : stored(text);
}
