import { createHash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { MemoryState } from '@nestjs-spark/testing';
import { readCopy } from './read-copy.ts';
import { ToldCopies } from './told-copies.ts';

const FIELDS = '{"Model":"Übelá\u{1f697}"}';
const MARKS = '"spark-source":"Fleet/cars/ä","spark-etag":7,"spark-generation":"HR/cars:1"';
const json = Buffer.from(`${FIELDS.slice(0, -1)},"@metadata":{"@collection":"Cars",${MARKS}}}`);

// Databases keep these: another id or another hash of the same copy, and handlers would be told of everything again.
it('recognizes a copy by what earlier versions recorded of it', async () => {
  const copy = readCopy({ id: 'cars/Ä', collection: 'Cars', copyOf: 'Fleet/cars/ä', json }, [
    'Fleet/HR/Cars',
  ]);
  const digest = createHash('sha256').update('Cars').update('\0').update(FIELDS).digest('base64url');
  expect(copy?.hash).toBe(digest.slice(0, 27));

  const state = new MemoryState();
  const told = new ToldCopies(state, 'Garage.carCame', 'ravendb');
  await told.readPosition();
  if (copy) told.told('cars/Ä', copy);
  await told.commit({ databaseId: 'a', deletesTo: 0, collections: {} });
  const key = createHash('sha256').update('cars/ä').digest('hex').slice(0, 40);
  expect(await state.readAll([`sparkArrived/garage.carcame/${key}`])).toEqual([copy]);
});
