/** A name or an ARN, which may be told. A sentence in its place may quote an event. */
export function isPlain(text: unknown): text is string {
  return typeof text === 'string' && /^[\w$:/.-]{1,300}$/.test(text);
}

/**
 * The function was called with something that is neither an EventBridge event nor a batch of an ordered replay's
 * stream. Nothing was handled; the function's trigger, or what writes to the table, has to be changed.
 *
 * `name` equals `code`, because Lambda reports an error by its name.
 */
export class NotAnOrderedReplayError extends Error {
  readonly code = 'NotAnOrderedReplay';
  override readonly name = this.code;
  /** What the reader should do now. Also the end of the message. */
  readonly remedy: string;
  /** Where the refused record came from, if it said so. */
  readonly eventSourceArn: string | undefined;

  constructor(message: string, remedy: string, eventSourceArn?: string) {
    super(`${message} ${remedy}`);
    this.remedy = remedy;
    this.eventSourceArn = eventSourceArn;
  }
}
