import type { PipelineEvent } from '../aggregate/events.ts';

/** The events up to the last one before the definition's next version. */
export function throughVersion(events: readonly PipelineEvent[], version: number): PipelineEvent[] {
  let seen = 0;
  const kept: PipelineEvent[] = [];
  for (const event of events) {
    if (event.type === 'PipelineCreated' || event.type === 'PipelineUpdated') seen++;
    if (seen > version) break;
    kept.push(event);
  }
  return seen >= version ? kept : [];
}

export const throughTime = (events: readonly PipelineEvent[], time: string): PipelineEvent[] =>
  events.filter((event) => Date.parse(event.at) <= Date.parse(time));
