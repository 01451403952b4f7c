import { expect, it } from '@jest/globals';
import { ReadableDocuments, type SourceDocument } from '@nestjs-spark/contracts/internal';
import { confinedLoader } from './confined-loader.ts';

it('A script loads only the own documents of the owner, of collections that its module may read; any other seems not to exist', async () => {
  const json = Buffer.from('{}');
  const of = (id: string, collection: string, copyOf: string | null = null): SourceDocument => ({
    id,
    collection,
    json,
    copyOf,
  });
  const source = {
    load: async () => [
      of('cars/1', 'CARS'),
      of('people/1', 'People'),
      null,
      of('keys/1', 'SparkKeys'),
      of('cars/2', 'Cars', 'Sales/cars/2'),
    ],
  };
  const load = confinedLoader(
    source,
    new ReadableDocuments([{ collection: 'Cars' }, { collection: 'SparkKeys' }]),
  );
  expect(await load(['cars/1', 'people/1', 'cars/9', 'keys/1', 'cars/2'])).toEqual([
    json,
    null,
    null,
    null,
    null,
  ]);
});
