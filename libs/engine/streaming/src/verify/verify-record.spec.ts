import { expect, it } from '@jest/globals';
import { MemoryState } from '@nestjs-spark/testing/internal';
import { VerifyRecords, type Finding } from './verify-record.ts';

const NAME = 'Fleet/HR/Cars';

it('a comparison is not gone where its documents have thousands of copies, all of which are to be repaired', async () => {
  const records = new VerifyRecords(new MemoryState());
  const { value, version } = await records.begin(NAME, { depth: 'content', repair: true });
  const open = Array.from({ length: 20_000 }, (_, at): Finding => {
    return { id: `cars/1/Parts/${at}`, document: 'cars/1', kind: 'missing', reason: 'there is no copy' };
  });
  await records.write(NAME, { ...value, open }, version);
  expect((await records.read(NAME))?.value.open).toHaveLength(open.length);
});

it('a comparison is not gone where a document has an id of any length', async () => {
  const records = new VerifyRecords(new MemoryState());
  const { value, version } = await records.begin(NAME, { depth: 'content', repair: true });
  await records.write(NAME, { ...value, suspects: ['x'.repeat(20_000)] }, version);
  expect((await records.read(NAME))?.value.suspects).toHaveLength(1);
});
