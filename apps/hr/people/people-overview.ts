import type { IndexDefinition } from '@nestjs-spark/store';

/** People with the names of their companies and their places of residence. */
export const People_Overview: IndexDefinition = {
  name: 'People_Overview',
  maps: [
    `map('People', (person) => ({
      FullName: person.FirstName + ' ' + person.LastName,
      Email: person.Email,
      DateOfBirth: person.DateOfBirth,
      Company: load(person.Company, 'Companies')?.Name,
      City: person.Address?.City
    }))`,
  ],
};
