import { createHash, randomUUID } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';

interface Message {
  id: string;
  body: string;
  receives: number;
  sentAtMs: number;
  visibleAtMs: number;
  receipt: string;
}

export interface QueueOptions {
  name: string;
  arn: string;
  url: string;
  visibilityTimeoutMs: number;
  /** After this many receives a message moves on. */
  redrive?: { maxReceiveCount: number; deadLetters: LocalQueue };
}

/**
 * A standard queue in memory: visibility timeout, receive count, redrive to a dead-letter queue.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 */
export class LocalQueue {
  readonly options: QueueOptions;
  readonly #messages = new Map<string, Message>();

  constructor(options: QueueOptions) {
    this.options = options;
  }

  send(body: string): Message {
    const nowMs = Date.now();
    const message = { id: randomUUID(), body, receives: 0, sentAtMs: nowMs, visibleAtMs: nowMs, receipt: '' };
    this.#messages.set(message.id, message);
    return message;
  }

  receive(limit: number): SQSRecord[] {
    const nowMs = Date.now();
    const { redrive, visibilityTimeoutMs, arn } = this.options;
    const received: SQSRecord[] = [];
    for (const message of this.#messages.values()) {
      if (received.length >= limit) break;
      if (message.visibleAtMs > nowMs) continue;
      if (redrive && message.receives >= redrive.maxReceiveCount) {
        this.#messages.delete(message.id);
        redrive.deadLetters.send(message.body);
        continue;
      }
      message.receives++;
      message.visibleAtMs = nowMs + visibilityTimeoutMs;
      message.receipt = randomUUID();
      received.push(recordOf(message, arn));
    }
    return received;
  }

  delete(receipt: string): void {
    for (const message of this.#messages.values()) {
      if (message.receipt === receipt) this.#messages.delete(message.id);
    }
  }

  purge(): void {
    this.#messages.clear();
  }

  /** Moves everything to another queue, as a redrive does. */
  moveTo(queue: LocalQueue): number {
    const bodies = [...this.#messages.values()].map(({ body }) => body);
    this.purge();
    for (const body of bodies) queue.send(body);
    return bodies.length;
  }

  depth(): { visible: number; inFlight: number } {
    const nowMs = Date.now();
    const inFlight = [...this.#messages.values()].filter((message) => message.visibleAtMs > nowMs).length;
    return { visible: this.#messages.size - inFlight, inFlight };
  }
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function recordOf(message: Message, arn: string): SQSRecord {
  return {
    messageId: message.id,
    receiptHandle: message.receipt,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.receives),
      SentTimestamp: String(message.sentAtMs),
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: String(message.sentAtMs),
    },
    messageAttributes: {},
    md5OfBody: md5(message.body),
    eventSource: 'aws:sqs',
    eventSourceARN: arn,
    awsRegion: arn.split(':')[3] ?? '',
  };
}
