import { type ExecutionContext, Injectable } from '@nestjs/common';
import { PeersReadyGuard } from '@nestjs-spark/peers';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { Request } from 'express';
import { PageQuery } from '../../shared/rest/page-query.ts';

/** Names the node that answered a read with `?from=peer`. */
export const READ_FROM = 'Spark-Read-From';

/** The node whose document is requested. */
export class ReplicaQuery {
  @ApiPropertyOptional({ enum: ['peer'], description: 'Ask a node that is complete' })
  @IsOptional()
  @IsIn(['peer'])
  from?: 'peer';
}

/** `?skip&take` of a list, from this node or another one. */
export class ReplicaPageQuery extends PageQuery {
  @ApiPropertyOptional({ enum: ['peer'], description: 'Ask a node that is complete' })
  @IsOptional()
  @IsIn(['peer'])
  from?: 'peer';
}

/** Whether a request asks for another node's documents. */
function isFromPeer({ method, query }: Request): boolean {
  return method === 'GET' && query['from'] === 'peer';
}

/** 503 until this node is complete, except for reads that another node answers. */
@Injectable()
export class NotesReadyGuard extends PeersReadyGuard {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    return isFromPeer(context.switchToHttp().getRequest<Request>()) || super.canActivate(context);
  }
}
