import { Replicated } from '@nestjs-spark/replication';
import { Entity } from '@nestjs-spark/store';

/** The fields of Fleet's cars that HR needs. The copies belong to Fleet: they are read here, never written. */
@Entity()
@Replicated({
  sourceModule: 'Fleet',
  sourceCollection: 'Cars',
  etlScript: `
    loadToCars({
      LicensePlate: this.LicensePlate,
      Model: this.Model,
      Year: this.Year,
      Color: this.Color,
      '@metadata': { '@collection': 'Cars' }
    });
  `,
})
export class Car {
  licensePlate!: string;
  model!: string;
  year!: number;
  color?: string | null;
}
