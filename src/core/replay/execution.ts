import type { SequencerInput } from '../ports';

/**
 * The execution that is a sequencer: its name and its input, the same wherever it is started. Step Functions takes a
 * second start for the first one only if both are equal, and does not say whether it compares inputs as texts. So there
 * is one text: this order, no spaces. `ContinueAsNew` in `sequence.asl.json` makes the same.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export function executionOf({ replay, generation }: SequencerInput): { name: string; input: string } {
  return { name: `${replay}.${generation}`, input: JSON.stringify({ replay, generation }) };
}
