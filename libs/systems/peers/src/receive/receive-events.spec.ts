import { expect, it, jest } from '@jest/globals';
import { MemoryFile } from '../../testing/memory-file.ts';
import { ONE_EVENT } from '../../testing/one-event.ts';
import { receiveEvents } from './receive-events.ts';

it('The file is asked once for each origin, however many events a message says it has seen', () => {
  const file = new MemoryFile();
  file.noteApplied({ origin: 'seen', number: 1_000 });
  const asked = jest.spyOn(file, 'loggedTo');
  const sees = Array.from({ length: 1_000 }, (_, at) => ({ origin: 'seen', number: at + 1 }));
  const events = [1, 2, 3].map((number) => ({ ...ONE_EVENT, number, sees, recordId: `notes/${number}` }));
  const message = { sequence: 1, origin: ONE_EVENT.origin, events };
  const received = receiveEvents(
    file,
    message,
    () => null,
    () => 'fresh',
  );
  expect(received).toMatchObject({ applied: 3, refused: null });
  expect(asked).toHaveBeenCalledTimes(1);
});
