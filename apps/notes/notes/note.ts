import { ReplicatedEntity } from '@nestjs-spark/peers';
import { Entity } from '@nestjs-spark/store';

/** On every replica; of two concurrent changes the later one is shown. */
@Entity()
@ReplicatedEntity()
export class Note {
  title!: string;
  text?: string;
  /** Only known to some nodes during a rolling update. */
  color?: string;
}
