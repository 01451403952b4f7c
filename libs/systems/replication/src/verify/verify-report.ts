import { ApiProperty, ApiSchema } from '@nestjs-spark/observability/internal';
import type { Depth, FindingKind, VerifyRecord } from '@nestjs-spark/streaming/internal';

const STATES = ['running', 'waiting', 'done'] as const;
const KINDS: FindingKind[] = ['missing', 'stale', 'ghost', 'foreign'];

/** A copy that is not as it should be. */
@ApiSchema({ name: 'VerifyExample' })
export class VerifyExample {
  @ApiProperty({ example: 'cars/1-A', description: 'The id of the copy' })
  id!: string;

  @ApiProperty({ enum: KINDS })
  kind!: FindingKind;

  @ApiProperty()
  reason!: string;
}

/** The outcome of comparing the copies of one task. */
@ApiSchema({ name: 'VerifiedTask' })
export class VerifiedTask {
  @ApiProperty({ example: 'Cars' })
  task!: string;

  @ApiProperty({ enum: STATES })
  state!: (typeof STATES)[number];

  @ApiProperty({ type: String, nullable: true, description: 'What it waits for' })
  reason!: string | null;

  @ApiProperty({ description: 'Whether it repairs what it finds; a comparison continues as it was begun' })
  repair!: boolean;

  @ApiProperty({ description: 'How much of the source is compared, from 0 to 1' })
  progress!: number;

  @ApiProperty({ description: 'Copies that were compared or looked for' })
  checked!: number;

  @ApiProperty()
  equal!: number;

  @ApiProperty({ description: 'Copies that the script makes and that do not exist' })
  missing!: number;

  @ApiProperty({ description: 'Copies that are not what the script makes' })
  stale!: number;

  @ApiProperty({ description: 'Copies of this task that the script does not make' })
  ghost!: number;

  @ApiProperty({
    description: 'Documents that are not copies of this task, at ids that it would write; never changed',
  })
  foreign!: number;

  @ApiProperty({ description: 'Findings that are corrected' })
  repaired!: number;

  @ApiProperty({ type: [VerifyExample], description: 'At most 100' })
  examples!: VerifyExample[];
}

/** The outcome of comparing the copies of a collection. */
@ApiSchema({ name: 'VerifyReport' })
export class VerifyReport {
  @ApiProperty({ enum: STATES, description: 'done when all of its tasks are' })
  state!: (typeof STATES)[number];

  @ApiProperty({ enum: ['content', 'ids'] })
  depth!: Depth;

  @ApiProperty({ type: [VerifiedTask] })
  tasks!: VerifiedTask[];

  @ApiProperty({ example: '2026-11-26T03:00:00.000Z' })
  startedAt!: string;

  @ApiProperty({ type: String, nullable: true })
  endedAt!: string | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'The etag of the source up to which it has compared; null before it starts',
  })
  sourceEtag!: number | null;
}

/** Combines the comparisons of a collection's tasks. */
export function reportOf(records: readonly [first: NamedRecord, ...others: NamedRecord[]]): VerifyReport {
  const all = records.map(({ record }) => record);
  const ended = all.map(({ endedAt }) => endedAt).filter((at) => at !== null);
  const etags = all.map(({ sourceEtag }) => sourceEtag).filter((etag) => etag !== null);
  return {
    state: STATES.find((state) => all.some((record) => record.state === state)) ?? 'done',
    depth: records[0].record.depth,
    tasks: records.map(taskOf),
    startedAt: new Date(Math.min(...all.map(({ startedAt }) => startedAt))).toISOString(),
    endedAt: ended.length < all.length ? null : new Date(Math.max(...ended)).toISOString(),
    sourceEtag: etags.length < all.length ? null : Math.max(...etags),
  };
}

export interface NamedRecord {
  task: string;
  record: VerifyRecord;
}

function taskOf({ task, record }: NamedRecord): VerifiedTask {
  const { state, reason, repair, figures, examples } = record;
  return { task, state, reason, repair, progress: progressOf(record), ...figures, examples };
}

function progressOf({ state, phase, position, sourceEtag }: VerifyRecord): number {
  if (state === 'done') return 1;
  if (sourceEtag === null) return 0;
  // The last tenth is the pass over the copies that are here.
  if (phase === 'copies') return 0.9;
  return Math.round(Math.min(1, position / Math.max(1, sourceEtag)) * 900) / 1_000;
}
