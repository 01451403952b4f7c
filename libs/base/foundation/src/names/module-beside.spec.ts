import { expect, it } from '@jest/globals';
import { moduleBeside } from './module-beside.ts';

it('A module beside another is source where that is, and built where that is built', () => {
  expect(moduleBeside('file:///a/src/run/worker.ts', '../guest/thread').href).toBe(
    'file:///a/src/guest/thread.ts',
  );
  expect(moduleBeside('file:///a/dist/run/worker.js', './thread').href).toBe('file:///a/dist/run/thread.js');
});
