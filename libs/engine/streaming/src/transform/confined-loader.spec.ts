import { expect, it } from '@jest/globals';
import type { SourceDocument } from '@nestjs-spark/contracts/internal';
import { confinedLoader } from './confined-loader.ts';

it('A script loads only documents of collections that its module may read; any other seems not to exist', async () => {
  const json = Buffer.from('{}');
  const of = (id: string, collection: string): SourceDocument => ({ id, collection, json, copyOf: null });
  const source = {
    load: async () => [of('cars/1', 'CARS'), of('people/1', 'People'), null, of('keys/1', 'SparkKeys')],
  };
  const load = confinedLoader(source, ['Cars', 'SparkKeys']);
  expect(await load(['cars/1', 'people/1', 'cars/9', 'keys/1'])).toEqual([json, null, null, null]);
});
