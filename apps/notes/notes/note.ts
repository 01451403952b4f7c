import { ReplicatedEntity } from '@nestjs-spark/peers';
import { Entity } from '@nestjs-spark/store';

/** On every replica; of two changes at the same time the later one is seen. */
@Entity()
@ReplicatedEntity()
export class Note {
  title!: string;
  text?: string;
  /** Known only to some of the nodes while these are updated one after the other. */
  color?: string;
}
