import { JetStreamRefusedError } from './refusals.ts';

/** Older servers have known security flaws. */
const MINIMUM_SERVER_VERSION = '2.12.7';

/** @throws {JetStreamRefusedError} for a server that is too old */
export function requireVersion(version: string): void {
  if (isAtLeast(version, MINIMUM_SERVER_VERSION)) return;
  throw new JetStreamRefusedError(
    `nats-server ${version} is not used: versions before ${MINIMUM_SERVER_VERSION} have known security flaws. Update the server`,
  );
}

/** Whether `version` is at least `minimum`; a pre-release counts as the release it leads to. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [a, b] = [numbers(version), numbers(minimum)];
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbers(version: string): number[] {
  return (version.split(/[-+]/)[0] ?? '').split('.').map((part) => Number.parseInt(part, 10) || 0);
}
