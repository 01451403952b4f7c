import { ProblemError, type Page, type Stored } from '@nestjs-spark/contracts';
import type { Response } from 'express';

/** The items as the body, how many there are in all as the header `X-Total-Count`. */
export function sendPage<T>(response: Response, { items, total }: Page<T>): Stored<T>[] {
  response.setHeader('X-Total-Count', String(total));
  return items;
}

/** The new document as the body, its address as the header `Location`. */
export function sendCreated<T>(response: Response, path: string, stored: Stored<T>): Stored<T> {
  response.setHeader('Location', `${path}/${stored.id}`);
  return stored;
}

/** What was looked for, or a 404 problem that names it. */
export function found<T>(answer: T | null | false, what: string, id: string): T {
  if (answer !== null && answer !== false) return answer;
  throw new ProblemError('notFound', `There is no ${what} with the id ${JSON.stringify(id)}.`);
}
