import { Replicated } from '@nestjs-spark/replication';
import { Entity } from '@nestjs-spark/store';

/** What HR wants to know of Fleet's cars. The copies are Fleet's: they are read here, never written. */
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
