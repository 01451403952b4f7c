import { Injectable } from '@nestjs/common';
import { taskId } from '@nestjs-spark/contracts';
import { ModuleClient } from '@nestjs-spark/modules/internal';
import { ApplySupervisor } from '@nestjs-spark/streaming/internal';
import { Declarations } from '../../declare/declarations.ts';
import { RequestStatus } from '../../request/request-status.ts';
import type { IncomingTask } from '../../tasks/task-status.ts';
import { judgeIncoming } from './judge-incoming.ts';
import { OwnerReports } from './owner-reports.ts';

/** The copies that this module keeps. Only reads memory. */
@Injectable()
export class Incoming {
  constructor(
    private readonly supervisor: ApplySupervisor,
    private readonly declarations: Declarations,
    private readonly requests: RequestStatus,
    private readonly owners: OwnerReports,
    private readonly client: ModuleClient,
  ) {}

  tasks(): IncomingTask[] {
    const reports = new Map(this.supervisor.reports().map((report) => [taskId(report.task), report]));
    return this.declarations.tasks().map((declared) =>
      judgeIncoming({
        declared,
        report: reports.get(taskId(declared.key)) ?? null,
        request: this.requests.of(declared.key.owner),
        askingForMs: this.requests.askingForMs(declared.key.owner),
        owner: this.owners.of(declared.key),
        ownerAddress: this.client.addressOf(declared.key.owner),
        now: Date.now(),
      }),
    );
  }
}
