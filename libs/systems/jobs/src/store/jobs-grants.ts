import {
  type BusGrants,
  contentGrants,
  joinGrants,
  laneGrants,
  moduleGrants,
  recordReaderGrants,
  recordWriterGrants,
  valueWriterGrants,
} from '@nestjs-spark/jetstream/internal';
import type { JobsSettings } from '../settings/settings.ts';
import { contentsOf, JOBS_PLACE, queuedIn, recordPlaceOf, STATE, WAITING } from './job-place.ts';

const PLACE = recordPlaceOf(JOBS_PLACE);

/** The NATS permissions of an instance that accepts jobs, executes them, or both. */
export function jobsGrants(module: string, role: JobsSettings['role']): BusGrants {
  const takes = recordWriterGrants(PLACE, [queuedIn('*')]);
  const executes = joinGrants(laneGrants(PLACE, queuedIn('*')), valueWriterGrants(PLACE));
  return joinGrants(
    moduleGrants(module),
    recordReaderGrants(PLACE),
    recordWriterGrants(PLACE, [WAITING, STATE]),
    contentGrants(contentsOf(PLACE.stream)),
    ...(role === 'worker' ? [] : [takes]),
    ...(role === 'api' ? [] : [executes]),
  );
}
