import {
  CHANGE,
  CHANGE_HEADER,
  formatChange,
  noneWithId,
  type Change,
  type Page,
  type Stored,
} from '@nestjs-spark/contracts';
import type { Response } from 'express';

/** The items as the body, their total number as the header `X-Total-Count`. */
export function sendPage<T>(response: Response, { items, total }: Page<T>): Stored<T>[] {
  response.setHeader('X-Total-Count', String(total));
  return items;
}

/** The new document as in `sendStored`, with its address as the header `Location`. */
export function sendCreated<T>(response: Response, path: string, stored: Stored<T>): Stored<T> {
  response.setHeader('Location', `${path}/${stored.id}`);
  return sendStored(response, stored);
}

/** The written document as the body, and its change as the header `Spark-Change`, so that a reader of copies can wait for it. */
export function sendStored<T>(response: Response, stored: Stored<T>): Stored<T> {
  sendChange(response, stored[CHANGE]);
  return stored;
}

export function sendChange(response: Response, change: Change | undefined): void {
  if (change) response.setHeader(CHANGE_HEADER, formatChange(change));
}

/** The result, or a 404 problem that names what was looked for. */
export function found<T>(answer: T | null | false, what: string, id: string): T {
  if (answer !== null && answer !== false) return answer;
  throw noneWithId(what, id);
}
