import type { Conflict, ConflictResolver, Resolution } from '@nestjs-spark/peers';
import { ReplicatedEntity } from '@nestjs-spark/peers';
import { Entity } from '@nestjs-spark/store';

/** Keeps every tag that anyone added, and the newest title. */
export class BoardMerge implements ConflictResolver<Board> {
  readonly version = 1;

  resolve({ current, incoming }: Conflict<Board>): Resolution<Board> {
    const tags = [current, incoming].flatMap((board) => board?.tags ?? []);
    const title = (incoming ?? current)?.title ?? '';
    return { type: 'put', document: { title, tags: [...new Set(tags)].toSorted() } };
  }
}

/** On every replica; with two concurrent changes nothing that was added is lost. */
@Entity()
@ReplicatedEntity({ conflict: BoardMerge })
export class Board {
  title!: string;
  tags!: string[];
}
