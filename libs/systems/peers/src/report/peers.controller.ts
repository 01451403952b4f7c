import { Get, Param, Query } from '@nestjs/common';
import { ProblemError } from '@nestjs-spark/contracts';
import { FromCaller, requireOperator, SparkController, type Caller } from '@nestjs-spark/modules/internal';
import { ApiOperation, readWhole, wrong } from '@nestjs-spark/observability/internal';
import type { WhichConflicts } from '@nestjs-spark/sqlite/internal';
import type { PeersStatus } from './peers-status.ts';
import { Peers } from './peers.ts';

const TAKE = 25;
const MOST = 100;

/** A node's report on itself and the other replicas. */
@SparkController('peers')
export class PeersController {
  private readonly peers: Peers;

  constructor(peers: Peers) {
    this.peers = peers;
  }

  @Get()
  @ApiOperation({ summary: 'This node, its position in the log, and figures of each collection' })
  status(): Promise<PeersStatus> {
    return this.peers.report();
  }

  @Get(':entity/events')
  @ApiOperation({
    summary: 'Events of a collection in the order in which this node applied them (operators only)',
  })
  async events(
    @FromCaller() caller: Caller,
    @Param('entity') entity: string,
    @Query('record') recordId?: string,
    @Query('cursor') cursor?: string,
    @Query('take') take?: string,
  ) {
    requireOperator(caller);
    this.require(entity);
    return this.peers.events(entity, {
      after: readWhole(cursor, 'cursor', { otherwise: 0 }),
      take: Math.min(MOST, readWhole(take, 'take', { least: 1, otherwise: TAKE })),
      recordId,
    });
  }

  @Get(':entity/conflicts')
  @ApiOperation({ summary: 'Conflicts of a collection, each with the changes that met (operators only)' })
  async conflicts(
    @FromCaller() caller: Caller,
    @Param('entity') entity: string,
    @Query('open') open?: string,
  ) {
    requireOperator(caller);
    this.require(entity);
    return this.peers.conflicts(entity, whichOf(open));
  }

  private require(entity: string): void {
    if (this.peers.entity(entity) !== null) return;
    throw new ProblemError('notFound', `${JSON.stringify(entity)} is not a replicated collection.`);
  }
}

function whichOf(open: string | undefined): WhichConflicts {
  if (open === undefined) return 'all';
  if (open === 'true' || open === '1') return 'open';
  if (open === 'false' || open === '0') return 'ended';
  throw wrong('open', 'has to be true or false');
}
