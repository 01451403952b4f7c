import { Entity } from '@nestjs-spark/store';

/** Where somebody lives; part of a Person. */
export class Address {
  street!: string;
  postalCode!: string;
  city!: string;
}

/** Somebody who works for a company. */
@Entity()
export class Person {
  firstName!: string;
  lastName!: string;
  email?: string;
  /** A day: `1990-05-17`. */
  dateOfBirth?: string;
  /** The id of a Company. */
  company?: string;
  address?: Address;
}
