import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { ourExtras, ravenExtras, type RavenExtrasAnswer } from '../../testing/compare-extras.ts';
import { RavenOracle } from '../../testing/raven-oracle.ts';
import { loadsNothing, stored } from '../../testing/run-script.ts';
import { ScriptPool } from '../run/script-pool.ts';
import type { ScriptOutput } from '../types.ts';
import { inspectScript } from '../validate/inspect-script.ts';

const CATEGORY = { id: 'categories/1-A', collection: 'Categories' };
const PRODUCT = { id: 'products/1-A', collection: 'Products' };
const COMPANY = { id: 'companies/1-A', collection: 'Companies' };
const UNCHANGED = 'function deleteDocumentsBehavior() { return true }';
const at = (text: string): string => `new Date('${text}')`;

const SAME: [string, typeof CATEGORY, string][] = [
  ['case 67: an empty script sends every attachment', CATEGORY, ''],
  ['case 67: so does one that has nothing but delete behaviours', CATEGORY, UNCHANGED],
  ['case 68: loading the document sends none', CATEGORY, 'loadToCategories(this)'],
  [
    'case 69: an attachment is sent under its name',
    CATEGORY,
    "var d = loadToCategories({ N: 1 }); d.addAttachment(loadAttachment('image.jpg'))",
  ],
  [
    'case 70: or under another one',
    CATEGORY,
    "loadToCategories({ N: 1 }).addAttachment('q', loadAttachment('IMAGE.JPG'))",
  ],
  [
    'case 70: twice, to a copy in another collection',
    CATEGORY,
    "var d = loadToPeople({ N: 1 }); d.addAttachment('a', loadAttachment('image.jpg')).addAttachment('b', loadAttachment('image.jpg'))",
  ],
  [
    'case 71: one that is not there is passed over',
    CATEGORY,
    "loadToCategories({}).addAttachment(loadAttachment('missing')); loadToPeople({}).addAttachment('x', null)",
  ],
  [
    'case 73: hasAttachment ignores case, and says false of a document without any',
    PRODUCT,
    "loadToProducts({ h: hasAttachment('P'), g: getAttachments() })",
  ],
  [
    'case 73: and true where it is',
    CATEGORY,
    "loadToCategories({ h: hasAttachment('IMAGE.jpg'), n: hasAttachment('x') })",
  ],
  [
    'case 74: getAttachments answers name, hash, content type and size',
    CATEGORY,
    'loadToCategories({ g: getAttachments() })',
  ],
  ['case 76: an empty script sends every counter', PRODUCT, ''],
  [
    'case 76: so does a behaviour that says true',
    PRODUCT,
    'loadToProducts({ N: 1 }); function loadCountersOfProductsBehavior(d, c) { return true }',
  ],
  [
    'case 76: or those for which it does',
    PRODUCT,
    "loadToProducts({ N: 1 }); function loadCountersOfProductsBehavior(d, c) { return d === 'products/1-A' && c == '⭐⭐' }",
  ],
  [
    'case 76: anything but true is no',
    PRODUCT,
    'loadToProducts({ N: 1 }); function loadCountersOfProductsBehavior(d, c) { return 1 }',
  ],
  [
    'case 76: a document that is filtered out sends none',
    PRODUCT,
    'if (this.Nope) loadToProducts({}); function loadCountersOfProductsBehavior(d, c) { return true }',
  ],
  ['case 77: loading the document sends none', PRODUCT, 'loadToProducts(this)'],
  ['case 78: a counter is sent', PRODUCT, "loadToProducts({ N: 1 }).addCounter(loadCounter('⭐'))"],
  [
    'case 79: one that is not there is passed over',
    PRODUCT,
    "loadToProducts({}).addCounter(loadCounter('none'))",
  ],
  [
    'case 82: getCounters and hasCounter',
    PRODUCT,
    "loadToProducts({ h: hasCounter('⭐'), n: hasCounter('x'), g: getCounters() })",
  ],
  ['case 84: an empty script sends every series', COMPANY, ''],
  ['case 84: an incremental one too', PRODUCT, ''],
  [
    'case 85: a behaviour that says true sends all',
    COMPANY,
    'loadToCompanies({}); function loadTimeSeriesOfCompaniesBehavior(d, n) { return true }',
  ],
  [
    'case 85: false or null nothing',
    COMPANY,
    "loadToCompanies({}); function loadTimeSeriesOfCompaniesBehavior(d, n) { return n === 'StockPrices' ? null : false }",
  ],
  [
    'case 85: a range what is in it',
    COMPANY,
    `loadToCompanies({}); function loadTimeSeriesOfCompaniesBehavior() { return { from: ${at('2020-05-01')}, to: ${at('2020-05-05')} } }`,
  ],
  [
    'case 85: a range without beginning',
    COMPANY,
    `loadToCompanies({}); function loadTimeSeriesOfCompaniesBehavior() { return { to: ${at('2019-12-20')} } }`,
  ],
  [
    'case 85: an empty object all',
    COMPANY,
    'loadToCompanies({}); function loadTimeSeriesOfCompaniesBehavior() { return {} }',
  ],
  ['case 86: a series is sent', COMPANY, "loadToCompanies({}).addTimeSeries(loadTimeSeries('StockPrices'))"],
  [
    'case 86: a range of it',
    COMPANY,
    `loadToCompanies({}).addTimeSeries(loadTimeSeries('stockprices', ${at('2020-05-01')}, ${at('2020-05-08')}))`,
  ],
  [
    'case 86: a date as text',
    COMPANY,
    "loadToCompanies({}).addTimeSeries(loadTimeSeries('StockPrices', '2020-05-01T00:00:00.0000000Z'))",
  ],
  [
    'case 86: nothing of a range without entries',
    COMPANY,
    `loadToCompanies({}).addTimeSeries(loadTimeSeries('StockPrices', ${at('2030-05-01')}, ${at('2030-05-08')}))`,
  ],
  [
    'case 86: nothing of a series that is not there',
    COMPANY,
    "loadToCompanies({}).addTimeSeries(loadTimeSeries('None'))",
  ],
  [
    'case 87: hasTimeSeries and getTimeSeries',
    COMPANY,
    "loadToCompanies({ h: hasTimeSeries('stockprices'), n: hasTimeSeries('x'), g: getTimeSeries() })",
  ],
];

