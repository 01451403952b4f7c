import { shortOperatorToken } from '@nestjs-spark/modules/internal';
import type { ReplicationSettings } from './options.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What production is not started with, each with its remedy and the variable that allows it all the same. */
export function unsafeSettings(
  { natsUrl, operatorToken }: Pick<ReplicationSettings, 'natsUrl' | 'operatorToken'>,
  environment: Environment,
): string[] {
  const faults: string[] = [];
  const servers = natsUrl.split(',').map((server) => server.trim());
  if (environment['SPARK_ALLOW_OPEN_NATS'] !== '1') {
    const allow = 'or set SPARK_ALLOW_OPEN_NATS=1 where the network keeps everybody else away';
    if (!servers.every((server) => server.startsWith('tls://')))
      faults.push(
        `natsUrl (NATS_URL) is not encrypted, which production does not accept: use tls://, ${allow}`,
      );
    if (!servers.some(hasCredentials))
      faults.push(
        `natsUrl (NATS_URL) has no credentials, which production does not accept: use tls://user:password@host:4222, ${allow}`,
      );
  }
  faults.push(...shortOperatorToken(operatorToken, environment));
  return faults;
}

function hasCredentials(server: string): boolean {
  const url = URL.parse(server.includes('://') ? server : `nats://${server}`);
  return url !== null && url.username !== '';
}
