import { expect, it } from '@jest/globals';
import { ReadableDocuments, type SourceDocument } from '@nestjs-spark/contracts/internal';
import { loadSample } from './sample-documents.ts';

it('does not try a copy that was asked for by its id, since copies do not travel on', async () => {
  const document = (id: string, copyOf: string | null): SourceDocument => ({
    id,
    collection: 'Cars',
    copyOf,
    json: Buffer.from('{}'),
  });
  const stored = [document('cars/1', null), document('cars/2', 'Depot/cars/2')];
  const load = async (ids: string[]) => ids.map((id) => stored.find((one) => one.id === id) ?? null);
  expect(
    await loadSample({ load }, new ReadableDocuments([{ collection: 'Cars' }]), 'cars', [
      'cars/1',
      'cars/2',
      'cars/3',
    ]),
  ).toEqual([
    { id: 'cars/1', collection: 'Cars', document: stored[0]?.json },
    { id: 'cars/2', missing: true },
    { id: 'cars/3', missing: true },
  ]);
});
