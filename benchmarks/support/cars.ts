/** Documents as the applications store them, of some 400 bytes. */
export function carDocuments(count: number): { id: string; text: string }[] {
  return Array.from({ length: count }, (_, i) => {
    const id = `cars/${i}-A`;
    const car = {
      LicensePlate: `AB-${i}-CD`,
      Model: `Golf ${i}`,
      Brand: 'brands/1-A',
      Year: 2020,
      Price: 12_345.5,
      Color: 'red',
      Mileage: 12_345,
      Owner: { Name: 'Joe Doe', City: 'Rome', Street: 'Via Appia 1' },
      Notes: 'Lorem ipsum dolor sit amet consectetur',
      Tags: ['a', 'b', 'c'],
      '@metadata': {
        '@collection': 'Cars',
        '@change-vector': 'A:1234-abcdefghijklmnop',
        '@id': id,
        '@last-modified': '2026-01-01T00:00:00.1234567Z',
      },
    };
    return { id, text: JSON.stringify(car) };
  });
}
