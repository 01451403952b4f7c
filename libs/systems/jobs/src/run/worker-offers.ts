import { ABSENT_MS, type JobBackend } from '../job/backend.ts';
import type { Job, JobCause } from '../job/job.ts';

/** What a job needs of some worker. */
export interface Need {
  /** Offers that would do; a worker with one of them may take the job. */
  readonly offers: readonly string[];
  /** Why the job has failed when no worker has made any of them for long. */
  readonly cause: JobCause;
}

/** What workers tell each other of a backend of theirs. */
export function offersOf(backend: OfferedBackend): string[] {
  const { name, capabilities } = backend;
  const { kinds, onRequest = false } = capabilities;
  const open = onRequest ? [] : kinds.map((kind) => `kind ${kind}`);
  return [
    `backend ${name}`,
    ...open,
    ...(kinds.includes('handler') ? handlersOf(name, onRequest, backend.handlers?.()) : []),
  ];
}

/** Of a backend, what its offers depend on. */
export type OfferedBackend = Pick<JobBackend, 'name' | 'capabilities' | 'handlers'>;

function handlersOf(name: string, onRequest: boolean, known: readonly string[] | undefined): string[] {
  if (known)
    return known.map((handler) => (onRequest ? `handler ${handler} on ${name}` : `handler ${handler}`));
  return [`any handler on ${name}`, ...(onRequest ? [] : ['any handler'])];
}

/** Everything that a queued job needs; each of it may be missing everywhere. */
export function needsOf({ backendRequested: name, transformation }: Job): Need[] {
  const isOpen = name === 'auto';
  const { kind } = transformation;
  const place: Need = isOpen
    ? {
        offers: [`kind ${kind}`],
        cause: removed(
          'backend-removed',
          `a backend for jobs of kind ${kind} in its settings`,
          'Restore one in the settings and retry the job.',
        ),
      }
    : {
        offers: [`backend ${name}`],
        cause: removed(
          'backend-removed',
          `the requested backend ${name} in its settings`,
          `Restore ${name} in the settings and retry the job, or submit it for another backend.`,
        ),
      };
  if (transformation.kind !== 'handler') return [place];
  const { handler } = transformation;
  return [
    place,
    {
      offers: [
        `handler ${handler}`,
        ...(isOpen ? ['any handler'] : [`handler ${handler} on ${name}`, `any handler on ${name}`]),
      ],
      cause: removed(
        'handler-removed',
        `the handler ${handler}`,
        `Restore the class with @TransformationJob({ name: '${handler}' }) and retry the job.`,
      ),
    },
  ];
}

function removed(code: string, what: string, remedy: string): JobCause {
  const message = `It was not started: no worker has had ${what} for ${ABSENT_MS / 60_000} minutes. ${remedy}`;
  return { class: 'backend', code, message };
}
