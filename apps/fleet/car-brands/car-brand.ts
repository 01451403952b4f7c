import { Entity } from '@nestjs-spark/store';

/** A car's brand: a lookup that users manage. */
@Entity()
export class CarBrand {
  name!: string;
  country?: string;
}
