import { ask } from './http.ts';
import type { Member } from './member.ts';
import { equal } from './story-of-cars.ts';
import { incomingOf, outgoingOf, type ToldTask } from './told.ts';

/** A machine that others work on is slower than one of one's own: the limits are multiplied by this there. */
const SLOWNESS = Number(process.env['SPARK_TEST_SLOWNESS'] ?? 3);
/** Within this a fault has to be said. */
export const SAID_WITHIN_MS = 15_000 * SLOWNESS;
/** Within this after its end both sides have to be equal and green again. */
export const HEALED_WITHIN_MS = 30_000 * SLOWNESS;

type Figure = 'some' | 'none' | 'unknown' | 'any';

/** What has to be said while a fault lasts. What is left out may be anything. */
export interface WhileItLasts {
  /** Status of `/health/ready`. */
  ready?: 200 | 503;
  /** What the reasons of a 503, or the details of a 200, have in them. */
  because?: RegExp;
  state?: string;
  /** `some`: above 0, `none`: 0, `unknown`: null. The metric says the same, or is absent. */
  lag?: Figure;
  behindMs?: Figure;
  complete?: boolean;
  carriedBy?: string;
}

/** What both sides say of a copy that is complete. */
export const WELL: WhileItLasts = {
  ready: 200,
  state: 'Streaming',
  lag: 'none',
  behindMs: 'none',
  complete: true,
};

/**
 * Waits until a member says all of it: by health, status and metrics alike. `in` is a copy that it keeps, `out` what it sends.
 */
export async function saysSo(member: Member, direction: 'in' | 'out', wanted: WhileItLasts): Promise<void> {
  await member.until(
    `saying ${JSON.stringify(wanted)}`,
    async () => {
      const faults = await contradictions(member, direction, wanted);
      if (faults.length > 0) throw new Error(faults.join('; '));
      return true;
    },
    { timeoutMs: SAID_WITHIN_MS, intervalMs: 200 },
  );
}

/** Waits until what Fleet has is in HR, and both say that all is well. */
export async function healed(fleet: Member, hr: Member): Promise<void> {
  await equal(fleet, hr, HEALED_WITHIN_MS);
  await Promise.all([saysSo(fleet, 'out', WELL), saysSo(hr, 'in', WELL)]);
}

async function contradictions(
  member: Member,
  direction: 'in' | 'out',
  wanted: WhileItLasts,
): Promise<string[]> {
  const [health, task, metrics] = await Promise.all([
    ask(`${member.url}/health/ready`),
    direction === 'in' ? incomingOf(member) : outgoingOf(member),
    ask<string>(`${member.url}/metrics`),
  ]);
  const text = JSON.stringify(health.body);
  const { ready = health.status, because = /./, state = task.state } = wanted;
  const { complete = task.complete, carriedBy = task.carriedBy } = wanted;
  return [
    ...(health.status === ready ? [] : [`ready is ${health.status}: ${text}`]),
    ...(because.test(text) ? [] : [`nothing of ${because} in ${text}`]),
    ...(task.state === state ? [] : [`state is ${task.state}: ${task.lastError}`]),
    ...(task.complete === complete ? [] : [`complete is ${task.complete}`]),
    ...(task.carriedBy === carriedBy ? [] : [`carried by ${task.carriedBy}`]),
    ...figure('lag', task.lag, wanted.lag),
    ...figure('behindMs', task.behindMs, wanted.behindMs),
    ...unlikeMetrics(metrics.body, direction, task, wanted),
  ];
}

function figure(name: string, value: number | null, wanted: Figure = 'any'): string[] {
  const is = value === null ? 'unknown' : value === 0 ? 'none' : 'some';
  return wanted === 'any' || wanted === is ? [] : [`${name} is ${value}`];
}

/** The status and the metrics are read one after the other, so only what is waited for is held against each other. */
function unlikeMetrics(
  text: string,
  direction: 'in' | 'out',
  task: ToldTask,
  { state, lag, behindMs }: WhileItLasts,
): string[] {
  const sample = (name: string, more = ''): number | null => {
    const line = text
      .split('\n')
      .find((one) => one.startsWith(`${name}{direction="${direction}"`) && one.includes(more));
    return line === undefined ? null : Number(line.slice(line.lastIndexOf(' ') + 1));
  };
  return [
    ...(state && sample('spark_replication_task_state', `state="${task.state}"`) !== 1
      ? [`spark_replication_task_state does not say ${task.state}`]
      : []),
    ...figure('spark_replication_lag_etags', sample('spark_replication_lag_etags'), lag),
    ...figure('spark_replication_lag_seconds', sample('spark_replication_lag_seconds'), behindMs),
  ];
}
