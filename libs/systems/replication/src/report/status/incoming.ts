import { Inject, Injectable } from '@nestjs/common';
import { taskId } from '@nestjs-spark/contracts';
import type { ApplySupervisor } from '@nestjs-spark/streaming/internal';
import { Declarations } from '../../declare/declarations.ts';
import { APPLY_SUPERVISOR } from '../../settings/tokens.ts';
import { RequestStatus } from '../../request/request-status.ts';
import { judgeIncoming } from './judge-incoming.ts';
import { OwnerWords } from './owner-words.ts';
import type { IncomingTask } from './task-status.ts';

/** The copies that this module keeps. Reads only what is in memory. */
@Injectable()
export class Incoming {
  constructor(
    @Inject(APPLY_SUPERVISOR) private readonly supervisor: ApplySupervisor,
    private readonly declarations: Declarations,
    private readonly requests: RequestStatus,
    private readonly words: OwnerWords,
  ) {}

  tasks(): IncomingTask[] {
    const reports = new Map(this.supervisor.reports().map((report) => [taskId(report.task), report]));
    return this.declarations.tasks().map((declared) =>
      judgeIncoming({
        declared,
        report: reports.get(taskId(declared.key)) ?? null,
        request: this.requests.of(declared.key.owner),
        word: this.words.of(declared.key),
      }),
    );
  }
}
