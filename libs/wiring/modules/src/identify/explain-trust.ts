import { pinnedKeyId } from '@nestjs-spark/contracts/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';
import type { EntryVerdict } from './judge-entry.ts';
import type { KeyVerdict } from './judge-key.ts';

type Distrust = Extract<KeyVerdict, { kind: 'changed' | 'unapproved' }>;

/** Why a module's requests are refused, with the remedy. */
export function explainKey(module: string, keyId: string, verdict: Distrust): string {
  const remedy = `If that is right, approve it: ${approval(module, keyId)}`;
  return verdict.kind === 'changed'
    ? `Module ${module} has registered a key (${keyId}) other than the one trusted so far (${verdict.believed}); its requests are refused. ${remedy}, or delete the document ${pinnedKeyId(nameKey(module))}.`
    : `Module ${module} uses the key ${keyId}, which nobody has approved; its requests are refused. ${remedy}.`;
}

/** Why an entry of the registry is not believed, with the remedy; follows on a colon. */
export function describeDoubt(module: string, verdict: EntryVerdict, keyId: string): string {
  switch (verdict.kind) {
    case 'changed':
      return (
        `its key is ${keyId}, and the one trusted so far is ${verdict.believed}. If that is right, approve it here ` +
        `(${approval(module, keyId)}), or delete the document ${pinnedKeyId(nameKey(module))} in this module's database`
      );
    case 'unapproved':
      return `nobody has approved its key ${keyId}, which production requires: ${approval(module, keyId)}`;
    case 'forged':
      return 'its signature was not made with its own key, so somebody else has changed it; the module writes it again while it runs';
    case 'unsigned':
      return (
        'it is not signed, and this module has signed its entries before, so somebody else has written it. If the ' +
        `module runs an earlier version again, delete the document ${pinnedKeyId(nameKey(module))} in this module's database`
      );
    case 'older':
      return (
        `it dates from ${verdict.at}, and the module has made a later one since, so somebody else has restored it; the ` +
        "module writes its own again while it runs. If that one's clock was wrong, delete the document " +
        `${pinnedKeyId(nameKey(module))} in this module's database`
      );
    case 'keyless':
      return 'it has no key, so nothing can prove whose it is';
    case 'believed':
      return 'it is believed';
  }
}

export function unsignedWarning(module: string): string {
  return (
    `The registry's entry of ${module} is not signed, so anyone who can write to the registry can change its address. The next ` +
    `version will not believe it: update ${module}`
  );
}

function approval(module: string, keyId: string): string {
  return `trustedKeys { ${module}: '${keyId}' } or SPARK_TRUSTED_KEYS=${module}=${keyId}`;
}
