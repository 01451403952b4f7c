import type { DocumentStore } from 'ravendb';
import { StoreRefusedError, UnavailableError } from '@nestjs-spark/contracts';
import type { RavenConnection } from '../connect/raven-connection.ts';

/** The licence of this RavenDB does not include RavenDB's own ETL: use the stream engine, or another licence. */
export class LicenceRefusedError extends StoreRefusedError {
  constructor(database: string, options?: ErrorOptions) {
    super(
      `Database ${database}: RavenDB's licence does not include RavenDB ETL. Use the stream engine, or get such a licence.`,
      options,
    );
    this.name = 'LicenceRefusedError';
  }
}

const AWAY = /AllTopologyNodesDown|DatabaseDoesNotExist|Timeout|ServiceUnavailable|Network/;
const NO_CONTACT = /fetch failed|while contacting|ECONN|ETIMEDOUT|socket/i;

/** Runs an operation of RavenDB's client; its errors become those of the ports. */
export async function throughClient<T>(
  connection: RavenConnection,
  work: (store: DocumentStore, client: typeof import('ravendb')) => Promise<T>,
): Promise<T> {
  try {
    return await work(await connection.store(), await import('ravendb'));
  } catch (error) {
    throw translate(connection.settings.database, error);
  }
}

function translate(database: string, error: unknown): Error {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  // The client's messages include the server's stack trace.
  const reason = message.split('\n', 1)[0] ?? '';
  if (name.includes('LicenseLimit') || reason.includes('LicenseLimitException')) {
    return new LicenceRefusedError(database, { cause: new Error(reason) });
  }
  if (AWAY.test(name) || NO_CONTACT.test(reason)) {
    return new UnavailableError(`Database ${database} cannot be reached`, { cause: error });
  }
  return new StoreRefusedError(`Database ${database}: RavenDB refused: ${reason}`, {
    cause: new Error(reason),
  });
}
