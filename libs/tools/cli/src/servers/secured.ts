import { randomBytes } from 'node:crypto';
import { startSecuredNats, startSecuredRavenDb, type StartOptions } from '@nestjs-spark/servers';

/** A server, and the variables with which an application connects to it. */
export interface SecuredServer {
  readonly variables: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** One account with a single, unrestricted user. */
export async function secureNats(options: StartOptions): Promise<SecuredServer> {
  const password = randomBytes(16).toString('hex');
  const user = `{ user: developer, password: "${password}" }`;
  const accounts = `accounts { SPARK { jetstream: enabled, users: [${user}] } }`;
  const server = await startSecuredNats({ ...options, temporary: true, accounts });
  return {
    variables: {
      NATS_URL: server.url,
      NATS_CA_FILE: server.ca,
      NATS_USER: 'developer',
      NATS_PASSWORD: password,
    },
    stop: () => server.stop(),
  };
}

/** With its administrator's certificate, so that databases can be created as needed. */
export async function secureRavenDb(options: StartOptions): Promise<SecuredServer> {
  const server = await startSecuredRavenDb({ ...options, temporary: true });
  return {
    variables: {
      RAVENDB_URLS: server.url,
      RAVENDB_CA_FILE: server.ca,
      RAVENDB_CERTIFICATE_FILE: await server.authority.pem(server.administrator, 'pkcs8'),
    },
    stop: () => server.stop(),
  };
}
