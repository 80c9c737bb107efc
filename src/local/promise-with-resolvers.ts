/**
 * `Promise.withResolvers` for Node.js 20, which aws-local-stepfunctions uses: import this first. Node.js 22 has it.
 */
type Resolvers = PromiseConstructor & { withResolvers?: unknown };

(Promise as Resolvers).withResolvers ??= <T>() => {
  const deferred = {} as {
    promise: Promise<T>;
    resolve: (value: T) => void;
    reject: (reason: unknown) => void;
  };
  deferred.promise = new Promise<T>((resolve, reject) => {
    Object.assign(deferred, { resolve, reject });
  });
  return deferred;
};
