import { Inject, Injectable } from '@nestjs/common';
import { ApiProperty, ApiSchema } from '@nestjs-spark/observability/internal';
import { noneWithId, ProblemError } from '@nestjs-spark/contracts';
import { deployCommandSubject } from '@nestjs-spark/contracts/internal';
import { redact } from '@nestjs-spark/foundation/internal';
import { DeadLetterStore } from '@nestjs-spark/jetstream';
import { Declarations } from '../../declare/declarations.ts';
import { RequestStatus } from '../../request/request-status.ts';
import type { ReplicationSettings } from '../../settings/options.ts';
import { REPLICATION_SETTINGS } from '../../settings/tokens.ts';

@ApiSchema({ name: 'AttemptAnswer' })
class FailedAttempt {
  @ApiProperty()
  number!: number;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty()
  error!: string;
}

/** A message of this module whose handler has failed permanently. */
@ApiSchema({ name: 'DeadLetterAnswer' })
export class DeadLetterView {
  @ApiProperty({ description: 'Identifies it for a replay' })
  id!: string;

  @ApiProperty()
  subject!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'deploy',
    description: 'What was to be done; null for an event',
  })
  command!: 'deploy' | null;

  @ApiProperty({ type: String, nullable: true, example: 'Fleet', description: 'The module that was asked' })
  owner!: string | null;

  @ApiProperty({ type: Number, nullable: true })
  revision!: number | null;

  @ApiProperty({ type: [String], description: 'The collections that wait for it' })
  collections!: string[];

  @ApiProperty({ enum: ['refused', 'unregistered', 'unreachable'], nullable: true })
  outcome!: 'refused' | 'unregistered' | 'unreachable' | null;

  @ApiProperty({ format: 'date-time' })
  publishedAt!: string;

  @ApiProperty({ format: 'date-time' })
  failedAt!: string;

  @ApiProperty({ type: [FailedAttempt], description: 'Every failed attempt, oldest first' })
  attempts!: FailedAttempt[];

  @ApiProperty({ description: 'Deliveries that ended without an answer, as when the process was killed' })
  unanswered!: number;

  @ApiProperty({
    description: "false: nearly as large as NATS' max_payload, so the payload is only in its stream",
  })
  payloadKept!: boolean;
}

@ApiSchema({ name: 'ReplayAnswer' })
export class Replay {
  @ApiProperty()
  id!: string;

  @ApiProperty({
    enum: ['replayed', 'superseded'],
    description: 'superseded: a newer one of its kind was sent meanwhile',
  })
  outcome!: 'replayed' | 'superseded';
}

/** Shows dead letters to operators and replays them. All methods except `count` throw `UnavailableError` while the bus is down. */
@Injectable()
export class DeadLetters {
  private known = 0;

  constructor(
    private readonly store: DeadLetterStore,
    @Inject(REPLICATION_SETTINGS) private readonly settings: Pick<ReplicationSettings, 'moduleName'>,
    private readonly declarations: Declarations,
    private readonly requests: RequestStatus,
  ) {}

  /** Oldest first. */
  async list(): Promise<DeadLetterView[]> {
    const letters = await this.store.list();
    // Headers are not shown: they were chosen by the sender.
    return letters.map(({ id, subject, publishedAt, failedAt, attempts, unanswered, apart }) => ({
      id,
      subject,
      ...this.meaning(subject),
      publishedAt,
      failedAt,
      attempts: attempts.map(({ number, at, error }) => ({ number, at, error: redact(error) })),
      unanswered,
      payloadKept: apart !== true,
    }));
  }

  /** What a command was about. The subject has the owner in lower case; the declaration has its spelling. */
  private meaning(
    subject: string,
  ): Pick<DeadLetterView, 'command' | 'owner' | 'revision' | 'collections' | 'outcome'> {
    const { moduleName } = this.settings;
    const declared = this.declarations
      .all()
      .find(({ owner }) => deployCommandSubject(moduleName, owner) === subject);
    if (!declared) return { command: null, owner: null, revision: null, collections: [], outcome: null };
    const { revision = null, outcome = null } = this.requests.of(declared.owner) ?? {};
    const collections = [...new Set(declared.tasks.map(({ collection }) => collection))];
    return { command: 'deploy', owner: declared.owner, revision, collections, outcome };
  }

  /** @throws {ProblemError} `notFound` if the letter does not exist (any more) */
  async remove(id: string): Promise<void> {
    if (await this.store.remove(id)) return;
    throw noneWithId('dead letter', id, '; it may have been replayed already');
  }

  /** @throws {ProblemError} `notFound` if the letter does not exist (any more) */
  async replay(id: string): Promise<Replay> {
    const outcome = await this.store.replay(id);
    if (outcome === 'replayed' || outcome === 'superseded') return { id, outcome };
    if (outcome === 'too-large')
      throw new ProblemError(
        'conflict',
        "The message is nearly as large as NATS' max_payload and leaves no room for what a replay adds. Raise max_payload, or have its sender send less.",
      );
    if (outcome === 'gone')
      throw new ProblemError(
        'conflict',
        'The message was too large to be kept as a dead letter, and its stream no longer has it. Ask its sender to send it again.',
      );
    throw noneWithId('dead letter', id, '; it may have been replayed already');
  }

  /** The number of dead letters, as of the last time the bus answered. */
  async count(): Promise<number> {
    this.known = await this.store.count().catch(() => this.known);
    return this.known;
  }
}
