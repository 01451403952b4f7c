import { Entity } from '@nestjs-spark/store';

/** On this node only. */
@Entity()
export class Draft {
  title!: string;
  text?: string;
}
