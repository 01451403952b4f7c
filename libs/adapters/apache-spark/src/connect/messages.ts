/** The parts of Spark Connect's messages that are used here. Field names are those of the protocol. */

/** Part of the response to an execution. */
export interface ExecuteResponse {
  server_side_session_id?: string;
  response_id?: string;
  arrow_batch?: { data?: Buffer };
  sql_command_result?: { relation?: Relation };
  result_complete?: object;
}

/** Data, as a plan describes it; opaque here. */
export type Relation = Readonly<Record<string, unknown>>;

/** What to execute. */
export type Plan = { root: Relation } | { command: Readonly<Record<string, unknown>> };

/** An operation's state, in the protocol's terms. */
export interface OperationStatus {
  operation_id?: string;
  state?: string;
}

export interface StatusResponse {
  operation_statuses?: OperationStatus[];
}
