/** asl-validator 4 comes without types. https://github.com/ChristopheBougere/asl-validator */
declare module 'asl-validator' {
  export default function validate(definition: object): {
    isValid: boolean;
    errors: { 'Error code': string; Message: string }[];
    errorsText(separator?: string): string;
  };
}
