import { pause } from '../retry/pause.ts';

/** Waits for `work`, and says whether it ended within `milliseconds`; work that did not end in time continues. @throws what the work throws until then */
export async function endsWithin(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const over = new AbortController();
  const late = pause(milliseconds, over.signal).then(() => false);
  return Promise.race([work.then(() => true), late]).finally(() => over.abort());
}
