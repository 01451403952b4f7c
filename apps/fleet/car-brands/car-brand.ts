import { Entity } from '@nestjs-spark/store';

/** A brand that a car can have: a lookup that users manage. */
@Entity()
export class CarBrand {
  name!: string;
  country?: string;
}
