import { ApiProperty, ApiSchema } from '@nestjs-spark/observability/internal';
import { believedKeys, type TrustPolicy } from './judge-key.ts';
import type { KeyEntry } from './key-snapshot.ts';

/** What a module knows of another one's keys; each is an RFC 7638 thumbprint. */
@ApiSchema({ name: 'ModuleKeys' })
export class KeyView {
  @ApiProperty({ example: 'HR' })
  module!: string;

  @ApiProperty({ type: [String], description: 'Tokens and registry entries signed with these are accepted' })
  trusted!: string[];

  @ApiProperty({ type: String, nullable: true, description: 'The key in the registry' })
  registered!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The key that it announces as the next' })
  next!: string | null;

  @ApiProperty({ description: 'Whether the registered key has to be approved before it is trusted' })
  waitsForApproval!: boolean;
}

export function viewKeys(entry: KeyEntry, policy: TrustPolicy, now: number): KeyView {
  const trusted = believedKeys(entry, policy, now).map(({ keyId }) => keyId);
  const registered = entry.registered?.key?.keyId ?? null;
  return {
    module: entry.module,
    trusted,
    registered,
    next: entry.registered?.next?.keyId ?? null,
    waitsForApproval: registered !== null && !trusted.includes(registered),
  };
}
