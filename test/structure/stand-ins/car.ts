import { Entity, Replicated } from '@nestjs-spark/core';

@Entity()
@Replicated({ sourceModule: 'Fleet', sourceCollection: 'Cars', fields: ['licensePlate', 'model'] })
export class Car {
  licensePlate!: string;
  model!: string;
  year!: number;
  mileage?: number;
  brand?: string | null;
}
