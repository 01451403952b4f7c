import { isName } from '@nestjs-spark/contracts';
import { isThumbprint } from '@nestjs-spark/contracts/internal';
import { nameKey, toList } from '@nestjs-spark/foundation/internal';

/** The keys that an operator approves, by module: one thumbprint, or several while a module changes its key. */
export type TrustedKeys = Readonly<Record<string, string | readonly string[]>>;

/**
 * The approved keys of options, or of `SPARK_TRUSTED_KEYS` where there are none, by the name's key.
 * @param faults gets a sentence for each pair that cannot be one
 */
export function readTrustedKeys(
  given: TrustedKeys | undefined,
  text: string | undefined,
  faults: string[],
): ReadonlyMap<string, readonly string[]> {
  const pairs = given
    ? Object.entries(given).flatMap(([module, keyIds]) => pairsOf(module, [keyIds].flat()))
    : toList(text ?? '').map((pair) => split(pair));
  for (const [module, keyId] of pairs) {
    if (!isName(module) || !isThumbprint(keyId)) {
      faults.push(
        'trustedKeys (SPARK_TRUSTED_KEYS) has to be module=thumbprint pairs, as in HR=NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
      );
    }
  }
  const byName = Map.groupBy(pairs, ([module]) => nameKey(module));
  return new Map([...byName].map(([name, named]) => [name, named.map(([, keyId]) => keyId)]));
}

/** An empty list is a fault: taken for none at all, it would leave the pinned key of a module in place that is to have no key. */
function pairsOf(module: string, keyIds: readonly string[]): [string, string][] {
  return keyIds.length === 0 ? [[module, '']] : keyIds.map((keyId) => [module, keyId]);
}

function split(pair: string): [string, string] {
  const [module = '', ...keyId] = pair.split('=');
  return [module.trim(), keyId.join('=').trim()];
}
