/**
 * The flags that Lambda starts Node.js with: a tenth of the memory for the two halves of the young generation, the rest
 * for the old one. `/var/runtime/bootstrap` of AWS's image `public.ecr.aws/lambda/nodejs` computes them so;
 * https://github.com/lambci/node-custom-lambda/blob/master/v10.x/bootstrap has the same shares.
 */
export function heapFlags(memoryMb: number): string[] {
  return [
    `--max-semi-space-size=${Math.floor(memoryMb / 20)}`,
    `--max-old-space-size=${Math.ceil(memoryMb * 0.9)}`,
  ];
}
