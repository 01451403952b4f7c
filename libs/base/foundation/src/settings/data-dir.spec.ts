import { describe, expect, it } from '@jest/globals';
import { dataDir, keysDir } from './data-dir.ts';

describe('the data folder', () => {
  it('is .spark in the working directory unless SPARK_DATA_DIR names another', () => {
    expect(dataDir({})).toBe('.spark');
    expect(dataDir({ SPARK_DATA_DIR: '' })).toBe('.spark');
    expect(dataDir({ SPARK_DATA_DIR: '/data/spark' })).toBe('/data/spark');
  });

  it('never is the installation of Apache Spark', () => {
    expect(dataDir({ SPARK_HOME: '/opt/spark' })).toBe('.spark');
  });

  it('holds the keys unless SPARK_KEYS_DIR names another folder', () => {
    expect(keysDir({})).toBe('.spark/keys');
    expect(keysDir({ SPARK_DATA_DIR: '/data/spark' })).toBe('/data/spark/keys');
    expect(keysDir({ SPARK_DATA_DIR: '/data/spark', SPARK_KEYS_DIR: '/run/keys' })).toBe('/run/keys');
  });
});
