import { hasCredentials } from '@nestjs-spark/bus/internal';
import type { ReplicationSettings } from './options.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Fewer characters can be guessed while nobody looks. */
const SHORTEST_OPERATOR_TOKEN = 16;

/** What production is not started with, each with its remedy and the variable that allows it all the same. */
export function unsafeSettings(
  {
    natsUrl,
    natsSecurity,
    operatorToken,
  }: Pick<ReplicationSettings, 'natsUrl' | 'natsSecurity' | 'operatorToken'>,
  environment: Environment,
): string[] {
  const faults: string[] = [];
  const security = natsSecurity();
  const servers = natsUrl.split(',').map((server) => server.trim());
  if (environment['SPARK_ALLOW_OPEN_NATS'] !== '1') {
    const allow = 'or set SPARK_ALLOW_OPEN_NATS=1 where the network keeps everybody else away';
    if (security.ca === undefined && !servers.every((server) => server.startsWith('tls://')))
      faults.push(
        `natsUrl (NATS_URL) is not encrypted, which production does not accept: use tls://, or name the authority with NATS_CA_FILE, ${allow}`,
      );
    if (!hasCredentials(security) && !servers.some(holdsCredentials))
      faults.push(
        `NATS is given no credentials, which production does not accept: set NATS_NKEY_SEED_FILE, NATS_CREDENTIALS_FILE, or NATS_USER with NATS_PASSWORD_FILE, ${allow}`,
      );
  }
  const isShort = operatorToken !== null && operatorToken.length < SHORTEST_OPERATOR_TOKEN;
  if (isShort && environment['SPARK_ALLOW_SHORT_OPERATOR_TOKEN'] !== '1')
    faults.push(
      `operatorToken (SPARK_OPERATOR_TOKEN) has fewer than ${SHORTEST_OPERATOR_TOKEN} characters, which production does not accept: take one from "openssl rand -base64 32", or set SPARK_ALLOW_SHORT_OPERATOR_TOKEN=1`,
    );
  return faults;
}

function holdsCredentials(server: string): boolean {
  const url = URL.parse(server.includes('://') ? server : `nats://${server}`);
  return url !== null && url.username !== '';
}
