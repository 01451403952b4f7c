import { pause } from '../retry/pause.ts';

/** Whether `work` ended within `milliseconds`; work that did not continues. @throws what the work throws within that time */
export async function endsWithin(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const over = new AbortController();
  const late = pause(milliseconds, over.signal).then(() => false);
  return Promise.race([work.then(() => true), late]).finally(() => over.abort());
}
