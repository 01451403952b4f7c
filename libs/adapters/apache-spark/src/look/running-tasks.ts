import { isListOf, isObjectOf, isText, isWhole } from '@nestjs-spark/foundation/internal';
import { NotThereError, readJson } from './read-json.ts';

/**
 * How many tasks of these Spark Connect operations are running now, according to the UI of the server's application. A job's own
 * count was seen to be 0 while two young tasks ran, which only the lists of its stages showed, so the larger number counts.
 * @param ui the UI's address, `http://HOST:4040`
 * @throws when the response is missing or not as expected
 */
export async function runningTasks(ui: string, operationIds: readonly string[]): Promise<number> {
  const base = `${ui.endsWith('/') ? ui.slice(0, -1) : ui}/api/v1/applications`;
  const [application] = await readJson(base, isListOf(isObjectOf({ id: isText(200) })));
  if (!application) throw new Error(`${ui} has no application`);
  const at = `${base}/${encodeURIComponent(application.id)}`;
  const ids = new Set(operationIds);
  const isOurs = ({ jobTags = [] }: { jobTags?: string[] }): boolean =>
    jobTags.some((tag) => ids.has(tag.slice(-UUID_LENGTH)));
  const jobs = (await readJson(`${at}/jobs`, isListOf(IS_JOB, MOST))).filter(isOurs);
  const active = jobs.reduce((sum, { numActiveTasks }) => sum + numActiveTasks, 0);
  let listed = 0;
  for (const stage of new Set(jobs.flatMap(({ stageIds }) => stageIds)))
    listed += await runningOfStage(`${at}/stages/${stage}`);
  return Math.max(active, listed);
}

async function runningOfStage(at: string): Promise<number> {
  const attempts = await readJson(at, isListOf(isObjectOf({ attemptId: isWhole }))).catch(ifNotThere);
  let running = 0;
  for (const { attemptId } of attempts) {
    const list = `${at}/${attemptId}/taskList?status=running&length=1000`;
    running += (await readJson(list, isListOf(isObjectOf({ taskId: isWhole }))).catch(ifNotThere)).length;
  }
  return running;
}

/** A stage that was never needed is not kept. */
function ifNotThere(error: unknown): [] {
  if (error instanceof NotThereError) return [];
  throw error;
}

/** The tag of an operation ends with its id, which is a UUID. */
const UUID_LENGTH = 36;
const MOST = 100_000;
const IS_JOB = isObjectOf(
  { numActiveTasks: isWhole, stageIds: isListOf(isWhole, MOST) },
  { jobTags: isListOf(isText(1_000)) },
);
