import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { specJob } from '../fixtures/jobs.ts';
import { recordOf } from './fit-record.ts';
import type { Job } from './job.ts';
import { moved } from './move.ts';
import { readJob } from './read-job.ts';

const JOB = specJob('one');
const CONTENT = { bytes: 1, documents: 1, sha256: 'x', form: 'documents' };
const NAMES = Object.keys(JOB) as (keyof Job)[];
const without = (name: keyof Job): object =>
  Object.fromEntries(Object.entries(JOB).filter(([key]) => key !== name));

describe('A job that is read from a store', () => {
  it.each<[string, Job]>([
    ['queued', JOB],
    ['running', moved(JOB, 'Running', 'me')],
    ['ended', moved(moved(JOB, 'Running', 'me'), 'Failed', 'me')],
    ['waiting', specJob('one', { status: 'Submitted', dueAt: JOB.createdAt })],
  ])('is what was written: %s', (_, job) => {
    expect(readJob(recordOf(job).toString(), 'one')).toEqual(job);
    expect(readJob(JSON.stringify(job), 'one')).toEqual(job);
  });

  it.each(NAMES.filter((name) => JOB[name] !== null))('is not one without its %s', (name) => {
    expect(readJob(JSON.stringify(without(name)), 'one')).toBeNull();
  });

  it.each(NAMES.filter((name) => JOB[name] === null))('has no %s where none is stored', (name) => {
    expect(readJob(JSON.stringify(without(name)), 'one')).toEqual(JOB);
  });

  it.each<[string, object]>([
    ['under another id', { jobId: 'two' }],
    ['in a status that there is not', { status: 'Done' }],
    ['running, and due later', { status: 'Running', dueAt: JOB.createdAt }],
    ['ended without a time', { status: 'Failed' }],
    ['with more labels than a job may have', { labels: Array.from({ length: 17 }, () => 'a') }],
    ['with a time that is none', { createdAt: 'yesterday' }],
    ['of a kind that there is not', { transformation: { kind: 'shell', shell: 'rm' } }],
  ])('is none %s', (_, change) => {
    expect(readJob(JSON.stringify({ ...JOB, ...change }), 'one')).toBeNull();
  });

  it('is none, and nothing is thrown, whatever text and whatever value there is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(readJob(text, 'one')).toBeNull();
      }),
    );
    const field = fc.constantFrom(...NAMES);
    fc.assert(
      fc.property(field, fc.jsonValue(), (name, value) => {
        const read = readJob(JSON.stringify({ ...JOB, [name]: value }), 'one');
        expect(read === null || read.jobId === 'one').toBe(true);
      }),
    );
  });

  it.each<[string, object]>([
    ['a script', { kind: 'script', collection: 'Cars', script: 'x' }],
    ['SQL', { kind: 'sql', sql: 'select 1' }],
    ['an application', { kind: 'spark-app', resource: 'a.py', args: ['1'], properties: { a: 'b' } }],
  ])('has %s to run', (_, transformation) => {
    const text = JSON.stringify({ ...JOB, transformation });
    expect(readJob(text, 'one')?.transformation).toEqual(transformation);
  });

  it.each<[string, object]>([
    [
      'with arguments that are not texts',
      { transformation: { kind: 'spark-app', resource: 'a.py', args: [1] } },
    ],
    [
      'with properties in a list',
      { transformation: { kind: 'spark-app', resource: 'a.py', properties: [] } },
    ],
    [
      'with a property that is not a text',
      { transformation: { kind: 'spark-app', resource: 'a', properties: { a: 1 } } },
    ],
    ['with nothing to run', { transformation: null }],
    ['with the input of another folder', { input: { ...CONTENT, object: 'out/x' } }],
    ['with an input in the place of its result', { result: { ...CONTENT, object: 'in/x' } }],
  ])('is none %s', (_, change) => {
    expect(readJob(JSON.stringify({ ...JOB, ...change }), 'one')).toBeNull();
  });

  it.each([
    { kind: 'script', collection: 'Cars', script: 'x' },
    { kind: 'sql', sql: 'select :a', args: { a: 0 } },
    { kind: 'sql', sql: 'select 1' },
  ])('has the numbers of its metadata and arguments as they are written: %j', (transformation) => {
    const job = { ...JOB, transformation, metadata: { a: 0 }, hasExactNumbers: true };
    const text = JSON.stringify(job).replaceAll('"a":0', '"a":9007199254740993.0');
    const read = JSON.stringify(readJob(text, 'one'));
    expect(read).toContain('"metadata":{"a":9007199254740993.0}');
    const written = JSON.stringify(transformation).replace('"a":0', '"a":9007199254740993.0');
    expect(read).toContain(`"transformation":${written}`);
  });

  it('has its input in a folder for inputs', () => {
    const input = { ...CONTENT, object: 'in/x' };
    expect(readJob(JSON.stringify({ ...JOB, input }), 'one')?.input).toEqual(input);
  });
});
