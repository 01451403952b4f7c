import { describe, expect, it } from '@jest/globals';
import { newest } from '@nestjs-spark/contracts/internal';
import { MemorySource } from '@nestjs-spark/testing';
import type { CapturePosition } from '../task/position.ts';
import { SourceReplacedError } from './source-errors.ts';
import { WitnessGuard } from './witness-guard.ts';

const POSITION: CapturePosition = {
  generation: 1,
  incarnation: 'first',
  databaseId: 'db-1',
  to: 0,
  began: 0,
  live: false,
  witness: { number: 0, mark: '' },
  resync: null,
};

describe('a restored source', () => {
  it('is detected by what the requester confirms, when the log was restored as well', async () => {
    const source = new MemorySource();
    const backup = source.backup();
    const guard = new WitnessGuard(source, 'reader', POSITION, 0);
    const other = await source.raiseWitness('reader', (await source.identify('reader')).witness);
    source.restore(backup);
    await guard.raise();
    guard.confirmed(newest(other));
    await expect(guard.raise()).rejects.toThrow(SourceReplacedError);
  });

  it('is not suspected while the requester confirms what was published', async () => {
    const guard = new WitnessGuard(new MemorySource(), 'reader', POSITION, 0);
    for (let n = 0; n < 20; n++) {
      await guard.raise();
      guard.confirmed(guard.use());
    }
    await guard.check();
  });
});
