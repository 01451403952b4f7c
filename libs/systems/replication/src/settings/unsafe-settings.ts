import { hasCredentials } from '@nestjs-spark/bus/internal';
import type { ReplicationSettings } from './options.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Settings that a module must not start with in production, each with its remedy and the variable that allows it anyway.
 * @param isNatsNamed whether `natsUrl` was given and is not the default
 */
export function unsafeSettings(
  { natsUrl, natsSecurity }: Pick<ReplicationSettings, 'natsUrl' | 'natsSecurity'>,
  environment: Environment,
  isNatsNamed = true,
): string[] {
  const faults: string[] = [];
  const security = natsSecurity();
  const servers = natsUrl.split(',').map((server) => server.trim());
  if (environment['SPARK_ALLOW_OPEN_NATS'] !== '1') {
    const allow = 'or set SPARK_ALLOW_OPEN_NATS=1 if nobody else can reach the network';
    if (!isNatsNamed)
      faults.push(
        `natsUrl (NATS_URL) is missing, and production does not assume ${natsUrl}: set it to the tls:// addresses of NATS, ${allow}`,
      );
    else if (security.ca === undefined && !servers.every((server) => server.startsWith('tls://')))
      faults.push(
        `natsUrl (NATS_URL) is not encrypted, which production does not accept: use tls://, or name the authority with NATS_CA_FILE, ${allow}`,
      );
    if (!hasCredentials(security) && !servers.some(holdsCredentials))
      faults.push(
        `NATS is given no credentials, which production does not accept: set NATS_NKEY_SEED_FILE, NATS_CREDENTIALS_FILE, or NATS_USER with NATS_PASSWORD_FILE, ${allow}`,
      );
  }
  return faults;
}

function holdsCredentials(server: string): boolean {
  const url = URL.parse(server.includes('://') ? server : `nats://${server}`);
  return url !== null && url.username !== '';
}
