/** Older servers have known security flaws. */
export const MINIMUM_SERVER_VERSION = '2.12.7';

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
