import { describe, expect, it, jest } from '@jest/globals';
import { ContentRefusedError, DocumentsRefusedError, UnavailableError } from '@nestjs-spark/contracts';
import { MemorySink } from '@nestjs-spark/testing';
import { checkpointOf } from '../../testing/checkpoint.ts';
import { TASK } from '../../testing/simulation.ts';
import { ConfinedSink, copyCheck, UNDECLARED } from './confined-sink.ts';

const task = { key: TASK, collection: 'Cars', collections: ['Cars', 'Parts'], fingerprint: 'v1' };
const checkpoint = checkpointOf(TASK, { generation: 2 });

function put(marks: Record<string, unknown>, id = 'cars/1', before = '') {
  const metadata = {
    '@collection': 'Cars',
    'spark-source': 'Fleet/cars/1',
    'spark-etag': 1,
    'spark-generation': 'HR/cars:2',
    ...marks,
  };
  return {
    type: 'put' as const,
    id,
    document: `{${before}"V":1,"@metadata":${JSON.stringify(metadata)}}`,
  };
}

describe('What a declaration can make', () => {
  it.each([
    ['as the engine writes it', put({})],
    ['in another collection of its script', put({ '@collection': 'parts' })],
    ['with more metadata', put({ '@expires': '2030-01-01' })],
    ['with names in other letters', put({ 'spark-source': 'FLEET/cars/1', 'spark-generation': 'hr/CARS:2' })],
    ['of an id with quotes', put({ 'spark-source': 'Fleet/a"b\\' })],
  ])('is taken: %s', (_, command) => {
    const check = copyCheck(task, checkpoint);
    for (const one of [put({}), command, command]) expect(() => check(one)).not.toThrow();
  });

  it('is taken in any collection where the script names them itself', () => {
    const check = copyCheck({ ...task, collections: null }, checkpoint);
    expect(() => check(put({ '@collection': 'Vans' }))).not.toThrow();
  });

  it('is checked with as much work as there are documents, however many collections the script names', () => {
    const check = copyCheck({ ...task, collections: null }, checkpoint);
    const documents = Array.from({ length: 400 }, (_, at) => put({ '@collection': `Vans${at}` }));
    const spy = jest.spyOn(String.prototype, 'startsWith');
    for (const document of documents) check(document);
    const compared = spy.mock.calls.length;
    spy.mockRestore();
    expect(compared).toBeLessThan(30 * documents.length);
  });

  it.each([
    ['in a collection of nobody', put({ '@collection': 'Companies' })],
    ['in none', put({ '@collection': undefined })],
    ['of another owner', put({ 'spark-source': 'Payroll/cars/1' })],
    ['of another task', put({ 'spark-generation': 'HR/vans:2' })],
    ['of another generation', put({ 'spark-generation': 'HR/cars:3' })],
    ['without a generation', put({ 'spark-generation': undefined })],
    ['with its collection twice', twice(put({}), '"@collection":"Companies",')],
    ['with its owner twice', behindTheId(put({}), '"spark-source":"Payroll/1",')],
    ['with its collection again after its owner', behindTheId(put({}), '"@collection":"Companies",')],
    ['with its collection again after its etag', behindTheEtag(put({}), ',"@collection":"Companies"')],
    ['with its metadata twice', put({}, 'cars/1', '"@metadata":{"@collection":"Companies"},')],
    ['without metadata', { ...put({}), document: '{"V":1}' }],
    ['with metadata of text', { ...put({}), document: '{"@metadata":"a","V":{}}' }],
    ['that is two documents', { ...put({}), document: `${put({}).document},{}` }],
  ])('and nothing else is: %s', (_, command) => {
    const check = copyCheck(task, checkpoint);
    check(put({}));
    expect(() => check(command)).toThrow(ContentRefusedError);
  });

  it('begins with its prefix', () => {
    const check = copyCheck({ ...task, idPrefix: 'fleet/' }, checkpoint);
    expect(() => check(put({}, 'fleet/cars/1'))).not.toThrow();
    expect(() => check(put({}))).toThrow(/does not begin with "fleet\/"/);
  });

  it('deletes are not looked at: a sink deletes copies of the task only', () => {
    const check = copyCheck(task, checkpoint);
    expect(() => check({ type: 'delete', id: 'people/1' })).not.toThrow();
  });
});

describe('A confined sink', () => {
  const evil = put({ '@collection': 'Companies' }, 'companies/1');

  it('writes nothing of a set with something else in it, and names all of that', async () => {
    const target = new MemorySink();
    const sink = new ConfinedSink(target, () => task);
    const failed = await sink.apply([put({}), evil], checkpoint, null).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(DocumentsRefusedError);
    expect(failed).toMatchObject({ refusals: [{ documentId: 'companies/1', kind: UNDECLARED }] });
    expect(target.documents.size).toBe(0);
    await sink.apply([put({})], checkpoint, null);
    expect(target.documents.size).toBe(1);
    expect(await sink.readCheckpoint(checkpoint.name)).not.toBeNull();
  });

  it('waits where the script is that of another version of this module, which may declare it', async () => {
    const sink = new ConfinedSink(new MemorySink(), () => ({ ...task, fingerprint: 'v2' }));
    await expect(sink.apply([evil], checkpoint, null)).rejects.toThrow(UnavailableError);
    await expect(sink.apply([put({})], checkpoint, null)).resolves.toBeDefined();
  });
});

function twice(command: ReturnType<typeof put>, member: string): ReturnType<typeof put> {
  return { ...command, document: command.document.replace('"@metadata":{', `"@metadata":{${member}`) };
}

function behindTheId(command: ReturnType<typeof put>, member: string): ReturnType<typeof put> {
  return { ...command, document: command.document.replace('"spark-etag":', `${member}"spark-etag":`) };
}

function behindTheEtag(command: ReturnType<typeof put>, member: string): ReturnType<typeof put> {
  return {
    ...command,
    document: command.document.replace(',"spark-generation":', `${member},"spark-generation":`),
  };
}
