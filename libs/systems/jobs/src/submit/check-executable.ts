import { ProblemError, type ProblemField } from '@nestjs-spark/contracts';
import type { ScriptPool } from '@nestjs-spark/etl-script';
import { JOB_REFUSED } from '../job/problems.ts';
import type { JobBackend } from '../job/backend.ts';
import type { JobTransformation } from '../job/job.ts';
import { lossyNumberIn } from '../job/json.ts';
import type { JobHandlers } from '../job/handler.ts';
import { faultsOfApplication } from './check-application.ts';

/** What is available to execute jobs. */
export interface Executors {
  backends: readonly JobBackend[];
  handlers: JobHandlers;
  scripts: ScriptPool;
}

/** What is to be executed, from a new submission or an earlier job. */
export interface Executable {
  body: { name: string; backend?: string | undefined };
  transformation: JobTransformation;
  input: { form: string; text?: string } | null;
}

/** Why a submission cannot be executed here, one fault per field; empty if it can. */
export async function faultsOf(submission: Executable, executors: Executors): Promise<ProblemField[]> {
  const { body, transformation, input } = submission;
  const faults = [...faultsOfBackend(body.backend ?? 'auto', transformation.kind, executors.backends)];
  if (transformation.kind === 'script') {
    const { collection, script } = transformation;
    const { problems } = await executors.scripts.inspect({ name: body.name, collection, script });
    faults.push(
      ...problems.map(({ reason, line, column }) => ({
        pointer: '/transformation/script',
        detail: reason,
        line,
        column,
      })),
    );
    if (input?.form === 'value')
      faults.push({
        pointer: '/input',
        detail: 'a script works on documents: send { documents } or { object }',
      });
    if (input === null) faults.push({ pointer: '/input', detail: 'a script needs documents to work on' });
  }
  if (transformation.kind === 'spark-app') faults.push(...faultsOfApplication(transformation, input));
  if (transformation.kind === 'sql' && input?.form === 'value')
    faults.push({
      pointer: '/input',
      detail: 'a statement works on documents: send { documents } or { object }',
    });
  // If the backend is at fault, nothing is known about the handler.
  if (transformation.kind === 'handler' && faults.length === 0) {
    const able = mayRunOn(body.backend ?? 'auto', transformation, executors.backends);
    if (able.length === 0) {
      const known = executors.handlers.names();
      const there = known.length === 0 ? 'none' : known.join(', ');
      faults.push({
        pointer: '/transformation/handler',
        detail: `no handler has this name; this application has ${there}`,
      });
    } else faults.push(...faultsOfNumbers(input?.text ?? '', able));
  }
  return faults;
}

function faultsOfBackend(asked: string, kind: string, backends: readonly JobBackend[]): ProblemField[] {
  const able = backends.filter(({ capabilities }) => capabilities.kinds.some((one) => one === kind));
  if (able.length === 0) {
    const where = NEEDS[kind] ?? 'a backend';
    return [{ pointer: '/transformation/kind', detail: `${kind} needs ${where}` }];
  }
  if (asked === 'auto' || able.some(({ name }) => name === asked)) return [];
  if (asked === 'spark' && !backends.some(({ name }) => name === asked))
    return [
      {
        pointer: '/backend',
        detail: 'there is no Apache Spark here: set APACHE_SPARK_CONNECT_URL, or use auto or memory',
      },
    ];
  const names = ['auto', ...able.map(({ name }) => name)].join(', ');
  return [
    {
      pointer: '/backend',
      detail: `no backend of this name runs jobs of the kind ${kind}; use one of ${names}`,
    },
  ];
}

/** A handler in this process gets values of JavaScript; a backend elsewhere gets the text. */
function faultsOfNumbers(text: string, backends: readonly JobBackend[]): ProblemField[] {
  if (!backends.every(({ capabilities }) => capabilities.local)) return [];
  const lossy = lossyNumberIn(text);
  if (lossy === null) return [];
  const detail = `has the number ${lossy.slice(0, 40)}, which JavaScript cannot hold: send it as a string`;
  return [{ pointer: '/input', detail }];
}

/** The backends that may get the job and can execute it. */
function mayRunOn(
  asked: string,
  transformation: JobTransformation,
  backends: readonly JobBackend[],
): JobBackend[] {
  return backends.filter((backend) => {
    const { kinds, onRequest } = backend.capabilities;
    const mayGet = asked === 'auto' ? !onRequest : backend.name === asked;
    return mayGet && kinds.includes(transformation.kind) && (backend.accepts?.(transformation) ?? true);
  });
}

const NEEDS: Readonly<Record<string, string>> = {
  sql: 'Apache Spark: set APACHE_SPARK_CONNECT_URL',
  'spark-app': 'a standalone master of Apache Spark: set APACHE_SPARK_MASTER_URL',
};

/** The faults as one error. */
export function refusedFor(faults: ProblemField[]): ProblemError {
  const [first] = faults;
  const place = first?.line === undefined ? '' : ` (line ${first.line}, column ${first.column})`;
  return new ProblemError(JOB_REFUSED, `${first?.pointer}: ${first?.detail}${place}`, { errors: faults });
}
