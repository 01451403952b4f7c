import { Entity } from '@nestjs-spark/store';

/** A company that people work for. */
@Entity()
export class Company {
  name!: string;
  website?: string;
}
