import { describeError, redact } from '@nestjs-spark/foundation/internal';
import type { HealthCheck } from './health-check.ts';

const PATIENCE_MS = 2_000;

/** A check's result in a form that is safe to show; a check that throws or hangs is not ready. */
export async function lookAt(
  check: HealthCheck,
): Promise<{ ready: boolean; shown: Record<string, unknown> }> {
  try {
    const { ready, detail, data } = await inTime(check);
    return { ready, shown: { ...data, detail: redact(detail) } };
  } catch (error) {
    return { ready: false, shown: { detail: describeError(error) } };
  }
}

async function inTime(check: HealthCheck) {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([check.look(), late]);
  } finally {
    clearTimeout(timer);
  }
}
