import type { IndexDefinition } from '@nestjs-spark/store';

/** Cars by the fields that people search, sortable by any of them. */
export const Cars_Overview: IndexDefinition = {
  name: 'Cars_Overview',
  maps: [
    `map('Cars', (car) => ({
      LicensePlate: car.LicensePlate,
      Model: car.Model,
      Year: car.Year,
      Color: car.Color,
      Status: car.Status,
      Brand: load(car.Brand, 'CarBrands')?.Name
    }))`,
  ],
};
