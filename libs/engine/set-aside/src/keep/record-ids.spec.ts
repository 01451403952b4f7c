import { describe, expect, it } from '@jest/globals';
import { MemoryState } from '@nestjs-spark/testing/internal';
import { askRerun } from '../rerun/rerun-request.ts';
import { beyondId, rerunId, setAsideId } from './record-ids.ts';
import { SetAside } from './set-aside.ts';

const NAME = 'Fleet/HR/Cars';

describe('What a database contains about records that are set aside', () => {
  it('has the ids of the landed version', () => {
    expect(setAsideId(NAME, 'A1b2', 'cars/1-a')).toBe('sparkSetAside/fleet/hr/cars/a1b2/cars/1-a');
    expect(setAsideId(NAME, 'a', 'ä')).toBe(
      'sparkSetAside/fleet/hr/cars/a/sha256-33e6d73fee82904c8d7afb78de1154d1e8dc2a0edb08120e63df5b9385c2d9cc',
    );
    expect(beyondId(NAME)).toBe('sparkSetAsideBeyond/fleet/hr/cars');
    expect(rerunId(NAME)).toBe('sparkSetAsideRetry/fleet/hr/cars');
  });

  it('is kept in the form of the landed version', async () => {
    const state = new MemoryState();
    const setAside = await SetAside.open(state, NAME, { generation: 2, incarnation: 'a1' });
    const failure = {
      documentId: 'cars/1',
      etag: 7,
      reason: 'it throws',
      kind: 'thrown',
      line: 1,
      column: 2,
    };
    await setAside.add([failure]);
    await askRerun(state, NAME, ['cars/1']);
    expect(state.documents.get('sparksetaside/fleet/hr/cars/a1/cars/1')?.value).toEqual({
      ...failure,
      generation: 2,
      incarnation: 'a1',
      ids: 'ravendb',
      task: { owner: 'Fleet', requester: 'HR', name: 'Cars' },
      at: expect.any(Number),
      firstAt: expect.any(Number),
      count: 1,
    });
    expect(state.documents.get('sparksetasideretry/fleet/hr/cars')?.value).toEqual({
      all: false,
      documents: ['cars/1'],
    });
  });
});
