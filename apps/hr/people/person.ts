import { Entity } from '@nestjs-spark/store';

/** A postal address; part of a Person. */
export class Address {
  street!: string;
  postalCode!: string;
  city!: string;
}

/** An employee of a company. */
@Entity()
export class Person {
  firstName!: string;
  lastName!: string;
  email?: string;
  /** A date: `1990-05-17`. */
  dateOfBirth?: string;
  /** The id of a Company. */
  company?: string;
  address?: Address;
}
