import { Entity } from '@nestjs-spark/store';

/** On this node alone. */
@Entity()
export class Draft {
  title!: string;
  text?: string;
}