const FAILING: [string, typeof CATEGORY, string][] = [
  ['case 72: a literal as reference', CATEGORY, "loadToCategories({}).addAttachment('literal')"],
  ['case 72: no argument', CATEGORY, 'loadToCategories({}).addAttachment()'],
  ['case 72: three arguments', CATEGORY, "loadToCategories({}).addAttachment('a', 'b', 'c')"],
  [
    'case 72: a name that is not a text',
    CATEGORY,
    "loadToCategories({}).addAttachment(5, loadAttachment('image.jpg'))",
  ],
  ['case 72: loadAttachment of a number', CATEGORY, 'loadToCategories({ g: loadAttachment(5) })'],
  ['case 72: hasAttachment without a name', CATEGORY, 'loadToCategories({ g: hasAttachment() })'],
  ['case 74: getAttachments with an argument', CATEGORY, 'loadToCategories({ g: getAttachments(1) })'],
  ['case 79: a literal as counter', PRODUCT, "loadToProducts({}).addCounter('likes')"],
  ['case 79: undefined as counter', PRODUCT, 'loadToProducts({}).addCounter(undefined)'],
  ['case 79: a counter under another name', PRODUCT, "loadToProducts({}).addCounter('q', loadCounter('⭐'))"],
  ['case 82: hasCounter of a number', PRODUCT, 'loadToProducts({ h: hasCounter(1) })'],
  ['case 82: getCounters with an argument', PRODUCT, 'loadToProducts({ h: getCounters(1) })'],
  [
    'case 85: another member in the answer',
    COMPANY,
    `loadToCompanies({}); function loadTimeSeriesOfCompaniesBehavior() { return { from: ${at('2020-05-01')}, x: 1 } }`,
  ],
  [
    'case 85: a range that ends before it begins',
    COMPANY,
    `loadToCompanies({}); function loadTimeSeriesOfCompaniesBehavior() { return { from: ${at('2020-05-05')}, to: ${at('2020-05-01')} } }`,
  ],
  [
    'case 85: a text as date',
    COMPANY,
    "loadToCompanies({}); function loadTimeSeriesOfCompaniesBehavior() { return { from: '2020-05-01' } }",
  ],
  [
    'case 85: a number as answer',
    COMPANY,
    'loadToCompanies({}); function loadTimeSeriesOfCompaniesBehavior() { return 1 }',
  ],
  ['case 86: a literal as series', COMPANY, "loadToCompanies({}).addTimeSeries('StockPrices')"],
  ['case 86: a day as date', COMPANY, "loadToCompanies({ a: loadTimeSeries('StockPrices', '2020-05-01') })"],
  ['case 86: null as date', COMPANY, "loadToCompanies({ a: loadTimeSeries('StockPrices', null) })"],
  ['case 87: getTimeSeries with an argument', COMPANY, 'loadToCompanies({ a: getTimeSeries(1) })'],
];

const REFUSED: [string, typeof CATEGORY, string][] = [
  [
    'case 81: a behaviour for a collection that is not loaded to itself',
    PRODUCT,
    'loadToPeople({}); function loadCountersOfProductsBehavior(d, c) { return true }',
  ],
  [
    'case 81: a behaviour for another collection',
    PRODUCT,
    'loadToPeople({}); function loadCountersOfPeopleBehavior(d, c) { return true }',
  ],
  [
    'case 81: a behaviour without any load',
    PRODUCT,
    'function loadCountersOfProductsBehavior() { return true }',
  ],
  [
    'case 81: a behaviour that writes the collection in another case',
    PRODUCT,
    'loadToProducts({}); function loadCountersOfproductsBehavior(d, c) { return true }',
  ],
  [
    'case 86: a third parameter of a time series behaviour',
    COMPANY,
    'loadToCompanies({}); function loadTimeSeriesOfCompaniesBehavior(d, n, x) { return true }',
  ],
];

