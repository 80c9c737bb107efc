/** An error as AWS's JSON protocols carry it: a type, a message, an HTTP status. */
export class AwsError extends Error {
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.name = type;
    this.status = status;
  }
}

export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message);
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
