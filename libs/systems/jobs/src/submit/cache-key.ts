import { MAX_SCRIPT_BYTES } from '@nestjs-spark/etl-script';
import type { Job } from '../job/job.ts';
import type { JobHandlers } from '../job/handler.ts';
import { sha256 } from './new-job.ts';

/** The version of the script language: other versions may give other results. */
export const SCRIPT_LANGUAGE = `etl-script 0.1.0/${MAX_SCRIPT_BYTES}/icu ${process.versions['icu'] ?? 'none'}`;

/**
 * The key for reusing a result: everything it depends on, and its submitter. Null if the result may differ each time: for handlers that are not
 * declared deterministic, and for everything that runs elsewhere.
 */
export function cacheKeyOf(job: Job, handlers: JobHandlers): string | null {
  if (job.options.cache === 'off' || job.input === null) return null;
  const { transformation, submittedBy, input, options } = job;
  const what = whatOf(transformation, handlers);
  if (what === null) return null;
  const { kind, subject, tenant } = submittedBy;
  return sha256(
    JSON.stringify([kind, tenant, subject, what, options.onDocumentFailure, input.form, input.sha256]),
  );
}

function whatOf(transformation: Job['transformation'], handlers: JobHandlers): unknown[] | null {
  if (transformation.kind === 'script')
    return mayDiffer(transformation.script)
      ? null
      : [SCRIPT_LANGUAGE, transformation.collection, transformation.script];
  if (transformation.kind !== 'handler') return null;
  const declaration = handlers.get(transformation.handler)?.declaration;
  if (!declaration?.deterministic) return null;
  return ['handler', declaration.name, declaration.version];
}

/** Whether a script may read the clock or use random numbers. Judged by its text: a wrong guess only means an unnecessary run. */
function mayDiffer(script: string): boolean {
  return /\b(Date|random|eval|Function|constructor)\b/.test(script);
}
