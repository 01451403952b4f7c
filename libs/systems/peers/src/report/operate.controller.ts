import { Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { noneWithId, ProblemError } from '@nestjs-spark/contracts';
import { LogConflictError } from '@nestjs-spark/contracts/internal';
import {
  type Caller,
  FromBody,
  FromCaller,
  MaxBytes,
  OperatorToken,
  requireOperator,
  SparkController,
  TakesNoFields,
} from '@nestjs-spark/modules/internal';
import { ApiOperation, ApiProperty, ApiSchema, wholeIn } from '@nestjs-spark/observability/internal';
import { DriftCheck, type DriftReport } from '../compare/drift-check.ts';
import { DriftWatch } from '../compare/drift-watch.ts';
import { PeerNode } from '../replicate/peer-node.ts';
import { closeMember } from '../retire/close-member.ts';
import { PEERS_SETTINGS, type PeersSettings } from '../settings/options.ts';
import { Peers } from './peers.ts';

@ApiSchema({ name: 'NodeToRetire' })
class RetireBody {
  @ApiProperty({ example: 'b', description: 'The stable name of the node that will not return' })
  @MaxBytes(63)
  node!: string;
}

/** Operators' actions on replicas. */
@SparkController('peers')
export class OperatePeersController {
  private readonly peers: Peers;
  private readonly node: PeerNode;
  private readonly check: DriftCheck;
  private readonly watch: DriftWatch;
  private readonly operator: OperatorToken;
  private readonly settings: PeersSettings;

  constructor(
    peers: Peers,
    node: PeerNode,
    check: DriftCheck,
    watch: DriftWatch,
    operator: OperatorToken,
    @Inject(PEERS_SETTINGS) settings: PeersSettings,
  ) {
    this.peers = peers;
    this.node = node;
    this.check = check;
    this.watch = watch;
    this.operator = operator;
    this.settings = settings;
  }

  @Post('snapshot')
  @TakesNoFields()
  @HttpCode(200)
  @ApiOperation({ summary: 'Take a snapshot of the log now, and remove the messages that it replaces' })
  async snapshot(@FromCaller() caller: Caller): Promise<{ cut: number }> {
    requireOperator(caller);
    const cut = await this.node.takeSnapshot();
    if (cut !== null) return { cut };
    throw new ProblemError(
      'unavailable',
      'This node is not ready, or cannot reach the log: try another one.',
    );
  }

  @Post('retire')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Close the origin of a node that does not return; if it does, it continues under another',
  })
  async retire(
    @FromCaller() caller: Caller,
    @FromBody(RetireBody) { node }: RetireBody,
  ): Promise<{ node: string; origin: string }> {
    requireOperator(caller);
    const { service, nodeId } = this.settings;
    if (node === nodeId)
      throw new ProblemError('conflict', `${node} is this node: ask another one to retire it.`);
    const member = await this.peers.memberOf(node);
    if (!member)
      throw new ProblemError(
        'notFound',
        `No node ${JSON.stringify(node)} of ${service} has written anything yet.`,
      );
    const { origin, tail } = member;
    try {
      const isClosed = await closeMember(
        { service, peer: this.node, operator: this.operator },
        { node, origin, tail },
      );
      if (!isClosed)
        throw new ProblemError(
          'conflict',
          'Set SPARK_OPERATOR_TOKEN on all nodes: it proves that an operator retires a node.',
        );
    } catch (error) {
      if (!(error instanceof LogConflictError)) throw error;
      throw new ProblemError(
        'conflict',
        `${node} has just written, so it is not gone. Stop it, or try again.`,
      );
    }
    return { node, origin };
  }

  @Post('take-as-it-is')
  @TakesNoFields()
  @HttpCode(200)
  @ApiOperation({ summary: 'Continue without messages of the log that are gone and that no snapshot covers' })
  takeAsItIs(@FromCaller() caller: Caller): { taken: boolean } {
    requireOperator(caller);
    if (this.node.takeAsItIs()) return { taken: true };
    throw new ProblemError('conflict', 'No message of the log is missing on this node.');
  }

  @Get('stash')
  @ApiOperation({ summary: 'Changes that this file wrote in an earlier life and that lost (operators only)' })
  stash(@FromCaller() caller: Caller) {
    requireOperator(caller);
    return this.peers.stash();
  }

  @Post('stash/:id/apply')
  @TakesNoFields()
  @HttpCode(200)
  @ApiOperation({ summary: 'Write a stashed change again, over the current state' })
  async applyStash(@FromCaller() caller: Caller, @Param('id') id: string): Promise<{ applied: string }> {
    requireOperator(caller);
    const number = wholeIn(id);
    if (number !== null && (await this.peers.applyStash(number))) return { applied: id };
    throw noneWithId('change', id, ' in the stash');
  }

  @Get(':entity/drift')
  @ApiOperation({ summary: 'Compare a collection with another node now (operators only)' })
  async drift(
    @FromCaller() caller: Caller,
    @Param('entity') entity: string,
    @Query('with') node?: string,
  ): Promise<DriftReport> {
    requireOperator(caller);
    const report = await this.check.compare(this.known(entity), this.named(node));
    if (!report) throw silent(node);
    this.watch.note(entity, report);
    return report;
  }

  @Post([':entity/drift/repair', ':entity/repair'])
  @TakesNoFields()
  @HttpCode(200)
  @ApiOperation({ summary: 'Compare, and repair what is wrong on this node' })
  async repair(
    @FromCaller() caller: Caller,
    @Param('entity') entity: string,
    @Query('with') node?: string,
  ): Promise<{ repaired: number; left: number }> {
    requireOperator(caller);
    const result = await this.check.repair(this.known(entity), this.named(node));
    if (!result) throw silent(node);
    return result;
  }

  private known(entity: string): string {
    if (this.peers.entity(entity) !== null) return entity;
    throw new ProblemError('notFound', `${JSON.stringify(entity)} is not a replicated collection.`);
  }

  /** The named node, or any other one. */
  private named(node: string | undefined): string {
    const [other] = this.watch.candidates();
    const name = node ?? other;
    if (name === this.settings.nodeId)
      throw new ProblemError('invalid', `${name} is this node: name another one with "with".`);
    if (name !== undefined) return name;
    throw new ProblemError('unavailable', 'No other node is ready to compare with.');
  }
}

function silent(node: string | undefined): ProblemError {
  return new ProblemError(
    'unavailable',
    `${node ?? 'The other node'} does not answer: it may be away or not ready.`,
  );
}
