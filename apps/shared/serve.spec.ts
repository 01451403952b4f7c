import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { serve } from './serve.ts';

let said: string;
const { PORT } = process.env;

beforeEach(() => {
  said = '';
  process.env['PORT'] = '5003';
  jest.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  if (PORT === undefined) delete process.env['PORT'];
  else process.env['PORT'] = PORT;
});

it('An app whose module refuses a variable while it is imported ends with the reason, not with a stack', async () => {
  const load = () => Promise.reject(new Error('SPARK_PEERS_NODE is missing: set it.'));
  await serve(load, { name: 'Notes', description: '' });
  expect(said).toBe('Notes cannot start. SPARK_PEERS_NODE is missing: set it.\n');
  expect(process.exit).toHaveBeenCalledWith(1);
});
