/** The fixed lookup of a car's status: the key is stored, the label is for people. */
export const CAR_STATUSES = [
  { key: 'InUse', label: 'In use' },
  { key: 'OnParking', label: 'On parking' },
  { key: 'InRepair', label: 'In repair' },
  { key: 'Stolen', label: 'Stolen' },
  { key: 'Sold', label: 'Sold' },
] as const;

export type CarStatus = (typeof CAR_STATUSES)[number]['key'];

export const CAR_STATUS_KEYS: CarStatus[] = CAR_STATUSES.map(({ key }) => key);
