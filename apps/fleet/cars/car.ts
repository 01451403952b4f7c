import { Shared } from '@nestjs-spark/replication';
import { Entity } from '@nestjs-spark/store';
import type { CarStatus } from '../car-statuses/car-status.ts';

/** A car of the fleet. HR may keep copies of it. */
@Entity()
@Shared({ with: ['HR'] })
export class Car {
  licensePlate!: string;
  model!: string;
  year!: number;
  color?: string;
  status!: CarStatus;
  /** The id of a CarBrand. */
  brand?: string;
}
