import { nameKey } from '@nestjs-spark/foundation/internal';

/** The lease for one side of a task: `capture.fleet.hr.cars`. */
export function leaseName(side: 'capture' | 'apply' | 'verify', name: string): string {
  return `${side}.${nameKey(name).replaceAll('/', '.')}`;
}
