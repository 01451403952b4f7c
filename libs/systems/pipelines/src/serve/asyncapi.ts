/** For batch events it is a string, such as 57.1033. */
const SEQUENCE = { type: ['integer', 'string'] };

/** The push interfaces of pipelines, WebSocket and server-sent events, in AsyncAPI 3.0. */
export const ASYNC_API = {
  asyncapi: '3.0.0',
  info: {
    title: 'Pipelines',
    version: '1.0',
    description: 'Statuses and events of pipelines, as they happen.',
  },
  defaultContentType: 'application/json',
  channels: {
    live: {
      address: '/api/pipelines/live',
      description:
        'A WebSocket. Authenticated by the Authorization header, or by the message auth within 5 s.',
      bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } },
      messages: messagesOf([
        'auth',
        'subscribe',
        'unsubscribe',
        'ping',
        'subscribed',
        'unsubscribed',
        'pong',
        'status',
        'event',
        'problem',
      ]),
    },
    allEvents: {
      address: '/api/pipelines/events',
      description: 'Server-sent events of all pipelines that the caller may read; Last-Event-ID resumes.',
      messages: messagesOf(['pipelineEvent']),
    },
    events: {
      address: '/api/pipelines/{pipelineId}/events',
      description: 'Server-sent events of one pipeline; Last-Event-ID resumes.',
      parameters: { pipelineId: { description: 'The id of the pipeline.' } },
      messages: messagesOf(['pipelineEvent']),
    },
  },
  operations: {
    ask: operation('receive', 'live', ['auth', 'subscribe', 'unsubscribe', 'ping']),
    tell: operation('send', 'live', ['subscribed', 'unsubscribed', 'pong', 'status', 'event', 'problem']),
    tellAllEvents: operation('send', 'allEvents', ['pipelineEvent']),
    tellEvents: operation('send', 'events', ['pipelineEvent']),
  },
  components: {
    messages: {
      auth: message('auth', { token: { type: 'string' } }, ['token']),
      subscribe: message(
        'subscribe',
        {
          id: id(),
          pipelines: { type: 'array', items: { type: 'string' }, default: ['*'] },
          topics: { type: 'array', items: { enum: ['status', 'events'] }, default: ['status', 'events'] },
          after: { ...SEQUENCE, description: 'The sequence of the last event that is known.' },
        },
        ['id'],
      ),
      unsubscribe: message('unsubscribe', { id: id() }, ['id']),
      ping: message('ping', {}),
      subscribed: message('subscribed', { id: id() }, ['id']),
      unsubscribed: message('unsubscribed', { id: id() }, ['id']),
      pong: message('pong', {}),
      status: message(
        'status',
        {
          pipelineId: { type: 'string' },
          sequence: { type: 'integer' },
          status: { type: 'object', description: 'The view of the pipeline without its definition.' },
        },
        ['pipelineId', 'sequence', 'status'],
      ),
      event: message(
        'event',
        {
          pipelineId: { type: 'string' },
          sequence: SEQUENCE,
          event: { $ref: '#/components/schemas/pipelineEvent' },
        },
        ['pipelineId', 'sequence', 'event'],
      ),
      problem: message(
        'problem',
        { id: { type: ['string', 'null'] }, problem: { type: 'object', description: 'RFC 9457.' } },
        ['id', 'problem'],
      ),
      pipelineEvent: { name: 'pipelineEvent', payload: { $ref: '#/components/schemas/pipelineEvent' } },
    },
    schemas: {
      pipelineEvent: {
        type: 'object',
        required: ['sequence', 'type', 'v', 'pipelineId', 'tenant', 'at', 'by', 'commandId', 'epoch', 'data'],
        properties: {
          sequence: SEQUENCE,
          type: { type: 'string', examples: ['PipelineStarted', 'BatchProcessed'] },
          v: { type: 'integer' },
          pipelineId: { type: 'string' },
          tenant: { type: 'string' },
          at: { type: 'string', format: 'date-time' },
          by: { type: 'string' },
          commandId: { type: ['string', 'null'] },
          epoch: { type: 'integer' },
          data: { type: 'object' },
        },
      },
    },
  },
};

function id(): object {
  return { type: 'string', maxLength: 64 };
}

function message(type: string, properties: Record<string, object>, required: string[] = []): object {
  return {
    name: type,
    payload: {
      type: 'object',
      required: ['type', ...required],
      properties: { type: { const: type }, ...properties },
    },
  };
}

function messagesOf(names: readonly string[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]));
}

function operation(action: 'send' | 'receive', channel: string, names: readonly string[]): object {
  return {
    action,
    channel: { $ref: `#/channels/${channel}` },
    messages: names.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` })),
  };
}
