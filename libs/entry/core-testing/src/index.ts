export { type Overridable, SparkTesting, type SharedCollection, type WantedCopies } from './spark-testing.ts';
