import { readFileSync } from 'node:fs';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';
import type { MethodDefinition } from '@grpc/grpc-js';

/** The messages of Spark Connect 4.3, compiled from Apache Spark's .proto files; see the NOTICE beside them. */
const FILE = new URL('../../protos/spark-connect.binpb', import.meta.url);
const SERVICE = 'spark.connect.SparkConnectService';

/** One call of the service. */
export type Call = MethodDefinition<object, object>;

/** The calls of the service by name, such as `ExecutePlan`. */
export function readCalls(): ReadonlyMap<string, Call> {
  const found = loadFileDescriptorSetFromBuffer(readFileSync(FILE), {
    keepCase: true,
    longs: Number,
    enums: String,
    oneofs: true,
  })[SERVICE];
  if (!found) throw new Error(`${FILE.pathname} does not describe ${SERVICE}`);
  return new Map(Object.entries(found as unknown as Record<string, Call>));
}
