import { ReplicatedEntity } from '@nestjs-spark/peers';
import { Entity } from '@nestjs-spark/store';

/** On every replica; of two changes at the same time the later one is seen. */
@Entity()
@ReplicatedEntity()
export class Note {
  title!: string;
  text?: string;
  /** Known to some nodes only while they are updated one after the other. */
  color?: string;
}
