import { join } from 'node:path';
import { resolvePipelinesSettings } from './settings.ts';

/** The file with the operator token of a development machine. */
export function operatorTokenFile(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  return join(resolvePipelinesSettings({}, environment).folder, 'operator-token');
}
