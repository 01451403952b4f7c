/** One value of one metric, as it is at this moment. */
export interface Sample {
  labels: Record<string, string>;
  value: number;
}

export interface MetricDefinition {
  name: string;
  help: string;
  type: 'counter' | 'gauge';
  labelNames: readonly string[];
}
