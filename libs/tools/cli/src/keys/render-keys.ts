import type { KeyView } from '@nestjs-spark/replication/internal';

/** What a module trusts, formatted for people. */
export function renderKeys(module: string, views: readonly KeyView[]): string {
  if (views.length === 0) return `${module} knows no other module yet.`;
  return views.flatMap((view) => describe(module, view)).join('\n');
}

function describe(asked: string, { module, trusted, registered, next, waitsForApproval }: KeyView): string[] {
  const lines = [
    `${module}: ${trusted.length === 0 ? 'no key is trusted' : `${asked} trusts ${trusted.join(' and ')}`}`,
  ];
  if (next !== null) lines.push(`  announces ${next} as its next key`);
  if (waitsForApproval && registered !== null) {
    lines.push(
      `  has registered ${registered}, which is not trusted. Compare it with what its operators see, then:`,
    );
    lines.push(`  npx @nestjs-spark/cli keys approve ${module}=${registered} --module ${asked}`);
  }
  return lines;
}
