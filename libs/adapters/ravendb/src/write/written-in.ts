import { UnavailableError } from '@nestjs-spark/contracts';
import { isNamedByRavenDb, readServerError, toStoreError } from '../connect/server-error.ts';
import type { RavenHttp } from '../connect/raven-http.ts';
import type { RavenAnswer } from '../connect/raven-node.ts';

/** The list of results, and what a transaction of the whole cluster adds. */
const END = /\](,"TransactionIndex":\d+)?\}\s*$/;
const END_BYTES = 256;

/**
 * The answer to a transaction, if it says that the transaction was written: accepting any other answer would lose what was to be written.
 * @throws what RavenDB refused, where it names a reason
 * @throws {UnavailableError} when it says nothing about the transaction, as a proxy would
 */
export function writtenIn(http: Pick<RavenHttp, 'database'>, { status, body }: RavenAnswer): Buffer {
  const where = `Database ${http.database}`;
  if (status === 404) {
    const error = readServerError(status, body.toString('utf8'));
    if (isNamedByRavenDb(error)) throw toStoreError(where, error);
    throw new UnavailableError(
      `${where} was written to, but the answer is a 404 without a reason: check what stands before it`,
    );
  }
  if (END.test(body.toString('latin1', Math.max(0, body.length - END_BYTES)))) return body;
  throw new UnavailableError(`${where} did not say whether it has written: the answer is not complete`);
}
