import { describe, expect, it } from '@jest/globals';
import {
  checkpointId,
  deploymentId,
  moduleInformationId,
  pinnedKeyId,
  requestId,
  witnessId,
} from './document-ids.ts';
import { isHouseDocument, reservedDocument, SYSTEM_COLLECTIONS } from './house-documents.ts';

const OWN_IDS = [
  checkpointId('Fleet/HR/Cars'),
  deploymentId('HR'),
  moduleInformationId('HR'),
  pinnedKeyId('hr'),
  requestId('fleet'),
  witnessId('fleet/hr/cars'),
  'sparkSetAside/fleet/hr/cars/a/cars/1',
  'sparkSetAsideBeyond/fleet/hr/cars',
  'sparkSetAsideRetry/fleet/hr/cars',
  'sparkAudit/20260501000000000-0',
];

describe('A document of an application', () => {
  it.each(OWN_IDS)('does not have the id %s, however it is spelled', (id) => {
    for (const spelled of [id, id.toUpperCase(), id.replace('k', '\u212a')]) {
      expect(reservedDocument(spelled, 'Cars')).toContain('Spark keeps its own documents');
    }
  });

  it.each(SYSTEM_COLLECTIONS)('is not one of %s', (collection) => {
    expect(reservedDocument('cars/1', collection.toUpperCase())).toContain("Spark's own");
  });

  it.each(['cars/1', 'sparkKeys', 'sparkPlugs/1', 'sparks/keys/1', 'x/sparkKeys/1', '/sparkKeys/1', ''])(
    'may have the id %p',
    (id) => expect(reservedDocument(id, 'Cars')).toBeNull(),
  );
});

describe('A document of the house', () => {
  it('is a document in the collection that belongs to its id', () => {
    expect(isHouseDocument('sparkKeys/hr', 'SparkKeys')).toBe(true);
    expect(isHouseDocument('sparkKeys/hr', 'Cars')).toBe(false);
    expect(isHouseDocument('sparkKeys/hr', 'SparkRequests')).toBe(false);
    expect(isHouseDocument('sparkKeys/hr', '@empty')).toBe(false);
  });
});