describeWithServers(['ravendb'], 'Attachments, counters and time series as in RavenDB’s own ETL', () => {
  let oracle: RavenOracle;
  let timestamps: Map<string, string[]>;
  const pool = new ScriptPool({ maxWorkers: 1 });
  beforeAll(async () => {
    oracle = new RavenOracle(testServers().ravendbUrl);
    await oracle.createNorthwind();
    timestamps = new Map();
    for (const source of [COMPANY, PRODUCT]) {
      for (const { TimeSeries } of (await ask('', source)).Commands) {
        if (TimeSeries)
          timestamps.set(
            TimeSeries.Name.toLowerCase(),
            TimeSeries.Appends.map((one) => one.Timestamp),
          );
      }
    }
  });
  afterAll(() => Promise.all([pool.close(), oracle.remove()]));

  const ask = async (script: string, { id, collection }: typeof CATEGORY): Promise<RavenExtrasAnswer> =>
    JSON.parse(await oracle.ask(script, id, collection, false)) as RavenExtrasAnswer;
  const run = async (script: string, source: typeof CATEGORY): Promise<ScriptOutput> => {
    const runner = await pool.open({ name: 'script', collection: source.collection, script });
    const document = stored((await oracle.read(source.id)) ?? '{}');
    const [output] = await runner.transform([{ ...source, document }], loadsNothing);
    runner.close();
    if (!output) throw new Error('no output');
    return output;
  };

  it.each(SAME)('%s', async (_title, source, script) => {
    const [ours, theirs] = [await run(script, source), await ask(script, source)];
    if (ours.status === 'failed') throw new Error(ours.failure.reason);
    expect(theirs.TransformationErrors).toEqual([]);
    const entries = (series: string): string[] => timestamps.get(series.toLowerCase()) ?? [];
    expect(ourExtras(ours.commands, entries)).toEqual(ravenExtras(theirs));
    const fields = ours.commands.flatMap((one) =>
      one.type === 'put' ? [JSON.parse(one.fields) as unknown] : [],
    );
    expect(fields).toEqual(documentsOf(theirs));
  });

  it.each(FAILING)('%s fails the document', async (_title, source, script) => {
    expect((await run(script, source)).status).toBe('failed');
    expect((await ask(script, source)).TransformationErrors).toHaveLength(1);
  });

  it.each(REFUSED)('%s is refused', async (_title, source, script) => {
    expect(inspectScript({ name: 'script', collection: source.collection, script }).problems).not.toEqual([]);
    await expect(ask(script, source)).rejects.toThrow();
  });

  it('case 81: a counter behaviour without parameters is refused, which RavenDB passes over in silence', async () => {
    const script = 'loadToProducts({}); function loadCountersOfProductsBehavior() { return true }';
    const { problems } = inspectScript({ name: 'script', collection: 'Products', script });
    expect(problems).toMatchObject([
      { reason: expect.stringMatching(/has no parameters/), line: 1, column: 21 },
    ]);
    expect(ravenExtras(await ask(script, PRODUCT)).counters).toEqual([]);
  });

  it('ends the document at the 4,097th addition', async () => {
    const script =
      "const d = loadToProducts({}), c = loadCounter('⭐'); for (let i = 0; i <= 4096; i++) d.addCounter(c)";
    expect(await run(script, PRODUCT)).toMatchObject({
      failure: { reason: expect.stringMatching(/at most 4096/) },
    });
  });

  it('case 83: a deleted document sends deletes alone', async () => {
    const runner = await pool.open({ name: 'script', collection: 'Products', script: '' });
    const [output] = await runner.transformDeleted([PRODUCT], loadsNothing);
    runner.close();
    expect(output).toMatchObject({ commands: [{ type: 'delete', id: PRODUCT.id }] });
  });
});

describe('What a script wants to hear of', () => {
  const pool = new ScriptPool({ maxWorkers: 1 });
  afterAll(() => pool.close());
  const follow = async (script: string) =>
    (await pool.open({ name: 's', collection: 'Products', script })).follow;

  it('case 76: increments and appends, where documents pass unchanged', async () => {
    expect(await follow('')).toEqual({ counters: true, timeSeries: true });
  });

  it('case 76: increments, where it has a behaviour for them', async () => {
    expect(
      await follow('loadToProducts({}); function loadCountersOfProductsBehavior(d, c) { return true }'),
    ).toEqual({
      counters: true,
      timeSeries: false,
    });
  });

  it('case 78: none of them, where it adds counters itself or loads the document alone', async () => {
    expect(await follow("loadToProducts({}).addCounter(loadCounter('x'))")).toBeUndefined();
    expect(await follow('loadToProducts(this)')).toBeUndefined();
  });
});

function documentsOf({ Commands }: RavenExtrasAnswer): unknown[] {
  const puts = Commands.filter(({ Type }) => Type === 'PUT') as { Document?: Record<string, unknown> }[];
  return puts.map(({ Document }) => {
    const { '@metadata': _metadata, ...fields } = Document ?? {};
    return fields;
  });
}
