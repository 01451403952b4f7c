import {
  Controller,
  Get,
  Injectable,
  Module,
  Post,
  type OnModuleInit,
  type OnModuleDestroy,
} from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SparkBus, SparkBusModule } from '@nestjs-spark/bus';
import { SparkEventsModule } from '@nestjs-spark/bus/events';
import type { TaskLog } from '@nestjs-spark/contracts/internal';
import { PermanentError } from '@nestjs-spark/jetstream';
import {
  FromBody,
  FromCaller,
  SparkController,
  SparkIdentityModule,
  type Caller,
} from '@nestjs-spark/modules/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { LeasedUnits, type Unit } from '@nestjs-spark/runtime/internal';
import { MODULE_REGISTRY, SparkStoreModule, STATE_STORE } from '@nestjs-spark/store';
import { IsInt } from 'class-validator';
import { identityOf, settings } from './settings.ts';

class Vote {
  @IsInt()
  count!: number;
}

/** Counts the votes of one question, on whichever instance holds its lease. */
class Question implements Unit {
  total = 0;

  constructor(private readonly votes: TaskLog) {}

  async run(held: AbortSignal): Promise<void> {
    this.total = 0;
    for await (const { payload } of this.votes.read(1, held))
      this.total += Number(Buffer.from(payload ?? []).toString());
  }

  withoutLease(): void {}

  async add(count: number): Promise<void> {
    const last = await this.votes.tail();
    await this.votes.append({ headers: {}, payload: Buffer.from(String(count)) }, last?.sequence ?? 0);
  }
}

/** A system of its own on the common ground: votes come by a guarded route or as events, and are counted from a durable log. */
@Injectable()
class Tally implements OnModuleInit, OnModuleDestroy {
  readonly questions: LeasedUnits<Question>;

  constructor(private readonly bus: SparkBus) {
    const leaseOf = (name: string): string => `tally.${name}`;
    this.questions = new LeasedUnits({ leases: bus.leases, logger: logFor('Tally'), leaseOf });
  }

  async onModuleInit(): Promise<void> {
    await this.bus.changes.provision(settings.stream);
    this.questions.assign([settings.question], {
      nameOf: (name) => name,
      isMine: () => true,
      make: (name) => new Question(this.bus.changes.open(settings.placeOf(name))),
      update: () => {},
    });
  }

  onModuleDestroy(): Promise<void> {
    return this.questions.endAll();
  }
}

@SparkController('tally')
class TallyController {
  constructor(private readonly tally: Tally) {}

  @Get()
  read(): { total: number } {
    return { total: this.tally.questions.get(settings.question)?.total ?? 0 };
  }

  @Post()
  async vote(@FromBody(Vote) { count }: Vote, @FromCaller() caller: Caller): Promise<{ by: string }> {
    await this.tally.questions.get(settings.question)?.add(count);
    return { by: caller.kind };
  }
}

@Controller()
class VotesController {
  constructor(private readonly tally: Tally) {}

  @EventPattern<string>(settings.event)
  async voted(@Payload() { count }: { count?: number }): Promise<void> {
    if (count === undefined) throw new PermanentError('A vote without a count');
    await this.tally.questions.get(settings.question)?.add(count);
  }
}

@Module({
  imports: [
    SparkBusModule.forRoot({ name: settings.name, natsUrl: settings.natsUrl }),
    SparkEventsModule,
    SparkStoreModule.forRoot(settings.store),
    SparkIdentityModule.forRootAsync({
      inject: [MODULE_REGISTRY, STATE_STORE, SparkBus],
      useFactory: identityOf,
    }),
  ],
  controllers: [TallyController, VotesController],
  providers: [Tally],
})
export class TallyModule {}
